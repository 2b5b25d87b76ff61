"""What has been done, and what to see again: for the reader, and for a teacher over many readers' files."""

import csv
import io
from collections import Counter
from pathlib import Path

from lmcourse import checks
from lmcourse.chapters import chapters
from lmcourse.errors import InputError
from lmcourse.evaluation.uncertainty import wilson
from lmcourse.exercises import catalogue
from lmcourse.files import write_atomic

STATES = ("done", "see again", "not tried")


def state(entry: dict | None, predicted: bool = False) -> str:
    """The state of one exercise, from its entry in the progress file: the last answer decides, as one forgets.

    A prediction is done once it was compared: a wrong one is no mistake to be mended.
    """
    if not entry or not entry.get("attempts"):
        return "not tried"
    return "done" if predicted or entry.get("last", {}).get("outcome") == checks.RIGHT else "see again"


def overview() -> list[dict]:
    """One row an exercise of the chapters that exist: chapter, id, title, minutes, attempts, missed, state.

    `missed` says whether an attempt was not right, though a later one may have been.
    """
    there = {path.stem.split("_")[0] for path in chapters()}
    progress = checks.read_progress()
    rows = []
    for id in catalogue.ids():
        if (chapter := id.split(".")[0]) in there:
            found, entry = catalogue.find(id), progress.get(id) or {}
            predicted = isinstance(found.task, checks.Prediction)
            row = {"chapter": chapter, "id": id, "title": found.title, "minutes": found.minutes}
            row |= {"attempts": entry.get("attempts", 0), "state": state(entry, predicted)}
            row["missed"] = bool(row["attempts"]) and not predicted and entry.get("first") != checks.RIGHT
            rows.append(row)
    return rows


def read_folder(folder: Path) -> tuple[dict[str, dict[str, dict]], list[str]]:
    """The progress of several readers by the name of their exported file, and what is amiss with other files.

    Errors: InputError when no file can be read.
    """
    readers, amiss = {}, []
    for path in sorted(folder.glob("*.json")):
        try:
            readers[path.stem] = checks.parse(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            amiss.append(f"{path}: {error}")
    if not readers:
        found = "; ".join(amiss) or "there is no .json file"
        raise InputError(found, folder, "collect the files of `lmcourse progress --export` there")
    return readers, amiss


def report(readers: dict[str, dict[str, dict]]) -> list[dict]:
    """One row an exercise that somebody tried, the hardest first.

    Keys: id, title, readers (who tried it), right_first (the share that was right at the first attempt), low and high
    (its 95 % interval), right (the share that is right by now), attempts (mean), misconceptions ((message, how many
    readers had it), the commonest first).
    """
    rows = []
    for id in catalogue.ids():
        tried = [entries[id] for entries in readers.values() if entries.get(id, {}).get("attempts")]
        if not tried:
            continue
        first = sum(entry.get("first") == checks.RIGHT for entry in tried)
        low, high = wilson(first, len(tried))
        had = Counter(_printable(message) for entry in tried for message in entry.get("misconceptions", {}))
        row = {"id": id, "title": catalogue.find(id).title, "readers": len(tried), "right_first": first / len(tried)}
        row |= {"low": low, "high": high, "right": sum(bool(entry.get("right")) for entry in tried) / len(tried)}
        row["attempts"] = sum(entry["attempts"] for entry in tried) / len(tried)
        rows.append(row | {"misconceptions": had.most_common()})
    return sorted(rows, key=lambda row: (row["right_first"], row["id"]))


def _printable(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def figure(rows: list[dict]):
    """The share of readers that were right at the first attempt, exercise by exercise, with 95 % intervals."""
    from lmcourse import plots

    fig, ax = plots.figure(height=1.2 + 0.3 * len(rows))
    names = [f"{row['id']} (n = {row['readers']})" for row in reversed(rows)]
    shares = [row["right_first"] for row in reversed(rows)]
    below = [row["right_first"] - row["low"] for row in reversed(rows)]
    above = [row["high"] - row["right_first"] for row in reversed(rows)]
    ax.errorbar(shares, names, xerr=(below, above), fmt="o", color=plots.BLUE, ecolor=plots.GREY, capsize=3)
    ax.set(xlabel="share of readers right at the first attempt, with 95 % interval", xlim=(0, 1))
    return fig


def write(rows: list[dict], folder: Path) -> None:
    """Write a report as `report.csv`, one line a misconception, and `report.png`."""
    from lmcourse import plots

    figures = ("id", "title", "readers", "right_first", "low", "high", "right", "attempts")
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow([*figures, "had", "misconception"])
    for row in rows:
        for message, had in row["misconceptions"] or [("", 0)]:
            # A spreadsheet takes what begins so for a formula, and the files are not the teacher's own.
            quote = "'" if message[:1] in ("=", "+", "-", "@") else ""
            writer.writerow([*(row[key] for key in figures), had, quote + message])
    write_atomic(folder / "report.csv", table.getvalue())
    write_atomic(folder / "report.png", plots.png(figure(rows)))
