"""The Transformer of 2017: an encoder reads one text, a decoder writes another (Vaswani et al. 2017)."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lmcourse.models.attention import Cache
from lmcourse.models.layers import Block, Dropout


@dataclass(frozen=True)
class Seq2SeqConfig:
    """The sizes of an encoder–decoder; the defaults are those of the paper's base model (table 3)."""

    vocab_size: int = 37000  # V, of both languages together
    width: int = 512  # D
    layers: int = 6  # of the encoder, and as many of the decoder
    heads: int = 8  # H
    ff_width: int = 2048
    dropout: float = 0.1
    eps: float = 1e-6
    pad_id: int = 0


def sinusoids(T: int, D: int, first: int = 0) -> Float[Tensor, "T D"]:
    """Vectors of the positions first … first + T − 1: sines in the even columns, cosines in the odd (section 3.5)."""
    position = torch.arange(first, first + T)[:, None]
    angle = position / 10000 ** (torch.arange(0, D, 2) / D)
    return torch.stack([angle.sin(), angle.cos()], -1).flatten(1)


class Seq2Seq(nn.Module):
    """Source and target ids in, logits of the target's next tokens out."""

    def __init__(self, config: Seq2SeqConfig):
        super().__init__()
        self.config = config
        sizes = config.width, config.heads, config.ff_width, config.dropout, config.eps
        self.tokens = nn.Embedding(config.vocab_size, config.width, padding_idx=config.pad_id)
        self.dropout = Dropout(config.dropout)
        self.encoder = nn.ModuleList(Block(*sizes, activation=F.relu) for _ in range(config.layers))
        self.decoder = nn.ModuleList(
            Block(*sizes, activation=F.relu, causal=True, cross=True) for _ in range(config.layers)
        )
        for name, parameter in self.named_parameters():
            if name != "tokens.weight" and parameter.ndim == 2:
                nn.init.xavier_uniform_(parameter)
        nn.init.normal_(self.tokens.weight, std=config.width**-0.5)  # times √D: as large as the positions
        nn.init.zeros_(self.tokens.weight.data[config.pad_id])

    def embed(self, ids: Int[Tensor, "B T"], first: int = 0) -> Float[Tensor, "B T D"]:
        """Tokens' vectors × √D (section 3.4) and positions'; the first token stands at position `first`."""
        tokens = self.tokens(ids) * math.sqrt(self.config.width)
        return self.dropout(tokens + sinusoids(ids.size(1), self.config.width, first).to(tokens))

    def encode(self, source: Int[Tensor, "B S"], mask: Bool[Tensor, "B S"] | None = None) -> Float[Tensor, "B S D"]:
        """The memory: a vector for each token of the source; `mask` is False at padding."""
        hidden = self.embed(source)
        for block in self.encoder:
            hidden = block(hidden, mask)
        return hidden

    def decode(
        self,
        target: Int[Tensor, "B T"],
        memory: Float[Tensor, "B S D"],
        memory_mask: Bool[Tensor, "B S"] | None = None,
        mask: Bool[Tensor, "B T"] | None = None,
        cache: Cache | None = None,
    ) -> Float[Tensor, "B T V"]:
        """Logits of the token that follows each of the target's.

        With a cache, `target` goes on from what it has read, and it keeps that too.
        """
        hidden = self.embed(target, cache.length if cache else 0)
        for block in self.decoder:
            hidden = block(hidden, mask, memory, memory_mask, cache)
        if cache is not None:
            cache.length += target.size(1)
        return F.linear(hidden, self.tokens.weight)  # one matrix for source, target and output (section 3.4)

    def forward(
        self,
        source: Int[Tensor, "B S"],
        target: Int[Tensor, "B T"],
        source_mask: Bool[Tensor, "B S"] | None = None,
        target_mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B T V"]:
        """Logits, the target being given whole, as in training: see `encode` and `decode`."""
        return self.decode(target, self.encode(source, source_mask), source_mask, target_mask)
