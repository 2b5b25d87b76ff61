"""Chapter 05b: the bootstrap, the draws being given."""

import math

import numpy as np

from lmcourse.checks import Exercise, Specimen, each, function


def means(correct, draws):
    return [sum(correct[i] for i in draw) / len(draw) for draw in draws]


def interval(correct, draws, level):
    low, high = np.quantile(means(correct, draws), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def one_tail(correct, draws, level):
    low, high = np.quantile(means(correct, draws), [1 - level, level])
    return float(low), float(high)


def extremes(correct, draws, level):
    found = means(correct, draws)
    return min(found), max(found)


def by_spread(correct, draws, level):
    found, middle = np.array(means(correct, draws)), sum(correct) / len(correct)
    return float(middle - found.std()), float(middle + found.std())


def of_the_texts(correct, draws, level):
    low, high = np.quantile(np.asarray(correct, float), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def mirrored(correct, draws, level):
    low, _ = interval(correct, draws, level)
    return low, 2 * sum(correct) / len(correct) - low


def down_to_the_least(correct, draws, level):
    return min(means(correct, draws)), interval(correct, draws, level)[1]


def backwards(correct, draws, level):
    return interval(correct, draws, level)[::-1]


def all_means(correct, draws, level):
    return means(correct, draws)


def some_draws(rng):
    n = rng.randint(8, 20)
    correct = [int(rng.random() < 0.7) for _ in range(n)]
    correct[:2] = [1, 0]
    draws = [[rng.randrange(n) for _ in range(n)] for _ in range(200)]
    return correct, draws, rng.choice([0.8, 0.9, 0.95])


ONE_TAIL = "You leave 1 - level out at *each* end: an interval of 95 % leaves 2.5 % out below and 2.5 % above."
EXTREMES = "You give the smallest and the largest mean. They grow apart with every further draw; take quantiles."
SPREAD = "One standard deviation to each side holds about two thirds, whatever the level asked for: take quantiles."
TEXTS = "You took quantiles of the texts' own zeros and ones. First a mean for each draw, then quantiles of the means."
MIRRORED = "You mirrored the lower end at the accuracy. Near 0 or 1 the means are lopsided: take both ends from them."
BACKWARDS = "the two ends have changed places: (low, high)."
TWO = "two numbers are expected: (low, high)."
UNSEEN = "not to be seen before two numbers come back."


def read(got):
    """The two ends, or None when the result is something else."""
    try:
        ends = [float(value) for value in got]
    except (TypeError, ValueError):
        return None
    return ends if len(ends) == 2 else None


def ordered(got, correct, draws, level):
    if read(got) is None:
        return TWO
    low, high = read(got)
    return BACKWARDS if low > high else ""


def end(k):
    """The test of the lower (0) or of the upper end (1)."""

    def test(got, correct, draws, level):
        if read(got) is None:
            return UNSEEN
        value, right = sorted(read(got))[k], interval(correct, draws, level)[k]
        found, place = sorted(means(correct, draws)), ((1 - level, 1 + level)[k]) / 2 * len(draws)
        least = found[max(math.floor(place - 1), 0)]  # whatever rule of interpolation: every usual one lies between
        most = found[min(math.ceil(place), len(found) - 1)]
        return "" if least - 1e-6 <= value <= most + 1e-6 else f"{value:.4g} at level {level}; right is {right:.4g}."

    return each(test)


exercise = Exercise(
    id="05b.bootstrap_interval",
    title="a bootstrap interval",
    text="""
`correct` holds 1 for each test text that was judged rightly and 0 for the others. `draws` is a list of resamples:
each is a list of row numbers, drawn with replacement. Return the **percentile interval (low, high)** of the accuracy:
the accuracy of every draw, and the two quantiles between which the share `level` of them lies.
""",
    difficulty=2,
    minutes=8,
    stub='''
def interval(correct, draws, level):
    """(low, high): the middle `level` of the accuracies of all draws."""
    return ...
''',
    hints=(
        "Two steps: first one number for each draw, then two quantiles of all these numbers.",
        "The accuracy of one draw is the mean of `correct[i]` for all `i` in the draw; a row drawn twice counts twice.",
        "`np.quantile(values, [a, b])` gives two quantiles at once. For a level of 0.95, a = 0.025 and b = 0.975.",
    ),
    solution='''
import numpy as np


def interval(correct, draws, level):
    """(low, high): the middle `level` of the accuracies of all draws."""
    accuracies = [np.mean([correct[i] for i in draw]) for draw in draws]
    return tuple(np.quantile(accuracies, [(1 - level) / 2, (1 + level) / 2]))
''',
    why="Half of what is left out, 1 - level, lies below the interval and half above it.",
    task=function(
        None,
        some_draws,
        mistakes={ONE_TAIL: one_tail, EXTREMES: extremes, SPREAD: by_spread, TEXTS: of_the_texts, MIRRORED: mirrored},
        name="interval",
        properties={
            "two numbers come back, the lower first": each(ordered),
            "the lower end is right": end(0),
            "the upper end is right": end(1),
        },
    ),
    specimens=(
        Specimen(one_tail, ONE_TAIL),
        Specimen(extremes, EXTREMES),
        Specimen(by_spread, SPREAD),
        Specimen(of_the_texts, TEXTS),
        Specimen(mirrored, MIRRORED),
        Specimen(down_to_the_least, "✗ the lower end is right"),
        Specimen(backwards, BACKWARDS),
        Specimen(all_means, TWO),
        Specimen(lambda correct, draws, level: sum(correct) / len(correct), TWO),
        Specimen(lambda correct, draws, level: None, "forget to return"),
        Specimen(0.95, "a function is expected"),
    ),
)
