"""How sure is a figure? Intervals by resampling, and tests for pairs of models on the same texts."""

from collections.abc import Callable

import numpy as np

from lmcourse.errors import InputError
from lmcourse.evaluation import metrics


def bootstrap(function: Callable, *arrays, samples: int = 1000, level: float = 0.95, seed: int = 0):
    """Percentile interval (low, high) of `function(*arrays)` when the rows are drawn again with replacement.

    A function that returns a dict gets a dict of intervals, without its `n`. Resampling rows measures the luck
    of the test part, not that of training: seeds measure that. Source: Efron and Tibshirani (1993), chapter 13.
    """
    arrays = [np.asarray(array) for array in arrays]
    rng, n = np.random.default_rng(seed), len(arrays[0])
    draws = [function(*(array[rows] for array in arrays)) for rows in rng.integers(n, size=(samples, n))]
    if isinstance(draws[0], dict):
        return {name: _interval([d[name] for d in draws], level) for name in draws[0] if name != "n"}
    return _interval(draws, level)


def bootstrap_confusion(matrix: np.ndarray, positive: int | None = None, samples=1000, level=0.95, seed=0) -> dict:
    """The same intervals as `bootstrap(classification, ...)` in milliseconds, whatever the number of texts.

    Drawing n rows again is drawing n times from the cells of the confusion matrix (C, C): one multinomial draw.
    """
    n = matrix.sum()
    draws = np.random.default_rng(seed).multinomial(n, matrix.ravel() / n, size=samples)
    figures = metrics.from_confusion(draws.reshape(samples, *matrix.shape), positive)
    return {name: _interval(values, level) for name, values in figures.items()}


def _interval(values, level: float) -> tuple[float, float]:
    if not 0 < level < 1:
        raise InputError("a level lies between 0 and 1", level, "0.95 is usual")
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def with_intervals(labels, predictions, task="classification", positive=None, samples=1000, level=0.95, seed=0) -> dict:
    """The figures of `task` ("classification" or "regression") and `intervals`, a (low, high) for each."""
    if task == "regression":
        figures = metrics.regression(labels, predictions)
        intervals = bootstrap(metrics.regression, labels, predictions, samples=samples, level=level, seed=seed)
    elif task == "classification":
        figures = metrics.classification(labels, predictions, positive)
        index = metrics.index_of(positive, metrics.classes(labels, predictions))
        intervals = bootstrap_confusion(metrics.confusion(labels, predictions), index, samples, level, seed)
    else:
        raise InputError("unknown task", task, "say classification or regression")
    return {**figures, "intervals": intervals}


def wilson(successes: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson's interval (low, high) of a share: sound for few texts and for 0 or all right, where resampling fails."""
    from scipy.stats import binomtest

    if not 0 <= successes <= n or n == 0:
        raise InputError("successes lie between 0 and n, and n is not 0", f"{successes} of {n}")
    interval = binomtest(int(successes), int(n)).proportion_ci(level, method="wilson")
    return float(interval.low), float(interval.high)


def mcnemar(correct_a, correct_b) -> dict:
    """{only_a, only_b, p}: exact two-sided test whether two models are right equally often on the same texts.

    Only the texts where one is right and the other wrong say anything: were both equally good, each of these
    would fall to either side like a fair coin. Source: McNemar (1947), with binomial probabilities.
    """
    from scipy.stats import binom

    a, b = np.asarray(correct_a, bool), np.asarray(correct_b, bool)
    if a.shape != b.shape:
        raise InputError("both models need the same texts", f"{len(a)} and {len(b)} of them")
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    p = min(1.0, 2 * float(binom.cdf(min(only_a, only_b), only_a + only_b, 0.5)))
    return {"only_a": only_a, "only_b": only_b, "p": p}


def mean_of_seeds(values, level: float = 0.95) -> tuple[float, float, float]:
    """(mean, low, high) of a figure over repeated runs (S,), by Student's t; one run alone has no interval (NaN)."""
    from scipy.stats import t

    values = np.asarray(values, float)
    mean, n = float(values.mean()), len(values)
    if n < 2:
        return mean, float("nan"), float("nan")
    half = float(t.ppf((1 + level) / 2, n - 1) * values.std(ddof=1) / np.sqrt(n))
    return mean, mean - half, mean + half
