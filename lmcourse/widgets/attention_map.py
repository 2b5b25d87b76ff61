"""Explorer: which tokens look at which, in every head of a real encoder."""

from functools import lru_cache

import ipywidgets
import numpy as np
import torch

from lmcourse import plots
from lmcourse.data.tokenizer import encode
from lmcourse.models.layers import attention_maps
from lmcourse.widgets.explorer import Explorer, line

MOST = 24  # tokens shown: more labels could not be read


def label(token: str, place: int) -> str:
    """A token as a label of the figure: without letters that its font lacks or reads as mathematics."""
    return token.replace("$", r"\$") if token.isascii() else f"token {place}"


def strongest(weights: np.ndarray, tokens: list[str], most: int = 3) -> str:
    """What a row of weights gives most to, in words."""
    best = np.argsort(-weights, kind="stable")[:most]
    return ", ".join(f"{tokens[i]} at {i + 1} ({weights[i]:.2f})" for i in best)


def picture(weights: np.ndarray, tokens: list[str], place: int):
    """A head's weights (T, T) as a heat map, and the row of one token as bars."""
    labels = [label(token, i + 1) for i, token in enumerate(tokens)]
    fig, (left, right) = plots.figure(columns=2, height=1.6 + 0.19 * max(len(tokens), 8))
    plots.heat_map(left, weights, labels, labels, np.full(weights.shape, ""), limits=(0, max(0.2, weights.max())))
    left.tick_params(axis="x", labelrotation=90, labelsize=8)
    left.tick_params(axis="y", labelsize=8)
    left.set(xlabel="looked at", ylabel="looks")
    left.add_patch(_frame(place, len(tokens)))
    right.barh(range(len(tokens)), weights[place], color=plots.BLUE)
    right.set_yticks(range(len(tokens)), labels, fontsize=8)
    right.invert_yaxis()
    right.set(xlim=(0, 1), xlabel="weight", title=f"“{labels[place]}” looks at")
    right.grid(axis="y", visible=False)
    return fig


def _frame(row: int, length: int):
    from matplotlib.patches import Rectangle

    return Rectangle((-0.5, row - 0.5), length, 1, fill=False, edgecolor=plots.ORANGE, linewidth=2)


def attention_map(models: dict[str, tuple], text: str) -> Explorer:
    """A reader's sentence in one of `models` (name to Bert and tokenizer): layer, head, and the token that looks.

    A layer, head or token beyond the last one means the last one.
    """

    @lru_cache(maxsize=8)
    def read(name: str, text: str) -> tuple[list[str], np.ndarray]:
        model, tok = models[name]
        [ids], _ = encode(tok, [text], MOST, head_and_tail=False)
        hidden = model.embeddings(torch.tensor([ids], device=model.pooler.weight.device), None)
        maps = attention_maps(model.blocks, hidden)[:, 0]
        return [tok.id_to_token(i) for i in ids], maps.float().cpu().numpy()

    def draw(model: str, text: str, layer: int, head: int, token: int) -> str:
        tokens, maps = read(model, text)
        layers, heads, length, _ = maps.shape
        layer, head, place = min(layer, layers), min(head, heads), min(token, length) - 1
        weights = maps[layer - 1, head - 1]
        told = f"{tokens[place]} at {place + 1} looks most at {strongest(weights[place], tokens)}"
        said = f"Layer {layer} of {layers}, head {head} of {heads}. {told}."
        alt = (
            f"Heat map of a head's weights over {length} tokens, {' '.join(tokens)}; as bars the row of one. {said} "
            f"Columns that get most, on average: {strongest(weights.mean(0), tokens)}."
        )
        return line(said) + plots.html(picture(weights, tokens, place), alt)

    configs = [model.config for model, _ in models.values()]
    controls = {
        "model": ipywidgets.Dropdown(options=list(models), description="Encoder"),
        "text": ipywidgets.Text(text, description="Your sentence", continuous_update=False),
        "layer": ipywidgets.IntSlider(1, 1, max(c.layers for c in configs), description="Layer"),
        "head": ipywidgets.IntSlider(1, 1, max(c.heads for c in configs), description="Head"),
        "token": ipywidgets.IntSlider(3, 1, MOST, description="Token that looks"),
    }
    return Explorer("Who looks at whom?", controls, draw)
