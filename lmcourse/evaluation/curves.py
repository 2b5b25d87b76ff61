"""Learning curves: how many labels does it take, and where does one method overtake another?"""

from collections.abc import Sequence

import numpy as np


def labels_needed(sizes: Sequence[float], scores: Sequence[float], wanted: float) -> float:
    """The first number of labels from which a curve reaches `wanted`, between two points on a line over log size.

    Infinity where it never does; the smallest size where it does so from the start.
    """
    scores, x = np.asarray(scores, float), np.log(np.asarray(sizes, float))
    reached = np.flatnonzero(scores >= wanted)
    if not len(reached):
        return float("inf")
    if (i := int(reached[0])) == 0:
        return float(sizes[0])
    share = (wanted - scores[i - 1]) / (scores[i] - scores[i - 1])
    return float(np.exp(x[i - 1] + share * (x[i] - x[i - 1])))


def crossing(sizes: Sequence[float], behind: Sequence[float], ahead: Sequence[float]) -> float:
    """The number of labels from which the curve `behind` is not below `ahead` any more, to the end of what is known.

    Infinity where it is still below at the end; the smallest size where it never was.
    """
    gap, x = np.asarray(behind, float) - np.asarray(ahead, float), np.log(np.asarray(sizes, float))
    below = np.flatnonzero(gap < 0)
    if not len(below):
        return float(sizes[0])
    if (i := int(below[-1])) == len(gap) - 1:
        return float("inf")
    share = gap[i] / (gap[i] - gap[i + 1])
    return float(np.exp(x[i] + share * (x[i + 1] - x[i])))
