"""Fewer weights: the smallest are set to 0 (Han et al. 2015, section 3)."""

import torch
from torch import nn

from lmcourse.errors import InputError


def prune(model: nn.Module, share: float) -> dict[str, torch.Tensor]:
    """Set the given share of each linear layer's weights to 0, the smallest; returns what is kept, by name.

    Errors: InputError for a share outside 0 to 1.
    """
    if not 0 <= share < 1:
        raise InputError(f"share must be from 0 to less than 1, not {share}", "prune", "choose one between")
    kept = {}
    with torch.no_grad():
        for name, layer in model.named_modules():
            if not isinstance(layer, nn.Linear):
                continue
            order = layer.weight.abs().flatten().argsort()
            mask = torch.ones(layer.weight.numel(), dtype=torch.bool)
            mask[order[: round(share * len(order))]] = False
            kept[f"{name}.weight"] = mask.view_as(layer.weight)
            layer.weight *= kept[f"{name}.weight"]
    return kept


@torch.no_grad()
def keep_pruned(model: nn.Module, kept: dict[str, torch.Tensor]) -> None:
    """Set to 0 again what an optimiser's step has moved: to be called after each."""
    for name, weight in model.named_parameters():
        if name in kept:
            weight *= kept[name].to(weight.dtype)


def zeros(model: nn.Module) -> float:
    """The share of zeros among the weights of the linear layers."""
    weights = [layer.weight for layer in model.modules() if isinstance(layer, nn.Linear)]
    return sum(int((w == 0).sum()) for w in weights) / sum(w.numel() for w in weights)
