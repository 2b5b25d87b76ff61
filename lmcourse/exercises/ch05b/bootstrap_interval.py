"""Chapter 05b: the bootstrap, the draws being given."""

import numpy as np

from lmcourse.checks import Exercise, Specimen, function


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


def backwards(correct, draws, level):
    return interval(correct, draws, level)[::-1]


def some_draws(rng):
    n = rng.randint(8, 20)
    correct = [int(rng.random() < 0.7) for _ in range(n)]
    correct[:2] = [1, 0]
    draws = [[rng.randrange(n) for _ in range(n)] for _ in range(60)]
    return correct, draws, rng.choice([0.8, 0.9, 0.95])


ONE_TAIL = "You leave 1 - level out at *each* end: an interval of 95 % leaves 2.5 % out below and 2.5 % above."
EXTREMES = "You give the smallest and the largest mean. They grow apart with every further draw; take quantiles."
SPREAD = "One standard deviation to each side holds about two thirds, whatever the level asked for: take quantiles."
TEXTS = "You took quantiles of the texts' own zeros and ones. First a mean for each draw, then quantiles of the means."
BACKWARDS = "The two ends have changed places: (low, high)."

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
        "The accuracy of one draw is the mean of `correct[i]` for all `i` in the draw.",
        "`np.quantile(values, [a, b])` gives two quantiles at once. For a level of 0.95, a = 0.025 and b = 0.975.",
    ),
    solution='''
def interval(correct, draws, level):
    """(low, high): the middle `level` of the accuracies of all draws."""
    accuracies = [np.mean([correct[i] for i in draw]) for draw in draws]
    return tuple(np.quantile(accuracies, [(1 - level) / 2, (1 + level) / 2]))
'''.replace("    accuracies", "    import numpy as np\n\n    accuracies"),
    why="Half of what is left out, 1 - level, lies below the interval and half above it.",
    task=function(
        interval,
        some_draws,
        mistakes={ONE_TAIL: one_tail, EXTREMES: extremes, SPREAD: by_spread, TEXTS: of_the_texts, BACKWARDS: backwards},
        name="interval",
    ),
    specimens=(
        Specimen(one_tail, ONE_TAIL),
        Specimen(extremes, EXTREMES),
        Specimen(by_spread, SPREAD),
        Specimen(of_the_texts, TEXTS),
        Specimen(backwards, BACKWARDS),
        Specimen(lambda correct, draws, level: None, "forget to return"),
        Specimen(0.95, "a function is expected"),
    ),
)
