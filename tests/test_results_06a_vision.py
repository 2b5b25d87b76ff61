"""Stored rows of chapter 06a, pictures: one of each comes out again."""

import numpy as np
import pytest
from test_results import row_of

from lmcourse.applications import boxes
from lmcourse.applications import vision as v
from lmcourse.experiments import vision


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


@pytest.mark.parametrize(("number", "kind"), [*enumerate(boxes.KNOBS)])
def test_the_components_of_the_stored_canvases(number, kind):
    """The canvases and the baseline make the stored figures again, without any training."""
    row, data = row_of("06a-detection", seed=1)[kind], v.parts(1)
    test = boxes.scenes(data["test"], 200, [1, number, 1], *boxes.KNOBS[kind])
    found = boxes.components(boxes.crop_judge(data["train"], 1), test, row["ink"], row["blur"])
    assert boxes.mean_average_precision(found, test) == pytest.approx(row["components"], abs=0.01)


def test_the_pixels_of_the_stored_paintings():
    """Counted pixels need no training, and neither do those who judge them."""
    row, data = row_of("06a-painting", seed=1)["pixels"], v.parts(1)
    shares, unseen = v.PixelShares.of(data["train"]), [data[name] for name in ("validation", "test")]
    assert shares.nats(data["test"]).mean() == pytest.approx(row["nats"], abs=1e-3)
    labels = np.concatenate([part.labels for part in unseen])
    images = np.concatenate([v.from_levels(v.to_levels(part.images)) for part in unseen])
    made = v.Digits(shares.paint(labels, 1), labels)
    judge = v.rivals()["SVM"].fit(v.flat(images), labels)
    assert v.recognised(judge, made) == pytest.approx(row["recognised"], abs=0.01)
    assert v.variety(made) == pytest.approx(row["variety"], abs=0.01)
