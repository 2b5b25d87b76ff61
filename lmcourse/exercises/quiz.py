"""The quiz over the whole course: answers judged and kept, and a report of what they say.

Answers are kept in the reader's progress file, as those of the exercises are, by ids such as `quiz.root-d`; the
exercises' own overview does not count them. What cannot be written there is kept until the kernel ends.
"""

import random
from dataclasses import dataclass

from lmcourse import checks
from lmcourse.evaluation.uncertainty import wilson
from lmcourse.exercises import desk
from lmcourse.exercises.questions import QUESTIONS, Question

_unsaved: dict[str, str] = {}


def ordered(seed: int, chapter: str = "") -> list[Question]:
    """The questions of a chapter, or of all, in an order that the seed decides."""
    chosen = [question for question in QUESTIONS if chapter in ("", question.chapter)]
    return random.Random(seed).sample(chosen, len(chosen))


def respond(question: Question, letter: str) -> checks.Outcome:
    """Judge an answer and keep it; one that is none of the options counts as not given."""
    if letter not in question.options:
        return checks.Outcome(checks.NOT_ATTEMPTED, "choose one of the answers, or skip.", question.exercise.id)
    outcome = desk.respond(question.exercise, letter)
    if desk.stored(question.exercise) != letter:
        _unsaved[question.name] = letter
    else:
        _unsaved.pop(question.name, None)
    return outcome


def answers() -> dict[str, str]:
    """The letter that was last given to each question that was answered, by the question's name."""
    try:
        progress = checks.read_progress()
    except OSError:
        progress = {}
    kept = {question.name: (progress.get(question.exercise.id) or {}).get("answer") for question in QUESTIONS}
    letters = {name: given[0] for name, given in kept.items() if isinstance(given, list) and len(given) == 1}
    letters |= _unsaved
    return {q.name: letters[q.name] for q in QUESTIONS if letters.get(q.name) in [*q.options]}


@dataclass(frozen=True)
class Share:
    """How many of the answered questions were right, of how many there are, with Wilson's 95 % interval."""

    right: int
    answered: int
    questions: int

    @property
    def interval(self) -> tuple[float, float] | None:
        """(low, high), or None where nothing was answered."""
        return wilson(self.right, self.answered) if self.answered else None


@dataclass(frozen=True)
class Report:
    """What the answers say: a share for all and for each chapter; the wrong answers, and the places to read again.

    `wrong` holds (question, what was answered, the misconception) in the order of the chapters; `again` (chapter,
    section, concepts) in the order in which to read, each place once.
    """

    total: Share
    chapters: dict[str, Share]
    wrong: list[tuple[Question, str, str]]
    again: list[tuple[str, str, list[str]]]


def report(given: dict[str, str]) -> Report:
    """The report on answers (question's name to letter); questions that were not answered count for nothing."""
    rows = [
        (question, letter, checks.judge(question.exercise, letter).kind == checks.RIGHT)
        for question in QUESTIONS
        if (letter := given.get(question.name)) in question.options
    ]
    shares = {}
    for chapter in dict.fromkeys(question.chapter for question in QUESTIONS):
        right = [fine for question, _, fine in rows if question.chapter == chapter]
        shares[chapter] = Share(sum(right), len(right), sum(question.chapter == chapter for question in QUESTIONS))
    wrong = [(q, q.options[letter], q.exercise.task.told[letter]) for q, letter, fine in rows if not fine]
    places: dict[tuple[str, str], list[str]] = {}
    for question, *_ in sorted(wrong, key=lambda row: (row[0].chapter, int(row[0].section or 0))):
        places.setdefault((question.chapter, question.section), []).append(question.concept)
    total = Share(sum(fine for *_, fine in rows), len(rows), len(QUESTIONS))
    return Report(total, shares, wrong, [(*place, concepts) for place, concepts in places.items()])
