"""Chapter 04a: the largest learning rate of a valley."""

from lmcourse.checks import Exercise, Specimen, number

FLAT = "That is 2 over the smallest curvature. The steepest direction is the first to be left: take the largest one."
ONE = (
    "That is 1 over the largest curvature: with it the steep direction is done in one step. How far can one go beyond?"
)
MEAN = "You took the mean curvature. Each direction goes its own way, and the steepest one decides."

exercise = Exercise(
    id="04a.largest_rate",
    title="the largest rate that does not diverge",
    text="""
A valley: loss = ½ (w₁² + 25 w₂²). Its curvatures are 1 along w₁ and 25 along w₂. Plain gradient descent begins away
from the minimum in both directions. Below which learning rate does it come down to the minimum?
""",
    difficulty=2,
    minutes=4,
    stub="answer = ...",
    hints=(
        "One step along w₂: w₂ − rate · 25 w₂. By which factor is w₂ multiplied?",
        "The factor is 1 − 25 · rate. It must lie between −1 and 1, and so must 1 − rate.",
    ),
    solution="answer = 2 / 25",
    why="2 over the largest curvature. The flat direction then shrinks by 8 % a step: the valley's toll.",
    task=number(0.08, 0.0005, mistakes={FLAT: 2.0, ONE: 0.04, MEAN: 2 / 13}),
    specimens=(
        Specimen(2, FLAT),
        Specimen(0.04, ONE),
        Specimen(2 / 13, MEAN),
        Specimen(0.1, "too large"),
        Specimen("2/25", "a number is expected"),
    ),
)
