"""The Transformer block (Vaswani et al. 2017, section 3), in the post-norm form that BERT kept."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from lmcourse.models.attention import Attention


class Dropout(nn.Module):
    """Set a share of the values to 0 while training and scale up the rest (Srivastava et al. 2014).

    The share is a multiple of 1/256: one random byte a value is cheap to draw.
    """

    def __init__(self, share: float):
        super().__init__()
        self.threshold = round(256 * share)

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.threshold == 0:
            return x
        words = torch.empty(-(-x.numel() // 8), dtype=torch.int64, device=x.device).random_(-(2**63), None)
        random_bytes = words.view(torch.uint8)[: x.numel()].view(x.shape)
        return x * (random_bytes >= self.threshold) * (256 / (256 - self.threshold))


class Block(nn.Module):
    """Attention, then a feed-forward network on each token; each is added to its input and normalised."""

    def __init__(self, width: int, heads: int, ff_width: int, dropout: float, eps: float):
        super().__init__()
        self.attention = Attention(width, heads)
        self.attention_norm = nn.LayerNorm(width, eps=eps)
        self.ff_in = nn.Linear(width, ff_width)
        self.ff_out = nn.Linear(ff_width, width)
        self.ff_norm = nn.LayerNorm(width, eps=eps)
        self.dropout = Dropout(dropout)

    def forward(self, x: Float[Tensor, "B T D"], mask: Bool[Tensor, "B T"] | None) -> Float[Tensor, "B T D"]:
        x = self.attention_norm(x + self.dropout(self.attention(x, mask)))
        return self.ff_norm(x + self.dropout(self.ff_out(F.gelu(self.ff_in(x)))))
