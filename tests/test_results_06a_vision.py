"""Stored rows of chapter 06a, pictures: one of each comes out again."""

import pytest

from lmcourse.experiments import stored, vision


def row_of(name, **setting):
    return next(row for row in stored(name)["rows"] if setting.items() <= row.items())


def test_a_row_of_the_splits():
    row, again = row_of("06a-splits", seed=1), vision.splits(seed=1)
    for kind in ("stretch", "mixed"):
        assert again[kind] == pytest.approx(row[kind], abs=0.01)


@pytest.mark.parametrize("order", ["one for all", "each its own"])
def test_a_row_of_the_places(order):
    again = vision.places(order, seed=1)
    assert again["accuracy"] == pytest.approx(row_of("06a-places", order=order, seed=1)["accuracy"], abs=0.05)


def test_a_row_of_the_labels():
    row, again = row_of("06a-labels", labels=10, seed=1), vision.few_labels(labels=10, seed=1)
    for name in ("SVM", "logistic regression", "nearest neighbour"):
        assert again[name] == pytest.approx(row[name], abs=0.01)
    assert again["ViT"] == pytest.approx(row["ViT"], abs=0.06)


def test_a_row_of_the_hidden_patches():
    row, again = row_of("06a-hidden", seed=1), vision.hidden(seed=1, each=(10,))
    assert again["errors"] == pytest.approx(row["errors"], abs=0.005)
    assert again["10"] == pytest.approx(row["10"], abs=0.06)
