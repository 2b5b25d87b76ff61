"""Chapter 02: how much is trained when only a head is trained?"""

from lmcourse.checks import Exercise, Specimen, number

RIGHT = 384 * 8 + 8
NO_BIAS = "The biases are missing: one for each class."
ONE_CLASS = "That is one class. Each of the eight has weights of its own."
WHOLE = "That is the whole encoder. It is frozen: only the head learns."

exercise = Exercise(
    id="02.head_size",
    title="how small is specific knowledge?",
    text="""
MiniLM gives a vector of 384 numbers for a text; it has 22.7 million parameters. A linear head (weights and biases) on
top tells eight topics apart, and nothing else is trained. How many numbers does training change?
""",
    difficulty=1,
    minutes=2,
    stub="answer = ...",
    hints=("A linear layer from 384 to 8.", "One weight for each pair of input and class, one bias for each class."),
    solution="answer = 384 * 8 + 8",
    why="A ten-thousandth of the model is the task's own; the rest serves every other task as well.",
    task=number(RIGHT, 0.5, "parameters", {NO_BIAS: 384 * 8, ONE_CLASS: 385, WHOLE: 22_700_000}),
    specimens=(
        Specimen(384 * 8, NO_BIAS),
        Specimen(385, ONE_CLASS),
        Specimen(22_700_000, WHOLE),
        Specimen(10, "too small"),
        Specimen("3k", "a number of parameters is expected"),
    ),
)
