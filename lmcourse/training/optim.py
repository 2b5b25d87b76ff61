"""Optimisers, their schedule, and the float32 copies that bfloat16 weights are trained through."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn
from torch.optim.adam import adam
from torch.optim.sgd import sgd

from lmcourse.errors import InputError
from lmcourse.training import processes


class Sgd:
    """`torch.optim.SGD` by torch's own function: the class would load torch's compiler first, a second and 70 MB."""

    def __init__(self, groups: list[dict], lr: float, fused: bool):
        self.param_groups, self.fused = [group | {"lr": lr} for group in groups], fused
        self.state: dict[Tensor, dict[str, Tensor]] = defaultdict(dict)

    @torch.no_grad()
    def step(self, divisor: Tensor | None = None) -> None:
        """Take a step on every weight that has a gradient; `divisor`: what the gradients are divided by before."""
        for group in self.param_groups:
            weights = [weight for weight in group["params"] if weight.grad is not None]
            settings = {"lr": group["lr"], "weight_decay": group["weight_decay"], "maximize": False}
            settings |= {"fused": self.fused, "grad_scale": divisor}
            self.update(weights, [weight.grad for weight in weights], settings)

    def update(self, weights: list[Tensor], gradients: list[Tensor], settings: dict) -> None:
        """Change some weights in place."""
        sgd(weights, gradients, [None] * len(weights), momentum=0.0, dampening=0.0, nesterov=False, **settings)


class AdamW(Sgd):
    """`torch.optim.AdamW` with its usual settings, by torch's own function."""

    def update(self, weights: list[Tensor], gradients: list[Tensor], settings: dict) -> None:
        """Change some weights in place, and what is remembered of them."""
        kept = [self.state[weight] for weight in weights]
        for weight, state in zip(weights, kept, strict=True):
            if not state:
                state["step"] = torch.zeros((), device=weight.device)
                state |= {name: torch.zeros_like(weight) for name in ("exp_avg", "exp_avg_sq")}
        means, squares, steps = ([state[name] for state in kept] for name in ("exp_avg", "exp_avg_sq", "step"))
        settings |= {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "amsgrad": False, "decoupled_weight_decay": True}
        adam(weights, gradients, means, squares, [], steps, **settings)


KINDS = {"adamw": AdamW, "sgd": Sgd}


def schedule(step: int, steps: int, warmup: float) -> float:
    """The share of the full rate at `step` (from 0): it rises over `warmup` · steps, then falls to 0, linearly."""
    rise = max(1, round(warmup * steps))
    return min((step + 1) / rise, (steps - step) / max(1, steps - rise))


class Optimizer:
    """AdamW or SGD on the float32 originals of a model's weights, which may themselves be bfloat16.

    bfloat16 keeps 8 significant bits: an update of less than 1/256 of a weight would be rounded away. So the
    model computes with bfloat16 weights, and steps are taken on the originals (Micikevicius et al. 2018,
    section 3.1).
    """

    def __init__(
        self,
        named: Iterable[tuple[str, nn.Parameter]],
        originals: dict[nn.Parameter, Tensor],
        kind: str,
        decay: float,
        layer_rates: Callable[[str], float] = lambda name: 1.0,
    ):
        named = [(name, weight) for name, weight in named if weight.requires_grad]
        if not named:
            raise InputError("there is nothing to train: every weight is frozen", fix="freeze less")
        if kind not in KINDS:
            raise InputError(f"unknown optimiser {kind!r}", fix="choose " + " or ".join(KINDS))
        self.names = [name for name, _ in named]
        self.weights = [weight for _, weight in named]
        self.originals = [originals[weight] for weight in self.weights]
        groups: dict[tuple[float, float], list[Tensor]] = {}
        for (name, _), original in zip(named, self.originals, strict=True):
            # Biases and normalisation weights are not decayed (nor are they in Devlin et al.'s own code).
            setting = (layer_rates(name), decay if original.ndim > 1 else 0.0)
            groups.setdefault(setting, []).append(original)
        self.shares = [share for share, _ in groups]
        settings = [{"params": tensors, "weight_decay": decay} for (_, decay), tensors in groups.items()]
        self.inner = KINDS[kind](settings, lr=0.0, fused=True)

    def step(self, rate: float, clip: float) -> float:
        """Take one step, gradients (of all processes) clipped to norm `clip`; returns their norm before.

        Errors: FloatingPointError, before the step, when the norm is not finite.
        """
        for weight, original in zip(self.weights, self.originals, strict=True):
            original.grad = None if weight.grad is None else weight.grad.float()
            weight.grad = None
        gradients = [original.grad for original in self.originals if original.grad is not None]
        processes.add_up(gradients)
        norm = nn.utils.get_total_norm(gradients).item()
        if not math.isfinite(norm):
            raise FloatingPointError
        for group, share in zip(self.inner.param_groups, self.shares, strict=True):
            group["lr"] = rate * share
        # The step itself divides: gradients that `clip_grad_norm_` scales are read and written once more before it.
        divisor = torch.tensor(norm / clip) if norm > clip else None
        self.inner.step(divisor)
        del gradients
        for original in self.originals:
            original.grad = None  # two copies of them need never stand beside each other
        with torch.no_grad():
            torch._foreach_copy_(self.weights, self.originals)
        return norm

    def state_dict(self) -> dict[str, Tensor]:
        """What is remembered of each weight between steps, such as AdamW's mean gradient `head.weight.exp_avg`."""
        return {
            f"{name}.{kind}": value
            for name, original in zip(self.names, self.originals, strict=True)
            for kind, value in self.inner.state[original].items()
        }

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Remember what `state_dict` gave; InputError when that belongs to other weights."""
        originals = dict(zip(self.names, self.originals, strict=True))
        parts = [(*key.rpartition(".")[::2], value) for key, value in state.items()]
        if strange := [name for name, _, _ in parts if name not in originals]:
            raise InputError(
                f"the checkpoint trained {strange[0]}, which is frozen here or absent", fix="freeze the same"
            )
        for name, kind, value in parts:
            self.inner.state[originals[name]][kind] = value.to(originals[name].device, copy=True)
