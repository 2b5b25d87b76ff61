"""Streams in which something changes, or nothing: how far is each window from the reference?"""

import numpy as np

from lmcourse.evaluation.drift import distance


def distances(
    before,
    after=(),
    share: float = 0.0,
    streams: int = 1000,
    reference: int = 200,
    window: int = 40,
    windows: int = 10,
    change: int = 4,
    seed: int = 0,
) -> np.ndarray:
    """The distance of each window of each stream (S, W) from that stream's own reference.

    Reference and stream are drawn from the scores `before`, with replacement; from window `change` on, a `share` of
    the stream comes from `after`.
    """
    rng, before, after = np.random.default_rng(seed), np.asarray(before, float), np.asarray(after, float)
    found = np.empty((streams, windows))
    for i in range(streams):
        known, stream = np.sort(rng.choice(before, reference)), rng.choice(before, (windows, window))
        if share:
            strange = rng.random(stream.shape) < share
            strange[:change] = False
            stream[strange] = rng.choice(after, strange.sum())
        found[i] = [distance(known, part) for part in stream]
    return found


def rang(far: np.ndarray, threshold: float, change: int = 0) -> np.ndarray:
    """Whether each stream's alarm rings for the first time in window `change` or later (S,)."""
    beyond = far > threshold
    return beyond.any(1) & ~beyond[:, :change].any(1)
