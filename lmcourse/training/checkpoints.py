"""Checkpoints: everything a training needs to go on, bit for bit, as if it had never been interrupted.

`OUT/checkpoints/step-00000020/` holds `model.safetensors`, `optimizer.safetensors`, `state.json` and, written last,
`manifest.json` with the SHA-256 of each.
"""

import json
import math
import os
import random
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from lmcourse.errors import CourseError, InputError
from lmcourse.files import check_manifest, whole_folder, write_manifest
from lmcourse.training import processes
from lmcourse.training.optim import Optimizer


@dataclass(frozen=True)
class State:
    """A training after `step` steps and `batches` batches: the next batch is the one behind them."""

    step: int
    batches: int
    history: list[dict]  # one row a step
    weights: dict[str, Tensor]  # by name: the float32 originals, and the buffers
    optimizer: dict[str, Tensor]  # by name of the weight and of what is remembered: `head.weight.exp_avg`
    random: list[dict]  # `random_states` of each process
    settings: dict = field(default_factory=dict)  # what `save` was given: configuration, fingerprints of the data


def random_states() -> dict:
    """The states of Python's, numpy's and torch's random numbers, in values that JSON can hold."""
    kind, words, *rest = np.random.get_state()
    states = {"python": random.getstate(), "numpy": [kind, words.tolist(), *rest], "torch": torch.get_rng_state()}
    if torch.cuda.is_available():
        states["cuda"] = torch.cuda.get_rng_state()
    return {name: state.numpy().tobytes().hex() if torch.is_tensor(state) else state for name, state in states.items()}


def set_random_states(states: dict) -> None:
    """Put back what `random_states` gave."""
    version, words, gauss = states["python"]
    random.setstate((version, tuple(words), gauss))
    np.random.set_state(tuple(states["numpy"]))
    for name, set_state in (("torch", torch.set_rng_state), ("cuda", torch.cuda.set_rng_state)):
        if name in states:
            set_state(torch.frombuffer(bytearray.fromhex(states[name]), dtype=torch.uint8))


def _weights(model: nn.Module, originals: dict[nn.Parameter, Tensor]) -> dict[str, Tensor]:
    return {name: originals[weight] for name, weight in model.named_parameters()} | dict(model.named_buffers())


def _copies(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.cpu().clone(memory_format=torch.contiguous_format) for name, tensor in tensors.items()}


def capture(
    model: nn.Module,
    originals: dict[nn.Parameter, Tensor],
    optimizer: Optimizer,
    step: int,
    batches: int,
    history: list[dict],
) -> State:
    """A copy of the whole state of a training; `originals` are those of `computing_in`. All processes must call it."""
    weights, remembered = _copies(_weights(model, originals)), _copies(optimizer.state_dict())
    return State(step, batches, list(history), weights, remembered, processes.gather(random_states()))


def restore(state: State, model: nn.Module, originals: dict[nn.Parameter, Tensor], optimizer: Optimizer) -> None:
    """Put a state back into a model, its optimiser and the random numbers.

    Errors: InputError, before anything is changed, when the state is that of another model.
    """
    weights = _weights(model, originals)
    ours, theirs = ({name: tuple(w.shape) for name, w in each.items()} for each in (weights, state.weights))
    for name in ours | theirs:
        if ours.get(name) != theirs.get(name):
            shapes = f"shape {theirs.get(name)} in the checkpoint and {ours.get(name)} in the model"
            raise InputError(f"the weight {name} has the {shapes}", fix="resume with the model that was trained")
    optimizer.load_state_dict(state.optimizer)
    with torch.no_grad():
        for name, weight in weights.items():
            weight.copy_(state.weights[name])
        for weight, original in originals.items():
            weight.copy_(original)
    set_random_states(state.random[processes.rank()])


def save(out: Path | str, state: State, settings: dict, score: float | None = None) -> Path:
    """Write a state to `out/checkpoints`, whole or not at all; returns its folder.

    `settings` is what a resumed training must share with this one, in values that JSON can hold. Afterwards only the
    last two checkpoints are left, and the one with the lowest `score`, damaged ones not counted.
    Errors: CourseError when it cannot be written; the earlier ones are then as they were.
    """
    folder = Path(out) / "checkpoints" / f"step-{state.step:08d}"
    kept = {name: getattr(state, name) for name in ("step", "batches", "random", "history")}
    text = json.dumps({"score": score, "settings": settings, **kept})
    try:
        for left in folder.parent.glob(".step-*"):  # by a process that was killed
            shutil.rmtree(left)
        with whole_folder(folder) as aside:
            (aside / "state.json").write_text(text, encoding="utf-8")
            for name, tensors in (("model", state.weights), ("optimizer", state.optimizer)):
                save_file(tensors, aside / f"{name}.safetensors", metadata={"format": "pt"})
                os.chmod(aside / f"{name}.safetensors", 0o644)  # save_file makes files that nobody else can read
            write_manifest(aside)
        _rotate(folder)
    except (OSError, SafetensorError) as error:
        reason = getattr(error, "strerror", None) or str(error).rpartition("error: ")[2]
        raise CourseError(
            f"the checkpoint of step {state.step} cannot be written: {reason}",
            folder.parent,
            "make room there, or choose another folder; the checkpoints before it are as they were",
        ) from None
    return folder


def _checkpoints(folder: Path) -> list[Path]:
    return sorted(folder.glob("step-*"), reverse=True)


def _score(folder: Path) -> float:
    try:
        score = json.loads((folder / "state.json").read_text(encoding="utf-8"))["score"]
        return math.inf if score is None or math.isnan(score) else score
    except Exception:  # damaged
        return math.inf


def _rotate(written: Path) -> None:
    """Remove what is older than the last two whole checkpoints, and is not the best whole one."""

    @cache  # hashing is what takes time
    def whole(folder: Path) -> bool:
        try:
            return folder == written or load(folder) is not None
        except InputError:
            return False

    found = _checkpoints(written.parent)
    last = list(islice(filter(whole, found), 2))
    older = [folder for folder in found if len(last) == 2 and folder < last[1]]
    if older:
        ranked = sorted((folder for folder in found if _score(folder) < math.inf), key=_score)
        best = next(filter(whole, ranked), None)
        for folder in older:
            if folder != best:
                aside = folder.with_name(f".{folder.name}.old")  # so that a kill leaves no half of a checkpoint
                os.replace(folder, aside)
                shutil.rmtree(aside)


def load(folder: Path | str) -> State:
    """Read one checkpoint; InputError when any file of it is not as it was written."""
    folder = Path(folder)
    try:
        check_manifest(folder)
        kept = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        del kept["score"]
        weights, remembered = (load_file(folder / f"{name}.safetensors") for name in ("model", "optimizer"))
        return State(weights=weights, optimizer=remembered, **kept)
    except CourseError:
        raise
    except Exception as error:  # a damaged file can make its reader stumble over anything
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise InputError(f"the checkpoint is damaged: {reason[:200]}", folder, "use another one") from None


def latest(out: Path | str) -> State | None:
    """The newest whole checkpoint of `out`; None when there is none at all.

    Each damaged one that is newer is named on stderr, and passed over.
    Errors: InputError when there are checkpoints, and all of them are damaged.
    """
    damaged = []
    for folder in _checkpoints(Path(out) / "checkpoints"):
        try:
            state = load(folder)
        except InputError as error:
            damaged.append(f"{error.what} ({error.where})")
            continue
        for line in damaged:
            print(f"{line}: {folder.name} is used instead", file=sys.stderr)
        return state
    if damaged:
        fix = "restore one from a copy, or start again in another folder"
        raise InputError(f"no checkpoint is whole: {damaged[0]}", Path(out) / "checkpoints", fix)
    return None


def _flat(settings: dict, above: str = "") -> dict:
    """Nested settings under dotted names: `{"config": {"steps": 20}}` gives `{"config.steps": 20}`."""
    flat = {}
    for name, value in settings.items():
        flat |= _flat(value, f"{above}{name}.") if isinstance(value, dict) else {above + name: value}
    return flat


def check_settings(kept: dict, given: dict, where: object = "") -> None:
    """Refuse to go on under other settings than before: InputError that names every key that differs."""
    kept, given = _flat(kept), _flat(json.loads(json.dumps(given)))
    if differ := [name for name in kept | given if kept.get(name) != given.get(name)]:
        told = ", ".join(f"{name} (was {kept.get(name)!s:.40}, is {given.get(name)!s:.40})" for name in differ)
        fix = "give the same again, or start a new training in another folder"
        raise InputError(f"the checkpoint belongs to other settings: {told}", where, fix)


@contextmanager
def postponed_signals() -> Iterator[list[int]]:
    """Let a block end in good order when SIGINT or SIGTERM comes: yields a list, empty until then.

    Who reads the list ends the training; after the block the first signal takes the effect that it had before (an
    exit with code 130 or 143 in a command, an interrupt in a chapter). Further signals do nothing. When the block
    raises, that is what counts. Only the main thread receives signals: elsewhere the list stays empty.
    """
    received: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield received
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for number, handler in before.items():
            if handler not in (signal.SIG_IGN, None):  # ignored, or not Python's to handle: as it is
                signal.signal(number, lambda number, frame: received.append(number))
        yield received
    finally:
        for number, handler in before.items():
            if handler is not None:
                signal.signal(number, handler)
    if received:
        signal.raise_signal(received[0])
