"""Chapter 04b, predicted before it is shown: what a deep stack loses without residual connections."""

from lmcourse.checks import Exercise, Specimen, prediction


def truth(measured: dict) -> str:
    """What went first: `alike` is the cosine between tokens, `gradient` its norm at the input against the output's."""
    if measured["alike"] > 0.99:
        return "b"
    return "a" if measured["gradient"] < 1e-3 else "c"


TOLD = {
    "a": "the gradient does not reach the input, while the tokens can still be told apart.",
    "b": "every token carries the same vector: attention averages, and nothing keeps what was a token's own.",
    "c": "the norms alone are enough here.",
}

exercise = Exercise(
    id="04b.without_residual",
    title="predict: a stack without residual connections",
    text="""
Twenty-four blocks with fresh weights stand on top of each other. The norms stay, but nothing is added any more: each
part's output **replaces** its input. 16 random, quite different tokens go in. What is the matter at the top?
""",
    difficulty=2,
    minutes=3,
    stub="answer = ...",
    hints=(
        "With fresh weights the scores are small. What does attention make of a row of nearly equal weights?",
        "And if the next block does the same again?",
    ),
    solution='answer = "b"',
    why="It is a prediction: the next cells measure it.",
    task=prediction(
        {
            "a": "the tokens still differ, but the gradient has vanished: less than a thousandth reaches the input",
            "b": "the tokens have become the same: their vectors point in one direction",
            "c": "neither: signal and gradient come through",
        },
        TOLD,
        truth,
    ),
    specimens=(
        Specimen("d", "the options are"),
        Specimen("b", TOLD["a"], measured={"alike": 0.3, "gradient": 1e-6}),
        Specimen("a", TOLD["b"], measured={"alike": 0.999, "gradient": 1e-6}),
        Specimen("a", TOLD["c"], measured={"alike": 0.3, "gradient": 0.5}),
    ),
)
