"""A training that was stopped, killed or short of disk goes on bit for bit; a damaged checkpoint is never taken."""

import hashlib
import multiprocessing
import os
import pickle
import random
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count, islice
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from lmcourse import cli
from lmcourse.errors import CourseError, InputError
from lmcourse.files import sha256, write_manifest
from lmcourse.models.layers import Dropout
from lmcourse.training.checkpoints import check_settings, latest, load, postponed_signals, random_states, save
from lmcourse.training.loop import TrainingConfig, train

BATCHES = 15  # of an epoch: an odd number, so that with accumulation 2 a step reaches over its end
SETTINGS = {"config": {"steps": 20, "seed": 3}, "data": "0f3c"}


class Centre(nn.Module):
    """Takes away a running mean: something that a model keeps, and no gradient changes."""

    def __init__(self, width: int):
        super().__init__()
        self.register_buffer("mean", torch.zeros(width))

    def forward(self, x):
        if self.training:
            self.mean.lerp_(x.detach().float().mean(0), 0.1)
        return x - self.mean.to(x.dtype)


def network(seed: int, width: int = 16) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Embedding(60, width), Centre(width), Dropout(0.3), nn.Linear(width, 3))


@pytest.fixture(autouse=True, scope="module")
def _one_thread():
    """Sums are exact again only with as many threads as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def stream(begin: int):
    """Batches of ids from the batch `begin` on; their order depends on seed and epoch alone."""
    epochs = (np.random.default_rng([3, epoch]).permutation(60).reshape(BATCHES, 4) for epoch in count())
    return islice((batch for epoch in epochs for batch in epoch), begin, None)


def run(out, stop, resume=None, precision="fp32", begin=None, width=16, steps=20, every=1000, settings=SETTINGS):
    """Train to step `stop` as one process would, saving at its end and `every` so many steps.

    Returns the last state, the ids of every batch, and the history.
    """
    model = network(50 if resume else 0, width)  # a resumed training owes nothing to how the model begins
    config = TrainingConfig(steps, 0.05, precision=precision, accumulation=2, seed=3)
    batches, states = [], []

    def losses(model, batch):
        batches.append(batch.tolist())
        noise = random.random() + np.random.rand()  # so that these random numbers matter, too
        logits = model(torch.from_numpy(batch)).float()
        return {"loss": F.cross_entropy(logits, torch.from_numpy(batch % 3)) + 0.01 * noise * logits.square().mean()}

    def checkpoint(row, state):
        if row["step"] == stop or row["step"] % every == 0:
            states[:] = [state()]
            save(out, states[0], settings, score=row["loss"])
        return row["step"] == stop

    begin = begin if begin is not None else resume.batches if resume else 0
    history = train(model, stream(begin), losses, config, checkpoint=checkpoint, resume=resume)
    return states[0], batches, history


def fingerprint(state, history) -> tuple:
    """SHA-256 of all weights and of all optimizer tensors, and every loss, norm and rate."""
    hashes = []
    for tensors in (state.weights, state.optimizer):
        parts = (f"{name}{tuple(t.shape)}{t.dtype}".encode() + t.numpy().tobytes() for name, t in tensors.items())
        hashes.append(hashlib.sha256(b"".join(sorted(parts))).hexdigest())
    return (*hashes, state.batches, [(row["step"], row["loss"], row["norm"], row["rate"]) for row in history])


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_resuming_is_exact(tmp_path, precision):
    """Stops within the first epoch, within the second, at the end of a step and of an epoch; 20 steps reach a third."""
    whole, ids, history = run(tmp_path / "whole", 20, precision=precision)
    assert whole.batches == 40
    assert len(history) == 20
    assert all(t.dtype == torch.float32 for t in whole.weights.values() if t.is_floating_point())
    for stops in ((7, 20), (7, 10, 20), (15, 20)):
        out, seen, resume = tmp_path / str(stops), [], None
        for stop in stops:
            state, batches, rows = run(out, stop, resume, precision)
            seen += batches
            resume = latest(out)
            assert resume.settings == SETTINGS
        assert seen == ids
        seconds = [row["seconds"] for row in rows]
        assert seconds == sorted(seconds)
        assert fingerprint(resume, rows) == fingerprint(state, rows) == fingerprint(whole, history)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_every_part_of_the_state_is_needed(tmp_path, precision):
    """The comparison above notices when any one part is not carried over."""
    whole, _, history = run(tmp_path, 20, precision=precision)
    state, *_ = run(tmp_path, 7, precision=precision)
    before = fingerprint(state, state.history)
    means = {"1.mean": torch.zeros_like(state.weights["1.mean"])}
    rounded = {name: t.bfloat16().float() if t.is_floating_point() else t for name, t in state.weights.items()}
    random.seed(9), np.random.seed(9), torch.manual_seed(9)
    other = random_states()
    ends = {"nothing": run(tmp_path, 20, state, precision), "position": run(tmp_path, 20, state, precision, begin=0)}
    for name, changed in {
        "optimizer": {"optimizer": {}},
        "count of steps": {"optimizer": {n: t * (t.ndim > 0) for n, t in state.optimizer.items()}},
        "buffers": {"weights": state.weights | means},
        "float32 originals": {"weights": rounded},
        **{kind: {"random": [state.random[0] | {kind: other[kind]}]} for kind in ("python", "numpy", "torch")},
    }.items():
        ends[name] = run(tmp_path, 20, replace(state, **changed), precision)
    equal = {name: fingerprint(end, rows) == fingerprint(whole, history) for name, (end, _, rows) in ends.items()}
    assert equal == {name: name == "nothing" for name in equal}
    assert fingerprint(state, state.history) == before  # who goes on from a state does not change it


def test_a_finished_training_has_nothing_left_to_do(tmp_path):
    state, _, history = run(tmp_path, 20)
    model = network(1)
    assert train(model, stream(40), None, TrainingConfig(20, 0.05), resume=state) == history
    assert torch.equal(model[3].weight, state.weights["3.weight"])


def test_another_model_is_refused(tmp_path):
    state, *_ = run(tmp_path, 1)
    config = TrainingConfig(20, 0.05)
    with pytest.raises(InputError, match=r"0\.weight.*\(60, 16\) in the checkpoint and \(60, 8\) in the model"):
        train(network(0, width=8), stream(2), None, config, resume=state)
    frozen = network(1)
    frozen[0].requires_grad_(False)
    before = frozen[3].weight.clone()
    with pytest.raises(InputError, match=r"0\.weight, which is frozen"):
        train(frozen, stream(2), None, config, resume=state)
    assert torch.equal(frozen[3].weight, before)


# --- killed and stopped: real processes, forked from one that has imported everything ---------------------------------


def save_all_the_time(out: Path, tell) -> None:
    torch.set_num_threads(1)
    tell.send("begins")
    run(out, 5000, latest(out), width=3000, steps=5000, every=1)


def test_no_kill_costs_a_checkpoint(process, tmp_path, capfd):
    """20 kill -9 at random moments of a training that saves all the time, and goes on after each."""
    chance, step, litter = random.Random(0), 0, 0
    for _ in range(20):
        told, tell = multiprocessing.Pipe(duplex=False)
        training = process(save_all_the_time, tmp_path, tell)
        told.recv()
        time.sleep(chance.uniform(0.0, 0.4))
        training.kill()
        training.join()
        assert training.exitcode == -signal.SIGKILL
        litter += len(list(tmp_path.glob("checkpoints/.step-*")))
        state = latest(tmp_path)
        assert (state.step if state else 0) >= step
        step = state.step if state else 0
    assert litter, "no kill came within a save"
    assert step, "every kill came before the end of a save"
    assert capfd.readouterr().err == ""  # no checkpoint was passed over, no run failed
    unharmed, _, rows = run(tmp_path / "unharmed", step, width=3000, steps=5000)
    assert fingerprint(state, state.history) == fingerprint(unharmed, rows)
    run(tmp_path, step + 1, state, width=3000, steps=5000)
    assert not list(tmp_path.glob("checkpoints/.*"))


def save_and_die(out: Path, number: int) -> None:
    """Save the next step, but die by kill -9 exactly before the call of this number."""
    torch.set_num_threads(1)
    calls = count()

    def dying(call):
        def wrapped(*arguments, **named):
            if next(calls) == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **named)

        return wrapped

    for name in ("fsync", "replace", "unlink", "rmdir"):
        setattr(os, name, dying(getattr(os, name)))
    state = latest(out)
    run(out, state.step + 1, state)


def test_a_kill_before_any_sync_rename_or_removal_costs_nothing(process, tmp_path, capfd):
    run(tmp_path, 4, every=1)  # three are left, so that saving removes one
    for number in count():
        before = latest(tmp_path).step
        saving = process(save_and_die, tmp_path, number)
        saving.join()
        assert latest(tmp_path).step in (before, before + 1)
        assert all(load(folder) for folder in tmp_path.glob("checkpoints/step-*"))
        if saving.exitcode == 0:
            break
        assert saving.exitcode == -signal.SIGKILL
    assert number >= 10
    assert latest(tmp_path).step == before + 1
    assert capfd.readouterr().err == ""


def practise(out: Path, tell) -> None:
    """A command that trains until it is stopped, and tells each step and when it saves."""
    os.dup2(os.open(out / "stderr", os.O_CREAT | os.O_WRONLY), sys.stderr.fileno())

    @cli.app.command()
    def practise():
        def losses(model, batch):
            return {"loss": F.cross_entropy(model(torch.from_numpy(batch)), torch.from_numpy(batch % 3))}

        def checkpoint(row, state):
            tell.send(row["step"])
            if received:
                tell.send("saving")
                time.sleep(0.3)  # the other signals come now
                save(out, state(), SETTINGS)
                return True

        with postponed_signals() as received:
            train(network(0), stream(0), losses, TrainingConfig(10**6, 0.01), checkpoint=checkpoint)

    sys.argv = ["lmcourse", "practise"]
    cli.main()


@pytest.mark.parametrize(("first", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_the_step_saves_and_exits(process, tmp_path, first, code):
    told, tell = multiprocessing.Pipe(duplex=False)
    training = process(practise, tmp_path, tell)
    tell.close()
    steps = [told.recv()]
    os.kill(training.pid, first)
    while (word := told.recv()) != "saving":
        steps.append(word)
    os.kill(training.pid, signal.SIGTERM)
    os.kill(training.pid, signal.SIGINT)
    training.join()
    assert (training.exitcode, (tmp_path / "stderr").read_text()) == (code, "lmcourse: stopped\n")
    assert latest(tmp_path).step == steps[-1]


def stopped_in_trouble():
    with postponed_signals():
        signal.raise_signal(signal.SIGTERM)
        raise CourseError("no room")


def test_signals_are_postponed_then_take_their_effect():
    seen = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: seen.append(number))
    handler = signal.getsignal(signal.SIGTERM)
    try:
        with postponed_signals() as received:
            assert not received
            for _ in range(2):
                signal.raise_signal(signal.SIGTERM)
            assert received
            assert seen == []
        assert seen == [signal.SIGTERM]
        assert signal.getsignal(signal.SIGTERM) is handler
        with pytest.raises(CourseError, match="no room"):  # what went wrong is not hidden by the signal
            stopped_in_trouble()
        assert signal.getsignal(signal.SIGTERM) is handler
        assert len(seen) == 1
    finally:
        signal.signal(signal.SIGTERM, before)


def test_elsewhere_than_on_the_main_thread_signals_are_left_alone():
    handler, seen = signal.getsignal(signal.SIGTERM), []

    def work():
        with postponed_signals() as received:
            seen.append((list(received), signal.getsignal(signal.SIGTERM) is handler))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [([], True)]


# --- damaged --------------------------------------------------------------------------------------------------------


class Payload:
    def __reduce__(self):
        return Path.touch, (Path("unpickled"),)


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def with_new_manifest(damage):
    """The damage, vouched for by a manifest: what is refused then is refused by its content."""

    def both(folder):
        damage(folder)
        write_manifest(folder)

    return both


FILES = ("model.safetensors", "optimizer.safetensors", "state.json", "manifest.json")
PICKLE, BOMB = pickle.dumps(Payload()), (2**62).to_bytes(8, "little") + b"{" * 100
DAMAGE = {
    **{f"flipped {name}": lambda folder, name=name: flipped(folder / name) for name in FILES},
    **{f"missing {name}": lambda folder, name=name: (folder / name).unlink() for name in FILES},
    **{f"truncated {name}": lambda folder, name=name: os.truncate(folder / name, 100) for name in FILES},
    "extended": lambda folder: (folder / FILES[0]).write_bytes((folder / FILES[0]).read_bytes() + b"\0"),
    "added file": lambda folder: (folder / "model.bin").write_bytes(PICKLE),
    "pickle": with_new_manifest(lambda folder: (folder / FILES[0]).write_bytes(PICKLE)),
    "header bomb": with_new_manifest(lambda folder: (folder / FILES[1]).write_bytes(BOMB)),
    "empty": with_new_manifest(lambda folder: (folder / FILES[0]).write_bytes(b"")),
    "no state": with_new_manifest(lambda folder: (folder / "state.json").write_text("[]")),
    "manifest of another kind": lambda folder: (folder / "manifest.json").write_text('{"files": [1, 2]}'),
    "nested manifest": lambda folder: (folder / "manifest.json").write_text("[" * 10**5),
    "a file in its place": lambda folder: (shutil.rmtree(folder), folder.write_text("")),
}


@pytest.fixture(scope="module")
def two(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("two")
    run(out, 2, every=1)
    return out


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_checkpoint_is_named_and_passed_over(two, tmp_path, monkeypatch, capsys, damage):
    monkeypatch.chdir(tmp_path)
    out = shutil.copytree(two, tmp_path / "out")
    newest = out / "checkpoints" / "step-00000002"
    assert latest(out).step == 2
    DAMAGE[damage](newest)
    assert latest(out).step == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert str(newest) in line
    assert line.endswith("step-00000001 is used instead")
    shutil.rmtree(out / "checkpoints" / "step-00000001")
    with pytest.raises(InputError, match=r"no checkpoint is whole.*step-00000002") as refusal:
        latest(out)
    assert "\n" not in str(refusal.value)
    assert not Path("unpickled").exists()


def test_without_any_checkpoint_there_is_none(tmp_path):
    assert latest(tmp_path / "absent") is None


def test_the_last_two_and_the_best_are_kept(tmp_path):
    state, *_ = run(tmp_path / "elsewhere", 1)
    folder = tmp_path / "checkpoints"

    def kept(step, score):
        save(tmp_path, replace(state, step=step), {}, score)
        return [int(path.name.removeprefix("step-")) for path in sorted(folder.iterdir())]

    assert [kept(*pair)[-3:] for pair in ((1, 5.0), (2, 3.0), (3, 4.0))] == [[1], [1, 2], [2, 3]]
    assert kept(4, float("nan")) == [2, 3, 4]
    assert kept(5, None) == [2, 4, 5]
    flipped(folder / "step-00000005" / "optimizer.safetensors")
    assert kept(6, 6.0) == [2, 4, 5, 6]  # 5 is damaged, so 4 and 6 are the last two
    flipped(folder / "step-00000002" / "model.safetensors")
    flipped(folder / "step-00000006" / "state.json")
    assert kept(7, 9.0) == [4, 5, 6, 7]  # 4 and 7, and 2 is no longer the best whole one
    assert kept(8, 8.5) == [7, 8]
    assert kept(6, 0.5) == [6, 7, 8]  # once more from an earlier step
    assert [kept(9, 9.0), kept(10, 9.0)] == [[6, 8, 9], [6, 9, 10]]
    assert {oct(path.stat().st_mode & 0o777) for path in folder.rglob("*.*")} == {"0o644"}


def test_other_settings_are_refused_by_name():
    kept = {"config": {"rate": 1e-4, "steps": 20, "betas": [0.9, 0.99]}, "data": "0f3c", "processes": 1}
    check_settings(kept, {"config": {"rate": 1e-4, "steps": 20, "betas": (0.9, 0.99)}, "data": "0f3c", "processes": 1})
    given = {"config": {"rate": 1e-4, "steps": 30}, "data": "77aa", "processes": 1, "tokenizer": "b1"}
    with pytest.raises(InputError) as refusal:
        check_settings(kept, given, "out")
    line = str(refusal.value)
    for told in ("config.steps (was 20, is 30)", "config.betas", "data (was 0f3c, is 77aa)", "tokenizer", "(out)"):
        assert told in line
    assert "rate" not in line
    assert "processes" not in line


# --- no room --------------------------------------------------------------------------------------------------------


@contextmanager
def file_limit(folder: Path):
    """No file may grow beyond 16 kB: writing stops in the middle, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**14, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def full_disk(folder: Path):
    ballast = folder / "ballast"
    with suppress(OSError), open(ballast, "wb", buffering=0) as file:
        while file.write(bytes(2**12)):
            pass
    os.truncate(ballast, ballast.stat().st_size - 2**15)  # room for the beginning of a checkpoint
    yield
    ballast.unlink()


@contextmanager
def read_only(folder: Path):
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
    yield
    subprocess.run(["mount", "-o", "remount,rw", folder], check=True)


def no_success_without_a_checkpoint(folder: Path, trouble) -> None:
    state, *_ = run(folder / "out", 7, width=128)
    before = {path: sha256(path) for path in folder.rglob("*.*") if path.is_file()}
    assert len(before) == 4
    with trouble(folder), pytest.raises(CourseError) as failure:
        run(folder / "out", 10, state, width=128)
    line = str(failure.value)
    assert (failure.value.exit_code, "\n" in line) == (1, False)
    assert "step 10 cannot be written" in line
    assert str(folder / "out" / "checkpoints") in line
    assert {path: sha256(path) for path in folder.rglob("*.*") if path.is_file()} == before
    assert run(folder / "out", 10, latest(folder / "out"), width=128)[0].step == 10  # a plain rerun


def test_a_file_that_cannot_grow(tmp_path):
    no_success_without_a_checkpoint(tmp_path, file_limit)


@pytest.mark.parametrize("trouble", [full_disk, read_only])
def test_a_disk_without_room(small_disk, trouble):
    no_success_without_a_checkpoint(small_disk, trouble)


def test_a_file_in_the_way(tmp_path):
    state, *_ = run(tmp_path / "elsewhere", 1)
    (tmp_path / "checkpoints").write_text("mine")
    with pytest.raises(CourseError, match=f"cannot be written: .*{tmp_path}"):
        save(tmp_path, state, {})
    assert (tmp_path / "checkpoints").read_text() == "mine"


@pytest.mark.parametrize(("kind", "remembered"), [("adamw", 3), ("sgd", 0)])
def test_a_state_is_a_copy_and_is_read_back_as_it_was(tmp_path, kind, remembered):
    states = []

    def losses(model, batch):
        return {"loss": model(torch.from_numpy(batch)).square().mean()}

    config = TrainingConfig(2, 0.05, kind)
    train(network(0), stream(0), losses, config, checkpoint=lambda row, state: states.append(state()))
    first, second = ([*state.weights.values(), *state.optimizer.values()] for state in states)
    assert not any(torch.equal(*pair) for pair in zip(first, second, strict=True))
    assert len(states[0].optimizer) == remembered * len(list(network(0).parameters()))
    read = load(save(tmp_path, states[0], SETTINGS))
    assert fingerprint(read, read.history) == fingerprint(states[0], states[0].history)
