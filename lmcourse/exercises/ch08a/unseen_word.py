"""Chapter 08a, predicted before it is shown: a digit whose word stood in no caption."""

from lmcourse.checks import Exercise, Specimen, prediction


def truth(accuracy: float) -> str:
    """The option into which the accuracy on the absent digit falls."""
    return "a" if accuracy < 0.05 else "b" if accuracy <= 0.2 else "c" if accuracy < 0.8 else "d"


A = "nearly never. The word's vector is as it was drawn at first; nothing has ever pulled it towards a picture."
B = "about one in ten: the vector of the word lies somewhere by chance, and these pictures too."
C = "in part: the vector of the word happens to lie near pictures that resemble no other digit."
D = "nearly always: this would be knowledge from nowhere. Look whether the word stood in some caption after all."

exercise = Exercise(
    id="08a.unseen_word",
    title="predict: a word that stood in no caption",
    text="""
Pictures of nine digits, with captions such as "a bold upright seven", are all that the model learns from. The tenth
digit, its pictures and its word, are kept away. Then it sees pictures of the tenth and chooses among ten captions, "a
zero" to "a nine". **How often is it right?** (Zero-shot classification is said to know classes without any example.)
""",
    difficulty=2,
    minutes=2,
    stub="answer = ...",
    hints=(
        "Where does the vector of a word come from that was never read in training?",
        "The nine other words were pulled towards pictures. Which captions are near? A prediction is only compared.",
    ),
    solution='answer = "a"',
    why="It is a prediction; the measurement stands below.",
    task=prediction(
        {
            "a": "nearly never (below 5 %)",
            "b": "about one in ten",
            "c": "between a fifth and four fifths",
            "d": "nearly always",
        },
        {"a": A, "b": B, "c": C, "d": D},
        truth,
    ),
    specimens=(
        Specimen("e", "the options are"),
        Specimen("b", A, measured=0.0),
        Specimen("a", B, measured=0.1),
        Specimen("a", C, measured=0.5),
        Specimen("a", D, measured=0.9),
    ),
)
