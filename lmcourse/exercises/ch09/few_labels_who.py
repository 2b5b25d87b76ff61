"""Chapter 09, predicted before it is shown: who is ahead where labels are few."""

from lmcourse.checks import Exercise, Specimen, prediction


def truth(pair: tuple[float, float]) -> str:
    """The option into which the accuracies of (TF-IDF, frozen MiniLM) fall."""
    counted, frozen = pair
    return "c" if abs(counted - frozen) < 0.03 else "a" if counted > frozen else "b"


A = "counted words are ahead. The words of these texts say enough, even from so few."
B = "the encoder is ahead: it knows which words are alike, and counting has to see each one with a label first."
C = "the two are within three points. The labels are too few for either, or the task too easy for a difference."

exercise = Exercise(
    id="09.few_labels_who",
    title="predict: who is ahead with 128 labels?",
    text="""
The document says that *traditional* models depend on large amounts of labelled data. 128 movie sentences have a label.
TF-IDF with logistic regression learns from them, and so does a logistic regression on a frozen MiniLM's vectors. Whose
test accuracy is higher (by three points at least, mean of five seeds)?
""",
    difficulty=1,
    minutes=1,
    stub="answer = ...",
    hints=(
        "How many of the words of a new sentence has a model seen that was shown 128 of them?",
        "And what has the encoder been shown before? A prediction is compared, not marked.",
    ),
    solution='answer = "b"',
    why="It is a prediction; the measurement stands below.",
    task=prediction(
        {"a": "TF-IDF", "b": "the frozen encoder", "c": "neither: they are within three points"},
        {"a": A, "b": B, "c": C},
        truth,
    ),
    specimens=(
        Specimen("d", "the options are"),
        Specimen("b", A, measured=(0.7, 0.6)),
        Specimen("a", B, measured=(0.55, 0.65)),
        Specimen("b", C, measured=(0.6, 0.61)),
    ),
)
