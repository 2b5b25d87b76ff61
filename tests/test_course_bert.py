"""The course's own BERT: what is committed is whole, opens elsewhere, knows more than counting; and how it is made."""

import json

import numpy as np
import pytest
import torch
from transformers import AutoModelForPreTraining, AutoTokenizer

from lmcourse import course_bert
from lmcourse.data import stores
from lmcourse.data.tokenizer import load_tokenizer
from lmcourse.errors import InputError
from lmcourse.files import check_manifest, sha256
from lmcourse.finetuning import encoders
from lmcourse.models.weights import load_pretraining
from lmcourse.pretraining import baselines, run
from lmcourse.pretraining.examples import Examples
from lmcourse.pretraining.objectives import Vocabulary
from lmcourse.pretraining.run import PretrainConfig

FOLDER = course_bert.SHIPPED


def test_what_is_committed_is_whole_and_small():
    files = check_manifest(FOLDER)
    assert sum(entry["bytes"] for entry in files.values()) < 25e6
    digest = sha256(FOLDER / "model.safetensors")
    assert json.loads((FOLDER / "results.json").read_text())["weights"] == digest
    assert digest in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_a_changed_byte_is_refused(tmp_path, monkeypatch):
    for path in FOLDER.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(encoders, "COURSE", tmp_path)
    assert encoders.find_encoder("course") == tmp_path
    weights = tmp_path / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)
    with pytest.raises(InputError, match="not as it was written"):
        encoders.find_encoder("course")


def test_transformers_opens_it_and_gives_the_same_numbers():
    ours, theirs = load_pretraining(FOLDER), AutoModelForPreTraining.from_pretrained(FOLDER).eval()
    given = AutoTokenizer.from_pretrained(FOLDER)("A film about nothing.", "It bored me.", return_tensors="pt")
    tok = load_tokenizer(FOLDER)
    assert given["input_ids"][0].tolist() == tok.encode("A film about nothing.", "It bored me.").ids
    with torch.no_grad():
        mlm, nsp = ours(given["input_ids"], given["token_type_ids"])
        found = theirs(**given)
    assert found.prediction_logits.dtype == torch.float32
    assert torch.allclose(mlm, found.prediction_logits, atol=1e-4)
    assert torch.allclose(nsp, found.seq_relationship_logits, atol=1e-4)


def test_it_knows_more_than_counting_where_it_has_not_read():
    tok = load_tokenizer(FOLDER)
    vocabulary = Vocabulary.of(tok)
    train, held_out = (stores.store(("editorials",), tok, part) for part in ("train", "validation"))
    batches = list(Examples(held_out, vocabulary).batches(epochs=1))
    rivals = baselines.held_against(baselines.count(train, vocabulary), vocabulary, batches)
    found = baselines.answers(load_pretraining(FOLDER), batches)
    at_mask = rivals["seen"] == 0
    for name in ("unigram", "bigram"):
        ahead = (rivals[name] - found["nats"])[at_mask]
        assert ahead.mean() > 3 * ahead.std() / np.sqrt(at_mask.sum()), name


def test_it_is_made_in_stretches_and_goes_on(tmp_path, monkeypatch):
    config = PretrainConfig(
        ("wiki",), steps=20, preset="tiny", vocab_size=1000, max_length=32, batch_size=8, limit=400, precision="fp32"
    )
    replaced = {"CONFIG": config, "STOPS": (4, 9), "OUT": tmp_path / "out", "SHIPPED": tmp_path / "s"}
    for name, value in replaced.items():
        monkeypatch.setattr(course_bert, name, value)
    course_bert.pretrain(config, tmp_path / "out", stop_after=2)  # interrupted before the first stop
    with monkeypatch.context() as killed:  # behind its last checkpoint, before the model is written
        killed.setattr(run, "_export", lambda *_: None)
        assert course_bert.make() == tmp_path / "s"
    assert course_bert.make() == tmp_path / "s"
    check_manifest(tmp_path / "s")
    assert all(course_bert.kept(step).is_dir() for step in (4, 9, 20))
    whole = course_bert.pretrain(config, tmp_path / "whole")
    assert json.loads((tmp_path / "s" / "results.json").read_text())["steps"][-1]["mlm"] == pytest.approx(
        whole["mlm"], abs=0.01
    )
