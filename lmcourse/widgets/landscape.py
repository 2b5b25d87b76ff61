"""Explorer of chapter 04a: an optimiser walks over a loss of two weights."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import ipywidgets
import numpy as np
import torch

from lmcourse import plots
from lmcourse.widgets.explorer import Explorer, line

BEYOND = 1e6  # so many times the first loss, and a walk has diverged


@dataclass(frozen=True, eq=False)
class Surface:
    """A loss of two weights: a function of torch tensors (..., 2) to (...), where walks begin, and what is drawn."""

    loss: Callable[[torch.Tensor], torch.Tensor]
    start: tuple[float, float]
    limits: tuple[float, float, float, float]  # left, right, bottom, top


def bowl(first: float, second: float) -> Callable[[torch.Tensor], torch.Tensor]:
    """½ (first · w₁² + second · w₂²): a bowl with these two curvatures."""
    return lambda w: 0.5 * (first * w[..., 0] ** 2 + second * w[..., 1] ** 2)


def hollows(w: torch.Tensor) -> torch.Tensor:
    """Two hollows along w₁, the right one deeper, and a ridge between them."""
    return 0.25 * (w[..., 0] ** 2 - 4) ** 2 - 0.6 * w[..., 0] + 2 + 2 * w[..., 1] ** 2


SURFACES = {
    "narrow valley: curvatures 1 and 25": Surface(bowl(1, 25), (-4.0, 1.2), (-5, 5, -2.2, 2.2)),
    "round bowl: curvatures 1 and 1": Surface(bowl(1, 1), (-4.0, 1.2), (-5, 5, -2.2, 2.2)),
    "two hollows": Surface(hollows, (-3.4, 1.6), (-4, 4, -2.2, 2.2)),
}
OPTIMISERS = {
    "SGD": lambda weights, rate, beta: torch.optim.SGD(weights, lr=rate),
    "momentum": lambda weights, rate, beta: torch.optim.SGD(weights, lr=rate, momentum=beta),
    "Adam": lambda weights, rate, beta: torch.optim.Adam(weights, lr=rate, betas=(beta, 0.999)),
}


def walk(surface: Surface, optimiser: str, rate: float, beta: float, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Weights (steps + 1, 2) and losses of a walk in float64; it ends early where it has diverged."""
    w = torch.tensor(surface.start, dtype=torch.float64, requires_grad=True)
    stepper = OPTIMISERS[optimiser]([w], rate, beta)
    path, losses = [], []
    for _ in range(steps + 1):
        loss = surface.loss(w)
        path.append(w.detach().numpy().copy())
        losses.append(loss.item())
        if not losses[-1] <= BEYOND * (1 + abs(losses[0])):
            break
        stepper.zero_grad()
        loss.backward()
        stepper.step()
    return np.array(path), np.array(losses)


def landscape(surfaces: dict[str, Surface] = SURFACES) -> Explorer:
    """Choose a surface, an optimiser, its learning rate and β: the path on the contours, and the loss at each step."""

    @lru_cache(maxsize=len(surfaces))
    def heights(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        left, right, bottom, top = surfaces[name].limits
        x, y = np.meshgrid(np.linspace(left, right, 90), np.linspace(bottom, top, 60))
        with torch.no_grad():
            return x, y, surfaces[name].loss(torch.from_numpy(np.stack([x, y], -1))).numpy()

    def draw(name: str, optimiser: str, power: float, beta: float, steps: int) -> str:
        surface, rate = surfaces[name], 10**power
        path, losses = walk(surface, optimiser, rate, beta, steps)
        x, y, z = heights(name)
        lowest = min(z.min(), np.nanmin(losses))
        fig, (ground, course) = plots.figure(columns=2, height=3.4)
        levels = z.min() + np.ptp(z) * np.linspace(0, 1, 13) ** 2
        ground.contour(x, y, z, levels, colors=plots.GREY, linewidths=0.8)
        ground.plot(*np.clip(path, -1e3, 1e3).T, ".-", color=plots.BLUE, linewidth=1.2)
        ground.plot(*path[0], "o", color=plots.INK, markersize=8)
        left, right, bottom, top = surface.limits
        if left <= path[-1, 0] <= right and bottom <= path[-1, 1] <= top:
            ground.plot(*path[-1], "D", color=plots.ORANGE, markersize=8)
        ground.set(xlim=(left, right), ylim=(bottom, top), xlabel="w₁", ylabel="w₂", title="from ● to ◆")
        ground.grid(visible=False)
        course.semilogy(np.maximum(losses - lowest, 1e-12), color=plots.BLUE)
        course.set(xlabel="step", ylabel="loss above the lowest seen", title="loss at each step")
        memory = "no memory, β unused" if optimiser == "SGD" else f"β = {beta:.2f}"
        taken = len(losses) - 1
        if not losses[-1] <= losses[0]:
            fate = f"it diverges: after {taken} steps the loss is {losses[-1]:.3g}, and was {losses[0]:.3g}"
        else:
            fate = f"{taken} steps take the loss from {losses[0]:.3g} to {losses[-1]:.3g}"
        told = f"{optimiser} ({memory}) with rate {rate:.4f} on “{name}”: {fate}."
        end = np.round(path[-1], 3) + 0.0  # no −0, and no powers of ten for what is nothing
        ends = f"from ({path[0, 0]:.2f}, {path[0, 1]:.2f}) to ({end[0]:.3g}, {end[1]:.3g})"
        alt = f"Left: contours of the loss and the path {ends}. Right: the loss at each step. {told}"
        return line(told) + plots.html(fig, alt)

    controls = {
        "name": ipywidgets.Dropdown(options=list(surfaces), description="loss"),
        "optimiser": ipywidgets.Dropdown(options=list(OPTIMISERS), description="optimiser"),
        "power": ipywidgets.FloatSlider(-1.5, min=-3, max=0.5, step=0.05, description="learning rate, power of ten"),
        "beta": ipywidgets.FloatSlider(0.9, min=0, max=0.99, step=0.01, description="β of momentum and Adam"),
        "steps": ipywidgets.IntSlider(40, 1, 200, description="steps"),
    }
    return Explorer("Walking downhill", controls, draw)
