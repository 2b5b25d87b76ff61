"""Chapter 06b: the probability of a word in three frames."""

from lmcourse.checks import Exercise, Specimen, number

P = 0.5  # of the word in each frame, else the blank
PATHS = 6
RIGHT = PATHS / 8
ONE = "That is one path, the word in every frame. It may also last one or two frames, with blanks before or after."
ANY = "That is “at least one frame has it”. The path word, blank, word says the word *twice*, and must not be counted."
SINGLE = "Those are the paths with the word in exactly one frame. It may last for two or three."
FIVE = "One path is missing: the word begins in the first, the second or the third frame, and lasts to any later one."

exercise = Exercise(
    id="06b.three_frames",
    title="one word in three frames",
    text="""
There are three frames and two tokens, the word and the blank, each of probability 0.5 in each frame. By CTC, what is
the probability that **the word was said exactly once**? Three decimals.
""",
    difficulty=2,
    minutes=4,
    stub="answer = ...",
    hints=(
        "There are 2 · 2 · 2 paths, each of probability 1/8. Write them down.",
        "A path says the word once if its frames with the word form one run. How many of the eight do?",
    ),
    solution="answer = 6 / 8",
    why="CTC adds up all the ways to stretch a word: nobody had to say in which frame it begins.",
    task=number(RIGHT, 0.001, "", {ONE: 1 / 8, ANY: 7 / 8, SINGLE: 3 / 8, FIVE: 5 / 8}),
    specimens=(
        Specimen(1 / 8, ONE),
        Specimen(7 / 8, ANY),
        Specimen(3 / 8, SINGLE),
        Specimen(5 / 8, FIVE),
        Specimen(75, "too large"),
        Specimen("6/8", "a number"),
    ),
)
