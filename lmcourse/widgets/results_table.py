"""Explorer of chapter 05b: can three reported figures be true of one model on one test set?"""

import re
from html import escape

import ipywidgets

from lmcourse import plots
from lmcourse.errors import InputError
from lmcourse.evaluation.audit import Verdict, can_be_true, rounding_box
from lmcourse.widgets.explorer import Explorer

ROUNDINGS = {"to the nearest": "nearest", "cut off": "truncated"}


def read_figure(text: str, name: str) -> tuple[float | None, int]:
    """A figure as typed (0.88, 0,88, 88 %, 88.1%) and its number of digits as a share; nothing typed is None.

    Errors: InputError for anything else.
    """
    typed = text.strip()
    if not typed:
        return None, 0
    found = re.fullmatch(r"(\d{1,3})(?:[.,](\d{0,6}))?\s*(%?)", typed)
    if not found:
        raise InputError(f"this {name} cannot be read", typed[:40], "write 0.88 or 88 %, or leave it empty")
    whole, digits, percent = found[1], found[2] or "", found[3]
    places = len(digits) + (2 if percent else 0)
    value = round(float(f"{whole}.{digits or 0}") / (100 if percent else 1), places)
    if value > 1:
        raise InputError(f"this {name} is more than 1", typed[:40], "write 0.88 or 88 %")
    return value, places


def judge(accuracy: str, precision: str, recall: str, rounding: str, share: float | None) -> tuple[Verdict, dict, int]:
    """The verdict on three typed figures, the figures as numbers, and the digits that they were given with."""
    typed = {"accuracy": accuracy, "precision": precision, "recall": recall}
    read = {name: read_figure(text, name) for name, text in typed.items()}
    figures = {name: value for name, (value, _) in read.items()}
    digits = max(places for _, places in read.values())
    if figures["precision"] is None and figures["recall"] is None:
        raise InputError("nothing to hold the accuracy against", "precision, recall", "type at least one of them")
    return can_be_true(**figures, positive_share=share, digits=digits, rounding=rounding), figures, digits


def table_explorer(accuracy: str = "0.88", precision: str = "0.84", recall: str = "0.91") -> Explorer:
    """Type three figures, choose how they were rounded and the share of positives: verdict and implied intervals."""

    def draw(accuracy, precision, recall, rounding, percent, unknown) -> str:
        share = None if unknown else percent / 100
        verdict, figures, digits = judge(accuracy, precision, recall, ROUNDINGS[rounding], share)
        colour = plots.GREEN if verdict.possible else plots.ORANGE
        fig, (upper, lower) = plots.figure(rows=2, height=1.35)
        if verdict.accuracy:
            upper.plot(verdict.accuracy, [0, 0], color=plots.BLUE, linewidth=11, solid_capstyle="butt", label="implied")
        if figures["accuracy"] is not None:
            low, high = rounding_box(figures["accuracy"], digits, ROUNDINGS[rounding])
            at, half = (low + high) / 2, (high - low) / 2
            upper.errorbar(at, 0, xerr=half, fmt="D", color=colour, markersize=7, capsize=5, label="reported")
        upper.legend(loc="upper left", bbox_to_anchor=(1, 1.1))
        upper.set(title="Accuracy: implied by the others, and reported", ylim=(-1, 1), yticks=[])
        upper.margins(x=0.3)
        if verdict.positive_share:
            ends = verdict.positive_share
            lower.plot(ends, [0, 0], color=plots.BLUE, linewidth=11, solid_capstyle="butt", label="would fit")
        if share is not None:
            lower.axvline(share, color=colour, linestyle=":", linewidth=2.5, label="this set")
        lower.set(title="Share of positives that would fit all figures", xlim=(-0.01, 1.01), ylim=(-1, 1), yticks=[])
        if lower.get_legend_handles_labels()[0]:
            lower.legend(loc="upper left", bbox_to_anchor=(1, 1.1))
        return f"<p role='status'><b>{escape(verdict.sentence)}</b></p>" + plots.html(fig, alt=verdict.sentence)

    controls = {
        "accuracy": ipywidgets.Text(description="accuracy", value=accuracy),
        "precision": ipywidgets.Text(description="precision", value=precision),
        "recall": ipywidgets.Text(description="recall", value=recall),
        "rounding": ipywidgets.Dropdown(description="rounded", options=list(ROUNDINGS)),
        "percent": ipywidgets.IntSlider(description="share of positives in %", value=50, min=1, max=99),
        "unknown": ipywidgets.Checkbox(description="the share of positives is not known", value=False, indent=False),
    }
    return Explorer("Can this table be true?", controls, draw)
