"""Chapter 08b's stored results: one row of each comes out again."""

import numpy as np
import pytest
from test_results import row_of

from lmcourse.experiments import challenges


def test_a_row_of_the_explanations():
    """Fewer sentences: their areas by sentence are those stored, up to the number format of another machine."""
    row, again = row_of("08b-explanations", seed=1), challenges.explanations(seed=1, sentences=4)
    assert again["accuracy"] == pytest.approx(row["accuracy"], abs=0.05)
    for name in ("integrated gradients", "leave one out"):
        stored = row["areas"][name]["deletion"][:4]
        assert np.mean(again["areas"][name]["deletion"]) == pytest.approx(np.mean(stored), abs=0.1)


def test_a_row_of_the_prejudice():
    setting = {"classifier": "tfidf", "cure": "none", "seed": 1}
    row, again = row_of("08b-bias", **setting), challenges.prejudice(**setting)
    for figure in ("accuracy", "gap"):
        assert again[figure] == pytest.approx(row[figure], abs=0.01)


def test_a_row_of_the_insults():
    setting = {"harm": 0.2, "filter": "classifier", "seed": 1}
    row, again = row_of("08b-insults", **setting), challenges.insults(**setting)
    for figure in ("in", "left", "passed", "lost"):
        assert again[figure] == pytest.approx(row[figure], abs=0.01)
    for figure in ("written", "animals"):
        assert again[figure] == pytest.approx(row[figure], abs=0.05)


def test_a_row_of_the_secrets():
    setting = {"text": "as it is", "seed": 1}
    row, again = row_of("08b-secrets", **setting), challenges.planted_secrets(**setting)
    assert again["lines"] == row["lines"]
    for times in ("0", "32"):
        assert np.mean(again["exposure"][times]) == pytest.approx(np.mean(row["exposure"][times]), abs=3)


def test_a_row_of_the_members():
    row, again = row_of("08b-membership", seed=1), challenges.members(seed=1)
    for before, after in zip(row["epochs"], again["epochs"], strict=True):
        assert after["auc"] == pytest.approx(before["auc"], abs=0.08)
