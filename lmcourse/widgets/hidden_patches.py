"""Explorer of chapter 06a: how much of an image may be hidden before nobody can say what was there."""

import ipywidgets
import numpy as np

from lmcourse import plots
from lmcourse.applications import vision
from lmcourse.widgets.explorer import Explorer, line
from lmcourse.widgets.pictures import sheet


def hidden_explorer(model: vision.Filler, known: vision.Digits, shown: vision.Digits, seed: int = 0) -> Explorer:
    """Choose an image and how many patches are hidden: what is read, what is filled in, by whom, and how well."""
    mean = known.images.mean(0, keepdims=True)

    def draw(image: int, many: int, again: int) -> str:
        one = shown.images[image - 1 : image]
        hidden = vision.chosen(1, many, np.random.default_rng([seed, image, again]))
        made = {
            "model": vision.filled(model, one, hidden),
            "nearest": vision.nearest_filled(known.images, one, hidden),
            "mean image": vision.joined(np.where(hidden[..., None], vision.patches(mean), vision.patches(one))),
        }
        errors = {name: vision.hidden_error(each, one, hidden) for name, each in made.items()}
        pictures = {"image": one, "what is read": vision.hide(one, hidden), **made}
        fig, axes = plots.figure(columns=len(pictures), height=1.9)
        for ax, (name, picture) in zip(axes, pictures.items(), strict=True):
            sheet(ax, picture.clip(-1, 1), 1, name)
        figures = ", ".join(f"{name} {error:.3f}" for name, error in errors.items())
        told = f"A {shown.labels[image - 1]}, {many} of {vision.P} patches hidden. Squared error there: {figures}."
        return line(told) + plots.html(fig, alt=f"{told} The image, what is read of it, and three ways to fill it in.")

    controls = {
        "image": ipywidgets.IntSlider(description="image", value=5, min=1, max=min(60, len(shown.labels))),
        "many": ipywidgets.IntSlider(description="hidden patches", value=12, min=1, max=vision.P),
        "again": ipywidgets.IntSlider(description="other patches", value=1, min=1, max=20),
    }
    return Explorer("What can be filled in?", controls, draw)
