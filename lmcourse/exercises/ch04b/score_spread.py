"""Chapter 04b: how far the scores of wide vectors spread."""

from lmcourse.checks import Exercise, Specimen, number

VARIANCE = "That is the variance, d. Asked is the standard deviation, its root."
ONE = "That is the spread of one product. The score adds up 64 of them."
HALF = "You took the mean of the products. A dot product is their sum."
FOURTH = "One root too many: the variance of the sum is 64, and its root is asked."

exercise = Exercise(
    id="04b.score_spread",
    title="how far do scores spread?",
    text="""
A query and a key have d = 64 entries each, all independent, with mean 0 and variance 1. What is the **standard
deviation** of their dot product q · k?
""",
    difficulty=2,
    minutes=4,
    stub="answer = ...",
    hints=(
        "One product qᵢkᵢ of independent numbers with mean 0 has the mean 0 and the variance 1 · 1.",
        "Variances of independent terms add up. The standard deviation is the root of the variance.",
    ),
    solution="answer = 64**0.5",
    why="Var(q · k) = d, so the scores of vectors of width d spread as √d. Divided by √d they spread as 1 does, at any "
    "width.",
    task=number(8, 1e-6, "", {VARIANCE: 64, ONE: 1, HALF: 0.125, FOURTH: 64**0.25}),
    specimens=(
        Specimen(64, VARIANCE),
        Specimen(1, ONE),
        Specimen(0.125, HALF),
        Specimen(64**0.25, FOURTH),
        Specimen(32, "too large"),
        Specimen("8", "a number is expected"),
    ),
)
