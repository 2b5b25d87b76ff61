"""The form of a chapter's file: what is checked before it is committed, and how its outputs are made."""

import base64
import json
import re
import statistics
import tempfile
from html.parser import HTMLParser
from pathlib import Path

from lmcourse.chapters import contract, running, timing
from lmcourse.errors import CourseError, InputError
from lmcourse.files import environment, write_atomic

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
MOST_BYTES = 1_000_000
_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_RANDOM = re.compile(r"(?=.*\d)[0-9a-f]{6,}")


class _Images(HTMLParser):
    """Counts images without alternative text."""

    unnamed = 0

    def handle_starttag(self, tag, attributes):
        if tag == "img" and not (dict(attributes).get("alt") or "").strip():
            self.unnamed += 1


def _text(source: str | list[str]) -> str:
    return "".join(source)


def _form(cells: list[dict]) -> list[str]:
    """Ids, the parameters and setup cells, sizes of cells, text against code."""
    found = []
    ids = [cell.get("id", "") for cell in cells]
    found += [f"cell id {i!r} is not a speaking slug" for i in ids if not _SLUG.fullmatch(i) or _RANDOM.fullmatch(i)]
    found += [f"cell id {i!r} occurs {ids.count(i)} times" for i in sorted(set(ids)) if ids.count(i) > 1]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    tagged = [k for k, c in enumerate(code) if "parameters" in c["metadata"].get("tags", [])]
    after = "".join(_text(c["source"]) for k in tagged for c in code[k + 1 : k + 2])
    if "check_parameters(globals())" not in after:
        found.append("the code cell after the parameters does not call check_parameters(globals())")
    lines = {c.get("id"): sum(bool(x.strip()) for x in _text(c["source"]).splitlines()) for c in code}
    found += [f"cell {i!r} has {n} lines of code, 40 are allowed" for i, n in lines.items() if n > 40]
    if lines:
        sizes = sorted(lines.values())
        median, ninetieth = statistics.median(sizes), sizes[-(-9 * len(sizes) // 10) - 1]
        if median > 6:
            found.append(f"the median code cell has {median:g} lines, 6 are allowed")
        if ninetieth > 20:
            found.append(f"the 90th percentile of code cells is {ninetieth} lines, 20 are allowed")
    text = sum(cell["cell_type"] == "markdown" for cell in cells)
    if text <= len(code):
        found.append(f"{text} text cells for {len(code)} code cells: more text than code is expected")
    return found


def _figures(cell: dict) -> list[str]:
    """Pictures without alternative text, in prose and in outputs."""
    where, bare, pages = f"cell {cell.get('id')!r}", 0, []
    if cell["cell_type"] == "markdown":
        pages = [_text(cell["source"])]
        bare = len(re.findall(r"!\[\s*\]\(", pages[0]))
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        pages.append(_text(data.get("text/html", "")))
        bare += "text/html" not in data and any(kind.startswith("image/") for kind in data)
    images = _Images()
    for page in pages:
        images.feed(page)
    bare += images.unnamed
    return [f"{where} has {bare} figures without alternative text: use plots.show(fig, alt=…)"] if bare else []


def problems(path: Path | str) -> list[str]:
    """What keeps a chapter's file from being committed, one line each; empty when nothing does."""
    path = Path(path)
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cells = notebook["cells"]
        found = _form(cells)
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [f"not a notebook: {error}"]
    try:
        contract.parameters(path)
    except InputError as error:
        found.append(str(error))
    if notebook["metadata"].get("widgets"):
        found.append("widget state is stored")
    if wrong := running.failure(notebook):
        found.append(f"cell {wrong[0]!r} has an error output: {wrong[1]}")
    elif cell := running.unfinished(notebook):
        found.append(f"cell {cell!r} was not run in order: make the outputs with `make notebooks`")
    for cell in cells:
        found += _figures(cell)
        if any(WIDGET_VIEW in output.get("data", {}) for output in cell.get("outputs", [])):
            found.append(f"cell {cell.get('id')!r} stores a widget, which no reader of the file can see")
    if (size := path.stat().st_size) > MOST_BYTES:
        found.append(f"{size:,} bytes, {MOST_BYTES:,} are allowed")
    return found


def strip(notebook: dict) -> dict:
    """Remove from a notebook what one machine or one run leaves in it, and widgets, whose state is not stored."""
    notebook["metadata"] = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook["nbformat"], notebook["nbformat_minor"] = 4, 5
    for cell in notebook["cells"]:
        kept = {key: value for key, value in cell["metadata"].items() if key not in ("papermill", "execution")}
        cell["metadata"] = {key: value for key, value in kept.items() if key != "tags" or value}
        if cell["cell_type"] == "code":
            # An explorer leaves its still picture; a bare widget leaves nothing that could be shown.
            cell["outputs"] = [
                o for o in cell["outputs"] if WIDGET_VIEW not in o.get("data", {}) or "text/html" in o["data"]
            ]
            for output in cell["outputs"]:
                output.get("metadata", {}).clear()
                output.get("data", {}).pop(WIDGET_VIEW, None)
    return notebook


def pictures(chapter: Path) -> list[Path]:
    """The pictures of the README which are figures of a chapter: `notebooks/images/05a-CELL.png`."""
    return sorted((contract.NOTEBOOKS / "images").glob(f"{chapter.stem.split('_')[0]}-*.png"))


def figure(notebook: dict, cell: str) -> bytes:
    """The first figure that a cell stores, as PNG. Errors: CourseError when it stores none."""
    for found, output in running.outputs(notebook):
        html = _text(output.get("data", {}).get("text/html", ""))
        if found.get("id") == cell and (image := re.search(r'src="data:image/png;base64,([^"]+)"', html)):
            return base64.b64decode(image[1])
    raise CourseError("the README shows a figure that is not there", f"cell {cell}", "name another in notebooks/images")


def build(names: list[str] | None = None) -> list[Path]:
    """Execute chapters with their defaults and store their outputs in place, all or nothing for each chapter.

    Errors: CourseError when a cell fails; the chapter's file then stays as it was.
    """
    built = []
    for path in [running.find(name) for name in names or []] or running.chapters():
        with tempfile.TemporaryDirectory() as folder:
            # Stored outputs show the progress of somebody who has just begun, not that of whoever builds.
            with environment({"LMCOURSE_PROGRESS": f"{folder}/progress.json"}):
                done = running.run(path, out=Path(folder) / path.name)
            notebook = strip(json.loads(done.read_text(encoding="utf-8")))
        write_atomic(path, json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
        for picture in pictures(path):
            write_atomic(picture, figure(notebook, picture.stem.partition("-")[2]))
        built.append(path)
    return built


def main(arguments: list[str]) -> int:
    """`build [NAME…]`, `time [NAME…]` or `check [FILE…]`, for make and pre-commit; returns the exit code."""
    import sys

    try:
        if arguments[:1] == ["build"]:
            for path in build(arguments[1:]):
                print(path)
            return 0
        if arguments[:1] == ["time"]:
            print(timing.table(arguments[1:]))
            return 0
        if arguments[:1] == ["check"]:
            paths = [Path(name) for name in arguments[1:]] or running.chapters()
            lines = [f"{path}: {line}" for path in paths for line in problems(path)]
            print(*lines, sep="\n", end="\n" if lines else "")
            return 1 if lines else 0
    except CourseError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print("usage: python -m lmcourse.chapters build [NAME…] | time [NAME…] | check [FILE…]", file=sys.stderr)
    return 2
