"""Can a table of accuracy, precision and recall be true at all?

Every confusion matrix of two classes is three shares of the texts: true positives TP, false positives FP, and the
positives s (true negatives are what is left, 1 - s - FP). All that a table says is then linear in them:

    recall    between a and b:   a s <= TP <= b s
    precision between a and b:   a (TP + FP) <= TP <= b (TP + FP)
    accuracy  between a and b:   a <= TP + 1 - s - FP <= b

So the matrices that fit a table form a polytope, and the least and largest accuracy or share of positives lie at
its corners: a linear programme finds them, and finds out when the polytope is empty.
"""

from dataclasses import dataclass

import numpy as np

from lmcourse.errors import InputError

Interval = tuple[float, float]


@dataclass(frozen=True)
class Verdict:
    """Whether figures fit together; what the others imply for the accuracy, and which shares of positives would fit."""

    possible: bool
    accuracy: Interval | None  # implied by precision, recall and the share, whatever accuracy was reported
    positive_share: Interval | None  # would fit all reported figures, whatever share was stated
    sentence: str


def rounding_box(figure: float | None, digits: int = 2, rounding: str = "nearest") -> Interval:
    """The values that a reported figure can stand for; (0, 1) when none was reported.

    Both ends belong to it, in favour of the table: at a tie some round up and others down.
    """
    if figure is None:
        return 0.0, 1.0
    if not 0 <= figure <= 1:
        raise InputError("a figure lies between 0 and 1", figure, "give 0.84 for 84 %")
    if abs(figure - round(figure, digits)) > 1e-12:
        raise InputError(f"a figure has more than {digits} digits", figure, "raise digits")
    if rounding not in ("nearest", "truncated"):
        raise InputError("unknown rounding", rounding, "say nearest or truncated")
    below, above = (0.5, 0.5) if rounding == "nearest" else (0.0, 1.0)
    return max(0.0, figure - below / 10**digits), min(1.0, figure + above / 10**digits)


def _least_and_largest(objective, constraints, share: Interval) -> Interval | None:
    """The range of `objective` @ (TP, FP, s) where `constraints` @ (TP, FP, s) <= limits, or None: nothing fits."""
    from scipy.optimize import linprog

    matrix, limits = zip(*constraints, strict=True)
    ends = []
    for sign in (1, -1):
        bounds = [(0, 1), (0, 1), share]
        found = linprog(sign * np.array(objective), A_ub=matrix, b_ub=limits, bounds=bounds)
        if not found.success:
            return None
        ends.append(sign * found.fun)
    return float(ends[0]), float(ends[1])


def can_be_true(
    accuracy: float | None = None,
    precision: float | None = None,
    recall: float | None = None,
    positive_share: float | None = 0.5,
    digits: int = 2,
    rounding: str = "nearest",
) -> Verdict:
    """Decide whether some confusion matrix of two classes has these figures, rounded to `digits`.

    Leave out what was not reported; `positive_share=None` when the share of positives is unknown.
    """
    if positive_share is not None and not 0 <= positive_share <= 1:
        raise InputError("a share lies between 0 and 1", positive_share)
    a, p, r = (rounding_box(figure, digits, rounding) for figure in (accuracy, precision, recall))
    by_precision_and_recall = [  # each row times (TP, FP, s) is at most the limit
        ((1, 0, -1), 0),  # TP <= s
        ((0, 1, 1), 1),  # FP <= 1 - s
        ((-1, 0, r[0]), 0),
        ((1, 0, -r[1]), 0),
        ((p[0] - 1, p[0], 0), 0),
        ((1 - p[1], -p[1], 0), 0),
    ]
    by_accuracy = [((-1, 1, 1), 1 - a[0]), ((1, -1, -1), a[1] - 1)]
    share = (0, 1) if positive_share is None else (positive_share, positive_share)
    implied = _least_and_largest((1, -1, -1), by_precision_and_recall, share)
    implied = implied and (1 + implied[0], 1 + implied[1])
    possible = _least_and_largest((0, 0, 1), by_precision_and_recall + by_accuracy, share) is not None
    fitting = _least_and_largest((0, 0, 1), by_precision_and_recall + by_accuracy, (0, 1))
    return Verdict(possible, implied, fitting, _sentence(possible, implied, fitting, accuracy, positive_share))


def _sentence(possible, implied, fitting, accuracy, positive_share) -> str:
    where = (
        "whatever the share of positives" if positive_share is None else f"with {100 * positive_share:g} % positives"
    )
    if implied is None:
        return f"Impossible: {where}, no confusion matrix has this precision and recall."
    if accuracy is None:
        return f"Possible: {where}, the accuracy lies between {implied[0]:.4f} and {implied[1]:.4f}."
    if possible:
        return f"Possible: {where}, the accuracy is {implied[0]:.4f} to {implied[1]:.4f}: {accuracy} can be true."
    end = (
        "No share of positives fits."
        if fitting is None
        else f"A share of positives from {fitting[0]:.4f} to {fitting[1]:.4f} would fit."
    )
    return (
        f"Impossible: {where}, precision and recall imply an accuracy from {implied[0]:.4f} to {implied[1]:.4f}, "
        f"never {accuracy}. {end}"
    )


def common_share(*verdicts: Verdict) -> Interval | None:
    """The shares of positives (low, high) that would fit all of several rows, or None."""
    intervals = [verdict.positive_share for verdict in verdicts]
    if None in intervals:
        return None
    low, high = max(i[0] for i in intervals), min(i[1] for i in intervals)
    return (low, high) if low <= high else None


def macro_can_be_true(
    accuracy: float | None = None,
    precision: float | None = None,
    recall: float | None = None,
    digits: int = 2,
    rounding: str = "nearest",
) -> Verdict:
    """The same question for precision and recall averaged over both classes of a balanced set.

    There the mean recall *is* the accuracy A: half of it comes from each class. With t and f the shares of the
    positives and of the negatives called positive, d = t - f and u = t + f, the mean precision is
    1/2 + d / (2 u (2 - u)). As u (2 - u) is at most 1, and A = (1 + d) / 2, it is never below A when A >= 1/2:
    a mean precision under the mean recall is impossible at once (unless one class is never predicted, where its
    precision is 0/0). Averages weighted by class size are the same on a balanced set; micro averages all equal A.
    """
    a, p, r = (rounding_box(figure, digits, rounding) for figure in (accuracy, precision, recall))
    # The mean precision lies between A and 1/2 + 1 / (2 (3 - 2A)) for A >= 1/2, mirrored below; solved for A:
    low = p[0] if p[0] <= 0.5 else max(0.5, (3 - 1 / (2 * p[0] - 1)) / 2)
    high = p[1] if p[1] >= 0.5 else min(0.5, (1 / (1 - 2 * p[1]) - 1) / 2)
    implied = max(r[0], low), min(r[1], high)
    if implied[0] > implied[1]:
        why = f"recall says that the accuracy is {r[0]:.4f} to {r[1]:.4f}, precision that it is {low:.4f} to {high:.4f}"
        return Verdict(False, None, None, f"Impossible: on a balanced set the mean {why}.")
    possible = implied[0] <= a[1] and a[0] <= implied[1]
    says = f"the mean precision and recall imply an accuracy from {implied[0]:.4f} to {implied[1]:.4f}"
    return Verdict(possible, implied, (0.5, 0.5) if possible else None, f"{'P' if possible else 'Imp'}ossible: {says}.")
