"""Attention (Vaswani et al. 2017, section 3.2), by two kernels, and which of them is faster here."""

import math
import platform
import time
from collections.abc import Callable
from functools import cache

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lmcourse.files import measured_once
from lmcourse.memory import kept_memory

LENGTHS = (128, 256, 512)  # T at which the kernels are compared; below the first, products are taken unmeasured
MARGIN = 1.3  # the fused kernel must be so many times faster: below that, noise would decide
NEVER = 10**9


def visible(
    mask: Bool[Tensor, "B K"] | None, queries: int, keys: int, causal: bool, device: torch.device
) -> Bool[Tensor, "#B 1 #queries K"] | None:
    """Which keys (columns) each query (row) may see: no padding and, if `causal`, nothing later; None: everything.

    The queries are the last ones of the keys: with kept keys (see `Cache`) there are fewer of them.
    """
    seen = None if mask is None else mask[:, None, None, :]
    if causal and queries > 1:
        earlier = torch.ones(queries, keys, dtype=torch.bool, device=device).tril(keys - queries)
        seen = earlier[None, None] if seen is None else seen & earlier
    return seen


def attention_weights(
    q: Tensor, k: Tensor, mask: Bool[Tensor, "B K"] | None, causal: bool = False
) -> Float[Tensor, "B H T K"]:
    """Weights of every query (row) over every key (column); what must not be seen gets exactly 0."""
    B, H, T, d = q.shape
    # One product does it all: it divides by √d, and starts from the mask, which so costs nothing on the way back.
    start, beta = q.new_zeros(1, 1, 1), 0  # with 0 the start is not read
    if (seen := visible(mask, T, k.size(-2), causal, q.device)) is not None:
        bias = q.new_zeros(seen.shape).masked_fill_(~seen, torch.finfo(q.dtype).min)
        start, beta = bias.expand(B, H, -1, -1).flatten(0, 1), 1
    scores = torch.baddbmm(start, q.flatten(0, 1), k.flatten(0, 1).mT, beta=beta, alpha=1 / math.sqrt(d))
    scores = scores.unflatten(0, (B, H))
    # Rows shorter than the CPU's vectors of 32 bfloat16 numbers take five times as long as float32 ones; those that
    # fill one vector and a part, twice as long where nothing is learnt.
    short = scores.dtype == torch.bfloat16 and 16 <= scores.size(-1) < (32 if scores.requires_grad else 64)
    return scores.softmax(-1, torch.float32 if short else None).to(scores.dtype)


def products(q: Tensor, k: Tensor, v: Tensor, mask: Bool[Tensor, "B K"] | None, causal: bool = False) -> Tensor:
    """softmax(Q Kᵀ / √d) V by two plain matrix products; the (T, T) weights of every head stand in memory."""
    return attention_weights(q, k, mask, causal) @ v


def fused(q: Tensor, k: Tensor, v: Tensor, mask: Bool[Tensor, "B K"] | None, causal: bool = False) -> Tensor:
    """The same by torch's fused kernel, which makes the weights piece by piece and keeps none of them."""
    seen = visible(mask, q.size(-2), k.size(-2), causal, q.device)
    return F.scaled_dot_product_attention(q, k, v, seen)


@cache
def fused_from(dtype: torch.dtype, device: torch.device) -> int:
    """The length T from which on the fused kernel is clearly faster on this machine, learning included.

    Measured on two cores: in bfloat16 it takes five times as long at 128 tokens, 2.5 times at 512, 1.7 times at 1,024;
    in float32 a quarter longer at 128, as long at 1,024.
    """
    key = {"machine": platform.node(), "device": device.type, "torch": torch.__version__, "dtype": str(dtype)}

    def measure() -> dict:
        found = NEVER
        with kept_memory():  # as where models learn and read; without it products take up to three times as long
            for T in reversed(LENGTHS):
                if seconds(products, T, dtype, device) < MARGIN * seconds(fused, T, dtype, device):
                    break
                found = T
        return {"fused_from": found}

    return measured_once(f"kernel-{str(dtype).rpartition('.')[2]}", key, measure)["fused_from"]


@torch.enable_grad()
def seconds(kernel: Callable, T: int, dtype: torch.dtype, device: torch.device, rounds: int = 4) -> float:
    """What a kernel takes forward and backward for 2,048 tokens in texts of about T, in 8 heads: the best of rounds."""
    random, best = torch.Generator(device).manual_seed(0), math.inf  # its own: measuring must not change a training
    B = 2048 // T
    projected, gradient = (
        torch.randn(B, T, width, generator=random, device=device).to(dtype) for width in (3 * 256, 256)
    )
    projected.requires_grad_()
    mask = torch.arange(T, device=device).expand(B, T) < T - 1
    for _ in range(rounds):
        start = time.perf_counter()
        # As in a layer: what is laid out otherwise, such as the gradient of a plain sum, takes up to six times as long.
        q, k, v = projected.view(B, T, 3, 8, 32).permute(2, 0, 3, 1, 4).unbind(0)
        kernel(q, k, v, mask).transpose(1, 2).flatten(2).backward(gradient)
        projected.grad.flatten()[0].item()  # waits for a GPU
        best = min(best, time.perf_counter() - start)
    return best


class Cache:
    """Keys and values of the tokens already read, of each attention layer: one more token costs one row, not all."""

    def __init__(self):
        self.kept: dict[nn.Module, tuple[Tensor, Tensor]] = {}
        self.length = 0  # tokens read

    def extend(self, layer: nn.Module, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """All keys and values of a layer, (B, H, T, D/H), the new ones last."""
        if layer in self.kept:
            k, v = (torch.cat(pair, dim=2) for pair in zip(self.kept[layer], (k, v), strict=True))
        self.kept[layer] = k, v
        return k, v

    def select(self, rows: Int[Tensor, " N"]) -> None:
        """Go on with these texts of the batch; one may go on as several."""
        self.kept = {layer: (k[rows], v[rows]) for layer, (k, v) in self.kept.items()}


class Attention(nn.Module):
    """Multi-head self-attention: softmax(Q Kᵀ / √d) V, with d = D / H (Vaswani et al. 2017, equation 1).

    A `causal` one sees no later token (their section 3.2.3).
    """

    def __init__(self, width: int, heads: int, causal: bool = False):
        super().__init__()
        self.heads, self.causal = heads, causal
        self.qkv = nn.Linear(width, 3 * width)  # one product instead of three
        self.out = nn.Linear(width, width)

    def forward(
        self,
        x: Float[Tensor, "B T D"],
        mask: Bool[Tensor, "B K"] | None,
        cache: Cache | None = None,
        wanted: int | None = None,
    ) -> Float[Tensor, "B _ D"]:
        """What each token gathers; of the first `wanted` tokens only, if that is given."""
        q, k, v = self.heads_of(self.qkv(x))
        if cache is not None:
            k, v = cache.extend(self, k, v)
        return self.attend(q[:, :, :wanted], k, v, mask)

    def heads_of(self, projected: Float[Tensor, "B T _"]) -> tuple[Tensor, ...]:
        """Queries, keys, values, or some of them, of each head: each (B, H, T, D/H)."""
        B, T, _ = projected.shape
        D = self.out.in_features
        return projected.view(B, T, -1, self.heads, D // self.heads).permute(2, 0, 3, 1, 4).unbind(0)

    def attend(self, q: Tensor, k: Tensor, v: Tensor, mask: Bool[Tensor, "B K"] | None) -> Float[Tensor, "B T D"]:
        """What each query gathers, all heads put side by side and mixed."""
        # On a CPU plain products are up to five times faster than the fused kernel. The weights are not dropped out, as
        # BERT's are: T² random numbers a head would cost more than the products.
        kernel = fused if q.size(2) >= fused_from(q.dtype, q.device) else products
        return self.out(kernel(q, k, v, mask, self.causal).transpose(1, 2).flatten(2))


class CrossAttention(Attention):
    """Attention from one text to another: queries of x, keys and values of the memory (their section 3.2.3)."""

    def forward(
        self,
        x: Float[Tensor, "B T D"],
        memory: Float[Tensor, "B K D"],
        mask: Bool[Tensor, "B K"] | None,
        cache: Cache | None = None,
    ) -> Float[Tensor, "B T D"]:
        D, weight, bias = x.size(-1), self.qkv.weight, self.qkv.bias
        [q] = self.heads_of(F.linear(x, weight[:D], bias[:D]))
        if cache is not None and self in cache.kept:  # the memory stays the same: it is read once
            k, v = cache.kept[self]
        else:
            k, v = self.heads_of(F.linear(memory, weight[D:], bias[D:]))
        if cache is not None:
            cache.kept[self] = k, v
        return self.attend(q, k, v, mask)
