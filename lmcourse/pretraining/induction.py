"""Induction: rows of random tokens that begin again, and the attention heads that a GPT learns for them.

Who finds the place where the present token stood before knows what comes next: the token that followed it there.
B rows, T tokens, V vocabulary, H heads. Sources: Elhage et al. 2021, "A Mathematical Framework for Transformer
Circuits"; Olsson et al. 2022, "In-context Learning and Induction Heads".
"""

import copy
from collections.abc import Callable, Iterator

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional as F

from lmcourse.models.attention import attention_weights
from lmcourse.models.gpt import Gpt, GptConfig
from lmcourse.training.loop import TrainingConfig, seed_everything, train

V, T = 32, 32
PERIODS = (8, 16)  # the shortest and the longest


def repeated(B: int, rng: np.random.Generator) -> tuple[Int[Tensor, "B T"], Int[Tensor, " B"]]:
    """Random tokens that begin again and again, and the period of each row.

    No token stands twice in a period: what follows it is certain. The period is random: to look a fixed number of
    places back, which one layer can learn, is of no use.
    """
    period = rng.integers(PERIODS[0], PERIODS[1] + 1, (B, 1))
    tokens = rng.permuted(np.tile(np.arange(V), (B, 1)), axis=1)
    ids = np.take_along_axis(tokens, np.arange(T) % period, axis=1)
    return torch.from_numpy(ids), torch.from_numpy(period[:, 0])


def known(period: Int[Tensor, " B"]) -> Bool[Tensor, "B T-1"]:
    """Whether the token after each but the last can be known: the present one must have stood there before."""
    return torch.arange(T - 1) >= period[:, None]


def nats(model: Gpt, ids: Int[Tensor, "B T"]) -> Float[Tensor, "B T-1"]:
    """−ln P of the token after each but the last."""
    return F.cross_entropy(model(ids)[:, :-1].transpose(1, 2), ids[:, 1:], reduction="none")


def losses(model: Gpt, batch: tuple[Tensor, Tensor]) -> dict[str, Float[Tensor, ""]]:
    """Mean nats of the `new` tokens, which nobody can know, and of the `repeated` ones."""
    ids, period = batch
    each, certain = nats(model, ids), known(period)
    return {"new": each[~certain].mean(), "repeated": each[certain].mean()}


def learn(
    layers: int,
    steps: int,
    seed: int = 0,
    batch_size: int = 64,
    learning_rate: float = 3e-3,
    on_step: Callable[[dict], object] = lambda row: None,
) -> tuple[Gpt, list[dict]]:
    """A small GPT trained on rows that it never sees twice, and one row of `losses` a step.

    `on_step` may end it by returning True.
    """
    seed_everything(seed)
    model = Gpt(GptConfig(vocab_size=V, width=64, layers=layers, heads=4, ff_width=256, max_length=T, dropout=0.0))

    def batches() -> Iterator[tuple[Tensor, Tensor]]:
        rng = np.random.default_rng(seed)
        while True:
            yield repeated(batch_size, rng)

    config = TrainingConfig(steps, learning_rate, weight_decay=0.0, seed=seed)
    return model, train(model, batches(), losses, config, on_step)


@torch.no_grad()
def attentions(model: Gpt, ids: Int[Tensor, "B T"]) -> Float[Tensor, "L B H T T"]:
    """The weights of each layer's heads: of every token (row) over those up to it (columns)."""
    hidden, found = model.embed(ids), []
    for block in model.blocks:
        q, k, _ = block.attention.heads_of(block.attention.qkv(block.attention_norm(hidden)))
        found.append(attention_weights(q, k, None, causal=True))
        hidden = block(hidden, None)
    return torch.stack(found)


def scores(model: Gpt, ids: Int[Tensor, "B T"], period: Int[Tensor, " B"]) -> dict[str, Float[Tensor, "L H"]]:
    """What each head looks at, as a mean weight.

    `induction`: from a token that stood there before, at the token after its previous occurrence. `previous`: at the
    token just before, which is what the first layer must note for the second to find that place.
    """
    weights = attentions(model, ids)
    row, place = known(period).nonzero(as_tuple=True)
    return {
        "induction": weights[:, row, :, place, place - period[row] + 1].mean(0),
        "previous": weights.diagonal(-1, 3, 4).mean((1, 3)),
    }


def without_head(model: Gpt, layer: int, head: int) -> Gpt:
    """A copy of the model in which one head counts for nothing."""
    model = copy.deepcopy(model)
    out, heads = model.blocks[layer].attention.out, model.config.heads
    out.weight.data.view(len(out.weight), heads, -1)[:, head] = 0
    return model
