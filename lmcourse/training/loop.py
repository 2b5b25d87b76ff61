"""The training loop."""

import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from lmcourse.errors import CourseError
from lmcourse.memory import kept_memory
from lmcourse.training import processes
from lmcourse.training.checkpoints import State, capture, restore
from lmcourse.training.optim import Optimizer, schedule
from lmcourse.training.precision import computing_in


@dataclass(frozen=True)
class TrainingConfig:
    """How to train: `steps` optimiser steps of `accumulation` batches each."""

    steps: int
    learning_rate: float
    optimizer: str = "adamw"
    weight_decay: float = 0.01
    warmup: float = 0.1  # the share of the steps over which the rate rises
    clip: float = 1.0  # largest norm of the gradient
    accumulation: int = 1
    precision: str = "fp32"  # or bf16
    seed: int = 0


def seed_everything(seed: int) -> None:
    """Seed Python's, numpy's and torch's random numbers."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


def train(
    model: nn.Module,
    batches: Iterable[Any],
    losses: Callable[[nn.Module, Any], dict[str, Tensor]],
    config: TrainingConfig,
    on_step: Callable[[dict], object] = lambda row: None,
    layer_rates: Callable[[str], float] = lambda name: 1.0,
    checkpoint: Callable[[dict, Callable[[], State]], object] = lambda row, state: None,
    resume: State | None = None,
) -> list[dict]:
    """Train a model in place: the sum of the named `losses(model, batch)` is what falls.

    Returns one row a step: step, rate, each loss, norm of the gradient, seconds so far and seconds left.
    `on_step` sees each row as it comes; then `checkpoint` gets it with a function that makes the whole state of the
    training. Either ends the training by returning True. `layer_rates` gives the share of the learning rate that a
    weight gets, by its name. With `resume` the training goes on from that state as if it had never stopped: `batches`
    are then those behind the first `resume.batches`, and the rows before come first in what is returned.
    Where several processes train together, `losses` gives this one's share of each loss: the shares, and their
    gradients, are added up.
    Errors: CourseError, before the step, when a loss or a gradient is not finite.
    """
    seed_everything(config.seed + processes.rank())  # another dropout in each process
    batches, taken, history, start = iter(batches), 0, [], time.perf_counter()
    with kept_memory(), computing_in(model.train(), config.precision) as originals:
        optimizer = Optimizer(model.named_parameters(), originals, config.optimizer, config.weight_decay, layer_rates)
        if resume:
            restore(resume, model, originals, optimizer)
            taken, history = resume.batches, list(resume.history)
            start -= history[-1]["seconds"]
        for step in range(len(history), config.steps):
            rate = config.learning_rate * schedule(step, config.steps, config.warmup)
            row, found = {"step": step + 1, "rate": rate}, {}
            for batch in islice(batches, config.accumulation):
                taken += 1
                named = {name: loss / config.accumulation for name, loss in losses(model, batch).items()}
                torch.autograd.backward([*named.values()])  # the gradient of their sum
                for name, loss in named.items():
                    found[name] = found.get(name, 0.0) + loss.detach()
            if not found:
                break  # the batches have come to their end
            processes.add_up([*found.values()])
            row |= {name: loss.item() for name, loss in found.items()}
            try:
                row["norm"] = optimizer.step(rate, config.clip)
            except FloatingPointError:
                raise CourseError(
                    f"the gradient is not finite, with the losses { {name: row[name] for name in found} }",
                    f"step {step + 1}, batch {taken}, learning rate {rate:.3g}",
                    "lower the learning rate; the weights are those before this step",
                ) from None
            row["seconds"] = time.perf_counter() - start
            row["seconds_left"] = row["seconds"] / (step + 1) * (config.steps - step - 1)
            history.append(row)
            state = partial(capture, model, originals, optimizer, step + 1, taken, history)
            if any([on_step(row), checkpoint(row, state)]):
                break
    model.eval()
    return history
