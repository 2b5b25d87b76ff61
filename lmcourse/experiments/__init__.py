"""Experiments that take longer than a chapter may: one row a setting and seed, computed once and stored.

`python -m lmcourse.experiments [NAME…]` computes the rows that are missing and writes each as it comes to
`data/results/NAME.json`, with the command, the machine and a hash of the experiment's source.
"""

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

from lmcourse.errors import InputError
from lmcourse.files import PROJECT, sha256_bytes

FOLDER = PROJECT / "data" / "results"
SEEDS = [0, 1, 2, 3, 4]


@dataclass(frozen=True)
class Experiment:
    """What is asked, a function that computes one row, and the settings to call it with."""

    question: str
    row: Callable[..., dict]
    settings: list[dict]

    @property
    def source(self) -> str:
        """SHA-256 of the function's source: rows made by another one are not shown as its own."""
        return sha256_bytes(inspect.getsource(self.row).encode())


def grid(**values: list) -> list[dict]:
    """Every combination of values, as settings; the last name changes fastest."""
    return [dict(zip(values, combination, strict=True)) for combination in product(*values.values())]


def stored(name: str) -> dict:
    """A stored result: `{question, command, source, machine, rows}`; each row holds its setting and its figures.

    Errors: InputError when the result is not there.
    """
    path = FOLDER / f"{name}.json"
    if not path.is_file():
        raise InputError("this result is not stored", path, f"make it: python -m lmcourse.experiments {name}")
    return json.loads(path.read_text())


def by_seed(name: str, where: dict | None = None) -> dict[int, list[dict]]:
    """The rows of a stored result for each seed, in order; only those that hold the settings in `where`."""
    found: dict[int, list[dict]] = {}
    for row in stored(name)["rows"]:
        if (where or {}).items() <= row.items():
            found.setdefault(row["seed"], []).append(row)
    return dict(sorted(found.items()))


def provenance(result: dict) -> str:
    """Where a stored result comes from, to be shown beside it: command, machine, number of rows, seeds."""
    rows = result["rows"]
    seeds = ", ".join(str(seed) for seed in sorted({row["seed"] for row in rows}))
    return f"Stored result: {result['command']} ({result['machine']}); {len(rows)} runs, seeds {seeds}."
