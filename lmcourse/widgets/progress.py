"""Explorer: what the reader has done, chapter by chapter, read from the progress file."""

import ipywidgets

from lmcourse import plots
from lmcourse.exercises.overview import STATES, overview
from lmcourse.widgets.book import link, table
from lmcourse.widgets.explorer import Explorer, line

SIGNS = dict(zip(STATES, ("✓ done", "✗ see again", "○ not tried"), strict=True))
ALL = "all chapters"


def _picture(rows: list[dict]) -> str:
    names = sorted({row["chapter"] for row in rows})
    counts = {s: [sum(r["chapter"] == n and r["state"] == s for r in rows) for n in names] for s in STATES}
    fig, ax = plots.figure(height=1.0 + 0.35 * len(names))
    left = [0] * len(names)
    look = zip(STATES, (plots.GREEN, plots.ORANGE, plots.GRID), ("", "//", ""), strict=True)
    for name, colour, hatch in look:
        ax.barh(
            names, counts[name], 0.6, left=left, color=colour, hatch=hatch, edgecolor=plots.CARD, label=SIGNS[name][2:]
        )
        left = [a + b for a, b in zip(left, counts[name], strict=True)]
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.set(xlabel="exercises", ylabel="chapter", xlim=(0, max(left) + 0.5))
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    told = "; ".join(f"chapter {n}: " + ", ".join(f"{counts[s][i]} {s}" for s in STATES) for i, n in enumerate(names))
    return plots.html(fig, f"Bars of the exercises of each chapter by state. {told}.")


def progress() -> Explorer:
    """The overview: a bar for each chapter, and the exercises of the one that is chosen."""
    names = [ALL, *sorted({row["chapter"] for row in overview()})]

    def draw(chapter: str, again: bool) -> str:
        rows = overview()
        chosen = [r for r in rows if chapter in (ALL, r["chapter"]) and (not again or r["state"] == "see again")]
        lines = [
            (link(r["chapter"], r["chapter"]), r["title"], r["minutes"], r["attempts"], SIGNS[r["state"]])
            for r in chosen
        ]
        done = sum(r["state"] == "done" for r in rows)
        told = line(f"{done} of {len(rows)} exercises are done; {len(chosen)} are listed.")
        header = ("chapter", "exercise", "minutes", "attempts", "state")
        return told + _picture(rows) + (table(header, lines) if lines else "<p>Nothing to see again here.</p>")

    controls = {
        "chapter": ipywidgets.Dropdown(options=names, description="Chapter"),
        "again": ipywidgets.Checkbox(description="Only what to see again", indent=False),
    }
    return Explorer("Your progress", controls, draw)
