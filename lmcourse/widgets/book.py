"""The book about itself: its environment, its map, the doubts about the document, the glossary."""

import csv
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

import ipywidgets

from lmcourse import files
from lmcourse.chapters import Parameter, chapters
from lmcourse.doctor import Check
from lmcourse.widgets.explorer import Explorer

STATES = {"ok": "✓ ok", "warn": "⚠ look", "fail": "✗ mend"}
TO_COME = "to come"
MOST = 12  # terms of the glossary shown at once


class Page(str):
    """HTML of our own that a notebook renders."""

    def __repr__(self) -> str:
        return f"a table with {self.count('<tr>') - 1} rows, shown as HTML"

    def _repr_html_(self) -> str:
        return str(self)


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Page:
    """An HTML table; every cell is escaped, but for those that are a Page."""
    cell = "style='text-align:left;vertical-align:top;padding:.25em .7em'"
    head = "".join(f"<th scope='col' {cell}>{escape(name)}</th>" for name in header)
    body = ""
    for row in rows:
        shown = (value if isinstance(value, Page) else escape(str(value)) for value in row)
        body += "<tr>" + "".join(f"<td {cell}>{value}</td>" for value in shown) + "</tr>\n"
    return Page(f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>")


def chinese(text: str) -> Page:
    """Text of the document, marked as Chinese, so that a screen reader pronounces it so."""
    return Page(f"<span lang='zh'>{escape(text)}</span>")


def course_table(name: str) -> list[dict[str, str]]:
    """The rows of one of the course's own tables in data/: chapters, doubts, glossary."""
    with open(files.PROJECT / "data" / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def link(chapter: str, words: str) -> Page:
    """A link to a chapter's file where it exists, else the words and that it is to come."""
    found = {path.stem.split("_")[0]: path.name for path in chapters()}
    if chapter in found:
        return Page(f"<a href='{escape(found[chapter], quote=True)}'>{escape(words)}</a>")
    return Page(f"{escape(words)} ({TO_COME})")


def environment(checks: list[Check]) -> Page:
    """What the doctor found; the user's own folders are shortened, as outputs are shared."""

    def short(text: str) -> str:
        return text.replace(str(files.PROJECT), "…").replace(str(Path.home()), "~")

    rows = [(check.name, STATES[check.state], short(check.message), short(check.fix)) for check in checks]
    return table(("looked at", "state", "found", "what to do"), rows)


def chapter_map() -> Page:
    """Every chapter of the plan with the document's section that it runs; those that exist are links."""
    rows = [
        (
            link(row["chapter"], f"{row['chapter']} {row['title']}"),
            row["document"] or "–",
            chinese(row["chinese"]),
            row["question"],
        )
        for row in course_table("chapters")
    ]
    return table(("chapter", "section", "the document's heading", "question"), rows)


def doubts() -> Page:
    """The places of the document where something does not add up, with the chapter that decides each."""
    rows = [
        (row["section"], chinese(row["quote"]), row["question"], link(row["chapter"], row["chapter"]))
        for row in course_table("doubts")
    ]
    return table(("section", "the document says", "our question", "chapter"), rows)


def parameter_table(declared: list[Parameter]) -> Page:
    """The declared parameters of a chapter."""
    rows = [(p.name, p.type.__name__, repr(p.default), p.allows, p.help) for p in declared]
    return table(("name", "type", "default", "allowed", "what it is"), rows)


def glossary() -> Explorer:
    """Look a term up: English, Chinese or a symbol."""
    terms = course_table("glossary")

    def draw(wanted: str) -> str:
        key = wanted.strip().lower()
        found = [row for row in terms if any(key in row[c].lower() for c in ("english", "chinese"))]
        symbol = [row for row in terms if wanted.strip() in (row["symbol_document"], row["symbol_ours"]) and key]
        rows = symbol or found
        first = f", the first {MOST} of them" if len(rows) > MOST else ""
        told = f"<p role='status'>{len(rows)} of {len(terms)} terms{first}</p>"
        shown = []
        for r in rows[:MOST]:
            theirs, ours = r["symbol_document"], r["symbol_ours"]
            symbol = theirs if ours in ("", theirs) else f"{theirs or '–'}, here {ours}"
            shown.append((r["english"], chinese(r["chinese"]), symbol, r["meaning"], r["chapter"]))
        return told + table(("English", "Chinese", "symbol", "meaning", "chapter"), shown)

    return Explorer("Glossary", {"wanted": ipywidgets.Text(description="Look up", placeholder="fine, 微, ℓ …")}, draw)
