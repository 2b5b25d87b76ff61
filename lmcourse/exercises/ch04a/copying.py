"""Chapter 04a, predicted before the run: a model trained without masks, asked at a mask."""

from lmcourse.checks import Exercise, Specimen, prediction


def truth(measured: dict) -> str:
    """Where the loss at the mask lies, between the best possible one and that of knowing nothing."""
    loss, best, uniform = measured["loss"], measured["best"], measured["uniform"]
    return "a" if loss <= best + 0.1 else "b" if loss < uniform - 0.1 else "c"


TOLD = {
    "a": "it learnt the language in passing. Copying alone would not have brought that.",
    "b": "it has kept something of the language, but far from all that there is to know.",
    "c": "it is no better than one that knows nothing: what it learnt was to copy.",
}

exercise = Exercise(
    id="04a.copying",
    title="predict: trained without masks",
    text="""
A small BERT reads sentences of a tiny language, and is asked for every word **while it sees it**: §4.2's formula, with
x not masked. Its loss soon is next to nothing. Then one word is hidden behind [MASK], for the first time. How large is
its loss there?
""",
    difficulty=2,
    minutes=2,
    stub="answer = ...",
    hints=(
        "What is the simplest thing to learn when the answer stands in the question?",
        "Was there ever a reason to look at a neighbour?",
    ),
    solution='answer = "c"',
    why="It is a prediction: it is compared with the run, not marked.",
    task=prediction(
        {
            "a": "within 0.1 nats of the best that is possible in this language",
            "b": "between that and knowing nothing",
            "c": "about that of knowing nothing, ln V, or more",
        },
        TOLD,
        truth,
    ),
    specimens=(
        Specimen("x", "the options are"),
        Specimen("a", TOLD["c"], measured={"loss": 6.0, "best": 0.2, "uniform": 2.8}),
        Specimen("c", TOLD["b"], measured={"loss": 2.0, "best": 0.2, "uniform": 2.8}),
        Specimen("c", TOLD["a"], measured={"loss": 0.25, "best": 0.2, "uniform": 2.8}),
    ),
)
