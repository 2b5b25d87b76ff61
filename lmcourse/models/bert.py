"""BERT: a stack of Transformer blocks read in both directions (Devlin et al. 2019), with its two pretraining heads."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lmcourse.models.layers import Block, Dropout


@dataclass(frozen=True)
class BertConfig:
    """The sizes of a BERT; the defaults are those of BERT-base."""

    vocab_size: int = 30522  # V
    width: int = 768  # D
    layers: int = 12
    heads: int = 12  # H
    ff_width: int = 3072
    max_length: int = 512  # the longest T that has a position
    segments: int = 2
    dropout: float = 0.1
    eps: float = 1e-12
    pad_id: int = 0


class Embeddings(nn.Module):
    """The sum of a token's, its position's and its segment's vector, normalised."""

    def __init__(self, config: BertConfig):
        super().__init__()
        self.tokens = nn.Embedding(config.vocab_size, config.width, padding_idx=config.pad_id)
        self.positions = nn.Embedding(config.max_length, config.width)
        self.segments = nn.Embedding(config.segments, config.width)
        self.norm = nn.LayerNorm(config.width, eps=config.eps)
        self.dropout = Dropout(config.dropout)

    def forward(self, ids: Int[Tensor, "B T"], segments: Int[Tensor, "B T"] | None) -> Float[Tensor, "B T D"]:
        # Without segments every token belongs to the first one: one row, added to all.
        segment = self.segments.weight[0] if segments is None else self.segments(segments)
        return self.dropout(self.norm(self.tokens(ids) + self.positions.weight[: ids.size(1)] + segment))


class Bert(nn.Module):
    """The encoder: token ids in, one vector of width D for every token out."""

    activation = staticmethod(F.gelu)

    def __init__(self, config: BertConfig):
        super().__init__()
        self.config = config
        self.embeddings = Embeddings(config)
        self.blocks = nn.ModuleList(
            Block(config.width, config.heads, config.ff_width, config.dropout, config.eps) for _ in range(config.layers)
        )
        self.pooler = nn.Linear(config.width, config.width)
        self.apply(initialise)

    def forward(
        self,
        ids: Int[Tensor, "B T"],
        segments: Int[Tensor, "B T"] | None = None,
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> Float[Tensor, "B T D"]:
        """Hidden states of the last block; `mask` is False at padding."""
        return self.run_blocks(self.embeddings(ids, segments), mask)

    def run_blocks(
        self,
        hidden: Float[Tensor, "B T D"],
        mask: Bool[Tensor, "B T"] | None,
        first: int = 0,
        end: int | None = None,
        wanted: int | None = None,
    ) -> Float[Tensor, "B _ D"]:
        """Pass hidden states through the blocks `first` … `end - 1` only.

        `wanted`: how many of the first tokens will be read. The last block computes no others.
        """
        if mask is not None and mask.all():
            mask = None
        blocks = list(self.blocks)[first:end]  # a slice of a ModuleList is a new module, made in each step
        for number, block in enumerate(blocks, 1):
            hidden = block(hidden, mask, wanted=wanted if number == len(blocks) else None)
        return hidden

    def pool(self, hidden: Float[Tensor, "B T D"]) -> Float[Tensor, "B D"]:
        """One vector for the whole input: the first token's ([CLS]), through a layer of its own."""
        return torch.tanh(self.pooler(hidden[:, 0]))


class BertForPreTraining(nn.Module):
    """BERT with its heads for masked words (MLM) and for "is this the next sentence?" (NSP)."""

    encoder = Bert

    def __init__(self, config: BertConfig):
        super().__init__()
        self.bert = self.encoder(config)
        width = self.bert.embeddings.tokens.embedding_dim  # D, which the output layer reads: its weight is theirs
        self.mlm_transform = nn.Linear(config.width, width)
        self.mlm_norm = nn.LayerNorm(width, eps=config.eps)
        self.mlm_bias = nn.Parameter(torch.zeros(config.vocab_size))
        self.nsp = nn.Linear(config.width, 2)
        for head in (self.mlm_transform, self.nsp):
            initialise(head)

    def forward(
        self,
        ids: Int[Tensor, "B T"],
        segments: Int[Tensor, "B T"] | None = None,
        mask: Bool[Tensor, "B T"] | None = None,
        selected: Bool[Tensor, "B T"] | None = None,
    ) -> tuple[Float[Tensor, "*N V"], Float[Tensor, "B 2"]]:
        """MLM logits, and the NSP logits (0: it is the next sentence, 1: it is not).

        With `selected` (N positions) the MLM logits are (N, V), computed there only; else (B, T, V). The output layer's
        weight is that of the token embeddings (Press and Wolf 2017).
        """
        hidden = self.bert(ids, segments, mask)
        chosen = hidden if selected is None else hidden[selected]
        states = self.mlm_norm(self.bert.activation(self.mlm_transform(chosen)))
        return F.linear(states, self.bert.embeddings.tokens.weight, self.mlm_bias), self.nsp(self.bert.pool(hidden))


def initialise(module: nn.Module) -> None:
    """Weights from a normal distribution of standard deviation 0.02, biases 0 (Devlin et al. 2019, appendix A)."""
    if isinstance(module, nn.Linear | nn.Embedding):
        nn.init.normal_(module.weight, std=0.02)
        if getattr(module, "bias", None) is not None:
            nn.init.zeros_(module.bias)
        if getattr(module, "padding_idx", None) is not None:
            nn.init.zeros_(module.weight.data[module.padding_idx])
