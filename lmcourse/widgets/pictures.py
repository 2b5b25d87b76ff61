"""Small pictures on an Axes: a sheet of them, and boxes drawn into one."""

import numpy as np

from lmcourse import plots


def sheet(ax, images: np.ndarray, columns: int, title: str = ""):
    """Images (B, W, W) of greys from 0 to 1 side by side, dark ink on white; what is hidden is shown in blue."""
    B, W, _ = images.shape
    rows = -(-B // columns)
    page = np.full((rows * (W + 1) + 1, columns * (W + 1) + 1, 3), 0.85)
    hidden = np.array([0.62, 0.79, 0.91])
    for i, image in enumerate(images):
        y, x = i // columns * (W + 1) + 1, i % columns * (W + 1) + 1
        grey = np.repeat(1 - image.clip(0, 1)[..., None], 3, -1)
        page[y : y + W, x : x + W] = np.where(image[..., None] < -0.5, hidden, grey)
    ax.imshow(page, interpolation="nearest")
    ax.set(title=title, xticks=[], yticks=[])
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    return ax


def canvas(ax, image: np.ndarray, title: str = ""):
    """One image with its pixels as coordinates."""
    ax.imshow(1 - image.clip(0, 1), cmap="gray", vmin=0, vmax=1, extent=(0, image.shape[1], image.shape[0], 0))
    ax.set(title=title, xticks=[], yticks=[])
    ax.grid(visible=False)
    return ax


def frame(ax, box, text: str = "", colour=plots.BLUE, line="-"):
    """A box (left, top, right, bottom) with a word above it, or below where there is no room."""
    from matplotlib.patches import Rectangle

    left, top, right, bottom = box
    ax.add_patch(Rectangle((left, top), right - left, bottom - top, fill=False, edgecolor=colour, linestyle=line, lw=2))
    if text:
        y, side = (top - 0.2, "bottom") if top > 2.5 else (bottom + 0.3, "top")  # within the canvas
        ax.text(left, y, text, color=colour, fontsize=9, va=side, clip_on=True)
    return ax
