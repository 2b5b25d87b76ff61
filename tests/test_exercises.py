"""Exercises: every solution is right, every wrong specimen is named, nothing that a reader does raises."""

import contextlib
import json
import math
import threading

import numpy as np
import pytest

from lmcourse import checks, exercises
from lmcourse.checks import Exercise, Specimen
from lmcourse.files import progress_file

ALL = exercises.ids()
SPECIMENS = [
    pytest.param(id, specimen, id=f"{id}-{k}")
    for id in ALL
    for k, specimen in enumerate(exercises.find(id).specimens, start=1)
]


def answer(source: str):
    """The answer that a stub or a solution defines."""
    namespace = {}
    exec(source, namespace)
    return namespace[checks.answer_name(source)]


@pytest.mark.parametrize("id", ALL)
def test_exercise_is_whole(id):
    found = exercises.find(id)
    assert found.id == id
    assert found.difficulty in (1, 2, 3)
    assert found.minutes > 0
    assert all((found.title, found.text.strip(), found.hints, found.why, found.specimens))
    assert checks.answer_name(found.stub) == checks.answer_name(found.solution)


@pytest.mark.parametrize("id", ALL)
def test_untouched_stub_is_not_attempted(id):
    found = exercises.find(id)
    assert checks.judge(found, answer(found.stub)).kind == checks.NOT_ATTEMPTED


@pytest.mark.parametrize("id", ALL)
def test_solution_is_right(id):
    found = exercises.find(id)
    expected = checks.NOTED if found.compare else checks.RIGHT
    outcome = checks.judge(found, answer(found.solution))
    assert outcome.kind == expected, outcome


@pytest.mark.parametrize(("id", "specimen"), SPECIMENS)
def test_specimen_gets_its_message(id, specimen):
    found = exercises.find(id)
    if specimen.measured is None:
        outcome = checks.judge(found, specimen.answer)
    else:
        outcome = checks.compare(found, specimen.answer, specimen.measured)
    assert outcome.kind in (checks.NOT_YET, checks.RAISED)
    assert specimen.says in outcome.message, outcome


class Evil:
    """An answer of which nothing may be asked."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    __eq__ = __repr__ = __len__ = __iter__ = lambda *_: 1 / 0
    __hash__ = None


@pytest.mark.parametrize("id", [*ALL, "00.no_such", "", None])
def test_check_never_raises(id, capsys):
    def forever(*_):
        raise KeyboardInterrupt

    for given in (Evil(), lambda *_: Evil(), lambda: 1, forever, math.nan, np.ones((2, 0)), {}, set(), object, "x"):
        exercises.check(id, given)
        exercises.compare(id, given)
    for show in (exercises.hint, exercises.hint, exercises.solution, exercises.exercise):
        show(id)
    assert capsys.readouterr().out


# The kinds


def made(judge, compare=None) -> Exercise:
    return Exercise(
        "00.x", "t", "t", 1, 1, "answer = ...", ("h",), "answer = 1", "w", judge, (Specimen(0, ""),), {}, compare
    )


def test_choice():
    one = made(checks.choice({"a": "because A", "b": "not B"}, "a"))
    assert checks.judge(one, "a").kind == checks.RIGHT
    assert checks.judge(one, {"a"}).message == "a: because A"
    assert checks.judge(one, "b").message == "b: not B"
    assert checks.judge(one, "c").kind == checks.judge(one, []).kind == checks.judge(one, 5).kind == checks.NOT_YET
    two = made(checks.choice({"a": "A", "b": "B", "c": "C"}, {"a", "b"}))
    assert checks.judge(two, {"a", "b"}).kind == checks.judge(two, ["b", "a"]).kind == checks.RIGHT
    assert "1 more" in checks.judge(two, "a").message
    assert checks.judge(two, {"a", "b", "c"}).kind == checks.NOT_YET


def test_number():
    exercise = made(checks.number(0.25, 0.01, "MB", {"bits, not bytes": 2.0}))
    assert checks.judge(exercise, np.float32(0.255)).kind == checks.RIGHT
    assert checks.judge(exercise, 2).message == "bits, not bytes"
    assert "too small" in checks.judge(exercise, 0).message
    for wrong in ("0.25", True, math.nan, math.inf, [0.25, 1]):
        assert "a number of MB is expected" in checks.judge(exercise, wrong).message


def test_prediction():
    exercise = made(*checks.prediction({"a": "less", "b": "more"}, lambda measured: "a" if measured < 1 else "b"))
    assert checks.judge(exercise, "a").kind == checks.NOTED
    assert checks.judge(exercise, "z").kind == checks.NOT_YET
    assert checks.compare(exercise, "a", 0.5).kind == checks.RIGHT
    assert "measured was b: more" in checks.compare(exercise, "a", 2).message
    assert checks.compare(exercise, ..., 2).kind == checks.NOT_ATTEMPTED
    assert checks.compare(exercise, "a", "no number").kind == checks.RAISED
    number = made(*checks.number_prediction(lambda measured: measured["f1"], 0.05))
    assert checks.judge(number, 0.8).kind == checks.NOTED
    assert checks.compare(number, 0.8, {"f1": 0.84}).kind == checks.RIGHT
    assert checks.compare(number, 0.8, {"f1": 0.7}).kind == checks.NOT_YET


def test_function_compares_arrays_by_value_and_shape():
    judge = checks.function(lambda x: x * 2, lambda rng: (np.array([rng.random(), 1.0]),))
    exercise = made(judge)
    assert checks.judge(exercise, lambda x: x + x).kind == checks.RIGHT
    assert checks.judge(exercise, lambda x: list(x * 2)).kind == checks.RIGHT
    assert checks.judge(exercise, lambda x: (x * 2)[None]).kind == checks.NOT_YET
    assert checks.judge(exercise, lambda x: x * np.nan).kind == checks.NOT_YET

    def doubled_in_place(x):
        x *= 2
        return x

    assert "changes its arguments" in checks.judge(exercise, doubled_in_place).message


def test_endless_loop_ends_also_off_the_main_thread():
    def endless(x):
        while True:
            with contextlib.suppress(Exception):
                x += 0

    exercise = made(checks.function(abs, lambda rng: (rng.random(),), seconds=0.3))
    box, before = [], threading.active_count()
    thread = threading.Thread(target=lambda: box.append(checks.judge(exercise, endless)))
    thread.start()
    thread.join(30)
    assert box[0].kind == checks.RAISED
    assert "stopped after 0.3 seconds" in box[0].message
    assert threading.active_count() == before  # the loop itself has ended


def test_outcome_escapes():
    page = checks.Outcome(checks.NOT_YET, "</script><img src=x onerror=alert(1)> `<b>`")._repr_mimebundle_()[
        "text/html"
    ]
    assert "<img" not in page
    assert "<code>&lt;b&gt;</code>" in page


# Progress


def test_progress_keeps_what_was_right_and_survives_damage():
    right, wrong = checks.Outcome(checks.RIGHT, "m", "00.x"), checks.Outcome(checks.NOT_YET, "m", "00.x")
    checks.record(checks.Outcome(checks.NOT_ATTEMPTED, "m", "00.x"))
    assert not progress_file().exists()
    for outcome in (wrong, right, wrong):
        checks.record(outcome)
    entry = checks.read_progress()["00.x"]
    assert (entry["attempts"], entry["right"], entry["last"]["outcome"]) == (3, True, checks.NOT_YET)
    for damage in ("{", "[]", '{"version": 1, "exercises": [1]}', '{"version": 1, "exercises": {"a": 1}}', "\0"):
        progress_file().write_text(damage)
        checks.record(right)
        assert checks.read_progress()["00.x"]["attempts"] == 1
    kept = sorted(path.read_text() for path in progress_file().parent.glob("progress.damaged-*"))
    assert len(kept) == 5
    assert "{" in kept


def test_progress_of_two_kernels_at_once():
    outcome = checks.Outcome(checks.NOT_YET, "m", "00.x")
    threads = [threading.Thread(target=lambda: [checks.record(outcome) for _ in range(5)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert checks.read_progress()["00.x"]["attempts"] == 20


def test_progress_that_cannot_be_written_is_told(monkeypatch, capsys, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LMCOURSE_PROGRESS", str(tmp_path / "file" / "progress.json"))
    exercises.check("00.warm_up", 3)
    assert "Your progress was not saved" in capsys.readouterr().out


# Cells


def test_fill_and_solve():
    def cell(kind, id, source):
        return {"cell_type": kind, "id": id, "metadata": {}, "source": source}

    notebook = {
        "cells": [
            cell("markdown", "exercise-warm-up-text", ""),
            cell("code", "exercise-warm-up", 'check("00.warm_up", 1)'),
        ]
    }
    filled = exercises.fill(json.loads(json.dumps(notebook)))
    assert [c["source"] for c in filled["cells"]] == [
        exercises.text_cell("00.warm_up"),
        exercises.stub_cell("00.warm_up"),
    ]
    assert "return ..." not in exercises.solve(filled)["cells"][1]["source"]
    notebook["cells"][1]["source"] = 'check("00.other", 1)'
    with pytest.raises(exercises.InputError, match="exercise-warm-up"):
        exercises.in_notebook(notebook)
