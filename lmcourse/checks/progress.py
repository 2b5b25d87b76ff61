"""The reader's progress: one JSON file, written whole or not at all."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lmcourse.checks.exercise import NOT_ATTEMPTED, NOTED, RIGHT, Outcome
from lmcourse.errors import InputError
from lmcourse.files import lock, progress_file, write_atomic

VERSION = 1


def parse(text: str) -> dict[str, dict]:
    """The entries of a progress file's text, by exercise id. Errors: ValueError when it is none."""
    try:
        stored = json.loads(text)
        version, entries = stored["version"], stored["exercises"]
        whole = all(map(_whole, entries.values()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no progress file ({error})") from None
    if version != VERSION or not whole:
        raise ValueError(f"not a progress file of version {VERSION}")
    return entries


def _whole(entry: Any) -> bool:
    if not isinstance(entry, dict):
        return False
    counts = entry.get("misconceptions", {})
    numbers = [entry.get("attempts", 0), *(counts.values() if isinstance(counts, dict) else [None])]
    kinds = isinstance(entry.get("right", False), bool) and isinstance(entry.get("last", {}), dict)
    return kinds and all(type(number) is int for number in numbers)


def read_progress(path: Path | None = None) -> dict[str, dict]:
    """The reader's progress by exercise id; a damaged file is set aside beside it, not lost.

    An entry has attempts, right (ever), first (the outcome of the first attempt), misconceptions (message to how
    often), last (outcome, message, time), and for what is answered in a form, answer.
    """
    path = path or progress_file()
    try:
        return parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        os.replace(path, path.with_name(f"{path.stem}.damaged-{now}{path.suffix}"))
        return {}


def record(outcome: Outcome, answer: Any = None) -> None:
    """Add an outcome to the reader's progress; two kernels may do so at once.

    `answer` is kept where it is given: text, a number, or a list of them. A prediction that waits for its
    measurement counts as no attempt.
    """
    if outcome.kind == NOT_ATTEMPTED:
        return
    path = progress_file()
    with lock(path.with_name(path.name + ".lock"), seconds=5):
        entries = read_progress(path)
        entry = entries.setdefault(outcome.exercise, {"attempts": 0, "right": False})
        if answer is not None:
            entry["answer"] = answer
        last = entry.get("last", {}).get("outcome")
        again = outcome.kind == RIGHT == last and entry.get("right")  # a chapter that is run once more
        if outcome.kind != NOTED and not again:
            _count(entry, outcome)
        write_atomic(path, _text(entries))


def _count(entry: dict, outcome: Outcome) -> None:
    entry["attempts"] = entry.get("attempts", 0) + 1
    entry["right"] = bool(entry.get("right")) or outcome.kind == RIGHT
    entry.setdefault("first", outcome.kind)
    if outcome.misconception:
        counts = entry.setdefault("misconceptions", {})
        counts[outcome.misconception] = counts.get(outcome.misconception, 0) + 1
    now = datetime.now(UTC).isoformat(timespec="seconds")
    entry["last"] = {"outcome": outcome.kind, "message": outcome.message[:500], "time": now}


def export(target: Path) -> int:
    """Write a copy of the progress for a teacher, without the answers; returns how many exercises it holds."""
    entries = {id: {k: v for k, v in entry.items() if k != "answer"} for id, entry in read_progress().items()}
    if not entries:
        raise InputError("there is no progress yet", progress_file(), "answer an exercise first")
    write_atomic(target, _text(entries))
    return len(entries)


def _text(entries: dict[str, dict]) -> str:
    return json.dumps({"version": VERSION, "exercises": entries}, indent=1, ensure_ascii=False)
