"""Chapter 09: how much faster eight devices are, if each doubling loses something."""

from lmcourse.checks import Exercise, Specimen, number

KEPT = 0.65
RIGHT = 8 * KEPT**3
WHOLE = "That is eight times: nothing is lost. But two processes were only 1.3 times as fast as one."
ONCE = "You took the loss once. Each of the three doublings has it: 2, 4, 8."
EIGHT = "You took the loss eight times. Eight devices are three doublings away from one."
LAST = "That is the share that is kept in the end. How many times as fast as one device is that?"

exercise = Exercise(
    id="09.doublings",
    title="eight devices",
    text="""
Two processes were measured to be 1.3 times as fast as one: a doubling keeps 65 % of what it could bring. Suppose that
each further doubling keeps 65 % too. How many **times as fast as one** are eight devices? Two decimals.
""",
    difficulty=2,
    minutes=4,
    stub="answer = ...",
    hints=(
        "Two devices: 2 · 0.65 = 1.3. What do four of them do?",
        "Each doubling multiplies by 1.3.",
    ),
    solution="answer = 1.3**3",
    why="A loss at each doubling is a power of the number of devices. Larger batches and faster links make it smaller.",
    task=number(RIGHT, 0.01, "times", {WHOLE: 8.0, ONCE: 8 * KEPT, EIGHT: 8 * KEPT**8, LAST: KEPT**3}),
    specimens=(
        Specimen(8, WHOLE),
        Specimen(5.2, ONCE),
        Specimen(8 * KEPT**8, EIGHT),
        Specimen(0.2746, LAST),
        Specimen(3.0, "too large"),
        Specimen("2.2 times", "a number of times is expected"),
    ),
)
