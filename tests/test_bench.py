"""The benches: their arithmetic, that both sides do the same work, and what the command prints. Never a time."""

import json
import math
import os
import re
import subprocess
import sys
import time
from functools import wraps

import numpy as np
import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from lmcourse import COMPILED, bench, bench_peers
from lmcourse.bench import Case, Run, contended, flops, row, summary
from lmcourse.bench_peers import IGNORED, Reading, Stopwatch, Work, as_batch, counts, elapsed, tensors, total
from lmcourse.data.batches import by_length
from lmcourse.errors import CourseError
from lmcourse.files import PROJECT, waiting
from lmcourse.inference import Predictor
from lmcourse.models.bert import BertConfig, BertForPreTraining
from lmcourse.models.weights import load_pretraining
from lmcourse.pretraining.run import PretrainConfig, Task

SMALL = Task.of(PretrainConfig(("wiki",), vocab_size=1000, max_length=32, limit=400)).train


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return Run(tmp_path_factory.mktemp("bench"), quick=True)


def one(value, others=0.0, **more):
    return {"value": value, "others": others, "slowed": 0.0, "large": 1.0, "steps": 4, "losses": [2.0, 3.0]} | more


# ---------------------------------------------------------------- arithmetic


def test_flops_by_hand():
    config = BertConfig(vocab_size=10, width=4, layers=2, heads=2, ff_width=8)
    counted = {"tokens": 5, "squares": 13, "selected": 2, "examples": 2}  # lengths 2 and 3
    block = 4 * 16 + 2 * 4 * 8  # queries, keys, values, output; in and out of the feed-forward network
    heads = 2 * (16 + 10 * 4) + 2 * (16 + 2 * 4)  # words; pooler and pairs
    attention = 2 * 2 * 13 * 4  # two products in each of two layers
    assert flops(config, counted, training=False) == 2 * (5 * 2 * block + heads + attention)
    assert flops(config, counted) == 3 * flops(config, counted, training=False)


def test_flops_are_those_that_torch_counts():
    rows = list(bench.filled_rows(SMALL))[:6]
    config = BertConfig(vocab_size=1000, width=32, layers=3, heads=2, ff_width=80, max_length=32, dropout=0.0)
    model, batch = BertForPreTraining(config), as_batch(rows)
    with FlopCounterMode(display=False) as counter:
        words, pairs = model(batch.ids, batch.segments, batch.mask, batch.selected)
        (F.cross_entropy(words, batch.targets) + F.cross_entropy(pairs, batch.label)).backward()
    assert flops(config, counts(rows)) == counter.get_total_flops()


def test_what_others_took():
    begin, end = Reading(10.0, 100.0, 7.0), Reading(14.0, 107.0, 13.5)  # 7 s of two cores busy, 6.5 of them ours
    assert elapsed(begin, end, cores=2) == {"seconds": 4.0, "others": 0.5 / 8}
    assert contended({**elapsed(begin, end, cores=2), "slowed": 0.0})
    assert not contended({**elapsed(begin, end, cores=4), "slowed": 0.0})
    assert elapsed(begin, Reading(14.0, 106.0, 13.5), cores=2)["others"] == 0  # clocks that differ by a tick
    unknown = elapsed(begin._replace(busy=None), end)
    assert (unknown["others"], contended({**unknown, "slowed": 0.0})) == (None, False)
    assert contended({**unknown, "slowed": 0.08})  # neighbours that no clock of this system tells of


def test_the_stopwatch_leaves_out_warm_up_and_compilation():
    clock = iter(range(100))
    watch = Stopwatch(steps=2, seconds=3, warmup=2, read=lambda: Reading(next(clock), None, 0.0))
    ended = [watch.step(compiled=number == 4) for number in range(1, 8)]  # the fourth compiles: 5, 6, 7 are timed
    assert ended == [False] * 6 + [True]
    assert watch.found() == {"steps": 3, "seconds": 3, "others": None}
    assert (watch.warmup, watch.ended) == (4, 7)


def test_compilation_is_noticed():
    function = torch.compile(lambda x: x + 1, backend="eager", dynamic=False)
    before = bench_peers.compiled_graphs()
    function(torch.zeros(3))
    assert bench_peers.compiled_graphs() == before + 1
    function(torch.ones(3))
    assert bench_peers.compiled_graphs() == before + 1
    function(torch.zeros(4))
    assert bench_peers.compiled_graphs() == before + 2


def test_medians_are_those_of_calm_rounds():
    told = summary([one(10.0), one(99.0, others=0.3), one(14.0), one(11.0)])
    assert (told["median"], told["min"], told["max"], told["rounds"]) == (11.0, 10.0, 14.0, 3)
    assert not told["contended"]
    told = summary([one(10.0, others=0.07), one(20.0, others=0.5)])
    assert (told["median"], told["rounds"], told["contended"]) == (15.0, 2, True)
    assert summary([one(5.0, others=None)])["contended"] is False


@pytest.mark.parametrize(("unit", "default", "best"), [("tokens/s", 10.0, 4.0), ("s", 0.1, 0.125)])
def test_ratios_say_how_many_times_faster_ours_is(unit, default, best):
    values = {"ours": 100, "default": 10, "bf16": 12.5, "grouped": 25, "tuned": 50, "int8": 2}
    case = Case("a case", Work("pretrain", "ours", ""), tuple(values), unit=unit)
    found = row(case, {side: [one(value)] for side, value in values.items()})
    assert found["ratio_default_peer"] == default
    assert found["ratio_best_peer"] == best  # neither tuned nor int8 is asked
    assert found["best"] == ("grouped" if unit == "tokens/s" else "bf16")
    assert found["ratios"]["ours"] == 1
    assert row(case, {"ours": [one(1.0)]})["ratio_default_peer"] is None


def test_sides_that_do_different_work_are_refused():
    found = {"ours": [one(1.0)], "default": [one(1.0) | {"losses": [2.0, 3.0001]}]}
    assert bench.agreement(found)["loss"] == pytest.approx(0.0001 / 3)
    for losses in ([2.0, 3.001], [2.0, math.nan]):
        with pytest.raises(CourseError, match="default"):
            bench.agreement({"ours": [one(1.0)], "default": [one(1.0) | {"losses": losses}]})


def test_answers_of_two_classifiers():
    found = bench.answers_agree([0.9, 0.4, 0.2, 0.6], [0.8, 0.6, 0.2, 0.6])
    assert found == {"equal": 0.75, "probability": pytest.approx(0.2)}


# ---------------------------------------------------------------- the same work on both sides


def test_natural_examples_are_those_of_pretraining():
    rows = bench.natural_rows(SMALL)
    for batch, _ in zip(SMALL.batches(epochs=1), range(3), strict=False):
        again = as_batch([next(rows) for _ in batch.ids])
        for name in ("ids", "segments", "mask", "selected", "targets"):
            assert torch.equal(getattr(again, name), getattr(batch, name)), name
        assert torch.equal(again.label, batch.label.clamp(min=0))


def test_filled_examples_are_full_of_neighbouring_tokens():
    batch = as_batch(rows := list(bench.filled_rows(SMALL)))
    assert batch.mask.all()
    assert batch.ids.size(1) == 32
    before = batch.ids.masked_scatter(batch.selected, batch.targets).numpy()
    text = np.concatenate([ids for document in SMALL.data["sentences"] for ids in document])
    words = np.lib.stride_tricks.sliding_window_view(text, 29)
    follows = (batch.label == 0).numpy()
    runs = np.delete(before, [0, 15, 31], axis=1)  # [CLS] and both [SEP]
    assert set(map(bytes, runs[follows].astype(text.dtype))) <= set(map(bytes, words.copy()))
    assert 0.4 < follows.mean() < 0.6
    assert 0.1 < counts(rows)["selected"] / counts(rows)["tokens"] < 0.2


def test_both_sides_see_the_same_and_find_the_same_losses(run):
    for filled in (False, True):
        work = Work("pretrain", "ours", str(bench.pretraining_folder(run, 1000, filled)))
        rows = work.examples()
        theirs, ours = tensors(rows[:32]), as_batch(rows[:32])
        assert torch.equal(theirs["input_ids"], ours.ids)
        assert torch.equal(theirs["labels"][ours.selected], ours.targets)
        assert (theirs["labels"][~ours.selected] == IGNORED).all()
        assert counts(rows[:32])["tokens"] == int(theirs["attention_mask"].sum()) == int(ours.mask.sum())
        losses = bench_peers.our_losses(load_pretraining(work.weights), rows, work)
        assert len(losses) == 3
        again = bench_peers.their_losses(bench_peers.their_model(work), rows, work)
        assert bench.disagreement(losses, again) < bench.AGREE
    work = Work("finetune", "ours", str(bench.movie_folder(run, "train")), 16)
    losses = bench_peers.our_losses(Predictor.load(work.weights).model, work.examples(), work)
    again = bench_peers.their_losses(bench_peers.their_model(work), work.examples(), work)
    assert bench.disagreement(losses, again) < bench.AGREE


def test_our_batches_are_those_that_fine_tuning_draws(run, monkeypatch):
    """The tokens of the timed steps are counted beside `finetune`, which does not tell them."""
    from lmcourse.finetuning.freezing import Tokens

    work, drawn = Work("finetune", "ours", str(bench.movie_folder(run, "test")), 16, seconds=0, steps=3), []
    batch = Tokens.batch
    monkeypatch.setattr(Tokens, "batch", lambda self, indices: drawn.append(indices) or batch(self, indices))
    found = bench_peers.finetune_ours(work)
    lengths = [len(example["input_ids"]) for example in work.examples()]
    assert found["steps"] == 3
    assert found["tokens"] == sum(lengths[i] for indices in drawn[-3:] for i in indices)


def test_any_few_batches_are_of_all_lengths():
    lengths = np.random.default_rng(0).permutation(np.repeat(np.arange(10, 130), 16)).tolist()
    batches = by_length(lengths, 16)
    for seed in range(3):
        order = bench_peers.spread(batches, lengths, seed)
        assert sorted(map(tuple, order)) == sorted(map(tuple, batches))
        means = [np.mean([lengths[i] for i in batch]) for batch in order]
        for begin in range(0, len(order) - 8, 4):
            assert np.mean(means[begin : begin + 8]) == pytest.approx(np.mean(lengths), rel=0.2)
    assert bench_peers.spread(batches, lengths, 0)[:4] != bench_peers.spread(batches, lengths, 1)[:4]


def test_the_peer_tells_the_tokens_of_its_timed_steps(run, monkeypatch):
    """The loader fetches a batch ahead: the numbers of batches and of steps must still fit."""
    from transformers import BertForSequenceClassification

    seen, forward = [], BertForSequenceClassification.forward

    @wraps(forward)
    def noting(self, *args, **given):
        seen.append(int(given["attention_mask"].sum()))
        return forward(self, *args, **given)

    monkeypatch.setattr(BertForSequenceClassification, "forward", noting)
    work = Work("finetune", "grouped", str(bench.movie_folder(run, "train")), 8, seconds=0, steps=3)
    found = bench_peers.train_theirs(work)
    assert found["steps"] == 3
    assert found["tokens"] == sum(seen[-3:])
    assert len(seen) == 3 + bench_peers.WARMUP + 3  # and three losses


def test_sums_of_batches():
    rows = [{"input_ids": [1] * n, "labels": [IGNORED] * (n - 1) + [7]} for n in (2, 3)]
    assert counts(rows) == {"tokens": 5, "squares": 13, "selected": 2, "examples": 2}
    assert total([counts(rows), counts(rows[:1])]) == {"tokens": 7, "squares": 17, "selected": 3, "examples": 3}
    assert counts([{"input_ids": [1, 2], "labels": 1}])["selected"] == 0


# ---------------------------------------------------------------- processes


def test_contended_measurements_are_repeated_but_not_for_ever(tmp_path, monkeypatch):
    shares = iter([0.5, 0.01, *[0.3, 0.2, 0.4], *[0.9] * 9])
    told = []
    run = Run(tmp_path, tell=told.append, repeats=5)
    monkeypatch.setattr(run, "process", lambda work, name: one(1.0, others=next(shares)))
    work = Work("pretrain", "ours", "")
    assert run.side(work, "first")["others"] == 0.01
    assert run.side(work, "second")["others"] == 0.2  # the calmest of three
    assert run.side(work, "third")["others"] == 0.9
    assert (run.repeats, len(told)) == (0, 5)
    assert run.side(work, "fourth")["others"] == 0.9
    assert len(told) == 5  # no repetition was left


def test_rounds_in_which_neighbours_slowed_large_products_do_not_count(tmp_path, monkeypatch):
    run = Run(tmp_path, repeats=1)
    measured = iter(
        [one(value, large=large) for value, large in [(10, 80), (12, 99), (9, 70), (11, 75), (14, 100), (13, 97)]]
    )
    monkeypatch.setattr(run, "process", lambda work, name: run.compared(next(measured)))
    found = run.rounds(Case("a case", Work("pretrain", "ours", ""), ("ours",), rounds=5))["ours"]
    # The first seemed fast until the second; the third was repeated, and its repetition was the calmer one.
    assert [(one["value"], contended(one)) for one in found] == [
        (10, True),
        (12, False),
        (11, True),
        (14, False),
        (13, False),
    ]
    assert (summary(found)["median"], summary(found)["rounds"], run.repeats) == (13, 3, 0)


def test_a_peer_that_fails_is_left_out_and_ours_must_not(tmp_path, monkeypatch):
    run, asked = Run(tmp_path), []

    def process(work, name):
        asked.append((work.seed, work.side))
        if work.side == broken:
            raise CourseError("it failed", name)
        return one(1.0)

    monkeypatch.setattr(run, "process", process)
    case, broken = Case("a case", Work("pretrain", "ours", ""), ("ours", "default", "compiled"), rounds=2), "compiled"
    assert {side: len(found) for side, found in run.rounds(case).items()} == {"ours": 2, "default": 2}
    assert asked == [(0, "ours"), (0, "default"), (0, "compiled"), (1, "ours"), (1, "default")]
    assert run.skipped == ["it failed (a case, compiled)"]
    broken = "ours"
    with pytest.raises(CourseError, match="it failed"):
        run.rounds(case)
    run.deadline = time.monotonic()
    assert run.rounds(case) == {}
    assert "no time" in run.skipped[-1]


def test_a_peer_keeps_its_own_way_to_wait_and_its_own_caches(tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")
    monkeypatch.setenv("GOMP_SPINCOUNT", "0")
    own = waiting(quiet=True)
    for side in ("ours", "ours fp32"):
        assert own.items() <= bench.environment(side, tmp_path).items()
    default = bench.environment("default", tmp_path)
    assert not own.keys() & default.keys()
    assert {default[name] for name in COMPILED} == {"1024"}


def test_what_takes_too_long_is_ended_with_its_children(tmp_path):
    beats = tmp_path / "beats"
    inner = f"import time\nwhile True: print(file=open({str(beats)!r}, 'a')); time.sleep(0.05)"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    assert bench.run_alone([sys.executable, "-c", outer], dict(os.environ), seconds=3)[0] is None
    number = len(beats.read_text())
    time.sleep(0.5)
    assert len(beats.read_text()) == number > 0


# ---------------------------------------------------------------- the command


@pytest.mark.parametrize("name", bench.BENCHES)
def test_the_command_gives_what_the_contract_says(name, tmp_path):
    command = [sys.executable, "-m", "lmcourse", "bench", name, "--quick", "--json", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    keys = {"cases", "ratio_default_peer", "ratio_best_peer", "share_of_peak", "agreement", "contended"}
    assert keys | {"machine", "versions", "command"} <= results.keys()
    assert results["quick"]
    assert results["command"] == f"lmcourse bench {name} --quick"
    assert results["skipped"] == []
    assert results["ratio_default_peer"] > 0
    assert results["ratio_best_peer"] > 0
    if name in ("pretrain", "finetune"):
        assert results["share_of_peak"] > 0
    if name == "inference":
        assert results["agreement"]["ours"]["equal"] > 0.9
    else:
        assert results["agreement"]["loss"] < bench.AGREE
    assert json.loads((tmp_path / f"bench-{name}.json").read_text()) == results
    assert (tmp_path / f"bench-{name}.png").read_bytes()[:4] == b"\x89PNG"
    header, lines = bench.table(results)
    assert {len(line) for line in lines} == {len(header)}
    assert any("quick" in line for line in bench.remarks(results))


def test_the_command_refuses_other_names_and_explains_itself(tmp_path):
    command = [sys.executable, "-m", "lmcourse", "bench"]
    done = subprocess.run([*command, "cooking"], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "pretrain" in done.stderr
    (tmp_path / "file").write_text("")
    done = subprocess.run([*command, "pretrain", "--out", str(tmp_path / "file")], capture_output=True, text=True)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "Example: lmcourse bench" in subprocess.run([*command, "--help"], capture_output=True, text=True).stdout


@pytest.mark.parametrize("name", [path.stem.split("-")[1] for path in (PROJECT / "data/bench").glob("bench-*.json")])
def test_the_readme_tells_what_was_measured(name):
    """Every ratio of a headline stands in the README's table, rounded; and it was a whole run."""
    found = json.loads((PROJECT / "data" / "bench" / f"bench-{name}.json").read_text())
    assert not found["quick"]
    table = re.search(r"## How fast\n(.*?)\n## ", (PROJECT / "README.md").read_text(), re.DOTALL)[1]
    for key in ("ratio_default_peer", "ratio_best_peer"):
        assert f"({found[key]:.1f}×)" in table
