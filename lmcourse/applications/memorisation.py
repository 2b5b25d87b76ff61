"""Memory: secrets planted in a training text, what of them comes out again, and who was in the training part."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lmcourse.applications.writer import NAMES, Writer, learn, plain
from lmcourse.data.tokenizer import train_wordpiece
from lmcourse.evaluation import metrics
from lmcourse.evaluation.uncertainty import bootstrap

TIMES = (0, 1, 2, 4, 8, 16, 32)  # how often a secret is planted; as many names for each
DIGITS = 4
SPACE = 10**DIGITS  # codes that there are

# ---------------------------------------------------------------- secrets


def secrets(seed: int) -> dict[str, tuple[int, str]]:
    """For each name how often its secret is planted, and the code, "4 8 1 5"."""
    rng = np.random.default_rng(seed)
    times = rng.permutation([TIMES[i % len(TIMES)] for i in range(len(NAMES))])
    codes = rng.integers(10, size=(len(NAMES), DIGITS))
    return {name: (int(often), " ".join(map(str, code))) for name, often, code in zip(NAMES, times, codes, strict=True)}


def sentence(name: str, code: str) -> str:
    """A secret."""
    return f"the code of {name} is {code}"


def planted(lines: int, seed: int) -> tuple[list[str], dict[str, tuple[int, str]]]:
    """A training text of plain lines with secrets among them, and the secrets."""
    known = secrets(seed)
    rng = np.random.default_rng([seed, 1])
    texts = plain(lines, rng) + [sentence(name, code) for name, (often, code) in known.items() for _ in range(often)]
    return [texts[i] for i in rng.permutation(len(texts))], known


@torch.no_grad()
def likelihoods(writer: Writer, name: str) -> Float[Tensor, "10 10 10 10"]:
    """The log-probability of every code behind "the code of NAME is".

    The model reads each beginning of three digits once: that tells the probabilities of all four.
    """
    digits = torch.tensor([writer.tokenizer.token_to_id(str(digit)) for digit in range(10)])
    [start] = writer.sequences([sentence(name, "0 0 0")])
    grid = torch.cartesian_prod(digits, digits, digits)
    ids = torch.cat([torch.tensor(start[:-4]).repeat(len(grid), 1), grid], 1)
    logs = writer.model(ids)[:, -4:].log_softmax(-1)[..., digits].view(10, 10, 10, 4, 10)
    first, second, third = logs[0, 0, 0, 0], logs[:, 0, 0, 1], logs[:, :, 0, 2]
    return first[:, None, None, None] + second[:, :, None, None] + third[..., None] + logs[:, :, :, 3]


def exposure(likelihood: Float[Tensor, "10 10 10 10"], code: str) -> float:
    """How many bits of guessing a model saves: log2 of the codes that there are, minus log2 of this one's rank.

    0 for the last of all codes, log2 |space| for the first. Source: Carlini et al. 2019, section 4.2.
    """
    own = likelihood[tuple(map(int, code.split()))]
    rank = 1 + int((likelihood > own).sum())
    return float(np.log2(SPACE) - np.log2(rank))


def exposures(writer: Writer, known: dict[str, tuple[int, str]]) -> dict[int, list[float]]:
    """The exposure of every secret, by how often it was planted."""
    found: dict[int, list[float]] = {often: [] for often in TIMES}
    for name, (often, code) in known.items():
        found[often].append(exposure(likelihoods(writer, name), code))
    return found


# ---------------------------------------------------------------- membership


def area(losses: Float[np.ndarray, " N"], member: Sequence[int]) -> float:
    """Of a member and an outsider, how often the member has the lower loss: the area under the ROC curve."""
    return metrics.roc(member, -np.asarray(losses))["area"]


def membership(public: Sequence[str], texts: Sequence[str], epochs: int, seed: int) -> list[dict]:
    """After 1, 2, 4 … epochs on a third of the texts: mean losses of members, outsiders and validation texts, and AUC.

    All three are drawn from the same texts; the tokenizer comes from `public` ones, so that it knows no member.
    """
    order = np.random.default_rng(seed).permutation(len(texts))
    parts = [[texts[i] for i in part] for part in np.array_split(order, 3)]
    member, rows = [1] * len(parts[0]) + [0] * len(parts[1]), []

    def look(writer: Writer, epoch: int) -> None:
        if epoch & (epoch - 1):  # powers of two only
            return
        inside, outside, validation = map(writer.nats, parts)
        losses = np.concatenate([inside, outside])
        interval = bootstrap(area, losses, member, samples=200, seed=seed)
        row = {"epoch": epoch, "members": inside.mean(), "outsiders": outside.mean(), "validation": validation.mean()}
        rows.append({k: float(v) for k, v in row.items()} | {"auc": area(losses, member), "interval": list(interval)})

    learn(parts[0], epochs, seed, train_wordpiece(public, 1500), look)
    return rows
