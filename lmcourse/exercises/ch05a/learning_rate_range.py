"""Chapter 05a: reading a learning rate off a range test."""

import math

import numpy as np

from lmcourse.checks import Exercise, Specimen, each, function, short


def choose_rate(rates, losses):
    finite = [(loss, rate) for rate, loss in zip(rates, losses, strict=True) if math.isfinite(loss)]
    return min(finite)[1] / 10


def at_the_bottom(rates, losses):
    return choose_rate(rates, losses) * 10


def last_finite(rates, losses):
    return [rate for rate, loss in zip(rates, losses, strict=True) if math.isfinite(loss)][-1] / 10


def stumbles_over_nan(rates, losses):
    return rates[int(np.argmin(losses))] / 10


def the_loss(rates, losses):
    return min(loss for loss in losses if math.isfinite(loss))


def the_index(rates, losses):
    return int(np.nanargmin(losses))


def some_curve(rng):
    n = rng.randint(12, 30)
    rates = [10 ** (-6 + 6 * i / (n - 1)) for i in range(n)]
    bottom = rng.randint(n // 2, n - 4)
    losses = [0.7 - 0.3 * min(i, bottom) / bottom + rng.uniform(0, 0.01) for i in range(bottom + 1)]
    losses += [0.6 + 0.5 * i + rng.uniform(0, 0.1) for i in range(n - bottom - 1)]
    if rng.random() < 0.7:
        losses[-1] = math.nan
    return rates, losses


def no_tenth(got, rates, losses):
    number = isinstance(got, int | float | np.number)
    found = number and any(math.isclose(10 * got, rate, rel_tol=1e-6) for rate in rates)
    return "" if found else f"{short(got)} is a tenth of none of the rates."


TENTH = "it is a tenth of one of the rates"
BOTTOM = "That is the rate *at* the lowest loss. There the loss is about to rise: take a tenth of it."
LAST = "You take the last rate whose loss is finite. By then the loss had long been rising."
NAN = "An exploded loss is `nan`, and `np.argmin` takes it for the smallest. Leave out what is not finite."
LOSS = "That is the lowest loss. Asked is a learning rate."
INDEX = "That is the position of the lowest loss. Asked is the rate that stands there, divided by 10."

exercise = Exercise(
    id="05a.learning_rate_range",
    title="choose a learning rate from a range test",
    text="""
A range test gives two lists: `rates`, rising, and `losses`, one a step. A usual rule of thumb: find the rate at the
**lowest** loss and take **a tenth** of it, for at the lowest point the loss is just about to rise. Losses that have
exploded are `nan` or infinite, and don't count. Write the rule.
""",
    difficulty=2,
    minutes=6,
    stub='''
def choose_rate(rates, losses):
    """A tenth of the rate at which the loss was lowest."""
    return ...
''',
    hints=(
        "`math.isfinite(loss)` is False for `nan` and for infinity. Sort those out first, each with its rate.",
        "Pairs are compared by their first entry: in which order must loss and rate stand, for `min` to help?",
    ),
    solution='''
import math


def choose_rate(rates, losses):
    """A tenth of the rate at which the loss was lowest."""
    finite = [(loss, rate) for rate, loss in zip(rates, losses) if math.isfinite(loss)]
    return min(finite)[1] / 10
''',
    why="One rate a step is noisy, so the rule keeps a wide distance from the place where training breaks.",
    task=function(
        choose_rate,
        some_curve,
        mistakes={BOTTOM: at_the_bottom, LAST: last_finite, NAN: stumbles_over_nan, LOSS: the_loss, INDEX: the_index},
        fixed=(([2e-5, 1e-4, 5e-4, 3e-3, 2e-2], [0.7, 0.6, 0.4, 2.0, math.nan]),),
        name="choose_rate",
        properties={TENTH: each(no_tenth)},
    ),
    specimens=(
        Specimen(at_the_bottom, BOTTOM),
        Specimen(at_the_bottom, f"✗ {TENTH}"),
        Specimen(last_finite, LAST),
        Specimen(last_finite, f"✓ {TENTH}"),
        Specimen(stumbles_over_nan, NAN),
        Specimen(the_loss, LOSS),
        Specimen(the_index, INDEX),
        Specimen(lambda rates, losses: None, "forget to return"),
        Specimen(lambda rates, losses: [choose_rate(rates, losses)], "It is a list with the result in it"),
        Specimen(1e-4, "a function is expected"),
    ),
)
