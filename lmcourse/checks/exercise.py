"""What an exercise is, and how an answer becomes an outcome. Whatever a reader answers, an outcome comes back."""

import ast
import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

RIGHT, PARTLY, NOT_YET = "right", "partly", "not yet"
NOT_ATTEMPTED, RAISED = "not attempted", "your code raised"
NOTED = "noted"  # a prediction that waits for its measurement
OUTCOME = "application/vnd.lmcourse.outcome+json"
SIGNS = {
    RIGHT: "✓ Right",
    PARTLY: "◐ Partly right",
    NOT_YET: "✗ Not yet",
    NOT_ATTEMPTED: "○ Not attempted yet",
    RAISED: "✗ Your code raised an error",
    NOTED: "● Noted",
}


@dataclass(frozen=True)
class Outcome:
    """What a check found: its kind (one of the constants above) and a message for the reader.

    `misconception` is the message of the known mistake that was recognised, "" where none was.
    """

    kind: str
    message: str
    exercise: str = ""
    misconception: str = ""

    @property
    def text(self) -> str:
        """Sign and message, for a terminal and for readers on a code host."""
        return f"{SIGNS[self.kind]}: {self.message}"

    __repr__ = __str__ = lambda self: self.text

    def page(self) -> str:
        """Sign and message as HTML, escaped."""
        shown = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(self.text))
        return f"<div style='white-space: pre-wrap'>{shown}</div>"

    def _repr_mimebundle_(self, **_) -> dict:
        kept = {"exercise": self.exercise, "kind": self.kind, "message": self.message}
        return {"text/plain": self.text, "text/html": self.page(), OUTCOME: kept}


class Unfit(Exception):
    """An answer that cannot be weighed against the criteria: `outcome` says why."""

    def __init__(self, message: str, kind: str = NOT_YET, misconception: str = ""):
        super().__init__(message)
        self.outcome = Outcome(kind, message, misconception=misconception)


@dataclass(frozen=True)
class Criterion:
    """One thing that a right answer does; `lacks(evidence)` says what is wrong, or "" where it is met.

    One without `merit` is no part of the work: to meet it, and no other, is not yet "partly right".
    """

    name: str
    lacks: Callable[[Any], str]
    merit: bool = True


@dataclass(frozen=True)
class Mistake:
    """A known wrong answer: `made(evidence)` recognises it, `says` names the misconception."""

    says: str
    made: Callable[[Any], bool]


@dataclass(frozen=True)
class Task:
    """What is asked: an answer is read into evidence, which is held against each criterion. One subclass a kind."""

    criteria: tuple[Criterion, ...]
    mistakes: tuple[Mistake, ...] = ()

    def read(self, answer: Any) -> Any:
        """The evidence of an answer. Errors: Unfit when it is none."""
        return answer

    def shown(self) -> str:
        """What stands below the exercise's text, as Markdown."""
        return ""

    def praise(self, evidence: Any) -> str:
        """What is said of a right answer."""
        raise NotImplementedError

    def blame(self, evidence: Any, lacking: Mapping[str, str]) -> str:
        """What is said of an answer that lacks some criteria, by name, when no known mistake was recognised."""
        return next(iter(lacking.values()))

    def found(self, measured: Any) -> str:
        """What was measured, in words."""
        return f"measured was {short(measured)}."

    def weigh(self, evidence: Any) -> Outcome:
        """Hold the evidence against every criterion."""
        found = {criterion.name: criterion.lacks(evidence) for criterion in self.criteria}
        lacking = {name: words for name, words in found.items() if words}
        if not lacking:
            return Outcome(RIGHT, self.praise(evidence))
        met = [c.name for c in self.criteria if c.merit and c.name not in lacking]
        named = next((m.says for m in self.mistakes if m.made(evidence)), "")
        message = "\n".join(filter(None, (named, self.blame(evidence, lacking))))
        return Outcome(PARTLY if met else NOT_YET, message, misconception=named)


@dataclass(frozen=True)
class Specimen:
    """A wrong answer and words that its message must contain; a prediction's also has what was measured."""

    answer: Any
    says: str
    measured: Any = None


@dataclass(frozen=True)
class Exercise:
    """One exercise; `stub` and `solution` are sources that end by defining the same name, the answer.

    `why` says why the solution is right.
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
    task: Task
    specimens: tuple[Specimen, ...] = field(default=())


def _outcome(exercise: Exercise, weigh: Callable[[], Outcome]) -> Outcome:
    try:
        outcome = weigh()
    except Unfit as unfit:
        outcome = unfit.outcome
    except Exception as error:  # an answer may be an object that raises at every touch
        outcome = Outcome(RAISED, f"checking your answer raised {described(error)}")
    return replace(outcome, exercise=exercise.id)


def judge(exercise: Exercise, answer: Any) -> Outcome:
    """Judge an answer; whatever it is or does, an outcome comes back."""
    if answer is ... or answer is None:
        return Outcome(NOT_ATTEMPTED, "replace the `...` by your answer and run the cell again.", exercise.id)
    return _outcome(exercise, lambda: exercise.task.weigh(exercise.task.read(answer)))


def compare(exercise: Exercise, answer: Any, measured: Any) -> Outcome:
    """Compare a noted prediction with what was measured; without a prediction the measurement is only told."""
    if judge(exercise, answer).kind != NOTED:
        return Outcome(NOT_ATTEMPTED, f"no prediction was made; {_found(exercise.task, measured)}", exercise.id)
    return _outcome(exercise, lambda: exercise.task.compared(exercise.task.read(answer), measured))


def _found(task: Task, measured: Any) -> str:
    try:
        return task.found(measured)
    except Exception:  # what was measured may be anything
        return Task.found(task, measured)


def short(value: Any, most: int = 120) -> str:
    """A value on one line, of at most `most` characters."""
    try:
        text = re.sub(r"\s*\n\s*", " ", repr(value))
    except Exception:  # a reader's class may have any repr
        text = f"a {type(value).__name__}"
    return text if len(text) <= most else text[: most - 1] + "…"


def described(error: BaseException) -> str:
    """An error on one line: its type and its message."""
    return f"{type(error).__name__}: {short(str(error), 200)[1:-1]}" if str(error) else type(error).__name__


# Sources of cells


def answer_name(source: str) -> str:
    """The name that a stub or a solution defines last: the answer."""
    names = [
        node.name if isinstance(node, ast.FunctionDef) else node.targets[0].id
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef | ast.Assign)
    ]
    return names[-1]


def cell(exercise: Exercise, source: str) -> str:
    """The code cell for a stub or a solution: its source, then the check of the answer it defines."""
    gap = "\n\n\n" if re.search(r"^def .*(?:\n+[ \t].*)*\s*\Z", source, re.MULTILINE) else "\n\n"  # as ruff formats
    return f'{source.strip()}{gap}check("{exercise.id}", {answer_name(source)})'


def text(exercise: Exercise) -> str:
    """The exercise as Markdown: the text cell that stands before its stub."""
    stars = "★" * exercise.difficulty + "☆" * (3 - exercise.difficulty)
    head = f"#### Exercise: {exercise.title}\n\n*Difficulty {stars}, about {exercise.minutes} min*"
    return "\n\n".join(filter(None, (head, exercise.text.strip(), exercise.task.shown())))
