"""LoRA: what is learnt of a matrix is a product of two narrow ones, added to it (Hu et al. 2022, section 4.1)."""

import math
import re

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from lmcourse.errors import InputError


class Lora(nn.Module):
    """A frozen linear layer plus a learnt one of rank r: W x + b + (α / r) · B A x, B being 0 at first."""

    def __init__(self, frozen: nn.Linear, rank: int, alpha: float):
        super().__init__()
        self.frozen = frozen.requires_grad_(False)
        self.in_features, self.out_features = frozen.in_features, frozen.out_features
        self.a = nn.Parameter(torch.empty(rank, frozen.in_features))
        self.b = nn.Parameter(torch.zeros(frozen.out_features, rank))
        nn.init.kaiming_uniform_(self.a, a=math.sqrt(5))
        self.scale = alpha / rank

    def forward(self, x: Float[Tensor, "*B inputs"]) -> Float[Tensor, "*B outputs"]:
        return self.frozen(x) + self.scale * F.linear(F.linear(x, self.a), self.b)

    def merged(self) -> nn.Linear:
        """One linear layer that gives the same: nothing is left to pay when the model is used."""
        layer = nn.Linear(self.frozen.in_features, self.frozen.out_features, self.frozen.bias is not None)
        with torch.no_grad():
            layer.weight.copy_(self.frozen.weight + self.scale * self.b @ self.a)
            if layer.bias is not None:
                layer.bias.copy_(self.frozen.bias)
        return layer


def _replace(model: nn.Module, name: str, layer: nn.Module) -> None:
    parent, _, own = name.rpartition(".")
    setattr(model.get_submodule(parent), own, layer)


def add_lora(model: nn.Module, layers: str, rank: int = 8, alpha: float = 16.0) -> int:
    """Freeze a model but for a `Lora` in each linear layer whose name holds the pattern; returns how many learn.

    Errors: InputError when no layer's name does, or the rank is not between 1 and the layer's smaller side.
    """
    found = [(n, m) for n, m in model.named_modules() if isinstance(m, nn.Linear) and re.search(layers, n)]
    if not found:
        raise InputError(f"no linear layer's name holds {layers!r}", "layers", "see model.named_modules()")
    least = min(min(layer.weight.shape) for _, layer in found)
    if not 1 <= rank <= least:
        raise InputError(f"rank must be from 1 to {least}, not {rank}", "rank", "choose a smaller one")
    model.requires_grad_(False)
    for name, layer in found:
        _replace(model, name, Lora(layer, rank, alpha))
    return sum(weight.numel() for weight in model.parameters() if weight.requires_grad)


def merge_lora(model: nn.Module) -> None:
    """Put one linear layer in the place of each `Lora`; the outputs stay the same."""
    for name, layer in [(n, m) for n, m in model.named_modules() if isinstance(m, Lora)]:
        _replace(model, name, layer.merged())
