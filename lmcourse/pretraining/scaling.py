"""Scaling: small GPTs that read bytes once, and the law L(N, D) = E + A / N^α + B / D^β fitted to their losses.

N parameters without embeddings, D bytes read, L nats a byte on held-out text; R runs. Source: Hoffmann et al. 2022,
"Training Compute-Optimal Large Language Models", section 3.3 and appendix D.3.
"""

import time
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F

from lmcourse.data import stores
from lmcourse.models.gpt import Gpt, GptConfig
from lmcourse.models.layers import enlarge
from lmcourse.training.loop import TrainingConfig, seed_everything, train

T, BATCH, BYTES = 64, 8, 256  # bytes of a row, rows of a batch, the vocabulary
RATE = 0.3  # by the width: a wide layer adds up more small steps
DELTA = 1e-3  # where Huber's loss turns from a square into a line (the paper's)


# ---------------------------------------------------------------- runs


@cache
def text(part: str) -> Int[np.ndarray, " bytes"]:
    """The bytes of the encyclopedia's articles that pretraining may read (train) or is measured on (validation)."""
    found = [
        " ".join(sentences)
        for kind, name, sentences in stores.documents("wiki")
        if stores.held_out(kind, name) == (part == "validation")
    ]
    return np.frombuffer("\n".join(found).encode(), np.uint8).astype(np.int64)


def rows(part: str) -> Int[Tensor, "N T+1"]:
    """The text cut every T bytes; each row also holds the byte that follows it."""
    data = text(part)
    starts = np.arange(0, len(data) - T, T)
    return torch.from_numpy(data[starts[:, None] + np.arange(T + 1)])


def gpt(width: int, seed: int) -> Gpt:
    """Two layers, two heads, as wide as asked: all that differs is the width."""
    seed_everything(seed)
    model = Gpt(GptConfig(BYTES, width, layers=2, heads=2, ff_width=4 * width, max_length=T, dropout=0.0))
    enlarge(model, (768 / width) ** 0.5)
    return model


def parameters(model: Gpt) -> int:
    """N: the weights of the blocks and of the last norm; the tables of tokens and positions are left out."""
    return sum(w.numel() for part in (model.blocks, model.norm) for w in part.parameters())


def losses(model: Gpt, batch: Int[Tensor, "B T+1"]) -> dict[str, Float[Tensor, ""]]:
    """Mean nats of each next byte."""
    return {"clm": F.cross_entropy(model(batch[:, :-1]).transpose(1, 2), batch[:, 1:])}


@torch.no_grad()
def held_out(model: Gpt, most: int = 1024) -> float:
    """Mean nats a byte on rows of the validation part, the same ones for every model."""
    parts = rows("validation")[:most].split(128)
    return sum(losses(model, part)["clm"].item() * len(part) for part in parts) / sum(map(len, parts))


def run(width: int, tokens: int, seed: int) -> dict[str, float]:
    """N, the held-out loss, and seconds of a GPT that has read `tokens` different bytes once, with its own schedule."""
    start, data = time.perf_counter(), rows("train")
    order = torch.from_numpy(np.random.default_rng(seed).permutation(len(data)))
    steps = min(tokens // (T * BATCH), len(data) // BATCH)
    model = gpt(width, seed)
    train(model, data[order].split(BATCH), losses, TrainingConfig(steps, RATE / width, weight_decay=0.0, seed=seed))
    return {"parameters": parameters(model), "loss": held_out(model), "seconds": time.perf_counter() - start}


# ---------------------------------------------------------------- the law


class Law(NamedTuple):
    """What is left however much is spent (E), and two terms that fall as powers of N and of D."""

    E: float
    A: float
    B: float
    alpha: float
    beta: float

    def __call__(self, n, d):
        """Nats a byte of N parameters that have read D bytes."""
        return self.E + self.A / n**self.alpha + self.B / d**self.beta

    @property
    def share_of_size(self) -> float:
        """The exponent with which the best N grows with the compute C = 6 N D (equation 4): β / (α + β)."""
        return self.beta / (self.alpha + self.beta)


class Runs(NamedTuple):
    """R runs: N, D and L of each."""

    n: Float[np.ndarray, " R"]
    d: Float[np.ndarray, " R"]
    loss: Float[np.ndarray, " R"]

    @classmethod
    def of(cls, stored: Iterable[dict]) -> "Runs":
        """From rows with `parameters`, `tokens` and `loss`."""
        found = [(row["parameters"], row["tokens"], row["loss"]) for row in stored]
        return cls(*np.array(found, float).T)

    def take(self, at) -> "Runs":
        """Some of the runs."""
        return Runs(*(values[at] for values in self))

    def gaps(self, law: Law) -> Float[np.ndarray, " R"]:
        """ln L − ln L̂ of each run: 0.01 is one per cent above the law."""
        return np.log(self.loss) - np.log(law(self.n, self.d))


def objective(theta, runs: Runs, delta: float = DELTA) -> tuple[float, np.ndarray]:
    """Σ Huber(ln L̂ − ln L) / δ, and its gradient, in theta = (ln E, ln A, ln B, α, β) (equation 3).

    Logarithms of the three terms keep each positive, and their sum is a log-sum-exp. The division by δ matters: a sum
    of a millionth would look flat to the optimiser, which then stops too early (Besiroglu et al. 2024).
    """
    from scipy.special import huber, logsumexp

    e, a, b, alpha, beta = theta
    log_n, log_d = np.log(runs.n), np.log(runs.d)
    terms = np.stack([np.full_like(log_n, e), a - alpha * log_n, b - beta * log_d])
    predicted = logsumexp(terms, axis=0)
    gap = predicted - np.log(runs.loss)
    slope = np.clip(gap / delta, -1, 1) * np.exp(terms - predicted)  # Huber's slope times each term's share
    gradient = [*slope.sum(1), -(slope[1] @ log_n), -(slope[2] @ log_d)]
    return float(huber(delta, gap).sum() / delta), np.array(gradient)


def _theta(law: Law) -> np.ndarray:
    return np.array([*np.log(law[:3]), law.alpha, law.beta])


def _starts(runs: Runs) -> Iterator[np.ndarray]:
    """Where the search begins: each term about as large as the others in the middle of the runs."""
    n, d, least = np.median(np.log(runs.n)), np.median(np.log(runs.d)), runs.loss.min()
    for share in (0.3, 0.6, 0.9):
        for alpha in (0.2, 0.6):
            for beta in (0.2, 0.6):
                e, rest = np.log(share * least), np.log((1 - share) * least / 2 + 0.05)
                yield np.array([e, rest + alpha * n, rest + beta * d, alpha, beta])


def fit(runs: Runs, start: Law | None = None, delta: float = DELTA) -> Law:
    """The law with the least `objective`, by L-BFGS from several starts, with δ made smaller in three steps."""
    from scipy.optimize import minimize

    bounds = [(-8, 3), (-8, 40), (-8, 40), (0.01, 3), (0.01, 3)]
    best = [_theta(start)] if start else [*_starts(runs)]
    for width in (100 * delta, 10 * delta, delta):
        options = {"ftol": 1e-13, "gtol": 1e-9, "maxiter": 2000}
        found = [
            minimize(objective, x, (runs, width), "L-BFGS-B", jac=True, bounds=bounds, options=options) for x in best
        ]
        best = [min(found, key=lambda each: each.fun).x]
    return Law(*np.exp(best[0][:3]).tolist(), *best[0][3:].tolist())


def resampled(runs: Runs, law: Law, samples: int = 200, seed: int = 0) -> list[Law]:
    """The law fitted anew to the runs drawn with replacement: how far it moves is how little the runs know."""
    rng = np.random.default_rng(seed)
    return [fit(runs.take(rng.integers(len(runs.n), size=len(runs.n))), law) for _ in range(samples)]


def band(laws: list[Law], gaps, n: float, d: float, seed: int = 0) -> tuple[float, float]:
    """Where 95 in 100 new runs of that size are expected: each law's forecast, times the gap of some known run.

    Without those gaps it would be the band of the law, not that of a run, which has luck of its own.
    """
    rng = np.random.default_rng(seed)
    drawn = [law(n, d) * np.exp(rng.choice(gaps)) for law in laws for _ in range(10)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def with_exponents(runs: Runs, e: float, alpha: float, beta: float) -> Law:
    """The law with this E and these exponents whose A and B are least squares' (not negative)."""
    from scipy.optimize import nnls

    columns = np.stack([runs.n**-alpha, runs.d**-beta], 1)
    scale = columns.mean(0)
    (a, b), _ = nnls(columns / scale, runs.loss - e)
    return Law(e, a / scale[0], b / scale[1], alpha, beta)
