"""Rows of chapter 09, computed anew."""

import numpy as np
import pytest
from test_results import row_of

from lmcourse.experiments import questions


@pytest.mark.parametrize("method", ["naive Bayes", "TF-IDF"])
def test_a_row_of_the_learning_curves(method):
    setting = {"method": method, "size": 512, "seed": 1}
    row, again = row_of("09-learning-curves", **setting), questions.learning_curve(**setting)
    assert again["n"] == row["n"]
    assert again["test"] == pytest.approx(row["test"], abs=0.005)


def test_a_row_of_augmentation():
    row, again = row_of("09-augmentation", change="none", seed=1), questions.augmentation(change="none", seed=1)
    assert again["TF-IDF"] == pytest.approx(row["TF-IDF"], abs=1e-9)
    assert again["frozen"] == pytest.approx(row["frozen"], abs=0.02)


def test_a_row_of_compression():
    """Another machine, or another number format, changes a few answers: the bound is that of the test's own noise."""
    setting = {"variant_name": "int8 by hand", "seed": 1}
    row, again = row_of("09-compression", **setting), questions.compression(**setting)
    assert again["megabytes"] == pytest.approx(row["megabytes"], rel=0.01)
    assert again["right"] == pytest.approx(row["right"], abs=4 * np.sqrt(row["n"] / 4))


def test_a_row_of_label_errors():
    row, again = row_of("09-label-errors", seed=1), questions.label_errors(seed=1)
    assert again["planted"] == row["planted"]
    for name in ("TF-IDF", "frozen MiniLM"):
        assert again[name]["precision"] == pytest.approx(row[name]["precision"], abs=0.05)


def test_a_row_of_drift():
    setting = {"score": "confidence", "seed": 1}
    row, again = row_of("09-drift", **setting), questions.drift(**setting, streams=200)
    assert abs(again["false"] / 200 - row["false"] / row["streams"]) < 0.06
    assert again["accuracy"]["tweets"] == pytest.approx(row["accuracy"]["tweets"], abs=0.02)
