"""Chapter 09: ten looks, each with its own chance of a false alarm."""

from lmcourse.checks import Exercise, Specimen, number

RIGHT = 1 - 0.95**10
ONE = "That is the chance of one window. Ten are watched."
SUM = "You added the chances up. Streams in which two windows ring would be counted twice: some already at 20 windows."
NONE = "That is the chance of no alarm at all."
ALL = "That is the chance that all ten ring."

exercise = Exercise(
    id="09.ten_windows",
    title="how often does it cry wolf?",
    text="""
Each window of texts is tested by itself, with a threshold that one window in twenty passes though nothing has changed.
Ten windows are watched; suppose that they are independent. What is the **chance of at least one false alarm**? Two
decimals.
""",
    difficulty=1,
    minutes=3,
    stub="answer = ...",
    hints=(
        "Ask for the chance that all ten are quiet.",
        "Each is quiet with chance 0.95.",
    ),
    solution="answer = 1 - 0.95**10",
    why="Who looks often finds something. The threshold has to be that of the *largest* distance of all windows.",
    task=number(RIGHT, 0.006, "", {ONE: 0.05, SUM: 0.5, NONE: 0.95**10, ALL: 0.05**10}),
    specimens=(
        Specimen(0.05, ONE),
        Specimen(0.5, SUM),
        Specimen(0.599, NONE),
        Specimen(0.05**10, ALL),
        Specimen(0.3, "too small"),
        Specimen("40 %", "a number is expected"),
    ),
)
