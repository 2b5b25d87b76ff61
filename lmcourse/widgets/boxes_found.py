"""Explorer of chapter 06a: digits on a canvas, and what two detectors find there."""

from collections.abc import Callable, Sequence

import ipywidgets
import numpy as np

from lmcourse import plots
from lmcourse.applications import boxes
from lmcourse.applications.vision import Digits
from lmcourse.widgets.explorer import Explorer, line
from lmcourse.widgets.pictures import canvas, frame


def boxes_explorer(
    digits: Digits, methods: dict[str, Callable[[Sequence[boxes.Scene]], list[boxes.Found]]], seed: int = 0
) -> Explorer:
    """Compose a canvas, choose a method and how sure it must be: its boxes, their precision and their recall.

    `methods` maps a name to a function from canvases to what it finds; how sure each is, is scaled to its surest box.
    """

    def draw(method: str, number: int, gap: int, noise: int, sure: int) -> str:
        scene = boxes.compose(digits, np.random.default_rng([seed, number]), gap, noise / 100)
        [found] = methods[method]([scene])
        scale = max([1e-9, *found.scores])
        found = found._replace(scores=found.scores / scale).above(sure / 100)
        right = boxes.hits(found, scene)
        fig, (left, middle) = plots.figure(columns=2, height=3.2)
        canvas(left, scene.image, "what is there")
        canvas(middle, scene.image, f"what the {method} finds")
        for box, label in zip(scene.boxes, scene.labels, strict=True):
            frame(left, box, str(label), plots.GREEN)
        for box, label, hit in zip(found.boxes, found.labels, right, strict=True):
            frame(middle, box, str(label), plots.BLUE if hit else plots.ORANGE, "-" if hit else "--")
        there, said = len(scene.labels), len(right)
        precision = f"precision {right.sum() / said:.2f}" if said else "no precision without a box"
        asked = f"Canvas {number}, gap {gap}, noise {noise} %, sure by {sure} %"
        told = f"{asked}: {there} digits, {said} boxes, {right.sum()} right; {precision}, "
        told += f"recall {right.sum() / there:.2f}."
        listed = "; ".join(
            f"{label} at {np.round(box).astype(int).tolist()} {'right' if hit else 'wrong'}"
            for box, label, hit in zip(found.boxes, found.labels, right, strict=True)
        )
        truth = ", ".join(map(str, scene.labels))
        alt = f"Canvas with {truth}. {told} Said: {listed or 'nothing'} (left, top, right, bottom; wrong ones dashed)."
        return line(told) + plots.html(fig, alt=alt)

    controls = {
        "method": ipywidgets.Dropdown(description="method", options=list(methods)),
        "number": ipywidgets.IntSlider(description="canvas", value=3, min=1, max=50),
        "gap": ipywidgets.IntSlider(description="pixels between the squares, at least", value=0, min=-3, max=4),
        "noise": ipywidgets.IntSlider(description="noise in %", value=10, min=0, max=60, step=5),
        "sure": ipywidgets.IntSlider(description="sure by % of the surest box", value=30, min=0, max=100, step=5),
    }
    return Explorer("What is found, and is it right?", controls, draw)
