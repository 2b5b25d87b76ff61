"""Rows of chapter 08a come out again."""

import numpy as np
import pytest
from test_results import row_of

from lmcourse.experiments import trends


def test_a_row_of_scaling():
    """Rounding of another machine moves a run of a few hundred steps by less than the luck of its seed."""
    setting = {"width": 16, "tokens": 2**16, "seed": 1}
    row, again = row_of("08a-scaling", **setting), trends.scaling(**setting)
    assert again["parameters"] == row["parameters"]
    assert again["loss"] == pytest.approx(row["loss"], rel=0.02)


def test_a_row_of_the_captions():
    """The baseline is the same; the learnt space is as good within the noise of its pictures."""
    row, again = row_of("08a-captions", seed=0), trends.captions(seed=0)
    assert (again["absent"], again["n"]) == (row["absent"], row["n"])
    assert again["lines"]["recall@1"] == pytest.approx(row["lines"]["recall@1"], abs=0.01)
    n = row["n"]["seen"] + row["n"]["new"]
    assert again["CLIP"]["recall@5"] == pytest.approx(row["CLIP"]["recall@5"], abs=5 * np.sqrt(0.25 / n))


def test_a_row_of_forgetting():
    setting = {"method": "fine-tuning", "replay": 0, "seed": 2}
    row, again = row_of("08a-continual", **setting), trends.continual(**setting)
    assert again["digits"] == row["digits"]
    assert again["weights"] == row["weights"]
    assert trends.end([again | setting], "unknown", "fine-tuning") == pytest.approx(
        trends.end([row], "unknown", "fine-tuning"), abs=0.1
    )


def test_a_row_of_other_domains():
    """Encoding differs a little from machine to machine, and with it a few answers."""
    row, again = row_of("08a-across", seed=0), trends.across(seed=0)
    assert again["majority"] == row["majority"]
    for a, scores in row["scores"].items():
        assert again["scores"][a] == pytest.approx(scores, abs=0.05)
