"""Size, time and accuracy of several predictors: measured in turn, since no machine is quiet all the time."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lmcourse.compression.variants import file_bytes
from lmcourse.evaluation.uncertainty import wilson
from lmcourse.inference import Predictor

BATCHES = (1, 32)


@dataclass(frozen=True)
class Measured:
    """One way to answer: its name, MB on disk, ms a sentence by batch size, accuracy and its interval.

    Who chooses among several by these figures measures on validation texts; test texts are for what was chosen.
    """

    name: str
    megabytes: float
    milliseconds: dict[int, float]
    accuracy: float
    interval: tuple[float, float]


def times(predictors: dict[str, Predictor], texts: Sequence[str], rounds: int = 9) -> dict[str, dict[int, float]]:
    """Median milliseconds a sentence for each predictor, one sentence at a time and 32 at a time.

    In each round all predictors answer the same sentences, one after the other: a busy moment then hits them alike.
    """
    taken: dict = {name: {size: [] for size in BATCHES} for name in predictors}
    for number in range(-1, rounds):  # the first round warms up
        for size in BATCHES:
            batches = 2 if size == 1 else 1
            at = [(number + 1) * batches * size + i for i in range(batches * size)]
            given = [[texts[i % len(texts)] for i in at[k * size : (k + 1) * size]] for k in range(batches)]
            for name, predictor in predictors.items():
                start = time.perf_counter()
                for batch in given:
                    predictor.outputs(batch)
                if number >= 0:
                    taken[name][size].append(1000 * (time.perf_counter() - start) / (batches * size))
    return {name: {size: float(np.median(v)) for size, v in by_size.items()} for name, by_size in taken.items()}


def right(predictor: Predictor, texts: Sequence[str], labels: Sequence[int], precision: str = "fp32") -> int:
    """How many answers are right."""
    return int((predictor.outputs(list(texts), precision).argmax(1) == np.asarray(labels)).sum())


def measure(predictors: dict[str, Predictor], texts: Sequence[str], labels: Sequence[int], rounds: int = 9) -> list:
    """A `Measured` for each predictor, in their order."""
    found, ms = [], times(predictors, texts, rounds)
    for name, predictor in predictors.items():
        hits, n = right(predictor, texts, labels), len(texts)
        found.append(Measured(name, file_bytes(predictor) / 1e6, ms[name], hits / n, wilson(hits, n)))
    return found


def front(measured: Sequence[Measured], batch: int = 1) -> list[str]:
    """Names of those that no other one beats: none is as fast and as accurate, and better in one of the two."""

    def beaten(a: Measured) -> bool:
        return any(
            b.milliseconds[batch] <= a.milliseconds[batch]
            and b.accuracy >= a.accuracy
            and (b.milliseconds[batch], b.accuracy) != (a.milliseconds[batch], a.accuracy)
            for b in measured
        )

    return [m.name for m in measured if not beaten(m)]


def choose(measured: Sequence[Measured], megabytes: float, milliseconds: float, batch: int = 1) -> Measured | None:
    """The most accurate one within both budgets, of equals the fastest; None when nothing fits."""
    fits = [m for m in measured if m.megabytes <= megabytes and m.milliseconds[batch] <= milliseconds]
    return max(fits, key=lambda m: (m.accuracy, -m.milliseconds[batch])) if fits else None
