"""Checkpoints and finished models under random faults: bytes changed, processes killed, disks without room."""

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from itertools import count
from multiprocessing import Pipe
from pathlib import Path

import mini
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from test_checkpoints import SETTINGS, fingerprint, full_disk, network, read_only, run, stream
from test_cli import write_csv
from tiny import encoder, in_one_line, predictor
from torch.nn import functional as F

from lmcourse.errors import CourseError, InputError
from lmcourse.files import sha256, whole_folder, write_manifest
from lmcourse.finetuning.encoders import COURSE
from lmcourse.inference import Predictor
from lmcourse.models.weights import load_encoder
from lmcourse.pretraining import run as pretraining
from lmcourse.training.checkpoints import latest, load
from lmcourse.training.loop import TrainingConfig, train

KINDS = ("flip", "overwrite", "cut", "extend", "insert", "remove")
FAULT = st.tuples(st.integers(0, 99), st.sampled_from(KINDS), st.integers(0, 2**24), st.binary(min_size=1, max_size=9))


def hurt(content: bytes, kind: str, place: int, added: bytes) -> bytes:
    """The content of a file with one fault at a place."""
    at = place % len(content)
    if kind == "flip":
        return content[:at] + bytes([content[at] ^ (1 << added[0] % 8)]) + content[at + 1 :]
    if kind == "overwrite":
        return content[:at] + added + content[at + len(added) :]
    return {
        "cut": content[:at],
        "extend": content + added,
        "insert": content[:at] + added + content[at:],
        "remove": content[:at] + content[at + len(added) :],
    }[kind]


def never_another(folder: Path, opened, examples: int) -> int:
    """Hurt any file of a folder at random: `opened()` is refused in one line, or is what it was. Counts refusals."""
    whole = {path: path.read_bytes() for path in sorted(folder.iterdir())}
    unharmed, refused, done = opened(), 0, 0

    @settings(max_examples=examples, database=None)
    @given(FAULT)
    def one(fault):
        nonlocal refused, done
        number, *how = fault
        path = list(whole)[number % len(whole)]
        path.write_bytes(hurt(whole[path], *how))
        done += 1
        try:
            assert opened() == unharmed
        except InputError as error:
            in_one_line(error)
            refused += 1
        finally:
            path.write_bytes(whole[path])

    one()
    assert done >= examples
    return refused


@pytest.fixture(autouse=True, scope="module")
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


MANY = [100, pytest.param(5000, marks=pytest.mark.long)]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("examples", MANY)
def test_no_changed_byte_of_a_checkpoint_gives_another_one(tmp_path, examples):
    run(tmp_path, 1, width=4)
    (folder,) = (tmp_path / "checkpoints").iterdir()

    def opened():
        state = load(folder)
        return fingerprint(state, state.history), state.random, state.settings

    assert never_another(folder, opened, examples) > 0.9 * examples  # a blank in the manifest says nothing


@pytest.mark.timeout(300)
@pytest.mark.parametrize("examples", MANY)
def test_no_changed_byte_of_a_model_gives_another_one(tmp_path, examples):
    predictor().save(tmp_path)
    write_manifest(tmp_path)

    def opened():
        found = Predictor.load(tmp_path)
        return found.labels, found.max_length, [weight.tolist() for weight in found.model.parameters()]

    def trunk():
        return [weight.tolist() for weight in load_encoder(tmp_path).parameters()]

    assert never_another(tmp_path, opened, examples) > 0.9 * examples
    assert never_another(tmp_path, trunk, examples // 10) > 0.09 * examples


# Any way to interrupt it


@pytest.mark.timeout(300)
@pytest.mark.parametrize("examples", [5, pytest.param(100, marks=pytest.mark.long)])
def test_any_two_or_three_parts_are_the_whole(tmp_path, examples):
    whole, ids, history = run(tmp_path / "whole", 20)
    expected = fingerprint(whole, history)

    @settings(max_examples=examples, database=None)
    @given(st.sets(st.integers(1, 19), min_size=1, max_size=2))
    def one(stops):
        out, seen, resume = tmp_path / "parts", [], None
        shutil.rmtree(out, ignore_errors=True)
        for stop in (*sorted(stops), 20):
            state, batches, rows = run(out, stop, resume)
            seen += batches
            resume = latest(out)
        assert seen == ids
        assert fingerprint(resume, rows) == fingerprint(state, rows) == expected

    one()


def pretrain_all_the_time(corpus: Path, out: Path, tell) -> None:
    torch.set_num_threads(1)
    pretraining.SAVED_EVERY = 0
    pretraining.pretrain(settings_of(corpus), out, resume=True, on_step=lambda row: tell.send(row["step"]))


def settings_of(corpus: Path, **others) -> pretraining.PretrainConfig:
    sizes = {"preset": "tiny", "vocab_size": 150, "max_length": 32, "batch_size": 4, "precision": "fp32"}
    return pretraining.PretrainConfig((str(corpus),), **{"steps": 100_000} | sizes | others)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> Path:
    """Documents of some words, as a CSV file."""
    return mini.corpus(tmp_path_factory.mktemp("corpus") / "small.csv", 60)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("rounds", [3, pytest.param(100, marks=pytest.mark.long)])
def test_pretraining_loses_no_checkpoint_to_kills(process, corpus, tmp_path, capfd, rounds):
    """kill -9 at a random moment: the last complete checkpoint loads, and the next run goes on behind it."""
    chance, kept = random.Random(1), 0
    pretraining.Task.of(settings_of(corpus))  # into the cache
    for _ in range(rounds):
        told, tell = Pipe(duplex=False)
        training = process(pretrain_all_the_time, corpus, tmp_path / "out", tell)
        tell.close()
        assert told.poll(180), "the run did not go on"
        begun = step = told.recv()
        assert begun == kept + 1
        time.sleep(chance.uniform(0, 0.15))
        training.kill()
        training.join()
        assert training.exitcode == -signal.SIGKILL
        try:
            while told.poll():
                step = told.recv()
        except EOFError:
            pass
        state = latest(tmp_path / "out")
        found = state.step if state else 0
        assert found in (step - 1, step), "a checkpoint was lost"
        kept = found
    assert capfd.readouterr().err == ""  # none was passed over
    pretraining.pretrain(settings_of(corpus), tmp_path / "unharmed", stop_after=kept)
    unharmed = latest(tmp_path / "unharmed")
    assert unharmed.step == state.step
    for name in ("weights", "optimizer"):
        ours, theirs = getattr(unharmed, name), getattr(state, name)
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(ours[key], theirs[key]) for key in ours)
    untimed = [[{k: v for k, v in row.items() if "seconds" not in k} for row in s.history] for s in (unharmed, state)]
    assert untimed[0] == untimed[1]


def replaced_by_a_fork(target: Path, number: int) -> int:
    """Replace a folder in a fork that dies by kill -9 exactly before its system call of this number; its exit code."""
    if child := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    calls = count()

    def audit(event, arguments):
        if event.startswith(("os.", "ctypes.")) and next(calls) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(audit)
    with whole_folder(target) as aside:
        (aside / "model").write_text("new")
        write_manifest(aside)
    os._exit(0)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere two renames are needed")
@pytest.mark.timeout(120)
def test_a_kill_while_a_folder_is_replaced_leaves_the_old_or_the_new(tmp_path):
    target, seen = tmp_path / "model", []
    target.mkdir()
    for number in count():
        (target / "model").write_text("old")
        code = replaced_by_a_fork(target, number)
        seen.append((target / "model").read_text())
        if code == 0:
            break
        assert code == -signal.SIGKILL
    assert set(seen) == {"old", "new"}
    assert seen == sorted(seen, reverse=True)
    assert number > 5


def test_a_folder_that_cannot_be_put_in_place_leaves_the_old(tmp_path, monkeypatch):
    """Where folders cannot be exchanged at once, and the second of two renames fails."""
    monkeypatch.setattr("ctypes.CDLL", lambda *_, **__: object())
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "a").write_text("old")
    replace, calls = os.replace, count()

    def failing(*paths):
        if next(calls) == 1:
            raise OSError(5, "Input/output error")
        replace(*paths)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(OSError, match="Input/output"), whole_folder(tmp_path / "model") as aside:
        (aside / "a").write_text("new")
    assert (tmp_path / "model" / "a").read_text() == "old"
    monkeypatch.setattr(os, "replace", replace)
    with whole_folder(tmp_path / "model") as aside:
        (aside / "a").write_text("new")
    assert (tmp_path / "model" / "a").read_text() == "new"


def test_a_loss_that_is_not_finite_leaves_the_checkpoint_before(tmp_path):
    def trained(resume=None, bad=-1):
        def losses(model, batch):
            loss = F.cross_entropy(model(torch.from_numpy(batch)), torch.from_numpy(batch % 3))
            return {"loss": loss * (float("nan") if len(taken) == bad else 1)}

        def noted(batches):
            for batch in batches:
                taken.append(batch)
                yield batch

        def checkpoint(row, state):
            pretraining.save(tmp_path, state(), SETTINGS)

        taken = []
        model = network(0)
        batches = noted(stream(resume.batches if resume else 0))
        return train(model, batches, losses, TrainingConfig(6, 0.05), checkpoint=checkpoint, resume=resume)

    with pytest.raises(CourseError, match="step 4, batch 4") as error:
        trained(bad=4)
    assert "\n" not in str(error.value)
    state = latest(tmp_path)
    assert state.step == 3
    assert len(trained(state)) == 6


# No room


@contextmanager
def file_limit(folder: Path):
    """No file may grow beyond 16 kB, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**14, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("trouble", [full_disk, read_only])
def test_a_model_that_has_no_room_is_no_success(small_disk, shell, tmp_path, trouble):
    train, test = write_csv(tmp_path / "train.csv", 40), write_csv(tmp_path / "test.csv", 20, seed=1)
    words = ["finetune", "--train", train, "--test", test, "--text", "review", "--label", "stars", "--epochs", "1"]
    words += ["--encoder", encoder(tmp_path / "encoder", width=64), "--max-length", "16", "--precision", "fp32"]
    out = small_disk / "model"
    code, _, err = shell(*words, "--out", out)
    assert code == 0, err
    before = {path: sha256(path) for path in out.iterdir()}
    with trouble(small_disk):
        code, stdout, err = shell(*words, "--out", out, "--seed", "1")
        told = err.splitlines()
        assert (code, stdout) == (1, ""), err
        assert not any("Traceback" in line for line in told)
        assert str(small_disk) in told[-1]
        assert "unforeseen" not in told[-1]
    assert {path: sha256(path) for path in out.iterdir()} == before
    assert [path.name for path in small_disk.iterdir()] == ["model"]
    assert shell("verify", out)[0] == 0
    assert shell(*words, "--out", out, "--seed", "1")[0] == 0  # a plain rerun


def test_pretraining_that_has_no_room_for_its_model_is_no_success(corpus, tmp_path):
    """The checkpoints are written, then the disk is full: said, and `resume` writes the model."""
    config = settings_of(corpus, steps=3)
    pretraining.pretrain(config, tmp_path, stop_after=3)
    for path in tmp_path.iterdir():
        if path.is_file():
            path.unlink()
    with file_limit(tmp_path), pytest.raises((CourseError, OSError)) as error:
        pretraining.pretrain(config, tmp_path, resume=True)
    assert "\n" not in str(error.value)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoints"]
    assert pretraining.pretrain(config, tmp_path, resume=True)["step"] == 3
    assert json.loads((tmp_path / "results.json").read_text())["step"] == 3


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("words", [["data", "list"], ["verify", str(COURSE)]])
def test_results_that_cannot_be_told_are_no_success(words):
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}  # told at the end only
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "lmcourse", *words]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, env=buffered)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "No space left" in done.stderr


@pytest.mark.parametrize("content", [b"\x80\x04K\x01.", (2**62).to_bytes(8, "little") + b"{" * 100, b"", b"\0" * 64])
def test_foreign_weights_are_refused_in_under_a_second(tmp_path, content):
    """A pickle under another name, a bomb of a header, nothing: also where the manifest vouches for them."""
    predictor().save(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(content)
    write_manifest(tmp_path)
    start = time.perf_counter()
    with pytest.raises(InputError, match="damaged") as error:
        Predictor.load(tmp_path)
    assert time.perf_counter() - start < 1
    assert "\n" not in str(error.value)


def test_texts_far_over_the_longest_position_are_cut():
    texts = ["good " * 100_000, "x" * 1_000_000, "🎉" * 100_000, ""]
    assert np.isfinite(predictor().outputs(texts)).all()
