"""Chapter 04a: how far Adam's first step goes."""

from lmcourse.checks import Exercise, Specimen, number

SGD = "That is SGD's step, rate · gradient. Adam divides by the gradient's size."
NO_CORRECTION = (
    "No bias correction: m = 0.1 g and √v = √0.001 · g, whose ratio is about 3.16. Both are corrected first."
)
ONLY_V = "You corrected v and not m. Both begin at 0, and both are corrected."
ONLY_M = "You corrected m and not v. Both begin at 0, and both are corrected."
NO_RATE = "That is the ratio m̂ / √v̂. The step is the learning rate times it."

exercise = Exercise(
    id="04a.first_step",
    title="Adam's first step",
    text="""
Adam begins with m = v = 0, β₁ = 0.9, β₂ = 0.999, learning rate 0.001. The gradient of one weight at the first step is
**50**. By how much does the weight change? Give the size of the change, without a sign.
""",
    difficulty=2,
    minutes=4,
    stub="answer = ...",
    hints=(
        "m = 0.1 · 50, and v = 0.001 · 50². Now correct both: divide by 1 − 0.9 and 1 − 0.999.",
        "What is left is 50 / √(50²), times the learning rate. What if the gradient were 0.0005?",
    ),
    solution="answer = 0.001 * 50 / 50",
    why="The first step is as long as the learning rate, whatever the gradient: only its sign counts.",
    task=number(
        0.001,
        1e-6,
        mistakes={
            SGD: 0.05,
            NO_CORRECTION: 0.001 * 0.1 / 0.001**0.5,
            ONLY_V: 0.0001,
            ONLY_M: 0.001 / 0.001**0.5,
            NO_RATE: 1.0,
        },
    ),
    specimens=(
        Specimen(0.05, SGD),
        Specimen(0.0031623, NO_CORRECTION),
        Specimen(0.0001, ONLY_V),
        Specimen(0.0316228, ONLY_M),
        Specimen(1, NO_RATE),
        Specimen(0.002, "too large"),
        Specimen("0.001", "a number is expected"),
    ),
)
