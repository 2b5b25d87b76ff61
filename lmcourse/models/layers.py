"""The Transformer block (Vaswani et al. 2017, section 3), in the post-norm form that BERT kept."""

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F


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


class Attention(nn.Module):
    """Multi-head self-attention: softmax(Q Kᵀ / √d) V, with d = D / H (Vaswani et al. 2017, equation 1)."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)  # one product instead of three
        self.out = nn.Linear(width, width)

    def weights(self, q: Tensor, k: Tensor, mask: Bool[Tensor, "B T"] | None) -> Float[Tensor, "B H T T"]:
        """Attention weights of every query (row) over every key (column); padding keys get exactly 0."""
        scores = (q / math.sqrt(q.size(-1))) @ k.transpose(-2, -1)
        if mask is not None:
            scores = scores.masked_fill(~mask[:, None, None, :], torch.finfo(scores.dtype).min)
        return scores.softmax(-1)

    def heads_of(self, x: Float[Tensor, "B T D"]) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values of each head, each (B, H, T, D/H)."""
        B, T, D = x.shape
        return self.qkv(x).view(B, T, 3, self.heads, D // self.heads).permute(2, 0, 3, 1, 4).unbind(0)

    def forward(self, x: Float[Tensor, "B T D"], mask: Bool[Tensor, "B T"] | None) -> Float[Tensor, "B T D"]:
        q, k, v = self.heads_of(x)
        # Two plain products: on a CPU torch's fused attention is slower than they are in bfloat16. The weights
        # are not dropped out, as BERT's are: T² random numbers a head would cost more than the products.
        return self.out((self.weights(q, k, mask) @ v).transpose(1, 2).flatten(2))


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
