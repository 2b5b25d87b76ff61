"""Chapter 06a, predicted before it is shown: who judges tweets best after having learnt from films?"""

from lmcourse.checks import Exercise, Specimen, prediction

LETTERS = {"VADER": "a", "TF-IDF": "b", "frozen MiniLM": "c", "fine-tuned MiniLM": "d"}
TOLD = {
    "a": "the lexicon, which has learnt from no film: it was made for such texts, with their words, smileys and signs.",
    "b": "counted words: then films and tweets praise with the same words. Look at which weights are the largest.",
    "c": "the frozen encoder: a fixed vector has kept more that is of use elsewhere than tuning has.",
    "d": "the fine-tuned encoder: what it has learnt from films is about praise, and not about films only.",
}


def truth(accuracy: dict[str, float]) -> str:
    """The letter of the best."""
    return LETTERS[max(LETTERS, key=accuracy.get)]


exercise = Exercise(
    id="06a.best_on_tweets",
    title="predict: learnt from films, asked about tweets",
    text="""
Four judges say whether a text praises or blames. Three have learnt from 1,000 sentences about films, the fourth is a
list of words with weights that people gave (VADER), with rules for "not", capitals and smileys. Now all four read
**tweets**, as many that praise as that blame. **Which is right most often?**
""",
    difficulty=2,
    minutes=2,
    stub="answer = ...",
    hints=(
        "Which words praise a film? Which of them stand in tweets?",
        "What was VADER made for? Its name is *Valence Aware Dictionary and sEntiment Reasoner*; its paper is about "
        "texts of social media. A prediction is compared, not marked.",
    ),
    solution='answer = "a"',
    why="It is a prediction; the measurement stands below.",
    task=prediction(
        {
            "a": "VADER's list and rules",
            "b": "counted words (TF-IDF)",
            "c": "the frozen encoder",
            "d": "the fine-tuned encoder",
        },
        TOLD,
        truth,
    ),
    specimens=(
        Specimen("e", "the options are"),
        Specimen("d", TOLD["a"], measured=dict(zip(LETTERS, (0.9, 0.6, 0.7, 0.8), strict=True))),
        Specimen("a", TOLD["b"], measured=dict(zip(LETTERS, (0.6, 0.9, 0.7, 0.8), strict=True))),
        Specimen("a", TOLD["c"], measured=dict(zip(LETTERS, (0.6, 0.6, 0.9, 0.8), strict=True))),
        Specimen("a", TOLD["d"], measured=dict(zip(LETTERS, (0.6, 0.6, 0.7, 0.8), strict=True))),
    ),
)
