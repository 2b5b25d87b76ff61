"""Eight bits a weight: symmetric quantisation, integer products, and how wrong they can be."""

import torch
from jaxtyping import Float, Int8
from torch import Tensor, nn
from torch.nn import functional as F

LARGEST = 127


def quantise(x: Float[Tensor, "*B D"]) -> tuple[Int8[Tensor, "*B D"], Float[Tensor, "*B 1"]]:
    """Each row as integers from −127 to 127 and a step: x ≈ q · step, nowhere more than half a step apart."""
    step = x.abs().amax(-1, keepdim=True).clamp(min=1e-12) / LARGEST
    return torch.round(x / step).to(torch.int8), step


def product(
    x: Int8[Tensor, "N D"], x_step: Float[Tensor, "N 1"], w: Int8[Tensor, "M D"], w_step: Float[Tensor, "M 1"]
) -> Float[Tensor, "N M"]:
    """x wᵀ in whole numbers (exact: 32 bits hold the sum of 130,000 products), then one multiplication a value."""
    if x.size(1) == 1:  # torch 2.13's product of int8 on CPUs is wrong there
        x, w = (F.pad(each, (0, 1)) for each in (x, w))
    return torch._int_mm(x, w.t()).float() * x_step * w_step.t()


def bound(
    x: Float[Tensor, "N D"], x_step: Float[Tensor, "N 1"], w: Float[Tensor, "M D"], w_step: Float[Tensor, "M 1"]
) -> Float[Tensor, "N M"]:
    """How far `product` can be from x wᵀ: with errors of at most half a step each,

    |Σ (x + e)(w + f) − Σ x w| ≤ Σ |x| · w_step / 2 + Σ |w| · x_step / 2 + D · x_step · w_step / 4.
    """
    D = x.size(-1)
    of_w = x.abs().sum(-1, keepdim=True) * w_step.t() / 2
    of_x = w.abs().sum(-1)[None] * x_step / 2
    return of_w + of_x + D * x_step * w_step.t() / 4


class Int8Linear(nn.Module):
    """A linear layer whose weights are kept in 8 bits; each input row is quantised as it comes (dynamically)."""

    def __init__(self, layer: nn.Linear):
        super().__init__()
        self.in_features, self.out_features = layer.in_features, layer.out_features
        q, step = quantise(layer.weight.detach().float())
        self.register_buffer("q", q)
        self.register_buffer("step", step)
        self.register_buffer("bias", None if layer.bias is None else layer.bias.detach().float())

    def forward(self, x: Float[Tensor, "*B D"]) -> Float[Tensor, "*B M"]:
        q, step = quantise(x.reshape(-1, x.size(-1)).float())
        y = product(q, step, self.q, self.step)
        return (y if self.bias is None else y + self.bias).view(*x.shape[:-1], -1)


def quantised(model: nn.Module) -> nn.Module:
    """A copy of a model with every linear layer in 8 bits; embeddings and normalisations stay as they are: shared."""
    from copy import deepcopy

    layers = [layer for layer in model.modules() if not isinstance(layer, nn.Linear)]
    copy = deepcopy(model, {id(weight): weight for layer in layers for weight in layer.parameters(recurse=False)})
    for parent in list(copy.modules()):
        for name, layer in parent.named_children():
            if isinstance(layer, nn.Linear):
                setattr(parent, name, Int8Linear(layer))
    return copy
