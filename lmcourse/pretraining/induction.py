"""Induction: rows whose tokens have a successor that is new in each row, and the attention heads that a GPT learns.

Who finds the place where the present token stood before knows what comes next: the token that followed it there.
B rows, T tokens, V vocabulary, L layers, H heads. Sources: Elhage et al. 2021, "A Mathematical Framework for
Transformer Circuits"; Olsson et al. 2022, "In-context Learning and Induction Heads".
"""

import copy
from collections.abc import Iterator

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional as F

from lmcourse.models.gpt import Gpt, GptConfig
from lmcourse.models.layers import attention_maps, enlarge
from lmcourse.training.loop import TrainingConfig, seed_everything, train

V, T = 32, 48
TOKENS = (8, 12)  # of a row's cycle, the fewest and the most
JUMPS = 0.25  # share of the places behind which another passage begins
LARGER = 4.0  # times GPT-2's first weights


def repeated(B: int, rng: np.random.Generator) -> tuple[Int[Tensor, "B T"], Bool[Tensor, "B T"]]:
    """Rows of short passages of one cycle of tokens, and whether what `follows` a token is its successor.

    The cycle is drawn anew for each row: k → d → x → b → k. A passage begins anywhere in it, and ends by chance. (In
    one unbroken cycle the next token is always the one that was seen longest ago: it can be told without any look at
    what followed what.)
    """
    size = rng.integers(TOKENS[0], TOKENS[1] + 1, (B, 1))
    tokens = rng.permuted(np.tile(np.arange(V), (B, 1)), axis=1)
    begins, start = rng.random((B, T)) < JUMPS, rng.integers(0, size, (B, T))
    begins[:, 0] = True
    since = np.maximum.accumulate(np.where(begins, np.arange(T), 0), axis=1)  # where the passage began
    place = (np.take_along_axis(start, since, 1) + np.arange(T) - since) % size
    follows = np.pad(~begins[:, 1:], ((0, 0), (0, 1)))
    return torch.from_numpy(np.take_along_axis(tokens, place, 1)), torch.from_numpy(follows)


def answers(ids: Int[Tensor, "B T"], follows: Bool[Tensor, "B T"]) -> Bool[Tensor, "B T T"]:
    """For each token (row) the earlier places (columns) where its successor stands: behind where it stood before."""
    stood = (ids[:, :, None] == ids[:, None, :]).tril(-1) & follows[:, None, :]
    return F.pad(stood, (1, 0))[:, :, :T]


def known(ids: Int[Tensor, "B T"], follows: Bool[Tensor, "B T"]) -> Bool[Tensor, "B T-1"]:
    """Whether the token after each but the last is its successor, and has been seen to be."""
    return (answers(ids, follows).any(-1) & follows)[:, :-1]


def nats(model: Gpt, ids: Int[Tensor, "B T"]) -> Float[Tensor, "B T-1"]:
    """−ln P of the token after each but the last."""
    return F.cross_entropy(model(ids)[:, :-1].transpose(1, 2), ids[:, 1:], reduction="none")


def losses(model: Gpt, batch: tuple[Tensor, Tensor]) -> dict[str, Float[Tensor, ""]]:
    """Mean nats of the tokens that can be known: the others teach nothing, and their noise would drown the rest."""
    return {"repeated": nats(model, batch[0])[known(*batch)].mean()}


@torch.no_grad()
def figures(model: Gpt, ids: Int[Tensor, "B T"], follows: Bool[Tensor, "B T"]) -> dict[str, float]:
    """Mean nats of the `new` tokens, which nobody can know, and of the `repeated` ones."""
    each, certain = nats(model, ids), known(ids, follows)
    return {"new": each[~certain].mean().item(), "repeated": each[certain].mean().item()}


def learn(
    layers: int,
    steps: int,
    seed: int = 0,
    batch_size: int = 64,
    learning_rate: float = 3e-3,
) -> tuple[Gpt, list[dict]]:
    """A small GPT trained on rows that it never sees twice, and one row of `losses` a step."""
    seed_everything(seed)
    model = Gpt(GptConfig(vocab_size=V, width=64, layers=layers, heads=4, ff_width=256, max_length=T, dropout=0.0))
    enlarge(model, LARGER)

    def batches() -> Iterator[tuple[Tensor, Tensor]]:
        rng = np.random.default_rng(seed)
        while True:
            yield repeated(batch_size, rng)

    config = TrainingConfig(steps, learning_rate, weight_decay=0.0, seed=seed)
    return model, train(model, batches(), losses, config)


def scores(model: Gpt, ids: Int[Tensor, "B T"], follows: Bool[Tensor, "B T"]) -> dict[str, Float[Tensor, "L H"]]:
    """What each head looks at, as a mean weight.

    `induction`: from a token that stood there before, at what followed it there. `previous`: at the token just before,
    which is what the first layer must note for the second to find those places.
    """
    weights = attention_maps(model.blocks, model.embed(ids))
    places, asked = answers(ids, follows), known(ids, follows)
    looked = (weights * places[None, :, None]).sum(-1)[..., :-1]  # L B H T-1
    return {
        "induction": looked.transpose(1, 2)[:, :, asked].mean(-1),
        "previous": weights.diagonal(-1, 3, 4).mean((1, 3)),
    }


def without_head(model: Gpt, layer: int, head: int | slice) -> Gpt:
    """A copy of the model in which one head (or those of a slice) counts for nothing."""
    model = copy.deepcopy(model)
    out, heads = model.blocks[layer].attention.out, model.config.heads
    out.weight.data.view(len(out.weight), heads, -1)[:, head] = 0
    return model
