"""Chapter 09: the number of labels at which a curve reaches a height."""

from math import exp, log

from lmcourse.checks import Exercise, Specimen, function


def between(sizes, scores, wanted, place):
    i = next(k for k, score in enumerate(scores) if score >= wanted)
    share = (wanted - scores[i - 1]) / (scores[i] - scores[i - 1])
    return place(sizes[i - 1], sizes[i], share)


def right(sizes, scores, wanted):
    return between(sizes, scores, wanted, lambda a, b, share: exp(log(a) + share * (log(b) - log(a))))


def straight(sizes, scores, wanted):
    return between(sizes, scores, wanted, lambda a, b, share: a + share * (b - a))


def next_point(sizes, scores, wanted):
    return between(sizes, scores, wanted, lambda a, b, share: b)


def last_below(sizes, scores, wanted):
    return between(sizes, scores, wanted, lambda a, b, share: a)


def from_above(sizes, scores, wanted):
    return between(sizes, scores, wanted, lambda a, b, share: exp(log(b) - share * (log(b) - log(a))))


def some_curve(rng):
    sizes = [32 * 4**k for k in range(5)]
    scores = [0.5]
    for _ in sizes[1:]:
        scores.append(round(scores[-1] + rng.uniform(0.02, 0.1), 3))
    at = rng.randint(1, 4)
    return sizes, scores, round(scores[at - 1] + rng.uniform(0.2, 0.8) * (scores[at] - scores[at - 1]), 4)


STRAIGHT = (
    "You drew the line over the sizes themselves. The points stand evenly on a *logarithmic* axis: go along that."
)
NEXT = "That is the first measured size that is good enough. Fewer labels may do: look between it and the one before."
BELOW = "That is the last measured size that is *not* good enough."
TURNED = "You went from the upper point downwards with the share that belongs to the lower one."

exercise = Exercise(
    id="09.crossing_point",
    title="how many labels does it take?",
    text="""
`sizes` are numbers of labels, rising; `scores` the accuracies reached, rising too. Return the number of labels at which
the curve reaches `wanted`, not rounded; `wanted` lies above the first score and below the last. Between two measured
points the curve is a straight line over the **logarithm** of the size.
""",
    difficulty=2,
    minutes=8,
    stub='''
from math import exp, log


def labels_for(sizes, scores, wanted):
    """The number of labels at which the curve reaches `wanted`."""
    return ...
''',
    hints=(
        "Find the first score that is at least `wanted`; the point before it is the other end of the line.",
        "share = (wanted − lower score) / (upper − lower score). Go that share of the way from log(lower size).",
    ),
    solution='''
from math import exp, log


def labels_for(sizes, scores, wanted):
    """The number of labels at which the curve reaches `wanted`."""
    i = next(k for k, score in enumerate(scores) if score >= wanted)
    share = (wanted - scores[i - 1]) / (scores[i] - scores[i - 1])
    return exp(log(sizes[i - 1]) + share * (log(sizes[i]) - log(sizes[i - 1])))
''',
    why="Two methods are best compared by what the same accuracy costs in labels: labels are what is paid for.",
    task=function(
        right,
        some_curve,
        mistakes={STRAIGHT: straight, NEXT: next_point, BELOW: last_below, TURNED: from_above},
        name="labels_for",
    ),
    specimens=(
        Specimen(straight, STRAIGHT),
        Specimen(next_point, NEXT),
        Specimen(last_below, BELOW),
        Specimen(from_above, TURNED),
        Specimen(500, "a function is expected"),
    ),
)
