"""Stored results: complete, made by the code that is here, and reproducible."""

import json
from dataclasses import replace

import numpy as np
import pytest

from lmcourse.applications import speech
from lmcourse.course_bert import SHIPPED
from lmcourse.errors import InputError
from lmcourse.experiments import concepts, finetuning, logs, models, registry, senses, stored, transfer
from lmcourse.experiments.claims import Claim, table
from lmcourse.experiments.registry import CLAIMS, EXPERIMENTS, run
from lmcourse.files import sha256


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_complete_and_made_by_this_code(name):
    result, experiment = stored(name), EXPERIMENTS[name]
    assert result["source"] == experiment.source, f"the experiment has changed: {result['command']}"
    for setting in experiment.settings:
        assert sum(setting.items() <= row.items() for row in result["rows"]) == 1, f"{setting}: {result['command']}"
    assert result["machine"]
    assert result["question"]


def row_of(name, **setting):
    return next(row for row in stored(name)["rows"] if setting.items() <= row.items())


def test_a_row_of_the_baselines():
    row = row_of("05b-baselines", seed=1)
    again = finetuning.baselines(seed=1)
    for part in ("validation", "test"):
        for name, figures in again[part].items():
            assert figures["accuracy"] == pytest.approx(row[part][name]["accuracy"], abs=1e-9)


def test_a_row_of_training():
    """Another machine, or another number format, changes a few answers: the bound is that of the test's own noise."""
    setting = {"method": "minilm", "size": 50, "seed": 0}
    row, n = row_of("03-few-labels", **setting), len(finetuning.movie_parts(0)["test"])
    again = finetuning.few_labels(**setting)
    assert again["epochs"] == row["epochs"]
    assert again["test"] == pytest.approx(row["test"], abs=4 * np.sqrt(0.25 / n))


def test_a_row_of_the_logged_runs():
    """The first steps are the same but for rounding; the end is as bad."""
    [setting] = [setting for setting in logs.EXPERIMENTS["07-runs"].settings if setting["run"] == "A"]
    row, again = row_of("07-runs", run="A"), logs.logged(**setting)
    assert again["loss"][:3] == pytest.approx(row["loss"][:3], abs=5e-3)
    assert len(again["validation"]) == setting["epochs"]
    for found in (row, again):
        assert np.mean(found["loss"][-10:]) < 0.05
        assert found["validation"][-1][1] > 1.2 * min(loss for _, loss in found["validation"])


def test_a_row_of_the_same_head():
    """Encoding differs a little from machine to machine, and with it a few answers of 300."""
    row, again = row_of("02-same-head", task="odd words", seed=1), concepts.same_head("odd words", seed=1)
    assert again["n"] == row["n"]
    for name in ("random", "pretrained", "from movies", "majority"):
        assert again[name] == pytest.approx(row[name], abs=0.05 * (name != "majority"))


def test_a_row_of_length():
    row, again = row_of("02-length", seed=4), concepts.length(seed=4)
    for name in ("n", "majority", "odd by count"):
        assert again[name] == pytest.approx(row[name])
    for name in ("random", "pretrained"):
        assert again[name] == pytest.approx(row[name], abs=0.05)


@pytest.mark.parametrize("start", [transfer.PRETRAINED[-1], "tfidf"])
def test_a_row_of_transfer(start):
    setting = {"task": "movies", "start": start, "size": 500, "seed": 0}
    row, again = row_of("04c-transfer", **setting), transfer.transfer(**setting)
    assert again["n"] == row["n"]
    assert again["test"] == pytest.approx(row["test"], abs=4 * np.sqrt(0.25 / row["n"]) * (start != "tfidf"))


def test_a_row_of_counting():
    row, again = row_of("07-gpt", model="2-gram"), models.language_model("2-gram", steps=0, seed=0)
    assert again["bits_a_byte"] == pytest.approx(row["bits_a_byte"], abs=1e-9)
    assert again["tokens"] == row["tokens"]


def test_equal_steps_are_equal_work():
    """BERT and ALBERT are measured on the same positions; ALBERT's weights are fewer."""
    rows = {(row["model"], row["seed"]): row for row in stored("07-albert")["rows"] if row["pairs"] == "sop"}
    for seed in models.SEEDS:
        bert, albert = rows["bert", seed], rows["albert", seed]
        assert bert["tokens"] == albert["tokens"]
        assert bert["parameters"] > 2 * albert["parameters"]


@pytest.mark.parametrize("name", ["04c-transfer-tuning", "04c-transfer", "04c-closer", "04c-pairs"])
def test_transfer_is_that_of_the_weights_that_are_committed(name):
    rows = [row for row in stored(name)["rows"] if row["start"] in (transfer.PRETRAINED[-1], "closer")]
    assert {row["weights"] for row in rows} == {sha256(SHIPPED / "model.safetensors")}


def test_transfer_uses_the_recipes_that_were_best_on_validation_texts():
    found: dict = {}
    for row in stored("04c-transfer-tuning")["rows"]:
        recipe = row["learning_rate"], row["epochs"], row["layer_decay"]
        found.setdefault("random" if row["start"] == "random" else "pretrained", {}).setdefault(recipe, []).append(
            row["validation"]
        )
    for start, recipes in found.items():
        best = max(np.mean(values) for values in recipes.values())
        assert np.mean(recipes[transfer.RECIPES[start]]) == best
    for row in stored("04c-transfer")["rows"] + stored("04c-pairs")["rows"]:
        if row["start"] not in ("tfidf", "overlap"):
            assert transfer.recipe(row["start"], row["size"]).items() <= row.items()


def test_memory_of_pretraining_does_not_grow_with_its_corpus():
    rows = stored("04c-store-memory")["rows"]
    least, most = (row["peak_mb"] for row in (rows[0], rows[-1]))
    assert rows[-1]["tokens"] > 50 * rows[0]["tokens"]
    assert most < 1.3 * least


def test_probabilities_give_the_stored_figures():
    for row in stored("05b-recipes")["rows"]:
        if row["seed"] == 0:
            labels = dict(
                zip(*(finetuning.movie_parts(0)["test"][column][:] for column in ("id", "label")), strict=True)
            )
            said = np.array(row["test_probabilities"]) > 0.5
            truth = np.array([labels[i] for i in row["test_ids"]])
            assert (said == truth).mean() == pytest.approx(row["test"]["accuracy"], abs=2 / len(truth))


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_holds(name):
    assert CLAIMS[name].holds(), table(name)


def test_a_claim_can_fail():
    """One seed outside the band, or too few seeds, and it does not hold."""
    name = "07.two-layers-copy"
    claim = CLAIMS[name]
    least, *_, most = sorted(claim.seeds().values())
    assert replace(claim, low=least).holds()
    assert not replace(claim, low=(least + most) / 2).holds()
    assert not replace(claim, high=(least + most) / 2).holds()
    assert not Claim("one seed", "07-gpt", lambda rows: 0.0 if rows[0]["seed"] == 0 else float("nan"), 0, 1).holds()
    assert not Claim("two seeds of transfer are missing", "07-runs", lambda rows: 0.0).holds()


def test_an_unknown_result():
    with pytest.raises(InputError, match="nothing"):
        stored("nothing")
    with pytest.raises(InputError, match="unknown experiment"):
        run("nothing")


def test_a_row_that_two_processes_computed_is_stored_once(tmp_path, monkeypatch):
    rows = stored("07-gpt")["rows"][:2]
    monkeypatch.setattr(registry, "FOLDER", tmp_path)
    for row in (*rows, rows[0]):
        registry._add("07-gpt", row)
    assert json.loads((tmp_path / "07-gpt.json").read_text())["rows"] == rows


def test_a_row_of_the_shops():
    """What needs no training is the same; the GPT's figures are within the noise of its users."""
    row, again = row_of("06b-recommendation", order=1.0, seed=1), senses.shops(order=1.0, seed=1)
    for method, found in row["methods"].items():
        bound = 4 * np.sqrt(0.25 / row["users"]) if method == "GPT" else 5e-3
        assert again["methods"][method]["hit"] == pytest.approx(found["hit"], abs=bound), method
    assert again["splits"] == pytest.approx(row["splits"], abs=5e-3)


def test_the_templates_of_the_spoken_digits():
    """The generator and the templates make the stored figure again, without any training."""
    row = row_of("06b-speech", seed=0)
    templates, test = speech.Templates.of(speech.corpus([0, 0], 1500)), speech.corpus([0, 1], 300)
    said = [u.digits for u in test]
    assert sum(map(len, said)) == row["words"]
    again = speech.word_error_rate(said, [templates.recognise(u.picture) for u in test])
    assert again == pytest.approx(row["wer_templates"], abs=0.02)


def test_more_like_this_by_words():
    """The figures of one seed, up to the number format of another machine."""
    row, again = row_of("06b-more-like-this", seed=0), senses.more_like_this(seed=0)
    for name in ("tfidf", "minilm", "chance"):
        assert again[name] == pytest.approx(row[name], abs=0.01)


def test_rows_of_finance_medicine_and_the_future_come_out_again():
    for name, figures in {
        "06c-fraud": ("never", "logistic regression"),
        "06c-tests": ("drawn", "boundaries", "n-gram"),
        "06c-diagnosis": ("n", "logistic regression"),
    }.items():
        again = EXPERIMENTS[name].row(seed=1)
        for figure in figures:
            assert again[figure] == pytest.approx(row_of(name, seed=1)[figure], abs=0.01), (name, figure)
