"""Are groups treated alike? Rates for each group, and the widest gap of each rate; no single gap says it all."""

import numpy as np

from lmcourse.errors import InputError


def by_group(labels, predictions, groups) -> dict[str, dict[str, float]]:
    """For each group its `n` and four shares, NaN where there is nothing to share out; classes are 0 and 1.

    `positive`: of its rows, those whose label is 1. `selected`: those whose prediction is 1. `true_positive`: of those
    whose label is 1, the selected ones; `false_positive`: of those whose label is 0.
    """
    y, said, group = np.asarray(labels), np.asarray(predictions), np.asarray(groups)
    if not len(y) == len(said) == len(group) or not len(y):
        raise InputError("labels, predictions and groups need one length, and not 0", f"{len(y)}, {len(said)}")

    def share(rows: np.ndarray, of: np.ndarray) -> float:
        return float(rows[of].mean()) if of.any() else float("nan")

    found = {}
    for name in np.unique(group):
        here = group == name
        found[str(name)] = {
            "n": int(here.sum()),
            "positive": share(y == 1, here),
            "selected": share(said == 1, here),
            "true_positive": share(said == 1, here & (y == 1)),
            "false_positive": share(said == 1, here & (y == 0)),
        }
    return found


def gaps(table: dict[str, dict[str, float]]) -> dict[str, float]:
    """The widest difference between two groups of `by_group`, under each of three names.

    Demographic parity asks that as large a share be selected; equal opportunity, as large a share of those whose label
    is 1; equalised odds, also of those whose label is 0 (Hardt, Price and Srebro 2016, section 2).
    """

    def widest(rate: str) -> float:
        return float(np.ptp([row[rate] for row in table.values()]))  # NaN where a group has no such person

    return {
        "demographic parity": widest("selected"),
        "equal opportunity": widest("true_positive"),
        "equalised odds": max(widest("true_positive"), widest("false_positive")),
    }
