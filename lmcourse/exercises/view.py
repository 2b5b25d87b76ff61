"""An exercise in a notebook: a thin view on the core. The form itself is `view.js`."""

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from lmcourse import checks
from lmcourse.checks import Exercise, Outcome
from lmcourse.exercises import desk

IN_FORM = "answer in the form and press Check, or replace the `...` in the cell and run it again."


def form(task: checks.Task) -> str:
    """How an answer is given: choice, choices, number, order; "" for a function, which stands in its cell."""
    if isinstance(task, checks.Number | checks.NumberPrediction):
        return "number"
    if isinstance(task, checks.Choice | checks.Prediction):
        return "choices" if len(getattr(task, "right", ())) > 1 else "choice"
    return "order" if isinstance(task, checks.Order) else ""


class View(anywidget.AnyWidget):
    """The form of an answer, the buttons Check, Hint and Solution, and what the check says."""

    _esm = Path(__file__).with_name("view.js")
    _css = Path(__file__).with_name("view.css")
    title = traitlets.Unicode().tag(sync=True)
    form = traitlets.Unicode().tag(sync=True)
    code = traitlets.Bool().tag(sync=True)  # the options are lines of code
    options = traitlets.List().tag(sync=True)  # pairs of a key and its words
    unit = traitlets.Unicode().tag(sync=True)
    answer = traitlets.List(traitlets.Unicode()).tag(sync=True)
    said = traitlets.List(traitlets.Unicode()).tag(sync=True)  # the outcome's kind, and the words
    help = traitlets.Dict().tag(sync=True)  # title, text and perhaps code

    def __init__(self, exercise: Exercise, outcome: Outcome, answer: Any):
        task = exercise.task
        super().__init__(
            title=exercise.title,
            form=form(task),
            code=isinstance(task, checks.Lines),
            options=[list(pair) for pair in getattr(task, "options", {}).items()],
            unit=getattr(task, "unit", ""),
            answer=desk.written(task, answer) or [],
        )
        self.exercise, self.first = exercise, outcome
        self._say(outcome)
        self.on_msg(self._pressed)

    def _say(self, outcome: Outcome) -> None:
        text = outcome.text
        if outcome.kind == checks.NOT_ATTEMPTED and self.form:
            text = f"{checks.SIGNS[checks.NOT_ATTEMPTED]}: {IN_FORM}"
        self.said = []  # so that the same words are announced again
        self.said = [outcome.kind, text]

    def _pressed(self, _, message: dict, buffers: list) -> None:
        if message.get("press") == "check":
            self._say(desk.respond(self.exercise, desk.read(self.exercise.task, message.get("answer"))))
        elif message.get("press") == "hint":
            title, text = desk.next_hint(self.exercise)
            self.help = {"title": title, "text": text}
        elif message.get("press") == "solution":
            self.help = {"title": "Solution.", "text": self.exercise.why, "code": self.exercise.solution.strip()}

    def _repr_mimebundle_(self, **kwargs) -> dict:
        shown = super()._repr_mimebundle_(**kwargs) or {}
        return {**(shown[0] if isinstance(shown, tuple) else shown), **self.first._repr_mimebundle_()}
