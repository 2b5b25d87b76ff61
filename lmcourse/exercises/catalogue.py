"""All exercises, by id: `05a.freeze_depth` is the object `exercise` of `lmcourse/exercises/ch05a/freeze_depth.py`."""

import importlib
from pathlib import Path

from lmcourse.checks import Exercise
from lmcourse.errors import InputError


def ids() -> list[str]:
    """All exercises, by chapter."""
    files = Path(__file__).parent.glob("ch*/[a-z]*.py")
    return sorted(f"{path.parent.name.removeprefix('ch')}.{path.stem}" for path in files)


def find(id: str) -> Exercise:
    """The exercise of an id. Errors: InputError that names those there are."""
    if id not in ids():
        raise InputError("no such exercise", id, f"there are {', '.join(ids())}")
    chapter, name = id.split(".")
    return importlib.import_module(f"lmcourse.exercises.ch{chapter}.{name}").exercise
