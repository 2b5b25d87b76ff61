"""Attention (Vaswani et al. 2017, section 3.2), by two kernels, and which of them is faster here."""

import math
import platform
import time
from collections.abc import Callable
from functools import cache

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from lmcourse.files import measured_once

LENGTHS = (128, 256, 512)  # T at which the kernels are compared; below the first, products are taken unmeasured
MARGIN = 1.3  # the fused kernel must be so many times faster: below that, noise would decide
NEVER = 10**9


def attention_weights(q: Tensor, k: Tensor, mask: Bool[Tensor, "B T"] | None) -> Float[Tensor, "B H T T"]:
    """Weights of every query (row) over every key (column); padding keys get exactly 0."""
    scores = (q / math.sqrt(q.size(-1))) @ k.transpose(-2, -1)
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None, None, :], torch.finfo(scores.dtype).min)
    return scores.softmax(-1)


def products(q: Tensor, k: Tensor, v: Tensor, mask: Bool[Tensor, "B T"] | None) -> Tensor:
    """softmax(Q Kᵀ / √d) V by two plain matrix products; the (T, T) weights of every head stand in memory."""
    return attention_weights(q, k, mask) @ v


def fused(q: Tensor, k: Tensor, v: Tensor, mask: Bool[Tensor, "B T"] | None) -> Tensor:
    """The same by torch's fused kernel, which makes the weights piece by piece and keeps none of them."""
    return F.scaled_dot_product_attention(q, k, v, None if mask is None else mask[:, None, None, :])


@cache
def fused_from(dtype: torch.dtype, device: torch.device) -> int:
    """The length T from which on the fused kernel is clearly faster on this machine, learning included.

    Measured on two cores: in bfloat16 it takes twice as long at 128 tokens and as long at 512, in float32 60 and 40 %.
    """
    key = {"machine": platform.node(), "device": device.type, "torch": torch.__version__, "dtype": str(dtype)}

    def measure() -> dict:
        found = NEVER
        for T in reversed(LENGTHS):
            if seconds(products, T, dtype, device) < MARGIN * seconds(fused, T, dtype, device):
                break
            found = T
        return {"fused_from": found}

    return measured_once(f"attention-{str(dtype).rpartition('.')[2]}", key, measure)["fused_from"]


@torch.enable_grad()
def seconds(kernel: Callable, T: int, dtype: torch.dtype, device: torch.device, rounds: int = 4) -> float:
    """What a kernel takes forward and backward for 2,048 tokens in texts of about T, in 8 heads: the best of rounds."""
    random, best = torch.Generator(device).manual_seed(0), math.inf  # its own: measuring must not change a training
    shape = (2048 // T, 8, T, 32)
    q, k, v = (torch.randn(shape, generator=random, device=device).to(dtype).requires_grad_() for _ in range(3))
    mask = torch.arange(T, device=device).expand(shape[0], T) < T - 1
    for _ in range(rounds):
        start = time.perf_counter()
        kernel(q, k, v, mask).sum().backward()
        q.grad.flatten()[0].item()  # waits for a GPU
        best = min(best, time.perf_counter() - start)
    return best


class Attention(nn.Module):
    """Multi-head self-attention: softmax(Q Kᵀ / √d) V, with d = D / H (Vaswani et al. 2017, equation 1)."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)  # one product instead of three
        self.out = nn.Linear(width, width)

    def heads_of(self, x: Float[Tensor, "B T D"]) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values of each head, each (B, H, T, D/H)."""
        B, T, D = x.shape
        return self.qkv(x).view(B, T, 3, self.heads, D // self.heads).permute(2, 0, 3, 1, 4).unbind(0)

    def forward(self, x: Float[Tensor, "B T D"], mask: Bool[Tensor, "B T"] | None) -> Float[Tensor, "B T D"]:
        # Short texts by plain products: on a CPU they are up to five times faster than the fused kernel. The weights
        # are not dropped out, as BERT's are: T² random numbers a head would cost more than the products.
        attend = fused if x.size(1) >= fused_from(x.dtype, x.device) else products
        return self.out(attend(*self.heads_of(x), mask).transpose(1, 2).flatten(2))
