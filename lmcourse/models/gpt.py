"""GPT-2: a stack of Transformer blocks that reads to the right and foretells the next token (Radford et al. 2019)."""

import math
from dataclasses import dataclass

from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lmcourse.errors import InputError
from lmcourse.models.attention import Cache
from lmcourse.models.bert import initialise
from lmcourse.models.layers import Block, Dropout, gelu_tanh


@dataclass(frozen=True)
class GptConfig:
    """The sizes of a GPT; the defaults are those of the smallest GPT-2."""

    vocab_size: int = 50257  # V
    width: int = 768  # D
    layers: int = 12
    heads: int = 12  # H
    ff_width: int = 3072
    max_length: int = 1024  # the longest T that has a position
    dropout: float = 0.1
    eps: float = 1e-5


class Gpt(nn.Module):
    """Token ids in, logits of the token that follows each of them out."""

    def __init__(self, config: GptConfig):
        super().__init__()
        self.config = config
        self.tokens = nn.Embedding(config.vocab_size, config.width)
        self.positions = nn.Embedding(config.max_length, config.width)
        self.dropout = Dropout(config.dropout)
        sizes = config.width, config.heads, config.ff_width, config.dropout, config.eps
        self.blocks = nn.ModuleList(
            Block(*sizes, activation=gelu_tanh, norm_first=True, causal=True) for _ in range(config.layers)
        )
        self.norm = nn.LayerNorm(config.width, eps=config.eps)
        self.apply(initialise)
        for block in self.blocks:  # each layer adds to the sum twice: begin with shares that keep it as large (2.3)
            block.attention.out.weight.data /= math.sqrt(2 * config.layers)
            block.ff_out.weight.data /= math.sqrt(2 * config.layers)

    def embed(self, ids: Int[Tensor, "B T"], first: int = 0) -> Float[Tensor, "B T D"]:
        """The sum of a token's and its position's vector; the first of the tokens stands at position `first`."""
        end = first + ids.size(1)
        if end > self.config.max_length:
            raise InputError(f"{end} tokens, and positions for {self.config.max_length}", fix="give a shorter text")
        return self.dropout(self.tokens(ids) + self.positions.weight[first:end])

    def states(
        self, ids: Int[Tensor, "B T"], mask: Bool[Tensor, "B T"] | None = None, cache: Cache | None = None
    ) -> Float[Tensor, "B T D"]:
        """What the output layer reads. Padding stands on the right, where `mask` is False.

        With a cache, `ids` go on from what it has read, and it keeps them too.
        """
        hidden = self.embed(ids, cache.length if cache else 0)
        for block in self.blocks:
            hidden = block(hidden, mask, cache=cache)
        if cache is not None:
            cache.length += ids.size(1)
        return self.norm(hidden)

    @property
    def output(self) -> Float[Tensor, "V D"]:
        """Weight of the output layer, which has no bias: that of the token embeddings (Press and Wolf 2017)."""
        return self.tokens.weight

    def forward(
        self,
        ids: Int[Tensor, "B T"],
        mask: Bool[Tensor, "B T"] | None = None,
        cache: Cache | None = None,
        selected: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "*N V"]:
        """Logits of the next token (see `states`); with `selected`, N positions, only theirs: (N, V)."""
        hidden = self.states(ids, mask, cache)
        return F.linear(hidden if selected is None else hidden[selected], self.output)
