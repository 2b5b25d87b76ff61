"""Chapter 04c, predicted before it is shown: where the course's own pretraining pays with 2,000 labels."""

from lmcourse.checks import Exercise, Specimen, prediction

LEAST = 5.0  # points


def truth(gains: dict) -> str:
    """Which of the two tasks gains at least LEAST points."""
    movies, newsgroups = (gains[task] >= LEAST for task in ("movies", "newsgroups"))
    return "d" if movies and newsgroups else "c" if newsgroups else "b" if movies else "a"


TOLD = {
    "a": "so little pretraining is not worth five points in either task.",
    "b": "what was learnt from contexts helps with opinions, and topics are told by words that labels teach quickly.",
    "c": "topics profit: their words come in groups, and groups of words are what is learnt first.",
    "d": "both profit, each by five points or more.",
}

exercise = Exercise(
    id="04c.transfer_task",
    title="predict: where does pretraining pay?",
    text="""
The same network is fine-tuned on 2,000 labelled texts, once from random weights and once from the weights of the
course's BERT. In which task does pretraining gain **five points of test accuracy or more**?
""",
    difficulty=2,
    minutes=2,
    stub="answer = ...",
    hints=(
        "What must a model know to tell topics apart? And what to tell praise from blame?",
        "Words of one topic stand in the same texts. Praise and blame stand in the same places: 'a good film', 'a "
        "bad film'. Which of the two does guessing hidden words teach?",
    ),
    solution='answer = "c"',
    why="It is a prediction: the stored result below tells, seed by seed.",
    task=prediction(
        {
            "a": "in neither of the two",
            "b": "in the film reviews (positive or negative) only",
            "c": "in the newsgroups (which topic) only",
            "d": "in both",
        },
        TOLD,
        truth,
    ),
    specimens=(
        Specimen("x", "the options are"),
        Specimen("b", TOLD["a"], measured={"movies": 1.0, "newsgroups": 2.0}),
        Specimen("a", TOLD["b"], measured={"movies": 6.0, "newsgroups": 2.0}),
        Specimen("a", TOLD["c"], measured={"movies": 1.0, "newsgroups": 9.0}),
        Specimen("c", TOLD["d"], measured={"movies": 6.0, "newsgroups": 9.0}),
    ),
)
