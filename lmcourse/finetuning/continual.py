"""Learning one task after another: what is forgotten, and what replay and adapters do against it.

The tasks are pairs of scikit-learn's digits (Zenke et al. 2017 split MNIST so); K tasks, R[i, j] the accuracy on task j
after learning task i. Two questions: which of the task's two digits is it (the task is known), which of all ten (it is
not; van de Ven and Tolias 2019).
"""

import copy
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from lmcourse.finetuning.lora import add_lora
from lmcourse.models.layers import enlarge
from lmcourse.models.vit import Vit, VitConfig
from lmcourse.training.loop import TrainingConfig, seed_everything, train

LAYERS = r"attention|ff_|head"  # what LoRA is added to: every linear layer behind the patches
BATCH, RANK = 32, 4


class Task(NamedTuple):
    """Two digits, and images (N, 1, 8, 8) with their digits to learn from and to be tested on."""

    digits: tuple[int, int]
    train: tuple[Tensor, Tensor]
    test: tuple[Tensor, Tensor]


def tasks(seed: int) -> list[Task]:
    """The ten digits in an order drawn by `seed`, two at a time; a third of the images are for the test."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    data = load_digits()
    parts = train_test_split(data.images / 16, data.target, test_size=1 / 3, random_state=seed, stratify=data.target)
    x, x_test, y, y_test = map(torch.from_numpy, parts)

    def of(pair: list[int], images: Tensor, digits: Tensor) -> tuple[Tensor, Tensor]:
        chosen = torch.isin(digits, torch.tensor(pair))
        return images[chosen][:, None].float(), digits[chosen].long()

    order = np.random.default_rng(seed).permutation(10).reshape(5, 2).tolist()
    return [Task(tuple(pair), of(pair, x, y), of(pair, x_test, y_test)) for pair in order]


def network(seed: int) -> Vit:
    """A small ViT with an output for each digit, at its random beginning."""
    seed_everything(seed)
    sizes = {"width": 32, "layers": 2, "heads": 4, "ff_width": 64}
    model = Vit(VitConfig(image_size=8, patch_size=2, channels=1, classes=10, **sizes))
    enlarge(model, 5)
    return model


def learn(
    model: Vit,
    data: tuple[Tensor, Tensor],
    steps: int,
    seed: int,
    memory: tuple[Tensor, Tensor] | None = None,
    rate: float = 2e-3,
) -> None:
    """Train on a task; with a memory each batch holds as many examples of it too (Chaudhry et al. 2019)."""
    rng = np.random.default_rng(seed)

    def drawn(part: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        at = torch.from_numpy(rng.integers(len(part[0]), size=BATCH))
        return part[0][at], part[1][at]

    def batch() -> tuple[Tensor, Tensor]:
        parts = [drawn(data), *([drawn(memory)] if memory else [])]
        images, digits = zip(*parts, strict=True)
        return torch.cat(images), torch.cat(digits)

    def losses(model: Vit, batch: tuple[Tensor, Tensor]) -> dict[str, Tensor]:
        return {"loss": F.cross_entropy(model(batch[0]), batch[1])}

    train(model, (batch() for _ in range(steps)), losses, TrainingConfig(steps, rate, seed=seed))


def kept(task: Task, each: int, seed: int) -> tuple[Tensor, Tensor]:
    """`each` training examples of each of a task's digits, drawn: what replay remembers."""
    images, digits = task.train
    rng = np.random.default_rng(seed)
    at = np.concatenate([rng.permutation(np.flatnonzero(digits.numpy() == digit))[:each] for digit in task.digits])
    return images[at], digits[at]


# ---------------------------------------------------------------- what is measured


@torch.no_grad()
def right(models: Sequence[tuple[Vit, tuple[int, ...]]], task: Task, known: bool) -> float:
    """Accuracy on a task of the surest of some models, each with the digits that it may say.

    `known`: only the task's two digits may be said.
    """
    images, digits = task.test
    best = torch.full((len(images), 10), -1.0)
    for model, allowed in models:
        p = model(images).softmax(1)
        own = torch.zeros(10, dtype=torch.bool)
        own[[digit for digit in allowed if not known or digit in task.digits]] = True
        best = torch.where(own, torch.maximum(best, p), best)
    return float((best.argmax(1) == digits).float().mean())


def average_accuracy(r: Float[np.ndarray, "K K"]) -> float:
    """The mean accuracy on all tasks after the last one."""
    return float(np.mean(np.asarray(r)[-1]))


def forgetting(r: Float[np.ndarray, "K K"]) -> float:
    """By how much each task but the last is worse in the end than at its best before, on average.

    Source: Chaudhry et al. 2018, "Riemannian Walk for Incremental Learning", section 3.
    """
    r = np.asarray(r)
    return float((r[:-1, :-1].max(0) - r[-1, :-1]).mean())


# ---------------------------------------------------------------- methods

Row = Callable[[list[tuple[Vit, tuple[int, ...]]]], None]


def one_network(row: Row, sequence: list[Task], steps: int, seed: int, replay: int) -> int:
    """One network learns task after task; of each it keeps `replay` examples a digit. Returns its weights."""
    model, memory = network(seed), []
    for number, task in enumerate(sequence):
        remembered = tuple(map(torch.cat, zip(*memory, strict=True))) if memory else None
        learn(model, task.train, steps, 10 * seed + number, remembered)
        if replay:
            memory.append(kept(task, replay, seed))
        row([(model, tuple(range(10)))])
    return sum(weight.numel() for weight in model.parameters())


def adapters(row: Row, sequence: list[Task], steps: int, seed: int) -> int:
    """The first task trains the network; each later one its own LoRA on top of it, and nothing else.

    Returns all weights: the network's and the adapters'. Whoever asks must say which adapter to use.
    """
    base = network(seed)
    learn(base, sequence[0].train, steps, 10 * seed)
    models, weights = [(base, sequence[0].digits)], sum(weight.numel() for weight in base.parameters())
    row(models)
    for number, task in enumerate(sequence[1:], 1):
        model = copy.deepcopy(base)
        weights += add_lora(model, LAYERS, rank=RANK, alpha=2 * RANK)
        learn(model, task.train, steps, 10 * seed + number, rate=1e-2)
        models.append((model, task.digits))
        row(models)
    return weights


def together(row: Row, sequence: list[Task], steps: int, seed: int) -> int:
    """All tasks at once, in as many steps as the others take in all: the ceiling."""
    model = network(seed)
    everything = tuple(map(torch.cat, zip(*(task.train for task in sequence), strict=True)))
    learn(model, everything, steps * len(sequence), 10 * seed)
    row([(model, tuple(range(10)))])
    return sum(weight.numel() for weight in model.parameters())


def measured(method: str, steps: int, seed: int, replay: int = 0) -> dict:
    """`known` and `unknown`: the matrices R (K, K) of a method, with its number of weights.

    Methods: "fine-tuning" (with `replay` examples a digit), "LoRA", "together" (one row only).
    """
    sequence, found = tasks(seed), {"known": [], "unknown": []}

    def row(models: list[tuple[Vit, tuple[int, ...]]]) -> None:
        for name, values in found.items():
            values.append([right(models, task, name == "known") for task in sequence])

    if method == "fine-tuning":
        weights = one_network(row, sequence, steps, seed, replay)
    else:
        weights = {"LoRA": adapters, "together": together}[method](row, sequence, steps, seed)
    return {"weights": weights, "digits": [list(task.digits) for task in sequence], **found}
