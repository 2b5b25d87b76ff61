"""Chapter 09: numbers through eight bits and back."""

from lmcourse.checks import Exercise, Specimen, function


def through(row, largest, rounding, step=None):
    step = step or max(abs(x) for x in row) / largest
    return [rounding(x / step) * step for x in row]


def right(row):
    return through(row, 127, round)


def cut(row):
    return through(row, 127, int)


def half_range(row):
    return through(row, 255, round)


def positive(row):
    return through(row, 127, round, max(row) / 127)


def integers(row):
    step = max(abs(x) for x in row) / 127
    return [round(x / step) for x in row]


def some_row(rng):
    row = [round(rng.uniform(-2, 2), 3) for _ in range(rng.randint(3, 8))]
    odd = 2 * rng.randint(1500, 2499) + 1  # so no number lies half way between two steps: ties are rounded in many ways
    row += [-odd / 1000, round(rng.uniform(2.1, 2.6), 3)]
    rng.shuffle(row)
    return (row,)


CUT = "You cut towards 0. Round to the *nearest* whole number: the error is then at most half a step."
HALF = "You gave 255 steps to one side. With a sign, eight bits hold −127 to 127."
POSITIVE = "You took the largest value. The largest *magnitude* decides: here the lowest number is further from 0."
INTEGERS = "Those are the whole numbers that are kept. Multiply by the step to come back."

exercise = Exercise(
    id="09.round_trip",
    title="through eight bits and back",
    text="""
Symmetric quantisation of a row: the **step** is the largest magnitude divided by 127. Each number becomes the nearest
whole number of steps, which is what eight bits keep. Return the list of numbers **after the way back**: whole number
times step.
""",
    difficulty=1,
    minutes=6,
    stub='''
def round_trip(row):
    """The numbers of the row as eight bits keep them."""
    return ...
''',
    hints=(
        "max(abs(x) for x in row) is the largest magnitude.",
        "Divide each number by the step, round, and multiply by the step again.",
    ),
    solution='''
def round_trip(row):
    """The numbers of the row as eight bits keep them."""
    step = max(abs(x) for x in row) / 127
    return [round(x / step) * step for x in row]
''',
    why="No number moves by more than half a step. One large number makes the step large for all its neighbours.",
    task=function(
        right,
        some_row,
        mistakes={CUT: cut, HALF: half_range, POSITIVE: positive, INTEGERS: integers},
        name="round_trip",
    ),
    specimens=(
        Specimen(cut, CUT),
        Specimen(half_range, HALF),
        Specimen(positive, POSITIVE),
        Specimen(integers, INTEGERS),
        Specimen([1, 2], "a function is expected"),
    ),
)
