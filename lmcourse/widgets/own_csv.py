"""Explorer of chapter 06a: a reader's own table, and what can be reached on it without training an encoder."""

from html import escape

import ipywidgets

from lmcourse.applications.language import quick_report, read_own
from lmcourse.errors import CourseError
from lmcourse.widgets.book import table
from lmcourse.widgets.explorer import Explorer, line

SIZES = (100, 200, 400, 1000)  # texts at most: MiniLM reads a few dozen long ones a second
SHOWN = 5  # rejected rows that are named


def rows_of(report: dict) -> list[tuple]:
    """The report as rows of a table: method, right answers, share, interval."""
    n = report["n"]
    return [
        (name, f"{found['right']} of {n}", f"{found['right'] / n:.3f}", "{:.3f} to {:.3f}".format(*found["interval"]))
        for name, found in report["methods"].items()
    ]


def verdict(report: dict) -> str:
    """What the report says of the encoder against counted words, in a sentence."""
    frozen, counted = (report["methods"][name]["right"] for name in ("frozen MiniLM", "TF-IDF"))
    if report["p"] >= 0.05:
        return f"Which of the two is better cannot be told from {report['n']} texts (p = {report['p']:.2f})."
    better = "The frozen encoder" if frozen > counted else "Counting words"
    return f"{better} is better on these {report['n']} texts (p = {report['p']:.2g})."


def own_csv_explorer(path: str = "", text: str = "text", label: str = "label", seed: int = 0) -> Explorer:
    """Name a table and its columns: what was kept of it, and three methods with intervals."""
    reports: dict[tuple, dict] = {}

    def draw(path: str, text: str, label: str, most: int) -> str:
        where = f"file {path.strip()}, columns {text} and {label}" if path.strip() else "Reviews of the course"
        told, bad = f"{where}, at most {most} texts", ""
        try:
            data, rejected, names = read_own(path, text, label)
            told += f": {len(data):,} rows kept, {len(rejected)} rejected; {len(names)} classes"
            bad = "".join(f"<li>row {number}: {escape(why)}</li>" for number, why in rejected[:SHOWN])
            key = (path, text, label, most, tuple(data["text"]), tuple(data["label"]))
            if key not in reports:
                reports.clear()  # the last one is enough: a file may have changed
                reports[key] = quick_report(data, most, seed)
        except CourseError as error:
            return line(f"{told}. {error}") + f"<ul>{bad}</ul>"
        found = reports[key]
        shown = table(("method", "right", "share", "95 % interval"), rows_of(found))
        return line(f"{told}. {verdict(found)}") + f"<ul>{bad}</ul>" + shown

    controls = {
        "path": ipywidgets.Text(description="file (CSV, TSV, JSONL; empty: reviews of the course)", value=path),
        "text": ipywidgets.Text(description="column of the texts", value=text),
        "label": ipywidgets.Text(description="column of the classes", value=label),
        "most": ipywidgets.Dropdown(description="texts at most", options=SIZES, value=200),
    }
    return Explorer("What would be reached on your own table?", controls, draw)
