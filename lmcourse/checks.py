"""The core of the exercises: an answer in, an outcome out, and never an exception.

An `Exercise` is data and one `judge`. The functions below make judges for the kinds of exercise: `function`,
`choice`, `number`, `prediction`. An answer of `...`, or a function that returns it, is one not attempted yet.
"""

import contextlib
import copy
import ctypes
import html
import json
import math
import os
import random
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lmcourse.files import lock, progress_file, write_atomic

RIGHT, NOT_YET, NOT_ATTEMPTED, RAISED = "right", "not yet", "not attempted", "your code raised"
NOTED = "noted"  # a prediction that waits for its measurement
OUTCOME = "application/vnd.lmcourse.outcome+json"
_SIGNS = {RIGHT: "✓ Right", NOT_YET: "✗ Not yet", NOT_ATTEMPTED: "○ Not attempted yet", NOTED: "● Noted"}


@dataclass(frozen=True)
class Outcome:
    """What a check found: its kind (one of the constants above) and a message for the reader."""

    kind: str
    message: str
    exercise: str = ""

    @property
    def text(self) -> str:
        """Sign and message, for a terminal and for readers on a code host."""
        return f"{_SIGNS.get(self.kind, '✗ Your code raised an error')}: {self.message}"

    __repr__ = __str__ = lambda self: self.text

    def _repr_mimebundle_(self, **_) -> dict:
        shown = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(self.text))
        page = f"<div role='status' style='white-space: pre-wrap'>{shown}</div>"
        kept = {"exercise": self.exercise, "kind": self.kind, "message": self.message}
        return {"text/plain": self.text, "text/html": page, OUTCOME: kept}


@dataclass(frozen=True)
class Specimen:
    """A wrong answer and words that its message must contain; a prediction's also has what was measured."""

    answer: Any
    says: str
    measured: Any = None


@dataclass(frozen=True)
class Exercise:
    """One exercise; `stub` and `solution` are sources that end by defining the same name, the answer.

    `why` says why the solution is right. `compare(answer, measured)` is for predictions only.
    """

    id: str
    title: str
    text: str
    difficulty: int  # 1..3
    minutes: int
    stub: str
    hints: tuple[str, ...]
    solution: str
    why: str
    judge: Callable[[Any], Outcome]
    specimens: tuple[Specimen, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)  # shown below the text of a choice
    compare: Callable[[Any, Any], Outcome] | None = None


class _Stopped(BaseException):
    """Raised inside a reader's code that takes too long; BaseException so that `except Exception` lets it pass."""


def limited(call: Callable[[], Any], seconds: float = 5) -> Any:
    """Return `call()`, ended after `seconds`; works on every thread, also in a widget's callback.

    Errors: TimeoutError, and whatever `call` raises.
    """
    box: dict[str, Any] = {}

    def work() -> None:
        try:
            box["value"] = call()
        except BaseException as error:
            box["error"] = error

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        for _ in range(20):  # code that catches it once is told again
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(_Stopped))
            thread.join(0.05)
            if not thread.is_alive():
                break
        raise TimeoutError(f"it was stopped after {seconds:g} seconds: does a loop never end?")
    if isinstance(box.get("error"), BaseException):
        raise box["error"]
    return box["value"]


def _plain(value: Any) -> Any:
    """Tensors and arrays as arrays, without importing what the answer does not use."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    if hasattr(value, "__array__"):
        import numpy as np

        return np.asarray(value)
    return value


def same(a: Any, b: Any, tolerance: float = 1e-6) -> bool:
    """Whether two answers are equal; numbers within `tolerance` (relative to the larger, and absolute)."""
    a, b = _plain(a), _plain(b)
    if hasattr(a, "shape") or hasattr(b, "shape"):
        import numpy as np

        try:
            a, b = np.asarray(a), np.asarray(b)
            if a.shape != b.shape:
                return False
            if a.dtype.kind in "OUS" or b.dtype.kind in "OUS":
                return a.tolist() == b.tolist()
            return bool(np.allclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True))
        except (TypeError, ValueError):
            return False
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, int | float) and isinstance(b, int | float):
        return math.isclose(a, b, rel_tol=tolerance, abs_tol=tolerance) or (math.isnan(a) and math.isnan(b))
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(same(x, y, tolerance) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key], tolerance) for key in a)
    return type(a) is type(b) and bool(a == b)


def _short(value: Any, most: int = 120) -> str:
    try:
        text = re.sub(r"\s*\n\s*", " ", repr(value))
    except Exception:  # a reader's class may have any repr
        text = f"a {type(value).__name__}"
    return text if len(text) <= most else text[: most - 1] + "…"


def _error(error: BaseException) -> str:
    return f"{type(error).__name__}: {_short(str(error), 200)[1:-1]}" if str(error) else type(error).__name__


def function(
    reference: Callable,
    inputs: Callable[[random.Random], tuple],
    mistakes: Mapping[str, Callable] | None = None,
    fixed: tuple[tuple, ...] = (),
    tolerance: float = 1e-6,
    seconds: float = 5,
    name: str = "answer",
) -> Callable[[Any], Outcome]:
    """A judge for a function of the reader's: compared with `reference` on fixed and on fresh random arguments.

    `inputs(rng)` gives one tuple of arguments; `mistakes` maps a message to the wrong function that it names:
    it is given when the reader's function does what that one does on every argument tried.
    """

    def judge(answer: Any) -> Outcome:
        if not callable(answer):
            return Outcome(NOT_YET, f"a function is expected, not {_short(answer)}.")
        rng = random.Random()
        cases = [*fixed, *(inputs(rng) for _ in range(20))]
        wrong, tried = None, []
        for arguments in cases:
            given, shown = copy.deepcopy(arguments), f"{name}({', '.join(map(_short, arguments))})"
            try:
                got = limited(lambda given=given: answer(*given), seconds)
            except BaseException as error:
                return Outcome(RAISED, f"{shown} raised {_error(error)}")
            if got is ...:
                return Outcome(NOT_ATTEMPTED, "replace the `...` by your code.")
            expected = reference(*copy.deepcopy(arguments))
            tried.append((arguments, got))
            if got is None and expected is not None:
                return Outcome(NOT_YET, f"{shown} gives None: did you forget to return the result?")
            if not same(list(given), list(arguments), 0):
                return Outcome(NOT_YET, f"{shown} changes its arguments: work on a copy.")
            if wrong is None and not same(got, expected, tolerance):
                wrong = f"{shown} gives {_short(_plain(got))}; right is {_short(_plain(expected))}."
        if wrong is None:
            return Outcome(RIGHT, f"{len(cases)} calls, all as they should be.")
        for message, mistake in (mistakes or {}).items():
            with contextlib.suppress(Exception):
                if all(same(mistake(*copy.deepcopy(a)), got, tolerance) for a, got in tried):
                    return Outcome(NOT_YET, f"{message}\n{wrong}")
        return Outcome(NOT_YET, wrong)

    return judge


def choice(options: Mapping[str, str], right: str | set[str]) -> Callable[[Any], Outcome]:
    """A judge for one letter, or for a set of letters; `options` maps each letter to why it is right or wrong."""
    wanted = {right} if isinstance(right, str) else set(right)

    def judge(answer: Any) -> Outcome:
        chosen = {answer} if isinstance(answer, str) else answer
        if not isinstance(chosen, set | list | tuple) or not chosen or not set(chosen) <= options.keys():
            one = 'one of them, such as "a"' if len(wanted) == 1 else 'all that are right, such as {"a", "b"}'
            return Outcome(NOT_YET, f"the options are {', '.join(options)}: give {one}.")
        chosen = set(chosen)
        told = "\n".join(f"{letter}: {options[letter]}" for letter in sorted(chosen))
        if chosen < wanted:
            told += f"\n{len(wanted - chosen)} more belong to the answer."
        return Outcome(RIGHT if chosen == wanted else NOT_YET, told)

    return judge


def number(
    expected: float,
    tolerance: float,
    unit: str = "",
    mistakes: Mapping[str, float] | None = None,
) -> Callable[[Any], Outcome]:
    """A judge for a number within `tolerance` (absolute, in `unit`); `mistakes` maps a message to its wrong value."""

    def judge(answer: Any) -> Outcome:
        value = _plain(answer)
        value = value.item() if getattr(value, "size", 0) == 1 else value
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            of = f" of {unit}" if unit else ""
            return Outcome(NOT_YET, f"a number{of} is expected, not {_short(answer)}.")
        if abs(value - expected) <= tolerance:
            return Outcome(RIGHT, f"{value:g} {unit}".strip() + f" (exactly {expected:.6g}).")
        for message, mistake in (mistakes or {}).items():
            if abs(value - mistake) <= tolerance:
                return Outcome(NOT_YET, message)
        large = "large" if value > expected else "small"
        return Outcome(NOT_YET, f"{value:g} {unit}".strip() + f" is too {large}.")

    return judge


def prediction(
    options: Mapping[str, str],
    truth: Callable[[Any], str],
) -> tuple[Callable[[Any], Outcome], Callable[[Any, Any], Outcome]]:
    """The judge and the comparison of a prediction: `truth(measured)` names the option that came true.

    `options` maps each letter to what is said when it is the measured one.
    """

    def judge(answer: Any) -> Outcome:
        if not isinstance(answer, str) or answer not in options:
            return Outcome(NOT_YET, f'the options are {", ".join(options)}: give one of them, such as "a".')
        return Outcome(NOTED, f"you predict {answer}. Read on: the measurement follows.")

    def compare(answer: Any, measured: Any) -> Outcome:
        true = truth(measured)
        if answer == true:
            return Outcome(RIGHT, f"as you predicted, {true}: {options[true]}")
        return Outcome(NOT_YET, f"you predicted {answer}; measured was {true}: {options[true]}")

    return judge, compare


def number_prediction(
    measure: Callable[[Any], float], within: float, unit: str = "", why: str = ""
) -> tuple[Callable[[Any], Outcome], Callable[[Any, Any], Outcome]]:
    """The judge and the comparison of a predicted number: right when at most `within` from `measure(measured)`."""

    def judge(answer: Any) -> Outcome:
        if isinstance(answer, bool) or not isinstance(answer, int | float) or not math.isfinite(answer):
            return Outcome(NOT_YET, f"a number{' of ' + unit if unit else ''} is expected, not {_short(answer)}.")
        return Outcome(NOTED, f"you predict {answer:g} {unit}".strip() + ". Read on: the measurement follows.")

    def compare(answer: Any, measured: Any) -> Outcome:
        value = float(measure(measured))
        kind = RIGHT if abs(answer - value) <= within else NOT_YET
        return Outcome(kind, f"you predicted {answer:g}; measured was {value:.4g} {unit}".strip() + f". {why}".rstrip())

    return judge, compare


def judge(exercise: Exercise, answer: Any) -> Outcome:
    """Judge an answer; whatever it is or does, an outcome comes back."""
    if answer is ... or answer is None:
        outcome = Outcome(NOT_ATTEMPTED, "replace the `...` by your answer and run the cell again.")
    else:
        outcome = _guarded(lambda: exercise.judge(answer))
    return Outcome(outcome.kind, outcome.message, exercise.id)


def compare(exercise: Exercise, answer: Any, measured: Any) -> Outcome:
    """Compare a noted prediction with what was measured; without a prediction the measurement is only told."""
    if answer is ... or answer is None or _guarded(lambda: exercise.judge(answer)).kind != NOTED:
        outcome = Outcome(NOT_ATTEMPTED, f"no prediction was made; measured was {_short(measured)}.")
    else:
        outcome = _guarded(lambda: exercise.compare(answer, measured))
    return Outcome(outcome.kind, outcome.message, exercise.id)


def _guarded(call: Callable[[], Outcome]) -> Outcome:
    try:
        return call()
    except Exception as error:
        return Outcome(RAISED, f"checking your answer raised {_error(error)}")


def answer_name(source: str) -> str:
    """The name that a stub or a solution defines last: the answer."""
    import ast

    names = [
        node.name if isinstance(node, ast.FunctionDef) else node.targets[0].id
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef | ast.Assign)
    ]
    return names[-1]


def cell(exercise: Exercise, source: str) -> str:
    """The code cell for a stub or a solution: its source, then the check of the answer it defines."""
    gap = "\n\n\n" if re.search(r"^def .*(?:\n+[ \t].*)*\s*\Z", source, re.MULTILINE) else "\n\n"  # as ruff formats
    return (
        f"{source.strip()}{gap}"
        f'check("{exercise.id}", {answer_name(source)})\n'
        f'# hint("{exercise.id}")  # without the first #: a hint, each time the next one; solution(…) likewise'
    )


def text(exercise: Exercise) -> str:
    """The exercise as Markdown: the text cell that stands before its stub."""
    stars = "★" * exercise.difficulty + "☆" * (3 - exercise.difficulty)
    options = "".join(f"\n- **{letter}**  {words}" for letter, words in exercise.options.items())
    head = f"#### Exercise: {exercise.title}\n\n*Difficulty {stars}, about {exercise.minutes} min*"
    return f"{head}\n\n{exercise.text.strip()}" + (f"\n{options}" if options else "")


def read_progress(path: Path | None = None) -> dict[str, dict]:
    """The reader's progress by exercise id: attempts, outcome, times; a damaged file is set aside, not lost."""
    path = path or progress_file()
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        if stored["version"] == 1 and all(isinstance(entry, dict) for entry in stored["exercises"].values()):
            return stored["exercises"]
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    os.replace(path, path.with_name(f"{path.stem}.damaged-{now}{path.suffix}"))
    return {}


def record(outcome: Outcome) -> None:
    """Add an outcome to the reader's progress, whole or not at all; two kernels may do so at once."""
    if outcome.kind in (NOT_ATTEMPTED, NOTED):
        return
    path = progress_file()
    with lock(path.with_name(path.name + ".lock"), seconds=5):
        entries = read_progress(path)
        entry = entries.setdefault(outcome.exercise, {"attempts": 0, "right": False})
        entry["attempts"] = int(entry.get("attempts", 0)) + 1
        entry["right"] = bool(entry.get("right")) or outcome.kind == RIGHT
        entry["last"] = {
            "outcome": outcome.kind,
            "message": outcome.message[:500],
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        write_atomic(path, json.dumps({"version": 1, "exercises": entries}, indent=1, ensure_ascii=False))
