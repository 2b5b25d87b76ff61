"""Chapter 01: the time of a training, from its operations."""

from lmcourse.checks import Exercise, Specimen, number

RIGHT = 6 * 1e9 * 20e9 / (8 * 312e12 * 0.4) / 86_400
FORWARD = "That is the forward pass alone, 2 N D. The backward pass takes twice as much again: 6 N D in all."
ONE_DEVICE = "That is one GPU. Eight of them share the work."
PEAK = "That is at the peak of the data sheet. The training was said to reach 40 % of it."
HOURS = "Those are hours. A day has 24."
SECONDS = "Those are seconds. A day has 86,400."

exercise = Exercise(
    id="01.training_days",
    title="how long does it train?",
    text="""
A model of 10⁹ parameters reads 20 · 10⁹ tokens on 8 GPUs. Each can do 312 · 10¹² operations a second (the A100's data
sheet, bfloat16) and reaches 40 % of that: an assumption. By the rule 6 N D, how many **days** is that? Two decimals.
""",
    difficulty=1,
    minutes=4,
    stub="answer = ...  # days",
    hints=(
        "Operations in all, divided by the operations that eight GPUs really do in a second.",
        "6 · 10⁹ · 20 · 10⁹ / (8 · 312 · 10¹² · 0.4) seconds. A day has 86,400.",
    ),
    solution="answer = 6 * 1e9 * 20e9 / (8 * 312e12 * 0.4) / 86_400",
    why="Three of the five numbers are known. The share of the peak is not: half of it, and the time is doubled.",
    task=number(
        RIGHT,
        0.01,
        "days",
        {FORWARD: RIGHT / 3, ONE_DEVICE: RIGHT * 8, PEAK: RIGHT * 0.4, HOURS: RIGHT * 24, SECONDS: RIGHT * 86_400},
    ),
    specimens=(
        Specimen(RIGHT / 3, FORWARD),
        Specimen(RIGHT * 8, ONE_DEVICE),
        Specimen(RIGHT * 0.4, PEAK),
        Specimen(RIGHT * 24, HOURS),
        Specimen(RIGHT * 86_400, SECONDS),
        Specimen(120, "too large"),
        Specimen("1.39 days", "a number of days is expected"),
    ),
)
