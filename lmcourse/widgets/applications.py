"""Explorer of chapter 06c: every application of the course, with its baseline, its seeds, and what it lacks."""

from textwrap import fill

import ipywidgets

from lmcourse import plots
from lmcourse.applications import summary
from lmcourse.widgets.explorer import Explorer, line

SAID = {
    "model": "the model is ahead with every seed",
    "baseline": "the baseline is ahead with every seed",
    "neither": "neither is ahead with every seed",
}


def application_explorer() -> Explorer:
    """Choose an application: model and baseline, each seed as a point, and what it would take in earnest."""
    entries = summary.applications()
    names = {f"{entry['field']}: {name}": name for name, entry in entries.items()}

    def draw(application: str) -> str:
        entry = entries[names[application]]
        found = summary.figures(entry)
        fig, ax = plots.figure(height=2.4)
        sides = {"ours": entry["model"], "theirs": entry["baseline"]}
        for y, (side, colour) in enumerate(zip(sides, (plots.BLUE, plots.ORANGE), strict=True)):
            ax.plot(found[side], [1 - y] * len(found[side]), "o", color=colour, markersize=8)
        ax.set(yticks=[1, 0], yticklabels=sides.values(), ylim=(-0.6, 1.6))
        ax.set(xlabel=f"{entry['metric']} ({entry['better']} is better)", title=fill(entry["task"], 48))
        ax.locator_params(axis="x", nbins=6)
        told = "; ".join(f"{name} {', '.join(f'{value:.3f}' for value in found[side])}" for side, name in sides.items())
        words = f"{told}: {SAID[summary.wins(entry)]}. In earnest it would take: {entry['earnest']}"
        alt = f"{entry['task']} {entry['metric']} on {entry['data']}, one point a seed: {told}."
        return line(words) + plots.html(fig, alt=alt)

    controls = {"application": ipywidgets.Dropdown(description="application", options=list(names))}
    return Explorer("What was measured, and against what?", controls, draw)
