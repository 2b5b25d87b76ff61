"""Pretraining on documents: what is kept for a test never enters, a run goes on exactly, and the model learns."""

import json
import signal
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from itertools import chain, islice

import numpy as np
import pytest
import torch
from datasets import Dataset
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoModelForPreTraining, AutoTokenizer

from lmcourse.data import corpora, splits, stores
from lmcourse.errors import InputError
from lmcourse.files import check_manifest, sha256
from lmcourse.models.bert import BertConfig, BertForPreTraining
from lmcourse.models.weights import load_pretraining
from lmcourse.pretraining import run
from lmcourse.pretraining.examples import Examples, Streams, stream
from lmcourse.pretraining.objectives import Vocabulary, causal_losses

WIKI = ("wiki",)
OTHERS = {"albert": {"model": "albert", "pairs": "sop"}, "gpt": {"model": "gpt", "pairs": "none"}}  # than BERT


@pytest.fixture(scope="module")
def small():
    """Twenty articles' worth of paragraphs: seconds, not minutes."""
    return run.PretrainConfig(WIKI, steps=20, preset="tiny", vocab_size=1000, max_length=32, batch_size=8, limit=400)


# What may be learnt from


@pytest.mark.parametrize("name", ["movies", "amazon", "editorials", "tweets"])
def test_what_is_kept_for_a_test_never_enters(name):
    kept, learnt = stores.reserved(name), stores.learnable(name)
    assert len(kept) > 500
    assert len(learnt) > 2000
    assert not {text.casefold() for text in kept} & {text.casefold() for text in learnt["text"]}
    rng = np.random.default_rng(0)
    sample = [learnt["text"][i] for i in rng.choice(len(learnt), 1500, replace=False).tolist()]
    assert splits.leaks(sample, kept) == []
    found = {row["id"] for part in ("validation", "test") for row in stores.parts(name)[part]}
    assert not found & {*learnt["id"]}


def test_a_copy_of_a_test_sentence_in_a_file_is_left_out(tmp_path):
    kept = [text for text in stores.reserved("movies") if len(text.split()) > 12 and '"' not in text]
    first, second = kept[:2]
    path = tmp_path / "mine.csv"
    rows = ["text", f'"A new thought. {first}"', f'"{second} Indeed."', "Something else entirely."]
    path.write_text("\n".join(rows) + "\n")
    assert stores.learnable(str(path))["text"][:] == ["Something else entirely."]


# Stores


def test_store_keeps_documents_and_sentences(small):
    tok = stores.train_tokenizer(WIKI, 1000, small.limit)
    train, held_out = (stores.store(WIKI, tok, part, small.limit) for part in ("train", "validation"))
    names = [{*data["document"]} for data in (train, held_out)]
    assert names[0]
    assert names[1]
    assert not names[0] & names[1]
    assert max(len(ids) for row in train["sentences"] for ids in row) <= stores.LONGEST
    kind, name, found = next(stores.documents("wiki", small.limit))
    first = next(row for row in train if row["document"] == name) if name in names[0] else held_out[0]
    assert kind == "wiki"
    unspaced = "".join(tok.decode([i for ids in first["sentences"] for i in ids]).split())
    assert unspaced.startswith("".join(tok.normalizer.normalize_str(found[0]).split())[:30])


def test_sentences():
    text = 'He left. "Why?" she asked. It cost $3.50 (a lot!). Then nothing'
    assert stores.sentences(text) == ["He left.", '"Why?" she asked.', "It cost $3.50 (a lot!).", "Then nothing"]


def examples(config, **changes) -> Examples:
    task = run.Task.of(config)
    return Examples(task.train.data, task.train.vocabulary, **{"max_length": 32, "batch_size": 8, **changes})


def test_any_batch_can_be_made_again(small):
    whole = examples(small)
    per_epoch = sum(1 for _ in whole.batches(epochs=1))
    wanted = per_epoch + 3  # in the second epoch
    for k, (batch, again) in enumerate(zip(whole.batches(), examples(small).batches(), strict=False)):
        assert torch.equal(batch.ids, again.ids)
        if k == wanted:
            break
    skipped = next(whole.batches(skip=wanted))
    assert all(torch.equal(x, y) for x, y in zip(vars(batch).values(), vars(skipped).values(), strict=True))
    other = next(examples(small, seed=1).batches(skip=wanted))
    assert not torch.equal(other.targets, batch.targets)
    first, second = next(whole.batches()), next(whole.batches(skip=per_epoch))
    assert first.ids.shape != second.ids.shape or not torch.equal(first.ids, second.ids)


def test_words_or_pieces_are_masked(small):
    """A word of several pieces is hidden whole, or, asked for single pieces, often in part; only the masks differ."""
    parts = {}
    for whole_words in (True, False):
        task = run.Task.of(replace(small, whole_words=whole_words))
        assert task.train.whole_words == task.validation.whole_words == whole_words
        vocabulary, found = task.train.vocabulary, []
        continues, special = torch.from_numpy(vocabulary.continues), torch.from_numpy(vocabulary.special)
        for batch in islice(task.train.batches(), 50):
            true = batch.ids.masked_scatter(batch.selected, batch.targets)
            inside = continues[true[:, 1:]] & ~special[true[:, :-1]]
            found.append((batch.selected[:, 1:] != batch.selected[:, :-1])[inside])
        parts[whole_words] = torch.cat(found)
    assert not parts[True].any()
    assert len(parts[False]) == len(parts[True]) > 1000
    assert parts[False].float().mean().item() == pytest.approx(2 * 0.15 * 0.85, abs=0.03)


def test_memory_does_not_grow_with_the_store(small, monkeypatch):
    tok, peaks = stores.train_tokenizer(WIKI, 1000, small.limit), {}
    monkeypatch.setattr("lmcourse.pretraining.examples.BLOCK", 20_000)
    for repeat in (4, 40):
        data = stores.store(WIKI, tok, limit=small.limit, repeat=repeat)
        tracemalloc.start()
        tokens = sum(int(batch.mask.sum()) for batch in Examples(data, Vocabulary.of(tok)).batches(epochs=1))
        peaks[repeat] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert tokens > 0.9 * sum(data["tokens"])
    assert peaks[40] < 1.2 * peaks[4]


# Streams


def test_a_stream_asks_each_token_once(small):
    """Whatever the order: [SEP] and all documents; padding is neither read nor asked."""
    task = run.Task.of(run.PretrainConfig(**vars(small) | OTHERS["gpt"]))
    data, sep = task.validation.data, task.validation.vocabulary.sep
    batches = list(Streams(data, task.validation.vocabulary, 32, 8, seed=3).batches(epochs=1))
    asked = np.concatenate([batch.targets for batch in batches])
    text = stream(data["sentences"][:], sep)
    assert text[0] == text[-1] == sep
    assert (text == sep).sum() == len(data) + 1
    assert sorted(asked) == sorted(text[1:])
    ends = {tuple([*chain(*sentences)][-3:]) for sentences in data["sentences"]}
    for batch in batches:
        rows = torch.zeros_like(batch.ids).masked_scatter(batch.selected, batch.targets)
        assert torch.equal(rows[:, :-1][batch.mask[:, 1:]], batch.ids[:, 1:][batch.mask[:, 1:]])
        assert torch.equal(batch.mask, batch.selected)
        for row in torch.cat([batch.ids[:, :1], rows], 1).tolist():
            for end in [i for i, piece in enumerate(row) if piece == sep and i >= 3]:
                assert sep in row[end - 3 : end] or tuple(row[end - 3 : end]) in ends
    assert sum(bool((~batch.mask).any()) for batch in batches) <= 1


def test_any_batch_of_a_stream_can_be_made_again(small):
    task = run.Task.of(run.PretrainConfig(**vars(small) | OTHERS["gpt"]))
    per_epoch = sum(1 for _ in task.train.batches(epochs=1))
    *_, wanted = (batch for batch, _ in zip(task.train.batches(), range(per_epoch + 3), strict=False))
    skipped = next(task.train.batches(skip=per_epoch + 2))
    assert all(torch.equal(x, y) for x, y in zip(vars(wanted).values(), vars(skipped).values(), strict=True))
    other = next(Streams(task.train.data, task.train.vocabulary, 32, 8, seed=1).batches())
    assert not torch.equal(other.ids, next(task.train.batches()).ids)


def test_padding_of_a_stream_counts_for_nothing(small):
    """The loss is that of the rows without it, whatever stands there, and gradients of nothing else are made."""
    task = run.Task.of(run.PretrainConfig(**vars(small) | OTHERS["gpt"]))
    model, text = task.model().eval(), stream(task.train.data["sentences"][:1], 3)
    batch = task.train.batch([text[:33], text[33:40]])
    loss = causal_losses(model, batch)["clm"]
    logits = [model(torch.from_numpy(row[None, :-1])).squeeze(0) for row in (text[:33], text[33:40])]
    by_hand = torch.nn.functional.cross_entropy(
        torch.cat(logits), torch.from_numpy(np.concatenate([text[1:33], text[34:40]]))
    )
    torch.testing.assert_close(loss, by_hand)
    batch.ids[~batch.mask] = 7
    assert causal_losses(model, batch)["clm"] == loss
    part, shares = batch.part([1])
    rest, others = batch.part([0])
    parts = shares["clm"] * causal_losses(model, part)["clm"] + others["clm"] * causal_losses(model, rest)["clm"]
    torch.testing.assert_close(parts, loss)


@pytest.mark.parametrize("vocab_size", [300, 1000])
def test_a_text_has_the_same_bytes_in_every_vocabulary(small, vocab_size):
    tok = stores.train_tokenizer(WIKI, vocab_size, small.limit)
    text = "the river, and a café of 1912"
    ids = tok.encode(text, add_special_tokens=False).ids
    assert tok.token_to_id("[UNK]") not in ids
    assert Vocabulary.of(tok).bytes[ids].sum() == len(" the river , and a cafe of 1912")


# The run


def hashes(out):
    folder = max((out / "checkpoints").glob("step-*"))
    return {name: sha256(folder / f"{name}.safetensors") for name in ("model", "optimizer")}


def losses(out):
    rows = json.loads((out / "history.json").read_text())
    return [{name: value for name, value in row.items() if not name.startswith("seconds")} for row in rows]


def test_held_out_documents_that_repeat_what_was_learnt_are_left_out(small):
    tok = stores.train_tokenizer(WIKI, 1000, small.limit)
    train, held_out = (stores.store(WIKI, tok, part, small.limit) for part in ("train", "validation"))
    assert len(stores.apart(held_out, train)) == len(held_out)
    ids = [list(chain.from_iterable(row)) for row in train["sentences"][:2]]
    new = np.random.default_rng(0).permutation(1000).tolist()
    made = {
        "learnt": [ids[0][5:65]],
        "quotes a third": [new[:20], ids[1][:30], new[20:60]],
        "quotes a tenth": [new[:100], ids[1][:13], new[100:110]],
        "quotes less than a run": [ids[0][:12], ids[1][:12]],
        "too short for a run": [ids[0][:5]],
    }
    mixed = Dataset.from_dict({"document": [*made], "sentences": [*made.values()]})
    assert stores.apart(mixed, train, block=5000)["document"][:] == [*made][2:]
    short = mixed.select([4])
    assert stores.apart(short, train)["document"][:] == ["too short for a run"]


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_interrupted_and_resumed_is_the_same_run(small, tmp_path, precision):
    config = run.PretrainConfig(**{**vars(small), "precision": precision, "accumulation": 2})
    whole = run.pretrain(config, tmp_path / "whole")
    for stop in (7, 10, None):
        got = run.pretrain(config, tmp_path / "parts", stop_after=stop, resume=stop != 7)
    assert hashes(tmp_path / "parts") == hashes(tmp_path / "whole")
    assert losses(tmp_path / "parts") == losses(tmp_path / "whole")
    assert got["mlm"] == whole["mlm"]
    assert AutoModelForPreTraining.from_pretrained(tmp_path / "parts").config.hidden_size == 128
    assert len(check_manifest(tmp_path / "parts")) >= 6


@pytest.mark.parametrize("model", OTHERS)
def test_albert_and_gpt_are_pretrained_as_bert_is(small, tmp_path, model):
    """The same seed gives the same run, interrupted or not; the folder opens elsewhere, with the same numbers."""
    config = run.PretrainConfig(**vars(small) | OTHERS[model] | {"precision": "fp32"})
    whole = run.pretrain(config, tmp_path / "whole")
    for stop in (7, None):
        again = run.pretrain(config, tmp_path / "parts", stop_after=stop, resume=stop is None)
    assert hashes(tmp_path / "parts") == hashes(tmp_path / "whole")
    assert losses(tmp_path / "parts") == losses(tmp_path / "whole")
    assert again == whole
    assert ({"clm", "clm_accuracy", "bits_a_byte"} if model == "gpt" else {"mlm", "nsp"}) < {*whole}
    folder = tmp_path / "parts"
    check_manifest(folder)
    theirs = (AutoModelForCausalLM if model == "gpt" else AutoModelForPreTraining).from_pretrained(folder).eval()
    tok, ours = AutoTokenizer.from_pretrained(folder), load_pretraining(folder)
    ids = tok("the river is long", return_tensors="pt", add_special_tokens=model != "gpt")["input_ids"]
    assert tok.decode(ids[0], skip_special_tokens=True) == "the river is long"
    with torch.no_grad():
        made, found = ours(ids), theirs(ids)
    if model == "gpt":
        torch.testing.assert_close(made, found.logits, rtol=1e-5, atol=1e-5)
        start = theirs.generate(max_new_tokens=4, do_sample=False)[0, 0]
        assert start == theirs.config.eos_token_id == tok.sep_token_id
    else:
        torch.testing.assert_close(made[0], found.prediction_logits, rtol=1e-5, atol=1e-5)
        torch.testing.assert_close(made[1], found.sop_logits, rtol=1e-5, atol=1e-5)
    with pytest.raises(InputError, match="model"):
        run.pretrain(run.PretrainConfig(**vars(small) | {"precision": "fp32"}), folder, resume=True)


def test_a_run_from_before_there_were_other_models_goes_on(small, tmp_path):
    run.pretrain(small, tmp_path, stop_after=2)
    state = run.latest(tmp_path)
    del state.settings["model"]
    run.save(tmp_path, state, state.settings)
    assert run.pretrain(small, tmp_path, resume=True, stop_after=3) == {"step": 3}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"model": "gpt"}, "gpt.*'nsp'.*none"),
        ({"model": "gpt", "pairs": "sop"}, "gpt.*'sop'.*none"),
        ({"model": "bert", "pairs": "clm"}, "bert.*'clm'.*nsp or sop or none"),
        ({"model": "t5"}, "'t5'.*bert, albert, gpt"),
    ],
)
def test_what_no_model_can_be_asked(small, changes, told):
    with pytest.raises(InputError, match=told):
        run.Task.of(run.PretrainConfig(**vars(small) | changes))


def test_another_run_in_the_same_folder_is_refused(small, tmp_path):
    run.pretrain(small, tmp_path, stop_after=2)
    with pytest.raises(InputError, match="--resume"):
        run.pretrain(small, tmp_path)
    other = run.PretrainConfig(**{**vars(small), "learning_rate": 2e-3, "corpora": ("wiki", "amazon")})
    with pytest.raises(InputError, match=r"at step 2.*--stop-after"):
        run.pretrain(small, tmp_path, stop_after=2, resume=True)
    with pytest.raises(InputError, match=r"corpora.*learning_rate|learning_rate.*corpora"):
        run.pretrain(other, tmp_path, resume=True)


def test_a_signal_saves_and_the_run_goes_on(tmp_path):
    sizes = {"limit": 400, "preset": "tiny", "vocab-size": 1000, "max-length": 32, "batch-size": 8, "precision": "fp32"}
    command = [sys.executable, "-m", "lmcourse", "pretrain", "--corpus", "wiki", "--steps", "300", "--json"]
    command += ["--out", str(tmp_path), *(word for name, value in sizes.items() for word in (f"--{name}", str(value)))]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stderr.readline().startswith("step 1 of 300")
    process.send_signal(signal.SIGTERM)
    _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (143, "lmcourse: stopped\n")
    kept = max((tmp_path / "checkpoints").glob("step-*"))
    first = json.loads((kept / "state.json").read_text())["history"]
    done = subprocess.run([*command, "--resume"], capture_output=True, text=True, timeout=300)
    assert json.loads(done.stdout)["step"] == 300
    assert json.loads((tmp_path / "history.json").read_text())[: len(first)] == first


def test_it_learns_and_is_measured_on_held_out_documents(small, tmp_path):
    config = run.PretrainConfig(**{**vars(small), "steps": 150, "learning_rate": 3e-3, "limit": None})
    task = run.Task.of(config)
    before = run.evaluate(task.model(), task.validation)
    after = run.pretrain(config, tmp_path)
    assert before["mlm"] == pytest.approx(np.log(task.train.vocabulary.size), abs=0.3)
    assert after["intervals"]["mlm"][1] < before["mlm"] - 0.5
    assert after["tokens"] > 1000
    assert load_file(tmp_path / "model.safetensors")["bert.embeddings.word_embeddings.weight"].dtype == torch.float32


def test_a_gpt_learns_and_its_bits_are_counted(small, tmp_path):
    """From as many nats as there are pieces; bits a byte by hand."""
    config = run.PretrainConfig(**vars(small) | OTHERS["gpt"] | {"steps": 60, "learning_rate": 3e-3, "limit": None})
    task = run.Task.of(config)
    before = run.evaluate(task.model(), task.validation)
    after = run.pretrain(config, tmp_path)
    assert before["clm"] == pytest.approx(np.log(task.train.vocabulary.size), abs=0.3)
    assert after["intervals"]["clm"][1] < before["clm"] - 0.5
    words = [
        word
        for sentences in task.validation.data["sentences"]
        for word in task.tokenizer.decode(list(chain(*sentences)), skip_special_tokens=False).split()
    ]
    unknown = sum(word.count("[UNK]") for word in words)
    assert after["tokens"] == sum(task.validation.data["tokens"]) + len(task.validation.data)
    assert unknown < 0.01 * after["tokens"]
    text = " ".join(words)  # the decoder sets no space before a mark, and ours counts one
    marks = sum(not letter.isalnum() and not letter.isspace() for letter in text)
    sizes = after["clm"] * after["tokens"] / np.log(2) / after["bits_a_byte"]
    assert len(text.encode()) <= sizes <= len(text.encode()) + 2 * marks + len(task.validation.data)
    low, high = after["intervals"]["bits_a_byte"]
    assert low < after["bits_a_byte"] < high


def test_evaluation_by_hand(small):
    """On one batch: the mean cross-entropy and the share of hits at the selected positions."""
    task = run.Task.of(small)
    torch.manual_seed(0)
    model = BertForPreTraining(BertConfig(vocab_size=task.train.vocabulary.size, **run.PRESETS["tiny"])).eval()
    few = Examples(task.validation.data.select(range(1)), task.validation.vocabulary, max_length=32, batch_size=1000)
    (batch,) = few.batches(epochs=1)
    with torch.no_grad():
        logits, _ = model(batch.ids, batch.segments, batch.mask, batch.selected)
    found = run.evaluate(model, few)
    assert found["tokens"] == batch.selected.sum()
    assert found["mlm"] == pytest.approx(torch.nn.functional.cross_entropy(logits, batch.targets).item(), rel=1e-5)
    assert found["mlm_accuracy"] == pytest.approx((logits.argmax(-1) == batch.targets).float().mean().item())


def test_vocabulary_is_that_of_the_corpus(small):
    tok = stores.train_tokenizer(WIKI, 1000, small.limit)
    assert Vocabulary.of(tok).size <= 1000
    assert len(corpora.load("wiki", limit=small.limit)) == small.limit
