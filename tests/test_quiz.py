"""The quiz over the course: wrong answers are explained, what was given is kept, and the report adds up."""

import json
import re

import pytest

from lmcourse import checks
from lmcourse.chapters import chapters
from lmcourse.evaluation.uncertainty import wilson
from lmcourse.exercises import desk, quiz
from lmcourse.exercises.overview import overview
from lmcourse.exercises.questions import QUESTIONS
from lmcourse.files import progress_file
from lmcourse.widgets import book
from lmcourse.widgets import quiz as widget
from lmcourse.widgets.explorer import plain

EVIL = "<script>alert(1)</script>"
BY_NAME = {question.name: question for question in QUESTIONS}
RIGHT = {question.name: next(iter(question.exercise.task.right)) for question in QUESTIONS}


def wrong_letter(question) -> str:
    return next(letter for letter in question.options if letter != RIGHT[question.name])


def test_the_questions_cover_the_course():
    planned = [row["chapter"] for row in book.course_table("chapters") if row["chapter"] != "00"]
    asked = [question.chapter for question in QUESTIONS]
    assert list(dict.fromkeys(asked)) == planned  # in the order of the book
    assert all(2 <= asked.count(chapter) <= 4 for chapter in planned)
    assert len({question.name for question in QUESTIONS}) == len(QUESTIONS) >= 30


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_one_answer_is_right_and_each_other_names_its_misconception(question):
    kinds = {}
    for letter, words in question.options.items():
        outcome = checks.judge(question.exercise, letter)
        kinds[words] = outcome.kind
        said = question.why if words == question.right else question.wrong[words]
        assert said in outcome.message
        assert outcome.misconception == ("" if words == question.right else said)
    assert [words for words, kind in kinds.items() if kind == checks.RIGHT] == [question.right]
    assert 3 <= len(kinds) <= 4
    texts = [question.why, *question.wrong.values()]
    assert len(set(texts)) == len(texts)
    assert all(text.endswith(".") for text in texts)
    assert checks.judge(question.exercise, ...).kind == checks.NOT_ATTEMPTED


def test_the_form_of_the_answers_gives_nothing_away():
    """Neither the place nor the length tells the right answer (chapter 06c: the longest option)."""
    letters = list(RIGHT.values())
    assert max(letters.count(letter) for letter in "abcd") <= 0.4 * len(QUESTIONS)
    longest = [max(q.options.values(), key=len) == q.right for q in QUESTIONS]
    assert sum(longest) <= 0.4 * len(QUESTIONS)


def test_sections_are_there_to_be_read_again():
    for path in chapters():
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        prose = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
        there = set(re.findall(r"^## (\d+) · ", prose, re.MULTILINE))
        wanted = {q.section for q in QUESTIONS if q.chapter == path.stem.split("_")[0] and q.section}
        assert wanted <= there, path.name


def test_order_is_the_seeds():
    assert quiz.ordered(3) == quiz.ordered(3) != quiz.ordered(4)
    assert sorted(q.name for q in quiz.ordered(3)) == sorted(RIGHT)
    assert {q.chapter for q in quiz.ordered(0, "04a")} == {"04a"}


def test_all_right_leaves_nothing_to_see_again():
    found = quiz.report(RIGHT)
    assert (found.total.right, found.total.answered) == (len(QUESTIONS), len(QUESTIONS))
    assert found.wrong == found.again == []
    page = widget.page(found, [])
    assert "Nothing to see again." in page
    assert "What was behind" not in page


def test_nothing_answered_is_no_failure():
    found = quiz.report({})
    assert found.total.interval is None
    page = widget.page(found, overview())
    assert "No question is answered yet" in plain(page)
    assert repr(page) == plain(page)
    assert "Nothing to see again" not in page
    assert quiz.report({"root-d": "z", "no-such": "a"}).total.answered == 0


def test_wrong_answers_are_reported_in_the_order_of_the_book():
    three = [BY_NAME[name] for name in ("mcnemar", "root-d", "last-layers")]
    same_place = BY_NAME["freezing-time"]
    given = {q.name: wrong_letter(q) for q in (*three, same_place)} | {"positions": RIGHT["positions"]}
    found = quiz.report(given)
    assert [(chapter, section) for chapter, section, _ in found.again] == [("04b", "2"), ("05a", "5"), ("05b", "5")]
    assert found.again[1][2] == ["which layers learn", "what freezing saves"]
    assert (found.chapters["04b"].right, found.chapters["04b"].answered) == (1, 2)
    assert found.chapters["04b"].interval == wilson(1, 2)
    page = widget.page(found, [])
    for question in (*three, same_place):
        words = question.options[given[question.name]]
        assert book.escape(words) in page
        assert book.escape(question.wrong[words]) in page
    assert "1 of 5 answers are right" in plain(page)


def test_answers_survive_in_the_progress_file_and_leave_the_exercises_alone():
    before = overview()
    first, second = QUESTIONS[:2]
    assert quiz.respond(first, RIGHT[first.name]).kind == checks.RIGHT
    assert quiz.respond(second, wrong_letter(second)).kind == checks.NOT_YET
    assert quiz.respond(second, EVIL).kind == checks.NOT_ATTEMPTED
    assert quiz.answers() == {first.name: RIGHT[first.name], second.name: wrong_letter(second)}
    quiz.respond(second, RIGHT[second.name])  # the last answer counts
    assert quiz.answers()[second.name] == RIGHT[second.name]
    assert overview() == before
    assert f"quiz.{first.name}" in json.loads(progress_file().read_text())["exercises"]


def test_answers_that_cannot_be_saved_stay_until_the_kernel_ends(monkeypatch):
    def full(*_):
        raise OSError("disk full")

    question = QUESTIONS[0]
    with monkeypatch.context() as patched:
        patched.setattr(desk.checks, "record", full)
        outcome = quiz.respond(question, "a")
        assert "not saved" in outcome.message
        assert quiz.answers() == {question.name: "a"}
    quiz.respond(question, "b")  # there is room again
    assert quiz._unsaved == {}
    assert quiz.answers() == {question.name: "b"}


@pytest.mark.parametrize("given", ['{"answer": 3}', '{"answer": ["zz"]}', '{"answer": [["a"]]}', "{}"])
def test_strange_entries_count_as_no_answer(given):
    entries = {f"quiz.{QUESTIONS[0].name}": json.loads(given)}
    progress_file().write_text(json.dumps({"version": 1, "exercises": entries}))
    assert quiz.answers() == {}


def test_the_quiz_is_gone_through_by_messages():
    shown = widget.quiz(5)
    assert shown.shown["number"].startswith(f"Question 1 of {len(QUESTIONS)}")
    first = shown.question
    shown._pressed(None, {"press": "answer", "answer": wrong_letter(first)}, [])
    assert shown.said[0] == checks.NOT_YET
    assert f"To see again: {first.place}." in shown.said[1]
    shown._pressed(None, {"press": "answer"}, [])  # nothing chosen: said, and what was answered stays
    assert "choose one" in shown.said[1]
    shown._pressed(None, {"press": "skip"}, [])
    assert shown.question == shown.questions[1]
    assert shown.shown["chosen"] == ""
    shown._pressed(None, {"press": "back"}, [])
    assert (shown.question, shown.shown["chosen"]) == (first, wrong_letter(first))
    shown._pressed(None, {"press": "back"}, [])  # round to the last one
    assert shown.question == shown.questions[-1]
    assert shown.tally.startswith("1 of ")
    again = widget.quiz(5)  # the cell is run once more
    assert again.question == shown.questions[1]
    again.chapter = again.chapters.index("04b Transformer and BERT")
    assert {q.chapter for q in again.questions} == {"04b"}


def test_a_still_picture_and_safe_html(monkeypatch):
    evil = QUESTIONS[0].__class__("evil", "01", "", EVIL, EVIL, "yes", EVIL, {EVIL: EVIL, "no": "No."})
    monkeypatch.setattr(quiz, "QUESTIONS", (evil,))
    shown = widget.quiz(0)
    bundle = shown._repr_mimebundle_()
    letter = next(letter for letter, words in evil.options.items() if words == EVIL)
    page = widget.quiz_report({"evil": letter})
    for html in (bundle["text/html"], page):
        assert "<script" not in html
        assert "&lt;script&gt;" in html
    assert "Question 1 of 1" in bundle["text/plain"]
