"""The exercises of the chapters: `check`, `compare`, `hint`, `solution` for cells; none of them raises."""

from typing import Any

from lmcourse import checks
from lmcourse.exercises import desk
from lmcourse.exercises.catalogue import find


def _in_notebook() -> bool:
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    return hasattr(get_ipython(), "kernel")


def _display(thing: Any) -> None:
    if _in_notebook():
        from IPython.display import display

        display(thing)
    else:
        print(thing)


def _known(id: str) -> checks.Exercise | None:
    try:
        return find(id)
    except Exception as error:
        _display(checks.Outcome(checks.RAISED, str(error), str(id)))
        return None


def check(id: str, answer: Any) -> None:
    """Check an answer and show the outcome; in a notebook with a form, in which it can be given as well."""
    if exercise := _known(id):
        outcome = desk.respond(exercise, answer)
        if outcome.kind == checks.NOT_ATTEMPTED:
            answer, before = desk.stored(exercise), desk.recalled(exercise)
            outcome = outcome if before.kind == checks.NOT_ATTEMPTED else before
        if _in_notebook():
            from lmcourse.exercises.view import View

            _display(View(exercise, outcome, answer))
        else:
            _display(outcome)


def compare(id: str, measured: Any) -> None:
    """Compare the prediction made in an earlier cell with what was measured, and show the outcome."""
    if exercise := _known(id):
        _display(desk.compare(exercise, measured))


class _Markdown(str):
    """Text of our own that a notebook renders."""

    __repr__ = str.__str__

    def _repr_markdown_(self) -> str:
        return str(self)


def hint(id: str) -> None:
    """Show the next hint of an exercise; after the last one, the last again."""
    if exercise := _known(id):
        title, text = desk.next_hint(exercise)
        _display(_Markdown(f"**{title}** {text}"))


def solution(id: str) -> None:
    """Show the reference solution and why it is right."""
    if exercise := _known(id):
        _display(_Markdown(f"```python\n{exercise.solution.strip()}\n```\n\n{exercise.why}"))
