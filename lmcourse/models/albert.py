"""ALBERT (Lan et al. 2020): BERT with one block used again in every layer, and with narrow token embeddings."""

from dataclasses import dataclass, replace

from jaxtyping import Float, Int
from torch import Tensor, nn

from lmcourse.models.bert import Bert, BertConfig, BertForPreTraining, Embeddings, initialise
from lmcourse.models.layers import Block, gelu_tanh


@dataclass(frozen=True)
class AlbertConfig(BertConfig):
    """The sizes of an ALBERT; the defaults are those of ALBERT-base, version 2."""

    vocab_size: int = 30000  # V
    embedding_width: int = 128  # E
    dropout: float = 0.0


class FactorisedEmbeddings(Embeddings):
    """BERT's embeddings of width E, widened to D: V × E + E × D weights in place of V × D (section 3.1)."""

    def __init__(self, config: AlbertConfig):
        super().__init__(replace(config, width=config.embedding_width))
        self.widen = nn.Linear(config.embedding_width, config.width)

    def forward(self, ids: Int[Tensor, "B T"], segments: Int[Tensor, "B T"] | None) -> Float[Tensor, "B T D"]:
        return self.widen(super().forward(ids, segments))


class Albert(Bert):
    """The encoder, which is run as BERT is: only what it holds is different."""

    activation = staticmethod(gelu_tanh)

    def __init__(self, config: AlbertConfig):
        nn.Module.__init__(self)  # not BERT's, which would make as many blocks as layers
        self.config = config
        self.embeddings = FactorisedEmbeddings(config)
        sizes = config.width, config.heads, config.ff_width, config.dropout, config.eps
        self.block = Block(*sizes, activation=self.activation)
        self.pooler = nn.Linear(config.width, config.width)
        self.apply(initialise)

    @property
    def blocks(self) -> list[Block]:
        """The one block, once for each layer: all share its weights (section 3.1)."""
        return [self.block] * self.config.layers


class AlbertForPreTraining(BertForPreTraining):
    """ALBERT with its heads for masked words and sentence order (SOP).

    The second head is made as BERT's `nsp` and asks another question: 0 where the two parts stand in their order, 1
    where they were swapped (section 3.1).
    """

    encoder = Albert
