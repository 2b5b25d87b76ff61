"""Stored results: complete, made by the code that is here, and reproducible."""

import numpy as np
import pytest

from lmcourse import experiments
from lmcourse.errors import InputError


@pytest.mark.parametrize("name", experiments.EXPERIMENTS)
def test_complete_and_made_by_this_code(name):
    result, experiment = experiments.stored(name), experiments.EXPERIMENTS[name]
    assert result["source"] == experiment.source, f"the experiment has changed: {result['command']}"
    for setting in experiment.settings:
        assert sum(setting.items() <= row.items() for row in result["rows"]) == 1, f"{setting}: {result['command']}"
    assert result["machine"]
    assert result["question"]


def row_of(name, **setting):
    return next(row for row in experiments.stored(name)["rows"] if setting.items() <= row.items())


def test_a_row_of_the_baselines():
    stored = row_of("05b-baselines", seed=1)
    again = experiments.baselines(seed=1)
    for part in ("validation", "test"):
        for name, figures in again[part].items():
            assert figures["accuracy"] == pytest.approx(stored[part][name]["accuracy"], abs=1e-9)


def test_a_row_of_training():
    """Another machine, or another number format, changes a few answers: the bound is that of the test's own noise."""
    setting = {"method": "minilm", "size": 50, "seed": 0}
    stored, n = row_of("03-few-labels", **setting), len(experiments.movie_parts(0)["test"])
    again = experiments.few_labels(**setting)
    assert again["epochs"] == stored["epochs"]
    assert again["test"] == pytest.approx(stored["test"], abs=4 * np.sqrt(0.25 / n))


@pytest.mark.parametrize("start", ["16000", "tfidf"])
def test_a_row_of_transfer(start):
    setting = {"task": "movies", "start": start, "size": 500, "seed": 0}
    stored, again = row_of("04c-transfer", **setting), experiments.transfer(**setting)
    assert again["n"] == stored["n"]
    assert again["test"] == pytest.approx(stored["test"], abs=4 * np.sqrt(0.25 / stored["n"]) * (start != "tfidf"))


def test_memory_of_pretraining_does_not_grow_with_its_corpus():
    rows = experiments.stored("04c-store-memory")["rows"]
    least, most = (row["peak_mb"] for row in (rows[0], rows[-1]))
    assert rows[-1]["tokens"] > 50 * rows[0]["tokens"]
    assert most < 1.3 * least


def test_probabilities_give_the_stored_figures():
    for row in experiments.stored("05b-recipes")["rows"]:
        if row["seed"] == 0:
            labels = dict(
                zip(*(experiments.movie_parts(0)["test"][column][:] for column in ("id", "label")), strict=True)
            )
            said = np.array(row["test_probabilities"]) > 0.5
            truth = np.array([labels[i] for i in row["test_ids"]])
            assert (said == truth).mean() == pytest.approx(row["test"]["accuracy"], abs=2 / len(truth))


def test_an_unknown_result():
    with pytest.raises(InputError, match="nothing"):
        experiments.stored("nothing")
    with pytest.raises(InputError, match="unknown experiment"):
        experiments.run("nothing")
