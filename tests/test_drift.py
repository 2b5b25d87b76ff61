"""The alarm rings as often as it says where nothing changes, and soon where something does."""

import numpy as np
import pytest
from scipy.stats import ks_2samp

from lmcourse.errors import InputError
from lmcourse.evaluation.drift import Alarm, distance
from lmcourse.evaluation.uncertainty import wilson


def test_the_distance_is_scipys():
    rng = np.random.default_rng(0)
    for n, m in ((5, 3), (40, 7), (1, 1), (30, 30)):
        for scale in (1, 5):  # of five: many ties
            a, b = np.round(rng.normal(size=n) * scale), np.round(rng.normal(0.3, size=m) * scale)
            assert distance(np.sort(a), b) == pytest.approx(ks_2samp(a, b).statistic)


@pytest.mark.parametrize("rate", [0.05, 0.2])
def test_false_alarms_come_as_often_as_is_said(rate):
    """A thousand streams of confidences, each with a reference of its own: the share that rings, in its interval."""
    rng = np.random.default_rng(1)
    false = sum(Alarm(rng.beta(5, 1, 200), 40, 10, rate).rings(rng.beta(5, 1, 400)) is not None for _ in range(1000))
    low, high = wilson(false, 1000)
    assert low <= rate <= high, f"{false} of 1000"


def test_a_change_is_noticed_the_sooner_the_larger_it_is():
    rng, shares = np.random.default_rng(2), []
    for other in (5.0, 3.0, 1.5):
        rang = []
        for _ in range(200):
            before, after = rng.beta(5, 1, 160), rng.beta(other, 1, 240)
            found = Alarm(rng.beta(5, 1, 200), 40, 10).rings(np.concatenate([before, after]))
            rang.append(found is not None and found >= 4)
        shares.append(np.mean(rang))
    assert shares[0] < 0.1 < shares[1] < shares[2]
    assert shares[2] > 0.95


def test_ties_make_it_ring_less_often_never_more():
    rng = np.random.default_rng(3)
    false = sum(
        Alarm(rng.integers(4, size=200), 40, 10, 0.2).rings(rng.integers(4, size=400)) is not None for _ in range(300)
    )
    assert false / 300 < 0.2


def test_what_is_no_reference():
    for reference, window, rate in (([], 5, 0.05), ([1, float("nan")], 5, 0.05), ([1.0], 0, 0.05), ([1.0], 5, 1.0)):
        with pytest.raises(InputError):
            Alarm(reference, window, 3, rate)
    assert Alarm([0.1, 0.2, 0.3], 50, 3).rings([0.9] * 49) is None  # no whole window yet
