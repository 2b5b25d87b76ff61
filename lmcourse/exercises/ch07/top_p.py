"""Chapter 07: top-p by hand."""

import math

import numpy as np

from lmcourse.checks import Exercise, Specimen, each, function


def cut(probabilities, p, keep):
    """The kept ones, scaled; `keep` says how many of the sorted ones stay."""
    order = np.argsort(-np.asarray(probabilities), kind="stable")
    kept = np.zeros(len(probabilities))
    chosen = order[: keep(np.asarray(probabilities)[order])]
    kept[chosen] = np.asarray(probabilities)[chosen]
    return kept / kept.sum()


def needed(ordered, p):
    return int((np.cumsum(ordered) - ordered < p).sum())


def top_p(probabilities, p):
    return cut(probabilities, p, lambda ordered: needed(ordered, p))


def crossing_dropped(probabilities, p):
    return cut(probabilities, p, lambda ordered: max(1, int((np.cumsum(ordered) <= p).sum())))


@np.errstate(invalid="ignore")
def nothing_left(probabilities, p):
    return cut(probabilities, p, lambda ordered: int((np.cumsum(ordered) <= p).sum()))


@np.errstate(invalid="ignore")
def less_than_p(probabilities, p):
    return cut(probabilities, p, lambda ordered: int((np.cumsum(ordered) < p).sum()))


def not_scaled(probabilities, p):
    return np.where(top_p(probabilities, p) > 0, probabilities, 0.0)


def in_sorted_order(probabilities, p):
    return -np.sort(-top_p(probabilities, p))


def share_of_tokens(probabilities, p):
    return cut(probabilities, p, lambda ordered: math.ceil(p * len(ordered)))


def unsorted(probabilities, p):
    first = needed(np.asarray(probabilities), p)
    kept = np.where(np.arange(len(probabilities)) < first, probabilities, 0.0)
    return kept / kept.sum()


def one_more(probabilities, p):
    return cut(probabilities, p, lambda ordered: int((np.cumsum(ordered) - ordered <= p).sum()))


def some_arguments(rng):
    raw = np.array([rng.uniform(0.05, 1) ** 3 for _ in range(rng.randint(4, 9))])
    return raw / raw.sum(), rng.uniform(0.3, 0.95)


def sums_to_one(got, probabilities, p):
    return "" if abs(float(np.sum(got)) - 1) < 1e-6 else f"the result sums to {float(np.sum(got)):.3g}."


NOTHING_LEFT = (
    "The token that takes the sum over p is missing, and where the likeliest has more than p nothing is left: 0/0. The "
    "kept ones must have *at least* p together."
)
LESS = "You keep those that have *less* than p together. The token that takes the sum to p or over it belongs to them."
DROPPED = (
    "The token that takes the sum over p is missing: the kept ones must have *at least* p together. With a likeliest "
    "token of more than p nothing would be left."
)
NOT_SCALED = "What is kept must be scaled to a sum of 1, or it is no distribution to draw from."
SORTED = "The probabilities have left their places: place i of the result must still belong to token i."
SHARE = "You keep a share p of the *tokens*. p is a share of the probability: how many tokens that takes varies."
UNSORTED = "You add up from the first token of the vocabulary. Begin with the likeliest."

exercise = Exercise(
    id="07.top_p",
    title="top-p by hand",
    text="""
`probabilities` is an array (V) that sums to 1, and `p` lies between 0 and 1. Keep the **fewest** of the likeliest
tokens that have at least `p` together; set the others to 0; scale what is left to a sum of 1. Return an array (V), each
token in its own place. `[0.2, 0.5, 0.3]` with p = 0.6 gives `[0, 0.625, 0.375]`.
""",
    difficulty=3,
    minutes=10,
    stub='''
import numpy as np


def top_p(probabilities, p):
    """The distribution cut to its likeliest tokens that have at least p together."""
    return ...
''',
    hints=(
        "`np.argsort(-probabilities)` gives the tokens from the likeliest on; `np.cumsum` adds up.",
        "A token is kept if those *before* it have less than p together: cumulative sum minus its own share < p.",
        "Make an array of zeros, write the kept probabilities at `order[…]`, divide by their sum.",
    ),
    solution='''
import numpy as np


def top_p(probabilities, p):
    """The distribution cut to its likeliest tokens that have at least p together."""
    order = np.argsort(-probabilities)
    ordered = probabilities[order]
    chosen = order[np.cumsum(ordered) - ordered < p]
    kept = np.zeros(len(probabilities))
    kept[chosen] = probabilities[chosen]
    return kept / kept.sum()
''',
    why="Where the model is sure few tokens are left, where it is not many: top-k keeps as many in either case.",
    task=function(
        top_p,
        some_arguments,
        mistakes={
            DROPPED: crossing_dropped,
            NOTHING_LEFT: nothing_left,
            LESS: less_than_p,
            NOT_SCALED: not_scaled,
            SORTED: in_sorted_order,
            SHARE: share_of_tokens,
            UNSORTED: unsorted,
        },
        fixed=((np.array([0.25, 0.5, 0.125, 0.125]), 0.75), (np.array([0.2, 0.5, 0.3]), 0.6)),
        name="top_p",
        properties={"the result sums to 1": each(sums_to_one)},
    ),
    specimens=(
        Specimen(crossing_dropped, DROPPED),
        Specimen(nothing_left, NOTHING_LEFT),
        Specimen(less_than_p, LESS),
        Specimen(not_scaled, NOT_SCALED),
        Specimen(in_sorted_order, SORTED),
        Specimen(share_of_tokens, SHARE),
        Specimen(unsorted, UNSORTED),
        Specimen(one_more, "✗ the results are right"),
        Specimen(lambda probabilities, p: 2 * top_p(probabilities, p), "✗ the result sums to 1"),
        Specimen(lambda probabilities, p: probabilities[99], "raised"),
        Specimen([0.5], "a function is expected"),
    ),
)
