"""Explorers of chapter 08a: a scaling law moved by hand, and what is left of each task after the next."""

import ipywidgets
import numpy as np

from lmcourse import plots
from lmcourse.finetuning import continual
from lmcourse.pretraining.scaling import Law, Runs, fit, with_exponents
from lmcourse.widgets.explorer import Explorer, line

BY_HAND, FITTED = "my exponents", "those of the fit"


def scaling_explorer(known: Runs, held: Runs) -> Explorer:
    """Move E, α and β (A and B follow by least squares): the curves, the gap to the runs, the forecast for `held`."""
    fitted = fit(known)

    def draw(chosen: str, floor: float, alpha: float, beta: float) -> str:
        law = fitted if chosen == FITTED else with_exponents(known, floor, alpha, beta)
        gaps = known.gaps(law)
        said, foretold = float(held.loss.mean()), float(law(held.n[0], held.d[0]))
        told = (
            f"E {law.E:.2f}, α {law.alpha:.2f}, β {law.beta:.2f}; A {law.A:.3g} and B {law.B:.3g}. The runs are "
            f"{100 * np.sqrt(np.mean(gaps**2)):.1f} % from the law (root mean square). Largest run: foretold "
            f"{foretold:.3f}, measured {said:.3f} nats a byte, {100 * (said / foretold - 1):+.1f} %."
        )
        fig, (left, right) = plots.figure(columns=2, height=3.2)
        curves(left, known, law)
        residuals(right, known, gaps)
        return line(told) + plots.html(fig, alt=f"Losses of {len(known.n)} runs and the law's curves. {told}")

    sliders = {"min": 0.0, "step": 0.01, "readout_format": ".2f"}
    controls = {
        "chosen": ipywidgets.Dropdown(description="exponents", options=[FITTED, BY_HAND]),
        "floor": ipywidgets.FloatSlider(description="E, nats a byte", value=0.5, max=1.8, **sliders),
        "alpha": ipywidgets.FloatSlider(description="α, for parameters", value=0.3, max=1.5, **sliders),
        "beta": ipywidgets.FloatSlider(description="β, for data", value=0.3, max=1.5, **sliders),
    }
    return Explorer("Which law fits the runs, and what does it foretell?", controls, draw)


def curves(ax, known: Runs, law: Law):
    """Loss against bytes read: points of the runs, and one curve of the law for each number of parameters."""
    sizes = np.unique(known.n)
    at = np.geomspace(known.d.min(), known.d.max(), 40)
    for i, n in enumerate(sizes):
        colour, marker, own = plots.COLOURS[i % 6], plots.MARKERS[i % 6], known.n == n
        ax.plot(known.d[own], known.loss[own], marker, color=colour, alpha=0.6, markersize=4, label=f"{n:,.0f}")
        ax.plot(at, law(n, at), color=colour, linewidth=1)
    ax.set(xscale="log", xlabel="bytes read, D", ylabel="nats a byte")
    ax.set_xticks(np.unique(known.d), [f"{d:,.0f}" for d in np.unique(known.d)], fontsize=8)
    ax.minorticks_off()
    ax.legend(title="parameters, N", fontsize=7, title_fontsize=7)
    return ax


def residuals(ax, known: Runs, gaps):
    """How far each run is above the law, in per cent, against its parameters; one kind of point for each D."""
    for i, d in enumerate(np.unique(known.d)):
        own, colour, marker = known.d == d, plots.COLOURS[i % 6], plots.MARKERS[i % 6]
        ax.plot(known.n[own], 100 * gaps[own], marker, color=colour, alpha=0.6, label=f"{d:,.0f}")
    ax.axhline(0, color=plots.GREY, linestyle=":")
    ax.set(xscale="log", xlabel="parameters, N", ylabel="above the law, %")
    ax.legend(title="bytes, D", fontsize=7, title_fontsize=7)
    return ax


METHODS = {
    "fine-tuning, one task after another": "fine-tuning",
    "an adapter (LoRA) for each task": "LoRA",
    "all tasks together": "together",
}
QUESTIONS = {"which of ten digits is it?": "unknown", "which of the task's two is it?": "known"}


def forgetting_explorer(rows: list[dict]) -> Explorer:
    """Choose a method, how much it keeps, and the question: accuracy on each task after each, mean of the seeds."""
    kept = sorted({row["replay"] for row in rows if row["method"] == "fine-tuning"})

    def draw(method: str, replay: int, question: str) -> str:
        name, asked = METHODS[method], QUESTIONS[question]
        chosen, replay = replay, replay if name == "fine-tuning" else 0
        found = [row[asked] for row in rows if (row["method"], row["replay"]) == (name, replay)]
        mean = np.mean(found, 0)
        fig, ax = plots.figure(height=3.2)
        learning_curves(ax, mean)
        end = [continual.average_accuracy(r) for r in found]
        told = f"Accuracy on all tasks in the end: {', '.join(f'{value:.2f}' for value in end)} (one a seed)."
        if len(mean) > 1:
            lost = [continual.forgetting(r) for r in found]
            told += f" Average forgetting: {', '.join(f'{value:.2f}' for value in lost)}."
        if name != "fine-tuning" and len(kept) > 1:
            told += f" (Nothing is kept for replay here, whatever is chosen, now {chosen}.)"
        return line(told) + plots.html(fig, alt=f"{method}; {question} {told}")

    controls = {
        "method": ipywidgets.Dropdown(description="method", options=list(METHODS)),
        "replay": ipywidgets.Dropdown(description="examples kept of each digit", options=kept),
        "question": ipywidgets.Dropdown(description="question", options=list(QUESTIONS)),
    }
    return Explorer("What is left of the first task when the last one has been learnt?", controls, draw)


def learning_curves(ax, r):
    """R (K, K) as lines: each task's accuracy from the time it was learnt; with one row, only the end."""
    r = np.asarray(r)
    stages = len(r)
    for j in range(r.shape[1]):
        first = j if stages > 1 else 0
        at = np.arange(first, stages) + 1 if stages > 1 else [r.shape[1]]
        colour, marker = plots.COLOURS[j % 6], plots.MARKERS[j % 6]
        ax.plot(at, r[first:, j], f"{marker}-", color=colour, label=f"task {j + 1}")
    ax.set(xlabel="tasks learnt", ylabel="accuracy", ylim=(-0.04, 1.04), xticks=range(1, r.shape[1] + 1))
    ax.legend(fontsize=8)
    return ax
