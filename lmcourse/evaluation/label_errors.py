"""Which labels are wrong? Those that a model which never saw them thinks unlikely (Northcutt et al. 2021)."""

import numpy as np

from lmcourse.errors import InputError


def out_of_fold(model, x, labels, folds: int = 5, seed: int = 0) -> np.ndarray:
    """Probabilities (N, C) of each text by a copy of `model` that was fitted on the other folds only."""
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    parts = StratifiedKFold(folds, shuffle=True, random_state=seed)
    return cross_val_predict(model, x, labels, cv=parts, method="predict_proba")


def suspects(labels, probabilities) -> np.ndarray:
    """Places of the labels that are probably wrong, the least likely first.

    A class's threshold is the mean probability of that class among the texts that bear its label. A text counts as of
    the likeliest class whose threshold it passes; it is suspected where that is not its label. Labels are class numbers
    (N,), probabilities (N, C), of texts that the model was not fitted on. Source: Northcutt et al. 2021, section 3.1.
    """
    labels, p = np.asarray(labels, int), np.asarray(probabilities, float)
    if p.ndim != 2 or len(p) != len(labels):
        raise InputError("one row of probabilities a label is needed", f"{p.shape} for {len(labels)} labels")
    thresholds = np.array([p[labels == c, c].mean() if (labels == c).any() else np.inf for c in range(p.shape[1])])
    passed = np.where(p >= thresholds, p, -1.0)
    counted = np.where(passed.max(1) >= 0, passed.argmax(1), labels)
    found = np.flatnonzero(counted != labels)
    return found[p[found, labels[found]].argsort(kind="stable")]


def flipped(labels, share: float, classes: int = 2, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Labels (N,) of which a share is changed to another class, drawn, and the places where that was done."""
    rng, labels = np.random.default_rng(seed), np.array(labels)
    places = rng.choice(len(labels), round(share * len(labels)), replace=False)
    labels[places] = (labels[places] + rng.integers(1, classes, len(places))) % classes
    return labels, np.sort(places)
