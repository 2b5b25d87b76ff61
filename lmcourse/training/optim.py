"""Optimisers, their schedule, and the float32 copies that bfloat16 weights are trained through."""

import math
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from lmcourse.errors import InputError
from lmcourse.training import processes


def adamw(
    weights: list[Tensor], gradients: list[Tensor], kept: list[dict], rate: float, decay: float, divisor: Tensor | None
) -> None:
    """Change weights in place by AdamW (Loshchilov and Hutter 2019, algorithm 2), all in one operation of torch's.

    `kept` is what is remembered of each weight between steps; `divisor` what the gradients are divided by before.
    """
    for weight, state in zip(weights, kept, strict=True):
        if not state:
            state["step"] = torch.zeros((), device=weight.device)
            state |= {name: torch.zeros_like(weight) for name in ("exp_avg", "exp_avg_sq")}
    means, squares, steps = ([state[name] for state in kept] for name in ("exp_avg", "exp_avg_sq", "step"))
    torch._foreach_add_(steps, 1)
    settings = {"lr": rate, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": decay}
    settings |= {"amsgrad": False, "maximize": False, "grad_scale": divisor}
    torch._fused_adamw_(weights, gradients, means, squares, [], steps, **settings)


def sgd(
    weights: list[Tensor], gradients: list[Tensor], kept: list[dict], rate: float, decay: float, divisor: Tensor | None
) -> None:
    """Change weights in place by stochastic gradient descent without momentum, which remembers nothing."""
    settings = {"lr": rate, "weight_decay": decay, "momentum": 0.0, "dampening": 0.0, "nesterov": False}
    settings |= {"maximize": False, "is_first_step": False, "grad_scale": divisor}
    torch._fused_sgd_(weights, gradients, [], **settings)


# torch's classes around these operations would load its compiler first, a second and 70 MB.
KINDS = {"adamw": adamw, "sgd": sgd}


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
        self.kept: list[dict[str, Tensor]] = [{} for _ in named]  # of each weight, what is remembered between steps
        self.update = KINDS[kind]
        self.groups: dict[tuple[float, float], list[int]] = {}  # share of the rate and decay: the numbers of weights
        for i, name in enumerate(self.names):
            # Biases and normalisation weights are not decayed (nor are they in Devlin et al.'s own code).
            setting = (layer_rates(name), decay if self.weights[i].ndim > 1 else 0.0)
            self.groups.setdefault(setting, []).append(i)

    @torch.no_grad()
    def step(self, rate: float, clip: float) -> float:
        """Take one step, gradients (of all processes) clipped to norm `clip`; returns their norm before.

        Errors: FloatingPointError, before the step, when the norm is not finite.
        """
        gradients = {}
        for i, weight in enumerate(self.weights):
            if weight.grad is not None:
                gradients[i] = weight.grad.float()
                weight.grad = None  # two copies of all gradients need never stand beside each other
        processes.add_up([*gradients.values()])
        norm = torch.stack(torch._foreach_norm([*gradients.values()])).norm().item()
        if not math.isfinite(norm):
            raise FloatingPointError
        # The step itself divides: gradients that `clip_grad_norm_` scales are read and written once more before it.
        divisor = torch.tensor(norm / clip, device=self.originals[0].device) if norm > clip else None
        for (share, decay), places in self.groups.items():
            chosen = [i for i in places if i in gradients]
            if chosen:
                parts = ([part[i] for i in chosen] for part in (self.originals, gradients, self.kept))
                self.update(*parts, rate * share, decay, divisor)
        torch._foreach_copy_(self.weights, self.originals)
        return norm

    def state_dict(self) -> dict[str, Tensor]:
        """What is remembered of each weight between steps, such as AdamW's mean gradient `head.weight.exp_avg`."""
        return {
            f"{name}.{kind}": value
            for name, kept in zip(self.names, self.kept, strict=True)
            for kind, value in kept.items()
        }

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Remember what `state_dict` gave; InputError when that belongs to other weights."""
        places = {name: i for i, name in enumerate(self.names)}
        parts = [(*key.rpartition(".")[::2], value) for key, value in state.items()]
        if strange := [name for name, _, _ in parts if name not in places]:
            raise InputError(
                f"the checkpoint trained {strange[0]}, which is frozen here or absent", fix="freeze the same"
            )
        for name, kind, value in parts:
            i = places[name]
            self.kept[i][kind] = value.to(self.originals[i].device, copy=True)
