"""Explorers of chapter 09: what a training takes, which small model a budget allows, and when an alarm rings."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import log2

import ipywidgets
import numpy as np

from lmcourse import plots
from lmcourse.compression.measuring import BATCHES, Measured, choose, front
from lmcourse.evaluation import drift, streams
from lmcourse.evaluation.uncertainty import wilson
from lmcourse.models import sizes
from lmcourse.widgets.book import course_table, table
from lmcourse.widgets.explorer import Explorer, line
from lmcourse.widgets.model_size import in_words

HERE = "two cores, peak measured"
MODELS = {"MiniLM, 22.7 million": 22.7e6, "BERT-base, 110 million": 110e6, "1.5 billion": 1.5e9, "175 billion": 175e9}
SIDES = np.array([(11, 8), (11, -9), (-11, 8), (-11, -9), (0, 15), (0, -16), (16, 0), (-16, 0)])  # in points
SIMULATED = 300  # streams of the drift explorer


def speedup(devices: int, kept: float) -> float:
    """How many times faster so many devices are than one, if each doubling keeps the share `kept` of the gain."""
    return devices * kept ** log2(devices)


def training_cost_explorer(
    peak_here: float, utilisation: float = 0.4, kept: float = 0.95, price: float = 2.0
) -> Explorer:
    """Time and cost of a training, from one machine to a cluster; `peak_here` in TFLOP/s, `price` of a device hour."""
    peaks = {row["device"]: float(row["peak_tflops"]) for row in course_table("hardware")} | {HERE: peak_here}

    def draw(model: str, tokens: float, device: str, number: int, used: int, share: int, price: float) -> str:
        operations = sizes.training_flops(MODELS[model], 10.0**tokens)
        one = sizes.training_days(operations, peaks[device], 1, used / 100)
        counts = 2 ** np.arange(11)
        days = np.array([one / speedup(int(n), share / 100) for n in counts])
        mine = one / speedup(number, share / 100)
        fig, ax = plots.figure(height=2.8)
        ax.plot(counts, one / counts, ":", color=plots.GREY, label="if nothing were lost")
        ax.plot(counts, days, "o-", color=plots.BLUE, label=f"a doubling keeps {share} %")
        ax.plot([number], [mine], "D", color=plots.ORANGE, markersize=9, label="chosen")
        ax.set(xscale="log", yscale="log", xlabel="devices", ylabel="days")
        ax.legend()
        said = (
            f"{in_words(MODELS[model])} parameters, {in_words(10.0**tokens)} tokens: {operations:.2g} operations. "
            f"{number} × {device} at {used} % of the peak: {mine:,.3g} days, cost {mine * 24 * number * price:,.0f}; "
            f"one alone {one:,.3g} days, cost {one * 24 * price:,.0f}. An estimate: not run here."
        )
        return line(said) + plots.html(fig, alt=f"Days against devices, both axes logarithmic. {said}")

    controls = {
        "model": ipywidgets.Dropdown(description="parameters", options=list(MODELS), value="BERT-base, 110 million"),
        "tokens": ipywidgets.FloatSlider(description="tokens (power of ten)", value=10.5, min=6, max=13, step=0.5),
        "device": ipywidgets.Dropdown(description="device", options=list(peaks), value="NVIDIA A100 SXM"),
        "number": ipywidgets.IntSlider(description="devices", value=8, min=1, max=1024),
        "used": ipywidgets.IntSlider(
            description="utilisation, %", value=min(99, round(100 * utilisation)), min=1, max=100
        ),
        "share": ipywidgets.IntSlider(
            description="a doubling keeps, %", value=min(99, round(100 * kept)), min=50, max=100
        ),
        "price": ipywidgets.FloatSlider(description="price of a device hour", value=price, min=0, max=20, step=0.1),
    }
    return Explorer("Time and cost to train", controls, draw)


def pareto(ax, measured: Sequence[Measured], batch: int = 1):
    """Accuracy with its interval against ms a sentence, areas as MB; what nothing beats is joined by a line."""
    best = [m for m in measured if m.name in front(measured, batch)]
    best.sort(key=lambda m: m.milliseconds[batch])
    ax.plot([m.milliseconds[batch] for m in best], [m.accuracy for m in best], "-", color=plots.GREY, linewidth=1.2)
    for m in measured:
        x, colour = m.milliseconds[batch], plots.BLUE if m in best else plots.ORANGE
        ax.plot([x, x], m.interval, color=colour, alpha=0.35)
        ax.plot([x], [m.accuracy], "o" if m in best else "s", color=colour, markersize=m.megabytes**0.5)
    ax.set(xlabel=f"ms a sentence, {batch} at a time", ylabel="accuracy")
    ax.set_xlim(0, 1.1 * max(m.milliseconds[batch] for m in measured))
    _number(ax, [(m.milliseconds[batch], m.accuracy) for m in measured])
    return ax


def _number(ax, places: Sequence[tuple[float, float]]) -> None:
    """Number the marks at these places, each number on that side where the other marks and numbers leave it room."""
    ax.figure.draw_without_rendering()  # only then is it known what lies near what
    marks = ax.transData.transform(places) * 72 / ax.figure.dpi
    taken = [*marks]
    for number, mark in enumerate(marks, 1):
        room = [min(13, *np.hypot(*(mark + step - taken).T)) for step in SIDES]  # points; more is not better
        step = SIDES[int(np.argmax(room))]
        taken.append(mark + step)
        at = {"xytext": step, "textcoords": "offset points", "ha": "center", "va": "center", "fontsize": 9}
        ax.annotate(str(number), places[number - 1], **at)


def told(m: Measured, batch: int = 1) -> str:
    """A variant in words."""
    return f"{m.name}: {m.megabytes:.1f} MB, {m.milliseconds[batch]:.2f} ms a sentence, accuracy {m.accuracy:.3f}"


def budget_explorer(measured: Sequence[Measured], on_test: Callable[[str], float]) -> Explorer:
    """Choose what a model may take, in MB and ms: the most accurate one that fits, and what it has on the test texts.

    The accuracies in `measured`, by which it is chosen, are those on validation texts; `on_test` gives that of a name.
    """
    smallest, largest = (side(m.megabytes for m in measured) for side in (min, max))
    slowest = max(m.milliseconds[size] for m in measured for size in BATCHES)

    def draw(megabytes: float, milliseconds: float, batch: int) -> str:
        chosen = choose(measured, megabytes, milliseconds, batch)
        fig, ax = plots.figure(height=3.2)
        pareto(ax, measured, batch)
        ax.axvline(milliseconds, linestyle=":", color=plots.INK)
        if chosen:
            at = (chosen.milliseconds[batch], chosen.accuracy)
            ax.plot(*at, "o", markersize=16, markerfacecolor="none", markeredgecolor=plots.INK)
        best = "nothing fits. Give more of one budget."
        if chosen:
            best = f"the best is {told(chosen, batch)}. On the test texts its accuracy is {on_test(chosen.name):.3f}."
        said = f"At most {megabytes:g} MB and {milliseconds:g} ms, {batch} at a time: {best}"
        rows = [
            (k, m.name, f"{m.megabytes:.1f}", f"{m.milliseconds[batch]:.2f}", f"{m.accuracy:.3f}", _fits(m, chosen))
            for k, m in enumerate(measured, 1)
            if m.megabytes <= megabytes and m.milliseconds[batch] <= milliseconds
        ]
        shown = table(("", "variant", "MB", "ms", "accuracy", ""), rows) if rows else ""
        return line(said) + plots.html(fig, alt=f"Accuracy against time of {len(measured)} variants. {said}") + shown

    controls = {
        "megabytes": ipywidgets.FloatSlider(
            description="most MB", value=round((smallest + largest) / 2), min=5, max=round(largest + 10), step=5
        ),
        "milliseconds": ipywidgets.FloatSlider(
            description="most ms a sentence",
            value=round(slowest / 2, 1),
            min=0.1,
            max=round(slowest * 1.2 + 1, 1),
            step=0.1,
        ),
        "batch": ipywidgets.Dropdown(description="sentences at a time", options=BATCHES),
    }
    return Explorer("Compress under a budget", controls, draw)


def _fits(m: Measured, chosen: Measured | None) -> str:
    return "chosen" if m is chosen else ""


@lru_cache(maxsize=64)
def _threshold(window: int, rate: float) -> float:
    return drift.threshold(200, window, 10, rate, streams=600)


def drift_explorer(scores: dict[str, tuple[np.ndarray, np.ndarray]]) -> Explorer:
    """Choose what is watched, a rate of false alarms, a window, and how many strange texts come: does it ring?

    `scores` maps a name to the figures of usual texts and of strange ones.
    """

    def draw(score: str, rate: float, window: int, share: int) -> str:
        before, after = scores[score]
        limit = _threshold(window, rate)
        sizes_ = {"streams": SIMULATED, "window": window}
        quiet = streams.distances(before, **sizes_)
        moved = streams.distances(before, after, share / 100, seed=1, **sizes_)
        false, found = streams.rang(quiet, limit).sum(), streams.rang(moved, limit, change=4).sum()
        fig, ax = plots.figure(height=3.3)
        for far, name, colour in ((quiet, "nothing changes", plots.BLUE), (moved, "strange texts", plots.ORANGE)):
            low, middle, high = np.quantile(far, [0.05, 0.5, 0.95], axis=0)
            plots.curve_with_band(ax, np.arange(1, 11), middle, low, high, name, colour)
        ax.axhline(limit, color=plots.INK, linestyle="--", label="the alarm rings beyond")
        ax.axvline(4.5, color=plots.GREY, linestyle=":")
        ax.get_legend().remove()
        fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=3)
        ax.set(xlabel=f"window of {window} texts", ylabel="distance from the reference", xticks=np.arange(1, 11))
        low, high = wilson(int(false), SIMULATED)
        said = (
            f"Watched: {score}. Rate {rate:g}: the alarm rings beyond a distance of {limit:.3f}. "
            f"False alarms in {false} of {SIMULATED} quiet streams ({low:.3f} to {high:.3f}). "
            f"With {share} % strange texts from window 5 on: found in {found} of {SIMULATED}."
        )
        return line(said) + plots.html(fig, alt=f"Distances by window, median and 90 % of the streams. {said}")

    controls = {
        "score": ipywidgets.Dropdown(description="watched", options=list(scores)),
        "rate": ipywidgets.Dropdown(description="rate of false alarms", options=[0.01, 0.05, 0.2], value=0.05),
        "window": ipywidgets.IntSlider(description="texts in a window", value=40, min=10, max=100, step=10),
        "share": ipywidgets.IntSlider(description="strange texts, %", value=50, min=0, max=100, step=10),
    }
    return Explorer("An alarm for drift", controls, draw)
