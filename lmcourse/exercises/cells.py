"""The cells of the exercises in the chapters, and the reader's own copies to practise in.

An exercise takes two generated cells, `exercise-freeze-depth-text` (Markdown) and `exercise-freeze-depth` (code).
"""

import copy
import json
import re
from pathlib import Path

from lmcourse import checks
from lmcourse.errors import InputError
from lmcourse.exercises.catalogue import find, ids
from lmcourse.files import write_atomic


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
        stub["source"] = checks.cell(find(id), find(id).stub)
        if text is not None:
            text["source"] = checks.text(find(id))
    return notebook


def solve(notebook: dict) -> dict:
    """Replace the stubs of a notebook by the reference solutions."""
    for id, (stub, _) in in_notebook(notebook).items():
        stub["source"] = checks.cell(find(id), find(id).solution)
    return notebook


def practise(chapters: list[Path], folder: Path) -> list[Path]:
    """Copy chapters without outputs into `folder` for a reader to write in; returns the new files.

    A copy that is there already holds the reader's work, and stays as it is. Links to other chapters and to pictures
    lead to the copies and the originals.
    """
    made = []
    for path in chapters:
        target = folder / path.name
        if target.exists():
            continue
        notebook = fill(copy.deepcopy(json.loads(path.read_text(encoding="utf-8"))))
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell["outputs"], cell["execution_count"] = [], None
        write_atomic(target, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")
        made.append(target)
    return made
