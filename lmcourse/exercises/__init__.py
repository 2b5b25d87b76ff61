"""The exercises of the chapters: `check`, `hint`, `solution`, `compare` for cells, found by id.

The exercise `05a.freeze_depth` is the object `exercise` of `lmcourse/exercises/ch05a/freeze_depth.py`. In a
chapter it takes two generated cells, `exercise-freeze-depth-text` (Markdown) and `exercise-freeze-depth` (code).
"""

import importlib
import re
from pathlib import Path
from typing import Any

from lmcourse import checks
from lmcourse.errors import CourseError, InputError

_hints_shown: dict[str, int] = {}
_predictions: dict[str, Any] = {}


def ids() -> list[str]:
    """All exercises, by chapter."""
    files = Path(__file__).parent.glob("ch*/[a-z]*.py")
    return sorted(f"{path.parent.name.removeprefix('ch')}.{path.stem}" for path in files)


def find(id: str) -> checks.Exercise:
    """The exercise of an id. Errors: InputError that names those there are."""
    if id not in ids():
        raise InputError("no such exercise", id, f"there are {', '.join(ids())}")
    chapter, name = id.split(".")
    return importlib.import_module(f"lmcourse.exercises.ch{chapter}.{name}").exercise


def _show(outcome: checks.Outcome) -> None:
    """Display in a notebook, print elsewhere; what could not be recorded is told, the outcome stands."""
    try:
        checks.record(outcome)
    except (OSError, CourseError) as error:
        extra = f"{outcome.message}\n(Your progress was not saved: {error})"
        outcome = checks.Outcome(outcome.kind, extra, outcome.exercise)
    _display(outcome)


def _display(thing: Any) -> None:
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        print(thing)
    else:
        display(thing) if get_ipython() else print(thing)


def _known(id: str) -> checks.Exercise | None:
    try:
        return find(id)
    except Exception as error:
        _display(checks.Outcome(checks.RAISED, str(error), str(id)))
        return None


def check(id: str, answer: Any) -> None:
    """Check an answer and show the outcome; never raises."""
    if exercise := _known(id):
        outcome = checks.judge(exercise, answer)
        _predictions[id] = answer
        _show(outcome)


def compare(id: str, measured: Any) -> None:
    """Compare the prediction made in an earlier cell with what was measured, and show the outcome; never raises."""
    if exercise := _known(id):
        _show(checks.compare(exercise, _predictions.get(id), measured))


class _Markdown(str):
    """Text of our own that a notebook renders."""

    __repr__ = str.__str__

    def _repr_markdown_(self) -> str:
        return str(self)


def exercise(id: str) -> None:
    """Show an exercise's text."""
    if found := _known(id):
        _display(_Markdown(checks.text(found)))


def hint(id: str) -> None:
    """Show the next hint of an exercise; after the last one, the last again."""
    if found := _known(id):
        step = min(_hints_shown.get(id, 0), len(found.hints) - 1)
        _hints_shown[id] = step + 1
        _display(_Markdown(f"**Hint {step + 1} of {len(found.hints)}.** {found.hints[step]}"))


def solution(id: str) -> None:
    """Show the reference solution and why it is right."""
    if found := _known(id):
        _display(_Markdown(f"```python\n{found.solution.strip()}\n```\n\n{found.why}"))


def stub_cell(id: str) -> str:
    """The source of the exercise's code cell as the chapters have it."""
    found = find(id)
    return checks.cell(found, found.stub)


def text_cell(id: str) -> str:
    """The Markdown of the exercise's text cell as the chapters have it."""
    return checks.text(find(id))


def cell_id(id: str) -> str:
    """The cell id of the stub: `05a.freeze_depth` gives `exercise-freeze-depth`."""
    return "exercise-" + id.split(".")[1].replace("_", "-")


def in_notebook(notebook: dict) -> dict[str, tuple[dict, dict | None]]:
    """The exercises which a notebook has cells for: id to (stub cell, text cell or None).

    Errors: InputError for a cell whose check names no exercise or another one than its id.
    """
    by_id = {cell.get("id"): cell for cell in notebook["cells"]}
    found = {}
    for slug, cell in by_id.items():
        if cell["cell_type"] == "code" and str(slug).startswith("exercise-"):
            named = re.search(r'^check\("([^"]+)"', "".join(cell["source"]), re.MULTILINE)
            if not named or named[1] not in ids() or cell_id(named[1]) != slug:
                raise InputError("no exercise belongs to this cell", slug, 'write check("chapter.name", ...) into it')
            found[named[1]] = (cell, by_id.get(f"{slug}-text"))
    return found


def fill(notebook: dict) -> dict:
    """Write the generated text and stub into the cells of the exercises; their outputs stay when nothing changes."""
    for id, (stub, text) in in_notebook(notebook).items():
        stub["source"] = stub_cell(id)
        if text is not None:
            text["source"] = text_cell(id)
    return notebook


def solve(notebook: dict) -> dict:
    """Replace the stubs of a notebook by the reference solutions."""
    for id, (stub, _) in in_notebook(notebook).items():
        stub["source"] = checks.cell(find(id), find(id).solution)
    return notebook
