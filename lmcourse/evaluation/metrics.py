"""How good are predictions? Counts first, then every figure computed from the counts."""

import numpy as np

from lmcourse.errors import InputError


def _pair(a, b, names: str) -> tuple[np.ndarray, np.ndarray]:
    """Two arrays of equal length, neither empty nor with a NaN in it."""
    a, b = np.asarray(a), np.asarray(b)
    if a.ndim == 0 or b.ndim == 0 or len(a) != len(b) or len(a) == 0:
        raise InputError(f"{names} need the same length, and not 0", f"shapes {a.shape} and {b.shape}")
    for x in (a, b):
        if x.dtype.kind == "f" and not np.isfinite(x).all():
            raise InputError(f"{names} hold a value that is not finite", f"row {_first_not_finite(x)}")
    return a, b


def _first_not_finite(x: np.ndarray) -> int:
    return int(np.argwhere(~np.isfinite(x))[0][0])


def classes(labels, predictions) -> np.ndarray:
    """The classes that occur, sorted; of two classes the last one is the positive one (1, "positive", "yes").

    Errors: InputError when the lengths differ or one side holds text and the other numbers.
    """
    labels, predictions = _pair(labels, predictions, "labels and predictions")
    if (labels.dtype.kind in "UO") != (predictions.dtype.kind in "UO"):
        raise InputError("labels and predictions are not of one kind", f"{labels[0]!r} and {predictions[0]!r}")
    found = np.unique(np.concatenate([labels, predictions]))
    binary = found.dtype.kind in "biuf" and np.isin(found, (0, 1)).all()
    return np.array([0, 1]) if binary else found  # a part without a single 1 is still a two-class part


def confusion(labels, predictions) -> np.ndarray:
    """Confusion matrix (C, C): row = true class, column = predicted class, in the order of `classes`."""
    names = classes(labels, predictions)
    rows, columns = np.searchsorted(names, labels), np.searchsorted(names, predictions)
    return np.bincount(rows * len(names) + columns, minlength=len(names) ** 2).reshape(len(names), len(names))


def from_confusion(matrix: np.ndarray, positive: int | None = None) -> dict[str, np.ndarray]:
    """Accuracy, precision, recall and F1 of confusion matrices (..., C, C), all at once.

    `positive` is the index of the class asked about; None takes the last of two classes, and of more the mean
    over the classes that occur (macro). What would be 0/0 counts as 0.
    """
    right = np.diagonal(matrix, axis1=-2, axis2=-1)
    truly, predicted = matrix.sum(-1), matrix.sum(-2)
    each = {  # one value a class: (..., C)
        "precision": _ratio(right, predicted),
        "recall": _ratio(right, truly),
        "f1": _ratio(2 * right, predicted + truly),
    }
    if positive is None and matrix.shape[-1] == 2:
        positive = 1
    if positive is not None:
        picked = {name: value[..., positive] for name, value in each.items()}
    else:
        occurs = predicted + truly > 0
        picked = {name: _ratio((value * occurs).sum(-1), occurs.sum(-1)) for name, value in each.items()}
    return {"accuracy": _ratio(right.sum(-1), truly.sum(-1)), **picked}


def _ratio(above, below) -> np.ndarray:
    return np.divide(above, below, out=np.zeros(np.shape(above)), where=np.asarray(below) > 0)


def index_of(positive, names: np.ndarray) -> int | None:
    """Where the class `positive` stands among `names`; None stays None."""
    if positive is None:
        return None
    if positive not in names.tolist():
        raise InputError("no label and no prediction is of the positive class", positive, f"classes are {names}")
    return names.tolist().index(positive)


def classification(labels, predictions, positive=None) -> dict:
    """{n, accuracy, precision, recall, f1}: of the positive class when there are two, macro means when more."""
    names = classes(labels, predictions)
    figures = from_confusion(confusion(labels, predictions), index_of(positive, names))
    return {"n": len(labels), **{name: float(value) for name, value in figures.items()}}


def regression(targets, predictions) -> dict:
    """{n, pearson, spearman, rmse}; a constant has no correlation, which counts as 0."""
    from scipy.stats import rankdata

    targets, predictions = _pair(targets, predictions, "targets and predictions")
    return {
        "n": len(targets),
        "pearson": correlation(targets, predictions),
        "spearman": correlation(rankdata(targets), rankdata(predictions)),
        "rmse": float(np.sqrt(np.mean((targets - predictions) ** 2))),
    }


def correlation(a, b) -> float:
    """Pearson's correlation coefficient, 0 when one side is constant."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    if a.min() == a.max() or b.min() == b.max():
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def _truth(labels, scores) -> tuple[np.ndarray, np.ndarray]:
    """Labels as 0/1 and scores as floats; both classes must occur, else no curve exists."""
    labels, scores = _pair(labels, scores, "labels and scores")
    names = classes(labels, labels)
    truth = (labels == names[-1]).astype(int)
    if len(names) != 2 or truth.min() == truth.max():
        raise InputError("a curve needs both of two classes", f"labels hold {np.unique(labels).tolist()}")
    return truth, scores.astype(float)


def roc(labels, scores) -> dict:
    """{false_positive_rate, true_positive_rate, threshold, area} over all thresholds (Fawcett 2006)."""
    from sklearn.metrics import auc, roc_curve

    false, true, threshold = roc_curve(*_truth(labels, scores))
    return {
        "false_positive_rate": false,
        "true_positive_rate": true,
        "threshold": threshold,
        "area": float(auc(false, true)),
    }


def precision_recall(labels, scores) -> dict:
    """{precision, recall, threshold, average_precision} over all thresholds; the last point has no threshold."""
    from sklearn.metrics import average_precision_score, precision_recall_curve

    truth, scores = _truth(labels, scores)
    precision, recall, threshold = precision_recall_curve(truth, scores)
    average = float(average_precision_score(truth, scores))
    return {"precision": precision, "recall": recall, "threshold": threshold, "average_precision": average}


def costs(labels, probabilities, false_positive: float = 1.0, false_negative: float = 1.0) -> dict:
    """{threshold, cost, best}: mean cost of a text when "positive" is said from each threshold on.

    The thresholds are the probabilities that occur, and infinity (never say "positive"): between two of them
    nothing changes. `best` is the cheapest threshold.
    """
    truth, scores = _truth(labels, probabilities)
    threshold = np.append(np.unique(scores), np.inf)
    said_positive = [len(part) - np.searchsorted(np.sort(part), threshold) for part in (scores, scores[truth == 1])]
    false_positives = said_positive[0] - said_positive[1]
    false_negatives = truth.sum() - said_positive[1]
    cost = (false_positive * false_positives + false_negative * false_negatives) / len(truth)
    return {"threshold": threshold, "cost": cost, "best": float(threshold[cost.argmin()])}


def calibration(labels, probabilities, bins: int = 10) -> dict:
    """{confidence, frequency, count}: what was promised and what happened, in equally wide bins that hold texts.

    Probabilities (B,) are of the positive class; of a table (B, C) the largest of each row counts, and happening
    means that this class, a number from 0 to C-1, was the right one (Guo et al. 2017).
    """
    labels, probabilities = _pair(labels, probabilities, "labels and probabilities")
    if probabilities.min() < 0 or probabilities.max() > 1:
        raise InputError("probabilities lie between 0 and 1", f"{probabilities.min():g} to {probabilities.max():g}")
    if probabilities.ndim == 2:
        happened, confidence = labels == probabilities.argmax(1), probabilities.max(1)
    else:
        happened, confidence = labels == classes(labels, labels)[-1], probabilities
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    count = np.bincount(bin_of, minlength=bins)
    held = count > 0
    return {
        "confidence": np.bincount(bin_of, confidence, bins)[held] / count[held],
        "frequency": np.bincount(bin_of, happened, bins)[held] / count[held],
        "count": count[held],
    }


def expected_calibration_error(labels, probabilities, bins: int = 10) -> float:
    """Mean gap between promised and observed frequency, weighted by the texts in each bin."""
    c = calibration(labels, probabilities, bins)
    return float(np.average(np.abs(c["confidence"] - c["frequency"]), weights=c["count"]))
