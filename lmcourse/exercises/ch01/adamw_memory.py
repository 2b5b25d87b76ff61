"""Chapter 01: what training with AdamW keeps in memory."""

from lmcourse.checks import Exercise, Specimen, number

RIGHT = 110e6 * 4 * 4 / 1e9
WEIGHTS = "Those are the weights alone. Training also keeps a gradient, and AdamW's two means, for each of them."
ONE_MEAN = "One number is missing for each weight. AdamW keeps a mean of the gradients *and* a mean of their squares."
HALVES = "Half of it: either AdamW's two means are missing, or you counted 2 bytes for a float32, which takes 4."

exercise = Exercise(
    id="01.adamw_memory",
    title="what does training keep in memory?",
    text="""
A model of 110 million parameters is trained with AdamW, all in float32. How many **gigabytes** (10⁹ bytes) do weights,
gradients and the optimiser's state take together? What a batch adds is not counted. Two decimals.
""",
    difficulty=1,
    minutes=3,
    stub="answer = ...  # gigabytes",
    hints=(
        "How many numbers does training keep for each weight, the weight included?",
        "The weight, its gradient, a mean of the gradients, a mean of their squares: four, of 4 bytes each.",
    ),
    solution="answer = 110e6 * 4 * 4 / 1e9",
    why="Four times what the weights alone take: a model that can be used on a machine may not be trainable there.",
    task=number(
        RIGHT,
        0.01,
        "gigabytes",
        {WEIGHTS: RIGHT / 4, HALVES: RIGHT / 2, ONE_MEAN: RIGHT * 3 / 4},
    ),
    specimens=(
        Specimen(RIGHT / 4, WEIGHTS),
        Specimen(RIGHT / 2, HALVES),
        Specimen(RIGHT * 3 / 4, ONE_MEAN),
        Specimen(1760, "too large"),
        Specimen("1.76 GB", "a number of gigabytes is expected"),
    ),
)
