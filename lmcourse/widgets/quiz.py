"""The quiz over the course, one question at a time, and the personal report on it."""

from html import escape
from pathlib import Path

import anywidget
import traitlets

from lmcourse import checks, plots
from lmcourse.exercises import quiz as core
from lmcourse.exercises.overview import STATES, overview
from lmcourse.widgets.book import Page, course_table, link, table
from lmcourse.widgets.explorer import line, plain

ALL = "all chapters"


def titles() -> dict[str, str]:
    """The chapters that the quiz asks about: number to title."""
    asked = {question.chapter for question in core.QUESTIONS}
    return {row["chapter"]: row["title"] for row in course_table("chapters") if row["chapter"] in asked}


class Quiz(anywidget.AnyWidget):
    """A chooser of chapters, a question with its answers, and Answer, Back, Skip. The form itself is `quiz.js`."""

    _esm = Path(__file__).with_name("quiz.js")
    _css = Path(core.__file__).with_name("view.css")
    chapters = traitlets.List().tag(sync=True)
    chapter = traitlets.Int(0).tag(sync=True)  # its place in the list
    shown = traitlets.Dict().tag(sync=True)  # of the question: number, asks, options, chosen
    said = traitlets.List(traitlets.Unicode()).tag(sync=True)  # the outcome's kind, and the words
    tally = traitlets.Unicode().tag(sync=True)

    def __init__(self, seed: int = 0):
        super().__init__(chapters=[ALL, *(f"{number} {title}" for number, title in titles().items())])
        self.seed, self.at = seed, 0
        self._choose()
        self.on_msg(self._pressed)
        self.observe(lambda change: self._choose(), names="chapter")

    @property
    def question(self) -> core.Question:
        """The question that is shown."""
        return self.questions[self.at]

    def _choose(self) -> None:
        """Take the questions of the chosen chapter, and begin with the first one without an answer."""
        self.questions = core.ordered(self.seed, ["", *titles()][self.chapter])
        given = core.answers()
        self.at = next((at for at, question in enumerate(self.questions) if question.name not in given), 0)
        self._show()

    def _show(self, outcome: checks.Outcome | None = None) -> None:
        """Show the question with its answer of before, or with the outcome of the one just given."""
        given, here = core.answers(), self.question
        right = core.report(given).total.right
        chosen = given.get(here.name, "")
        told = outcome or (checks.judge(here.exercise, chosen) if chosen else None)
        with self.hold_sync():
            self.shown = {
                "number": f"Question {self.at + 1} of {len(self.questions)}, chapter {here.chapter}: {here.concept}",
                "asks": here.asks,
                "options": [list(pair) for pair in here.options.items()],
                "chosen": chosen,
            }
            self.said = self._words(told) if told else ["", ""]
            self.tally = f"{len(given)} of {len(core.QUESTIONS)} questions answered, {right} of them right."

    def _words(self, outcome: checks.Outcome) -> list[str]:
        again = f"\nTo see again: {self.question.place}." if outcome.kind == checks.NOT_YET else ""
        return [outcome.kind, outcome.text + again]

    def _pressed(self, _, message: dict, buffers: list) -> None:
        if message.get("press") == "answer":
            self.said = ["", ""]  # so that the same words are announced again
            self._show(core.respond(self.question, str(message.get("answer", ""))))
        elif message.get("press") in ("skip", "back"):
            self.at = (self.at + (1 if message["press"] == "skip" else -1)) % len(self.questions)
            self._show()

    def _repr_mimebundle_(self, **kwargs) -> dict:
        """Where no kernel runs: the question and its answers as text."""
        shown = super()._repr_mimebundle_(**kwargs) or {}
        items = "".join(f"<li>{escape(f'{letter}: {words}')}</li>" for letter, words in self.shown["options"])
        head = f"<p><strong>{escape(self.shown['number'])}</strong></p><p>{escape(self.shown['asks'])}</p>"
        still = f"<div>{head}<ul>{items}</ul><p>{escape(self.tally)}</p></div>"
        text = f"{self.shown['number']}. {self.shown['asks']} {self.tally}"
        return {
            **(shown[0] if isinstance(shown, tuple) else shown),
            "text/html": still,
            "text/plain": text,
        }


def quiz(seed: int = 0) -> Quiz:
    """The quiz, in an order that the seed decides; earlier answers are there again."""
    return Quiz(seed)


# ---------------------------------------------------------------- the report


class ReportPage(Page):
    """A report that a notebook renders; a terminal shows its first line."""

    def __repr__(self) -> str:
        return plain(self)


def _share(share: core.Share) -> tuple[str, str, str]:
    """What was answered, the share that was right, and its interval, as text."""
    answered = f"{share.answered} of {share.questions}"
    if not share.interval:
        return answered, "–", "–"
    return answered, f"{share.right} of {share.answered}", "{:.2f} to {:.2f}".format(*share.interval)


def _picture(found: core.Report) -> str:
    """The share that is right, for each chapter with an answer, with its interval."""
    rows = [(chapter, share) for chapter, share in found.chapters.items() if share.answered]
    fig, ax = plots.figure(height=1.2 + 0.3 * len(rows))
    shares = [share.right / share.answered for _, share in rows]
    names = [f"{chapter} (n = {share.answered})" for chapter, share in rows]
    edges = [[abs(mid - share.interval[side]) for mid, (_, share) in zip(shares, rows, strict=True)] for side in (0, 1)]
    ax.errorbar(shares, names, xerr=edges, fmt="o", color=plots.BLUE, ecolor=plots.GREY, capsize=3)
    ax.invert_yaxis()
    ax.set(xlabel="share of answers that are right, with 95 % interval", ylabel="chapter", xlim=(-0.03, 1.03))
    told = "; ".join(f"{chapter}: {share.right} of {share.answered}" for chapter, share in rows)
    return plots.html(fig, alt=f"Right answers of each chapter, with Wilson's interval. {told}.")


def _exercises(rows: list[dict], chapter: str) -> str:
    """How many of a chapter's exercises stand in each state."""
    counts = [(sum(r["chapter"] == chapter and r["state"] == state for r in rows), state) for state in STATES]
    return ", ".join(f"{count} {state}" for count, state in counts if count) or "–"


def page(found: core.Report, exercises: list[dict]) -> ReportPage:
    """A report as HTML; `exercises` are rows of the exercises' overview."""
    total = found.total
    if not total.answered:
        told = line(
            f"No question is answered yet: {total.questions} are waiting. Answer some, and run this cell again."
        )
    else:
        low, high = total.interval
        told = line(f"{total.right} of {total.answered} answers are right (95 % interval {low:.2f} to {high:.2f}).")
        told += _picture(found)
    names = titles()
    rows = [
        (link(chapter, f"{chapter} {names[chapter]}"), *_share(share), _exercises(exercises, chapter))
        for chapter, share in found.chapters.items()
    ]
    told += table(("chapter", "answered", "right", "95 % interval", "exercises"), rows)
    if found.wrong:
        wrong = [(q.concept, q.asks, f"“{answer}”", why) for q, answer, why in found.wrong]
        told += "<h4>What was behind wrong answers</h4>"
        told += table(("concept", "asked was", "you answered", "what to think of it"), wrong)
        places = [
            (number, link(chapter, f"{chapter} {names[chapter]}"), section or "–", ", ".join(concepts))
            for number, (chapter, section, concepts) in enumerate(found.again, start=1)
        ]
        told += "<h4>What to read again, in this order</h4>"
        told += table(("no.", "chapter", "section", "for"), places)
    elif total.answered:
        told += "<p>Nothing to see again.</p>"
    open_ones = [row for row in exercises if row["state"] == "see again"]
    if open_ones:
        told += "<h4>Exercises to see again</h4>"
        told += table(
            ("chapter", "exercise", "minutes"),
            [(link(r["chapter"], r["chapter"]), r["title"], r["minutes"]) for r in open_ones],
        )
    return ReportPage(told)


def quiz_report(given: dict[str, str] | None = None) -> ReportPage:
    """The personal report on the answers that were given so far, or on `given` (question's name to letter)."""
    found = core.report(core.answers() if given is None else given)
    return page(found, overview())
