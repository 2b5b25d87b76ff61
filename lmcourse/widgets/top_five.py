"""Explorer of chapter 06b: a user's history, and what each method would put on top."""

import ipywidgets
import numpy as np

from lmcourse.applications import recommendation
from lmcourse.widgets.book import table
from lmcourse.widgets.explorer import Explorer, line

RECENT = 5  # events of a history that are shown


def top_five_explorer(data: recommendation.Shop, scores: dict[str, np.ndarray]) -> Explorer:
    """Choose a user: the last items of the history, what was taken next, and the first five of each method."""
    histories, wanted = data.events[:, :-1], data.events[:, -1]
    places = {name: recommendation.ranks(found, wanted, histories) for name, found in scores.items()}

    def item(i: int) -> str:
        return f"{i}: {data.texts[i]} ({recommendation.TOPICS[data.topics[i]]}{', new' if data.new[i] else ''})"

    def draw(user: int) -> str:
        had = histories[user]
        told = ", ".join(f"{name} {places[name][user]:.0f}" for name in scores)
        words = f"User {user} then took {item(wanted[user])}. Its place: {told}."
        best = {}
        for name, found in scores.items():
            row = found[user].astype(float)
            row[had] = -np.inf
            best[name] = [item(i) + (" ✓" if i == wanted[user] else "") for i in np.argsort(-row, kind="stable")[:5]]
        history = [(f"{len(had) - RECENT + i + 1}", item(j)) for i, j in enumerate(had[-RECENT:])]
        rows = [(place + 1, *(best[name][place] for name in scores)) for place in range(5)]
        return line(words) + table(("event", "the last items of the history"), history) + table(("", *scores), rows)

    controls = {"user": ipywidgets.IntSlider(description="user", value=0, min=0, max=len(data.events) - 1)}
    return Explorer("What would you show this user?", controls, draw)
