"""Has the stream changed? An alarm with a stated rate of false ones, over a whole period of watching."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from lmcourse.errors import InputError


def distance(reference: np.ndarray, window: np.ndarray) -> float:
    """The largest gap between two cumulative shares: the statistic of Kolmogorov and Smirnov.

    `reference` is sorted. Every value of both is a place where the gap may be largest.
    """
    window = np.sort(window)
    places = np.concatenate([reference, window])
    shares = (np.searchsorted(each, places, side="right") / len(each) for each in (reference, window))
    return float(np.abs(np.subtract(*shares)).max())


@cache
def threshold(reference: int, window: int, windows: int, rate: float, streams: int = 4000, seed: int = 0) -> float:
    """What the largest distance of so many windows passes in a share `rate` of the streams in which nothing changes.

    The statistic depends on ranks only, so uniform numbers stand for any continuous score. All windows are held against
    one reference: its own luck is part of every simulated stream.
    """
    rng = np.random.default_rng(seed)
    most = np.empty(streams)
    for i in range(streams):
        known = np.sort(rng.random(reference))
        most[i] = max(distance(known, part) for part in rng.random((windows, window)))
    return float(np.quantile(most, 1 - rate))


@dataclass
class Alarm:
    """Watches a score (a confidence, a length) in windows: `rate` is the chance of any false alarm in `windows`."""

    reference: np.ndarray
    window: int
    windows: int
    rate: float = 0.05

    def __post_init__(self):
        self.reference = np.sort(np.asarray(self.reference, float))
        if not (len(self.reference) and np.isfinite(self.reference).all()):
            raise InputError("a reference needs numbers, all of them finite", "Alarm", "leave out what is missing")
        if not (self.window > 0 and self.windows > 0 and 0 < self.rate < 1):
            raise InputError("window and windows are at least 1, and a rate lies between 0 and 1", "Alarm")
        self.threshold = threshold(len(self.reference), self.window, self.windows, self.rate)

    def rings(self, stream: np.ndarray) -> int | None:
        """The number of the first whole window, from 0, that is too far from the reference; None: none of them."""
        parts = np.asarray(stream, float)[: self.windows * self.window]
        for number in range(len(parts) // self.window):
            part = parts[number * self.window : (number + 1) * self.window]
            if distance(self.reference, part) > self.threshold:
                return number
        return None
