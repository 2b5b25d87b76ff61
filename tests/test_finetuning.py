"""Freezing freezes, kept activations change nothing, a saved model is the model that was trained."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from datasets import Dataset

from lmcourse.data.sources import encoder_folder
from lmcourse.data.tokenizer import load_tokenizer, save_tokenizer
from lmcourse.errors import InputError
from lmcourse.files import write_manifest
from lmcourse.finetuning import labels
from lmcourse.finetuning.freezing import Activations, Freeze, parse_freeze
from lmcourse.finetuning.run import FinetuneConfig, build, finetune
from lmcourse.inference import Predictor, evaluate
from lmcourse.models.albert import Albert, AlbertConfig
from lmcourse.models.weights import save_model

GOOD, BAD = ("a joy", "wonderful and warm", "i loved it", "superb acting"), ("a bore", "awful", "i hated it", "dull")


def toy(n: int = 48, seed: int = 0) -> Dataset:
    random = np.random.default_rng(seed)
    rows = [(int(label), random.choice(GOOD if label else BAD)) for label in random.integers(2, size=n)]
    texts = [f"{words}, {'really ' * random.integers(0, 9)}that film number {i}" for i, (_, words) in enumerate(rows)]
    return Dataset.from_dict({"text": texts, "label": [label for label, _ in rows]})


QUICK = FinetuneConfig(epochs=2, batch_size=8, learning_rate=3e-4, max_length=24, precision="fp32", dropout=0.0)


@pytest.mark.parametrize(
    ("text", "freeze", "prefix"),
    [
        ("none", Freeze(False, 6, 6), None),
        ("0", Freeze(True, 0, 0), 0),
        ("4", Freeze(True, 0, 4), 4),
        ("encoder", Freeze(True, 0, 6), 6),
        ("last:2", Freeze(False, 4, 6), None),
        ("last:6", Freeze(False, 0, 6), None),
    ],
)
def test_parse_freeze(text, freeze, prefix):
    assert parse_freeze(text, 6) == freeze
    assert parse_freeze(text, 6).prefix == prefix


@pytest.mark.parametrize("text", ["7", "-1", "last", "last:7", "half", "1.5", ""])
def test_parse_freeze_refuses(text):
    with pytest.raises(InputError, match="--freeze"):
        parse_freeze(text, 6)


@pytest.mark.parametrize("text", ["none", "2", "encoder", "last:2"])
def test_only_what_is_not_frozen_changes(text):
    config = FinetuneConfig(**{**vars(QUICK), "freeze": text})
    before = {name: p.clone() for name, p in build(config, ["0", "1"]).model.named_parameters()}
    predictor, _ = finetune(config, toy(16), ["0", "1"])
    freeze = parse_freeze(text, 6)
    frozen = [f"bert.blocks.{i}." for i in range(freeze.first, freeze.end)]
    frozen += ["bert.embeddings."] if freeze.embeddings else []
    for name, parameter in predictor.model.named_parameters():
        if name.startswith("head"):
            continue
        assert torch.equal(parameter, before[name]) == name.startswith(tuple(frozen)), name


@pytest.mark.parametrize("first", [0, 3, 6])
def test_kept_activations_are_what_the_layers_give(first):
    predictor = build(QUICK, ["0", "1"])
    tokens = predictor.tokens(toy(10)["text"][:])
    kept = Activations(predictor.model.bert, tokens, first)
    with torch.no_grad():
        for indices in ([0, 3, 7], [9]):
            whole = predictor.model(*tokens.batch(indices))
            torch.testing.assert_close(predictor.model(*kept.batch(indices)), whole, rtol=1e-4, atol=1e-5)


def test_kept_activations_train_the_same_model(monkeypatch):
    config = FinetuneConfig(**{**vars(QUICK), "freeze": "3"})
    kept, _ = finetune(config, toy(24), ["0", "1"])
    monkeypatch.setattr(Freeze, "prefix", None)  # the frozen layers are computed in every step
    plain, _ = finetune(config, toy(24), ["0", "1"])
    for a, b in zip(kept.model.parameters(), plain.model.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-4)


def test_learns_and_gives_the_same_twice():
    runs = [finetune(QUICK, toy(64), ["0", "1"], validation=toy(16, seed=1)) for _ in range(2)]
    (predictor, history), (_, again) = runs
    assert [(row["loss"], row.get("validation")) for row in history] == [
        (row["loss"], row.get("validation")) for row in again
    ]
    assert evaluate(predictor, toy(40, seed=2))["accuracy"] > 0.9
    assert sum("validation" in row for row in history) == 2


def test_regression_learns():
    data = toy(64)
    data = data.remove_columns("label").add_column("label", [3.0 * label - 1 for label in data["label"]])
    predictor, _ = finetune(FinetuneConfig(**{**vars(QUICK), "task": "regression", "epochs": 4}), data, [])
    figures = evaluate(predictor, data)
    assert figures["pearson"] > 0.8
    assert predictor.labels == []


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_saved_model_is_the_model_also_for_transformers(tmp_path, task):
    import transformers

    data = toy(16)
    names = ["bad <b>", "good"] if task == "classification" else []
    if not names:
        data = data.remove_columns("label").add_column("label", [float(label) for label in data["label"]])
    predictor, _ = finetune(FinetuneConfig(**{**vars(QUICK), "task": task, "epochs": 1}), data, names)
    predictor.save(tmp_path)
    write_manifest(tmp_path)
    texts = ["A wonderful film!", "dull", "", "ünïcode 😀 text " * 30]
    expected = predictor.outputs(texts)
    again = Predictor.load(tmp_path)
    assert (again.labels, again.max_length) == (predictor.labels, 24)
    assert np.array_equal(again.outputs(texts), expected)
    theirs = transformers.AutoModelForSequenceClassification.from_pretrained(tmp_path).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path)
    for text, row in zip(texts[:3], expected, strict=False):
        with torch.no_grad():
            logits = theirs(**tokenizer(text, return_tensors="pt")).logits[0]
        np.testing.assert_allclose(logits.numpy(), row, atol=1e-4)
    if names:
        assert theirs.config.id2label == {0: "bad <b>", 1: "good"}


def test_a_tuned_albert_opens_again_here_and_in_transformers(tmp_path):
    import transformers

    tokenizer = load_tokenizer(encoder_folder())
    sizes = {"embedding_width": 16, "width": 32, "layers": 2, "heads": 2, "ff_width": 64, "max_length": 64}
    save_model(Albert(AlbertConfig(tokenizer.get_vocab_size(), **sizes)), tmp_path, "AlbertModel")
    save_tokenizer(tokenizer, tmp_path)
    predictor, _ = finetune(replace(QUICK, encoder=str(tmp_path), epochs=1), toy(16), ["bad", "good"])
    folder = tmp_path / "tuned"
    folder.mkdir()
    predictor.save(folder)
    write_manifest(folder)
    expected = predictor.outputs(["a joy"])
    assert np.array_equal(Predictor.load(folder).outputs(["a joy"]), expected)
    theirs = transformers.AutoModelForSequenceClassification.from_pretrained(folder).eval()
    assert theirs.config.architectures == [type(theirs).__name__] == ["AlbertForSequenceClassification"]
    with torch.no_grad():
        logits = theirs(torch.tensor(predictor.tokens(["a joy"]).sequences)).logits
    np.testing.assert_allclose(logits.numpy(), expected, atol=1e-5)


def test_altered_model_is_refused(tmp_path):
    predictor = build(QUICK, ["0", "1"])
    predictor.save(tmp_path)
    write_manifest(tmp_path)
    weights = tmp_path / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[len(data) // 2] ^= 1
    weights.write_bytes(data)
    with pytest.raises(InputError, match=r"model\.safetensors"):
        Predictor.load(tmp_path)


def test_foreign_tokenizer_of_equal_size_is_refused(tmp_path):
    predictor = build(QUICK, ["0", "1"])
    predictor.save(tmp_path)
    for name in ("tokenizer.json", "vocab.txt"):
        path = tmp_path / name
        text = path.read_text()
        path.write_text(text.replace('"good"', '"g00d"').replace("\ngood\n", "\ng00d\n"))
    write_manifest(tmp_path)
    with pytest.raises(InputError, match="tokenizer does not belong"):
        Predictor.load(tmp_path)


def test_labels():
    data = Dataset.from_dict({"text": list("abcdef"), "label": ["10", "9", "9", "10", "2", "2"]})
    assert labels.class_names(data, "f.csv") == ["2", "9", "10"]
    assert labels.with_class_numbers(data, ["2", "9", "10"], "f.csv")["label"][:] == [2, 1, 1, 2, 0, 0]
    slip = Dataset.from_dict({"text": list("abcdefg"), "label": ["0", "1", "0", "1", "0", "1", "7"]})
    with pytest.raises(InputError, match=r"'7'.*row 7"):
        labels.class_names(slip, "f.csv")
    with pytest.raises(InputError, match=r"'10'.*row 1"):
        labels.with_class_numbers(data, ["2", "9"], "f.csv")
    with pytest.raises(InputError, match="all labels are"):
        labels.class_names(Dataset.from_dict({"text": ["a", "b"], "label": ["1", "1"]}), "f.csv")
    with pytest.raises(InputError, match=r"'x'.*row 2"):
        labels.with_numbers(Dataset.from_dict({"text": ["a", "b"], "label": ["1.5", "x"]}), "f.csv")
    with pytest.raises(InputError, match="row 1"):
        labels.with_numbers(Dataset.from_dict({"text": ["a"], "label": ["inf"]}), "f.csv")
