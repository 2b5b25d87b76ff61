"""Explorer: what a mask hides, and what still comes through when it is applied after the softmax."""

import ipywidgets
import numpy as np
import torch

from lmcourse import plots
from lmcourse.models.attention import visible
from lmcourse.widgets.explorer import Explorer, line

MASKS = ("none", "padding", "causal", "both")
BEFORE, AFTER, SCALED = "before the softmax", "after the softmax", "after it, rows scaled to 1 again"


def seen(mask: str, real: int, tokens: int) -> np.ndarray:
    """True where a row may see a column, (T, T); the first `real` of the tokens are no padding."""
    shown = torch.arange(tokens)[None] < (real if mask in ("padding", "both") else tokens)
    allowed = visible(shown, tokens, tokens, mask in ("causal", "both"), shown.device)
    return allowed[0, 0].expand(tokens, tokens).numpy()


def masked_weights(scores: np.ndarray, allowed: np.ndarray, when: str) -> np.ndarray:
    """Attention's weights (T, T) with a mask that is applied where `when` says."""
    if when == BEFORE:
        scores = np.where(allowed, scores, -np.inf)
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    weights = powers / powers.sum(-1, keepdims=True)
    weights = np.where(allowed, weights, 0)
    return weights / weights.sum(-1, keepdims=True) if when == SCALED else weights


def leaked(scores: np.ndarray, allowed: np.ndarray, when: str, raised: np.ndarray) -> float:
    """By how much other scores at hidden places change a weight that is not hidden: 0 is right."""
    other = np.where(allowed, scores, raised)
    return float(np.abs(masked_weights(scores, allowed, when) - masked_weights(other, allowed, when)).max())


def mask_toggles(scores: np.ndarray, tokens: list[str], real: int) -> Explorer:
    """Scores (T, T) of a head for `tokens`, of which the first `real` are no padding: which mask, and where?"""

    def draw(mask: str, when: str, raise_by: int) -> str:
        allowed = seen(mask, real, len(tokens))
        raised = scores.copy()
        raised[:, -1] += raise_by
        weights = masked_weights(raised, allowed, when)
        sums, leak = weights.sum(-1), leaked(scores, allowed, when, raised)
        padding = "" if mask in ("padding", "both") else f"Padding gets up to {weights[:, real:].sum(1).max():.2f}. "
        later = "" if mask in ("causal", "both") else f"Later tokens get up to {np.triu(weights, 1).sum(1).max():.2f}. "
        row = f"Rows sum to {sums.min():.2f}" + (f" to {sums.max():.2f}" if sums.max() - sums.min() > 0.005 else "")
        hidden = (
            f"{row}. Raising the last token's scores where it is hidden moves a weight by up to {leak:.2f}"
            if not allowed.all()
            else f"{row}. Nothing is hidden"
        )
        said = f"Mask: {mask}, {when}. {padding}{later}{hidden}{': it leaks.' if leak > 0.005 else '.'}"
        fig, (left, right) = plots.figure(columns=2, height=3.6)
        texts = np.where(allowed, np.char.mod("%.2f", weights), "")
        plots.heat_map(left, weights, tokens, tokens, texts, limits=(0, 1))
        left.tick_params(axis="x", labelrotation=90)
        left.set(xlabel="looked at", ylabel="looks", title="weights")
        right.barh(range(len(tokens)), sums, color=plots.BLUE)
        right.set_yticks(range(len(tokens)), tokens)
        right.invert_yaxis()
        right.axvline(1, linestyle=":", color=plots.GREY)
        right.set(xlabel="sum of the row", xlim=(0, 1.08), title="what a token shares out")
        right.grid(axis="y", visible=False)
        alt = f"Heat map of the weights, empty where hidden, and as bars the sum of each row. {said}"
        return line(said) + plots.html(fig, alt)

    controls = {
        "mask": ipywidgets.Dropdown(options=list(MASKS), value="padding", description="Mask"),
        "when": ipywidgets.Dropdown(options=[BEFORE, AFTER, SCALED], value=AFTER, description="Applied"),
        "raise_by": ipywidgets.IntSlider(3, 0, 8, description="Raise the last token's scores by"),
    }
    return Explorer("What does the mask hide?", controls, draw)
