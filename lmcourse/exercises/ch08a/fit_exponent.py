"""Chapter 08a: the exponent of a power law with a floor."""

import math

from lmcourse.checks import Exercise, Specimen, function


def slope(x, y):
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    return sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / sum((a - mean_x) ** 2 for a in x)


def right(sizes, losses, floor):
    return -slope([math.log(n) for n in sizes], [math.log(loss - floor) for loss in losses])


def no_floor(sizes, losses, floor):
    return right(sizes, losses, 0.0)


def turned(sizes, losses, floor):
    return -right(sizes, losses, floor)


def half_log(sizes, losses, floor):
    return -slope([math.log(n) for n in sizes], [loss - floor for loss in losses])


def other_way(sizes, losses, floor):
    return -slope([math.log(loss - floor) for loss in losses], [math.log(n) for n in sizes])


def ends(sizes, losses, floor):
    return math.log((losses[0] - floor) / (losses[-1] - floor)) / math.log(sizes[-1] / sizes[0])


def some_runs(rng):
    alpha, floor, a = rng.uniform(0.2, 0.7), rng.uniform(0.5, 1.5), rng.uniform(5, 50)
    sizes = [1000 * 3**i for i in range(rng.randint(4, 6))]
    losses = [floor + a * n**-alpha * rng.uniform(0.9, 1.1) for n in sizes]
    return sizes, losses, floor


NO_FLOOR = "You fitted the losses themselves. Only what lies *above the floor* falls as a power: subtract it first."
TURNED = "The sign is turned over. α is positive: the slope of the line is −α."
HALF_LOG = "You took the logarithm of the sizes only. A power is a line where *both* axes are logarithmic."
OTHER_WAY = "You turned the axes over: sizes against losses. The slope wanted is that of the loss over the size."
ENDS = "You used the first and the last run only. A line by least squares uses all of them."

exercise = Exercise(
    id="08a.fit_exponent",
    title="fit the exponent",
    text="""
Some models of `sizes` parameters have reached `losses`. However large they grow, `floor` would remain. What lies above
it falls as a power: $L - E = A / N^{\\alpha}$. Return $\\alpha$: with logarithms this is a line; take its slope by
least squares.
""",
    difficulty=2,
    minutes=8,
    stub='''
def exponent(sizes, losses, floor):
    """α of the power law above the floor."""
    return ...
''',
    hints=(
        "ln(L − E) = ln A − α ln N. What is x, what is y, and which slope does the line have?",
        "`numpy.polyfit(x, y, 1)` gives slope and intercept of the line by least squares.",
    ),
    solution='''
import numpy as np

def exponent(sizes, losses, floor):
    """α of the power law above the floor."""
    return -np.polyfit(np.log(sizes), np.log(np.array(losses) - floor), 1)[0]
''',
    why="On two logarithmic axes a power is a line. That of a sum of a power and a constant is none: it bends.",
    task=function(
        right,
        some_runs,
        mistakes={NO_FLOOR: no_floor, TURNED: turned, HALF_LOG: half_log, OTHER_WAY: other_way, ENDS: ends},
        name="exponent",
    ),
    specimens=(
        Specimen(no_floor, NO_FLOOR),
        Specimen(turned, TURNED),
        Specimen(half_log, HALF_LOG),
        Specimen(other_way, OTHER_WAY),
        Specimen(ends, ENDS),
        Specimen(0.3, "a function is expected"),
    ),
)
