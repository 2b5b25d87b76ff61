"""Chapter 00: the cosine of two vectors by hand."""

import math

from lmcourse.checks import Exercise, Specimen, number

PRODUCT = "That is the sum of the products, 1·1 + 0·1. Divide it by both lengths: the second vector is longer than 1."
ANGLE = "That is the angle in degrees. The similarity is its cosine."
SQUARED = "You divided by the squared lengths, 1·2. A length is the *root* of the sum of squares: √1 and √2."
DISTANCE = "That is one minus the cosine, a distance: 0 for the same direction."

exercise = Exercise(
    id="00.cosine_by_hand",
    title="one cosine by hand",
    text="""
Two vectors of two numbers each: a = (1, 0) and b = (1, 1). What is their cosine similarity, to two digits?
""",
    difficulty=1,
    minutes=2,
    stub="answer = ...",
    hints=(
        "Above the line: the products of the first and of the second numbers, added up. Below: the two lengths.",
        "The length of (1, 1) is the diagonal of a square with side 1.",
    ),
    solution="answer = 1 / 2**0.5",
    why="The sum of products is 1, the lengths are 1 and √2: 1/√2. The two lie at an angle of 45 degrees.",
    task=number(
        1 / math.sqrt(2),
        0.006,
        mistakes={PRODUCT: 1.0, ANGLE: 45.0, SQUARED: 0.5, DISTANCE: 1 - 1 / math.sqrt(2)},
    ),
    specimens=(
        Specimen(1, PRODUCT),
        Specimen(45, ANGLE),
        Specimen(0.5, SQUARED),
        Specimen(0.29, DISTANCE),
        Specimen(1.41, "upside down"),
        Specimen("0,71", "a number is expected"),
    ),
)
