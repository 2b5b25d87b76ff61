"""The reader's desk: answers judged and kept, predictions that wait, hints in steps; no notebook is needed."""

from dataclasses import replace
from typing import Any

from lmcourse import checks
from lmcourse.checks import Exercise, Outcome
from lmcourse.errors import CourseError

_predictions: dict[str, Any] = {}
_hints_shown: dict[str, int] = {}


def respond(exercise: Exercise, answer: Any) -> Outcome:
    """Judge an answer and keep the outcome; what could not be kept is told, the outcome stands."""
    outcome = checks.judge(exercise, answer)
    if outcome.kind == checks.NOTED:
        _predictions[exercise.id] = answer
    return _keep(outcome, written(exercise.task, answer))


def recalled(exercise: Exercise) -> Outcome:
    """The outcome of the answer that was last given in the form; it counts as no new attempt."""
    outcome = checks.judge(exercise, stored(exercise))
    if outcome.kind == checks.NOTED:
        _predictions[exercise.id] = stored(exercise)
    return outcome


def compare(exercise: Exercise, measured: Any) -> Outcome:
    """Compare the prediction that was made with what was measured."""
    return _keep(checks.compare(exercise, _predictions.get(exercise.id, stored(exercise)), measured))


def _keep(outcome: Outcome, answer: list[str] | None = None) -> Outcome:
    try:
        checks.record(outcome, answer)
    except (OSError, CourseError) as error:
        return replace(outcome, message=f"{outcome.message}\n(Your progress was not saved: {error})")
    return outcome


def next_hint(exercise: Exercise) -> tuple[str, str]:
    """Title and text of the next hint; after the last one, the last again."""
    step = min(_hints_shown.get(exercise.id, 0), len(exercise.hints) - 1)
    _hints_shown[exercise.id] = step + 1
    return f"Hint {step + 1} of {len(exercise.hints)}.", exercise.hints[step]


# An answer as a form gives it, and as the progress file keeps it: a list of texts


def written(task: checks.Task, answer: Any) -> list[str] | None:
    """An answer as a list of texts; None for functions, and for what is no answer."""
    if isinstance(task, checks.Function) or answer is ... or answer is None:
        return None
    try:
        evidence = task.read(answer)
    except Exception:
        return None
    if isinstance(evidence, frozenset):
        return sorted(evidence, key=list(task.options).index)
    return list(evidence) if isinstance(task, checks.Order) else [str(evidence)]


def read(task: checks.Task, given: Any) -> Any:
    """The answer that a list of texts stands for; `...` for an empty one, or for none."""
    if not isinstance(given, list) or not given or not all(isinstance(text, str) for text in given):
        return ...
    if isinstance(task, checks.Number | checks.NumberPrediction):
        try:
            return float(given[0])
        except ValueError:
            return given[0]
    if isinstance(task, checks.Order):
        return given
    return set(given) if len(given) > 1 else given[0]


def stored(exercise: Exercise) -> Any:
    """The answer that the progress file keeps, or `...`."""
    try:
        return read(exercise.task, checks.read_progress().get(exercise.id, {}).get("answer"))
    except OSError:
        return ...
