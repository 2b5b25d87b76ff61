"""The Transformer block (Vaswani et al. 2017, section 3), of which all models here are made."""

from collections.abc import Callable, Iterable
from functools import partial

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from lmcourse.models.attention import Attention, Cache, CrossAttention, attention_weights

gelu_tanh = partial(F.gelu, approximate="tanh")  # an early, faster formula of GELU, which GPT-2 and ALBERT kept


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
    """Attention, then a feed-forward network on each token; each is added to its input and normalised.

    The models differ in `activation`, in `norm_first` (pre-norm: normalised is what a part reads, not the sum), in
    `causal` (no token sees a later one) and in `cross` (attention to another text, the memory, between the two).
    """

    def __init__(
        self,
        width: int,
        heads: int,
        ff_width: int,
        dropout: float,
        eps: float,
        activation: Callable[[Tensor], Tensor] = F.gelu,
        norm_first: bool = False,
        causal: bool = False,
        cross: bool = False,
    ):
        super().__init__()
        self.attention = Attention(width, heads, causal)
        self.attention_norm = nn.LayerNorm(width, eps=eps)
        if cross:
            self.cross = CrossAttention(width, heads)
            self.cross_norm = nn.LayerNorm(width, eps=eps)
        self.ff_in = nn.Linear(width, ff_width)
        self.ff_out = nn.Linear(ff_width, width)
        self.ff_norm = nn.LayerNorm(width, eps=eps)
        self.dropout = Dropout(dropout)
        self.activation, self.norm_first = activation, norm_first

    def forward(
        self,
        x: Float[Tensor, "B T D"],
        mask: Bool[Tensor, "B T"] | None,
        memory: Float[Tensor, "B K D"] | None = None,
        memory_mask: Bool[Tensor, "B K"] | None = None,
        cache: Cache | None = None,
        wanted: int | None = None,
    ) -> Float[Tensor, "B _ D"]:
        """The next hidden states; of the first `wanted` tokens only, if that is given (they still look at all)."""
        x = self.add(x, self.attention_norm, lambda x: self.attention(x, mask, cache, wanted))
        if memory is not None:
            x = self.add(x, self.cross_norm, lambda x: self.cross(x, memory, memory_mask, cache))
        return self.add(x, self.ff_norm, lambda x: self.ff_out(self.activation(self.ff_in(x))))

    def add(self, x: Float[Tensor, "B T D"], norm: nn.Module, part: Callable) -> Float[Tensor, "B _ D"]:
        """x and what a part makes of it, normalised after (2017) or before it (Radford et al. 2019, section 2.3)."""
        made = self.dropout(part(norm(x) if self.norm_first else x))
        x = x[:, : made.size(1)] + made  # a part may give back fewer tokens
        return x if self.norm_first else norm(x)


def mean_state(hidden: Float[Tensor, "B T D"], mask: Bool[Tensor, "B T"]) -> Float[Tensor, "B D"]:
    """The mean of each text's hidden states, padding left out."""
    return (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)


@torch.no_grad()
def enlarge(model: nn.Module, factor: float) -> None:
    """Multiply a new model's matrices: the papers' first weights are meant for 768 columns, narrow ones need more.

    With 64 columns and theirs it would hardly begin to learn.
    """
    for weight in model.parameters():
        if weight.ndim == 2:
            weight *= factor


@torch.no_grad()
def attention_maps(
    blocks: Iterable[Block], hidden: Float[Tensor, "B T D"], mask: Bool[Tensor, "B T"] | None = None
) -> Float[Tensor, "L B H T T"]:
    """The weights of every head of L blocks: a row for each token that looks, a column for each that is looked at."""
    maps = []
    for block in blocks:
        read = block.attention_norm(hidden) if block.norm_first else hidden
        q, k, _ = block.attention.heads_of(block.attention.qkv(read))
        maps.append(attention_weights(q, k, mask, block.attention.causal))
        hidden = block(hidden, mask)
    return torch.stack(maps)
