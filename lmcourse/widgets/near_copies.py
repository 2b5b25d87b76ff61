"""Explorer: how alike are two texts, and would the search for near copies find them?"""

from collections.abc import Sequence
from html import escape

import ipywidgets
import numpy as np

from lmcourse import plots
from lmcourse.data.cleaning import PERMUTATIONS, Similar, clean, jaccard
from lmcourse.widgets.explorer import Explorer


def found_share(similarity, rows: int):
    """The chance that a pair of this Jaccard similarity becomes a candidate: 1 - (1 - s^rows)^bands."""
    return 1 - (1 - np.asarray(similarity, float) ** rows) ** (PERMUTATIONS // rows)


def curve(ax, threshold: float, rows: int, points: dict[str, float] | None = None):
    """The chance of being found against the similarity, and pairs of texts on it."""
    x = np.linspace(0, 1, 201)
    ax.plot(x, found_share(x, rows), color=plots.BLUE)
    ax.axvline(threshold, color=plots.GREY, linestyle=":", label=f"threshold {threshold:g}")
    for i, (name, similarity) in enumerate((points or {}).items(), 1):
        style = {"color": plots.COLOURS[i % 6], "marker": plots.MARKERS[i % 6]}
        ax.plot(similarity, found_share(similarity, rows), markersize=9, linestyle="", label=name, **style)
    ax.set(xlabel="Jaccard similarity", ylabel="chance of being compared", xlim=(-0.02, 1.02), ylim=(-0.04, 1.04))
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return ax


def chips(title: str, found: frozenset, colour: str) -> str:
    """Shingles as small labels; a reader's words are escaped."""
    style = f"border:1.5px solid {colour};border-radius:8px;padding:0 6px;margin:2px;display:inline-block"
    shown = "".join(f"<span style='{style}'>{escape(shingle)}</span>" for shingle in sorted(found)[:60])
    return f"<p style='margin:4px 0'><b>{escape(title)} ({len(found)}):</b> {shown or '–'}</p>"


def near_copies(
    texts: Sequence[str] = ("The film was good.", "The film was not good."), threshold: int = 80
) -> Explorer:
    """Two texts, their sets of words and word pairs, the Jaccard similarity and MinHash's estimate of it."""

    def draw(a: str, b: str, percent: int) -> str:
        index = Similar(percent / 100)
        (one, sketch), (two, other) = (index.hashed(clean(text)) for text in (a, b))
        exact, estimate = jaccard(one, two), sketch.jaccard(other)
        verdict = "near copies: they stay in one part" if exact >= percent / 100 else "different texts"
        fig, ax = plots.figure(height=2.4)
        curve(ax, percent / 100, index.rows, {"exact": exact, "estimated by MinHash": estimate})
        alt = f"Jaccard similarity {exact:.2f}, estimate {estimate:.2f}, threshold {percent / 100:g}: {verdict}."
        return (
            f"<p role='status'>{len(one & two)} of {len(one | two)} elements are shared: Jaccard <b>{exact:.3f}</b>, "
            f"estimated from {PERMUTATIONS} hash values: {estimate:.3f}. At this threshold: <b>{verdict}</b>.</p>"
            + chips("in both", one & two, plots.GREEN)
            + chips("in the first only", one - two, plots.BLUE)
            + chips("in the second only", two - one, plots.ORANGE)
            + plots.html(fig, alt)
        )

    controls = {
        "a": ipywidgets.Textarea(description="first text", value=texts[0], rows=2),
        "b": ipywidgets.Textarea(description="second text", value=texts[1], rows=2),
        "percent": ipywidgets.IntSlider(description="threshold, %", value=threshold, min=30, max=100, step=5),
    }
    return Explorer("Near copies", controls, draw)
