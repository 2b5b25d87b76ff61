"""Chapter 08a, predicted before it is shown: is the largest run where the law says?"""

from lmcourse.checks import Exercise, Specimen, prediction


def truth(measured: tuple[list[float], float, float]) -> str:
    """Where the measured losses lie: `measured` holds one a seed, and the band (low, high)."""
    losses, low, high = measured
    if all(low <= loss <= high for loss in losses):
        return "a"
    if all(loss > high for loss in losses):
        return "b"
    return "c" if all(loss < low for loss in losses) else "d"


A = "all lie within the band: at this distance, a factor of about two in each direction, the law has kept its word."
B = "all are worse than foretold. The law promises too much out there, or the recipe suits a large run less."
C = "all are better than foretold. The law's two terms know nothing of each other; data help a large model more."
D = "some lie within, some outside: the band is about as narrow as the luck of a single run."

exercise = Exercise(
    id="08a.larger_run",
    title="predict: the largest run",
    text="""
The law is fitted to runs of six widths and four amounts of data. The largest run has more than twice the parameters of
any of them, and twice the data. Its band is one into which 95 of 100 such runs are expected to fall. **Where do the
three largest runs lie?**
""",
    difficulty=2,
    minutes=2,
    stub="answer = ...",
    hints=(
        "The band holds two kinds of doubt: that about the law, and the luck of a single run.",
        "And a doubt it cannot hold: that the law has another form out there. A prediction is compared, not marked.",
    ),
    solution='answer = "c"',
    why="It is a prediction; the measurement stands below.",
    task=prediction(
        {
            "a": "all within the band",
            "b": "all above it: worse than foretold",
            "c": "all below it: better than foretold",
            "d": "some within, some outside",
        },
        {"a": A, "b": B, "c": C, "d": D},
        truth,
    ),
    specimens=(
        Specimen("e", "the options are"),
        Specimen("b", A, measured=([1.5, 1.52, 1.51], 1.4, 1.6)),
        Specimen("a", B, measured=([1.7, 1.72, 1.71], 1.4, 1.6)),
        Specimen("a", C, measured=([1.3, 1.32, 1.31], 1.4, 1.6)),
        Specimen("a", D, measured=([1.5, 1.62, 1.51], 1.4, 1.6)),
    ),
)
