"""All applications of the course in one table, read from their stored results."""

from importlib import import_module

import numpy as np

from lmcourse.evaluation.uncertainty import mean_of_seeds
from lmcourse.experiments import by_seed

MODULES = ("language", "vision", "speech", "recommendation", "finance", "medicine", "future", "education")


def applications() -> dict[str, dict]:
    """The entries of all modules by name."""
    return {
        name: entry
        for module in MODULES
        for name, entry in import_module(f"lmcourse.applications.{module}").APPLICATIONS.items()
    }


def figures(entry: dict) -> dict:
    """`ours` and `theirs`, one value a seed (S,); the seconds of all rows, and each side's (mean, low, high)."""
    found = by_seed(entry["result"]).values()
    sides = {side: np.array([entry[side](rows) for rows in found]) for side in ("ours", "theirs")}
    seconds = sum(row.get("seconds", 0.0) for rows in found for row in rows)
    return sides | {"seconds": seconds, "intervals": {side: mean_of_seeds(values) for side, values in sides.items()}}


def wins(entry: dict) -> str:
    """Who is ahead with every seed: "model", "baseline" or "neither"."""
    found = figures(entry)
    ahead = (found["ours"] - found["theirs"]) * (1 if entry["better"] == "higher" else -1)
    return "model" if (ahead > 0).all() else "baseline" if (ahead < 0).all() else "neither"


def rows() -> list[tuple]:
    """Rows of the table: name, field, task, model, baseline, metric, both results with intervals, ahead, seconds."""
    table = []
    for name, entry in applications().items():
        found = figures(entry)
        shown = [f"{m:.3f} ({low:.3f} to {high:.3f})" for m, low, high in found["intervals"].values()]
        head = (name, entry["field"], entry["model"], entry["baseline"], entry["metric"])
        table.append((*head, *shown, wins(entry), f"{found['seconds']:.0f}"))
    return table
