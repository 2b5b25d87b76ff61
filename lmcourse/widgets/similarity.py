"""Explorer: how alike an encoder finds sentences."""

from collections.abc import Callable
from html import escape

import ipywidgets
import numpy as np

from lmcourse import plots
from lmcourse.errors import InputError
from lmcourse.widgets.explorer import Explorer, line

SETS = {
    "a film, good and not good": [
        "The film is good.",
        "The film is not good.",
        "I enjoyed this movie.",
        "The soup is good.",
        "The train to Berlin leaves at noon.",
    ],
    "two banks": [
        "The bank raised its interest rates.",
        "We sat on the bank of the river.",
        "The central bank lent money.",
        "The stream was cold.",
        "Savings earn little.",
    ],
    "who chased whom": [
        "The dog chased the cat.",
        "The cat chased the dog.",
        "A hound ran after a kitten.",
        "The stock market fell.",
        "Shares lost value.",
    ],
}
MOST = 8


def _label(text: str, number: int) -> str:
    """A sentence as a label of the figure: short, and without letters that its font lacks."""
    short = text if len(text) <= 38 else text[:37].rstrip() + "..."
    return f"{short.replace('$', chr(92) + '$')}  {number}" if short.isascii() else f"sentence {number}"


def picture(sentences: list[str], vectors: np.ndarray):
    """A heat map of the cosine similarity of each pair, from unit vectors (N, D)."""
    fig, ax = plots.figure(height=0.8 + 0.42 * len(sentences))
    numbers = range(1, len(sentences) + 1)
    rows = [_label(text, number) for number, text in zip(numbers, sentences, strict=True)]
    plots.heat_map(ax, vectors @ vectors.T, rows, list(numbers), digits=2, limits=(0, 1))
    ax.set_title("cosine similarity of each pair")
    return fig


def extremes(sentences: list[str], vectors: np.ndarray) -> str:
    """The most and the least similar pair in words."""
    alike = vectors @ vectors.T
    pairs = [(float(alike[i, j]), i, j) for i in range(len(sentences)) for j in range(i)]
    told = [f"{s:.2f} for “{sentences[j]}” and “{sentences[i]}”" for s, i, j in (max(pairs), min(pairs))]
    return f"Cosine similarities of {len(sentences)} sentences: highest {told[0]}, lowest {told[1]}."


def alternative(sentences: list[str], vectors: np.ndarray) -> str:
    """The heat map in words."""
    return f"Heat map. {extremes(sentences, vectors)}"


def similarity(embed: Callable[[list[str]], np.ndarray]) -> Explorer:
    """Sentences from a list, or the reader's own, one a line; `embed` gives unit vectors (N, D)."""

    def draw(example: str, own: str) -> str:
        sentences = [line.strip() for line in own.splitlines() if line.strip()] or SETS[example]
        if not 2 <= len(sentences) <= MOST:
            raise InputError(f"{len(sentences)} sentences", "your sentences", f"write 2 to {MOST}, one a line")
        vectors = embed(sentences)
        listed = "".join(f"<li>{escape(text)}</li>" for text in sentences)
        figure = plots.html(picture(sentences, vectors), alternative(sentences, vectors))
        return line(extremes(sentences, vectors)) + figure + f"<ol>{listed}</ol>"

    controls = {
        "example": ipywidgets.Dropdown(options=list(SETS), description="Sentences"),
        "own": ipywidgets.Textarea(
            description="Or your own, one a line", placeholder="Two sentences or more.", rows=5, continuous_update=False
        ),
    }
    return Explorer("How alike are these sentences?", controls, draw)
