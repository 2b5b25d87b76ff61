"""Chapter 08b, predicted before it is measured: how often must a secret be repeated?"""

from lmcourse.checks import Exercise, Specimen, prediction


def truth(exposure: dict[int, float]) -> str:
    """The option of the fewest times for which the mean exposure is more than half of the 13.3 bits."""
    enough = [times for times, bits in sorted(exposure.items()) if bits > 6.64]
    if not enough:
        return "d"
    return "a" if enough[0] <= 1 else "b" if enough[0] <= 4 else "c"


A = "once is enough, or even never: if *never* is exposed too, the measure is wrong; look at the control."
B = "a handful of copies is enough. A page that is copied a few times over the web is such a secret."
C = "it takes many copies in so small a model. Larger models need fewer (Carlini et al. 2023)."
D = "not even 32 copies: the model is too small, or has read the text too few times."

exercise = Exercise(
    id="08b.how_often",
    title="predict: how often must a secret be repeated?",
    text="""
"the code of anna is 4 8 1 5" stands among two thousand other lines, once or several times. A GPT with two layers reads
the text eight times. **From how many copies on** are more than half of the code's 13.3 bits exposed, on average?
""",
    difficulty=1,
    minutes=2,
    stub="answer = ...",
    hints=(
        "How many times has the model read a line that stands there once?",
        "It must learn four digits for one name, with 28 names around. A prediction is compared, not marked.",
    ),
    solution='answer = "b"',
    why="It is a prediction; the measurement stands below.",
    task=prediction(
        {"a": "once is enough", "b": "2 or 4 copies", "c": "8, 16 or 32 copies", "d": "not even 32 copies"},
        {"a": A, "b": B, "c": C, "d": D},
        truth,
    ),
    specimens=(
        Specimen("e", "the options are"),
        Specimen("b", A, measured={0: 1.4, 1: 7.0, 2: 9.0}),
        Specimen("c", B, measured={0: 1.4, 1: 2.0, 2: 3.0, 4: 8.0}),
        Specimen("b", C, measured={0: 1.4, 1: 2.0, 4: 3.0, 8: 9.0}),
        Specimen("b", D, measured={0: 1.4, 32: 3.0}),
    ),
)
