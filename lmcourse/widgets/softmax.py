"""Explorer of chapter 04a: logits, a temperature, and what softmax makes of them."""

import re

import ipywidgets
import numpy as np

from lmcourse import plots
from lmcourse.errors import InputError
from lmcourse.widgets.explorer import Explorer, line

WORDS = ("mice", "fish", "milk", "grass", "stones")  # for "the cat eats …"
LOGITS = "3, 2, 1, -1, -2"
MOST = 1e4  # the largest size of a logit that may be typed


def read_logits(text: str, count: int) -> np.ndarray:
    """Numbers with commas or spaces between them. Errors: InputError when they are not `count` numbers."""
    try:
        logits = np.array([float(part) for part in re.split(r"[,;\s]+", text.strip()) if part])
    except ValueError:
        raise InputError("these are not all numbers", text.strip(), f"give {count}, such as {LOGITS}") from None
    if len(logits) != count or not np.all(np.abs(logits) <= MOST):
        raise InputError(f"{count} numbers are wanted", text.strip(), f"give {count} within ±{MOST:g}")
    return logits


def distribution(logits: np.ndarray, temperature: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities (V,) of logits (V,) at a temperature, and their logarithms."""
    shifted = (logits - logits.max()) / temperature
    logs = shifted - np.log(np.exp(shifted).sum())
    return np.exp(logs), logs


def softmax_explorer(words: tuple[str, ...] = WORDS, logits: str = LOGITS) -> Explorer:
    """Move logits, temperature and a constant: probabilities, entropy, and loss and gradient for the right word."""

    def draw(logits: str, temperature: float, constant: int, right: int) -> str:
        z = read_logits(logits, len(words)) + constant
        p, logs = distribution(z, temperature)
        entropy = float(-(p * np.where(p > 0, logs, 0)).sum())
        gradient = (p - np.eye(len(words))[right]) / temperature
        with np.errstate(over="ignore"):
            largest = np.exp(np.float32(z.max() / temperature))
        overflow = "; a plain exp overflows in float32" if np.isinf(largest) else ""
        fig, (left, slope) = plots.figure(columns=2, height=3.0)
        colours = [plots.ORANGE if i == right else plots.BLUE for i in range(len(words))]
        names = [f"{word} ✓" if i == right else word for i, word in enumerate(words)]
        bars = left.bar(names, p, color=colours)
        left.bar_label(bars, [f"{share:.2f}" for share in p])
        left.set(ylim=(0, 1.12), title="probability of each word")
        slope.bar(names, gradient, color=colours)
        slope.axhline(0, color=plots.GREY, linewidth=1)
        slope.set(title="gradient of the loss, at each logit")
        for ax in (left, slope):
            ax.grid(axis="x", visible=False)
        told = (
            f"“{words[right]}” gets {p[right]:.3f}: loss {-logs[right]:.3f} nats. Entropy {entropy:.3f} nats, as of "
            f"{np.exp(entropy):.2f} equally likely words. Largest logit {z.max():g}{overflow}."
        )
        shares = ", ".join(f"{word} {share:.3f}" for word, share in zip(words, p, strict=True))
        slopes = ", ".join(f"{word} {slope:+.3f}" for word, slope in zip(words, gradient, strict=True))
        return line(told) + plots.html(fig, f"Probabilities: {shares}. Gradient at each logit: {slopes}. {told}")

    controls = {
        "logits": ipywidgets.Text(logits, description=f"logits of {', '.join(words)}"),
        "temperature": ipywidgets.FloatSlider(1.0, min=0.1, max=5.0, step=0.1, description="temperature"),
        "constant": ipywidgets.IntSlider(0, 0, 200, 10, description="added to all logits"),
        "right": ipywidgets.Dropdown(
            options=[(word, i) for i, word in enumerate(words)], value=1, description="the right word"
        ),
    }
    return Explorer("The cat eats …", controls, draw)
