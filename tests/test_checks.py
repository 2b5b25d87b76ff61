"""The core of the exercises: each kind of task, the limits, the comparison of values, the progress file."""

import contextlib
import math
import sys
import threading
import time
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import torch

from lmcourse import checks, exercises
from lmcourse.checks import Exercise, Specimen, each
from lmcourse.checks.limits import MOST_PRINTED, limited
from lmcourse.checks.values import CLOSE, DIFFERENT, EXACT, agreement, habit
from lmcourse.exercises import desk, overview
from lmcourse.files import progress_file


def made(task) -> Exercise:
    return Exercise("00.x", "t", "t", 1, 1, "answer = ...", ("h",), "answer = 1", "w", task, (Specimen(0, ""),))


def kind(task, answer) -> str:
    return checks.judge(made(task), answer).kind


def message(task, answer) -> str:
    return checks.judge(made(task), answer).message


# The kinds


def test_choose_one():
    one = checks.choice({"a": "A?", "b": "B?"}, {"a": "because A", "b": "not B"}, "a")
    assert kind(one, "a") == kind(one, {"a"}) == kind(one, ["a"]) == checks.RIGHT
    assert message(one, "a") == "a: because A"
    assert (kind(one, "b"), message(one, "b")) == (checks.NOT_YET, "b: not B")
    for wrong in ("c", [], 5, {"a", "b"}):
        assert "the options are a, b" in message(one, wrong)
    assert checks.judge(made(one), "b").misconception == "not B"


def test_choose_several():
    told = {"a": "A", "b": "B", "c": "not C"}
    two = checks.choice(told, told, {"a", "b"})
    assert kind(two, {"a", "b"}) == kind(two, ["b", "a"]) == checks.RIGHT
    assert (kind(two, "a"), message(two, "a")) == (checks.PARTLY, "a: A\n1 more belongs to the answer.")
    assert (kind(two, {"a", "b", "c"}), kind(two, "c")) == (checks.PARTLY, checks.NOT_YET)


def test_find_the_error():
    code = "x = 1\ny = x + 2\nprint(y - 1)"
    task = checks.find_error(code, {2: "two is one too many."}, {1: "a good start."})
    assert kind(task, 2) == kind(task, "2") == kind(task, {2}) == checks.RIGHT
    assert message(task, 1) == "line 1: a good start."
    assert message(task, 3) == "line 3: this line does what it should."
    assert "the number of a line" in message(task, 4)
    assert "2  y = x + 2" in checks.text(made(task))


def test_number():
    task = checks.number(0.25, 0.01, "MB", {"bits, not bytes": 2.0})
    assert message(task, 0.25) == "0.25 MB, exact."
    assert kind(task, Fraction(1, 4)) == kind(task, Decimal("0.25")) == checks.RIGHT
    assert (kind(task, np.float32(0.255)), message(task, 0.255)) == (checks.RIGHT, "0.255 MB, close: 0.005 off.")
    assert message(checks.number(3, 0.5), 1_572_864) == "1,572,864 is too large."
    assert message(task, 2).startswith("bits, not bytes")
    assert "too small" in message(task, 0)
    assert "a percentage" in message(task, 25)
    for wrong in ("0.25", True, math.nan, math.inf, [0.25, 1]):
        assert "a number of MB is expected" in message(task, wrong)


def test_order():
    before = {("b", "a"): "b makes what a reads", ("a", "c"): "c is last"}
    task = checks.order({"a": "A", "b": "B", "c": "C"}, before)
    assert kind(task, "bac") == kind(task, ["b", "a", "c"]) == kind(task, "b → a → c") == checks.RIGHT
    assert (kind(task, "abc"), message(task, "abc")) == (
        checks.PARTLY,
        "b makes what a reads\n1 of 2 rules of the order hold.",
    )
    assert kind(task, "cab") == checks.NOT_YET
    for wrong in ("ab", "abb", "abcd", 3, {"a", "b", "c"}):
        assert "give each of a, b, c once" in message(task, wrong)


def test_prediction():
    told = {"a": "less", "b": "more"}
    exercise = made(checks.prediction(told, told, lambda measured: "a" if measured < 1 else "b"))
    assert checks.judge(exercise, "a").kind == checks.NOTED
    assert checks.judge(exercise, "z").kind == checks.NOT_YET
    assert checks.compare(exercise, "a", 0.5).kind == checks.RIGHT
    assert "measured was b: more" in checks.compare(exercise, "a", 2).message
    assert checks.compare(exercise, ..., 2).kind == checks.NOT_ATTEMPTED
    assert checks.compare(exercise, ..., 2).message == "no prediction was made; measured was b: more"
    assert checks.compare(exercise, ..., "no number").message == "no prediction was made; measured was 'no number'."
    assert checks.compare(exercise, "a", "no number").kind == checks.RAISED
    number = made(checks.number_prediction(lambda measured: measured["f1"], 0.05, why="So it is."))
    assert checks.judge(number, 0.8).kind == checks.NOTED
    assert checks.compare(number, 0.8, {"f1": 0.84}).kind == checks.RIGHT
    assert checks.compare(number, 0.8, {"f1": 0.7}).message == "you predicted 0.8; measured was 0.7. So it is."


def double(**settings):
    return checks.function(lambda x: x * 2, lambda rng: (np.array([rng.random(), 1.0]),), **settings)


def test_function_compares_by_value_and_shape():
    assert kind(double(), lambda x: x + x) == kind(double(), lambda x: list(x * 2)) == checks.RIGHT
    assert message(double(), lambda x: x + x) == "20 calls, all exact."
    assert "close: the largest difference is 1e-08" in message(double(), lambda x: x * 2 + 1e-8)
    assert "the shape (1, 2) where (2,) is expected" in message(double(), lambda x: (x * 2)[None])
    assert kind(double(), lambda x: x * np.nan) == checks.NOT_YET
    assert "did you forget to return" in message(double(), lambda x: None)
    assert kind(double(), lambda x: ...) == checks.NOT_ATTEMPTED


def test_a_tensor_is_as_good_as_an_array():
    def sums(got, x):
        return "" if np.allclose(np.sum(got, axis=-1), 2 * x.sum()) else "the sum is another one."

    task = double(properties={"it sums to twice as much": each(sums)})
    assert kind(task, lambda x: torch.tensor(x, requires_grad=True) * 2) == checks.RIGHT


def test_function_names_a_known_mistake():
    task = double(mistakes={"squared, not doubled": lambda x: x**2})
    found = checks.judge(made(task), lambda x: x * x)
    assert found.message.startswith("squared, not doubled\n")
    assert found.misconception == "squared, not doubled"


def test_function_is_partly_right_by_criterion():
    def positive(got, x):
        return "" if (got > 0).all() else "a result is negative."

    task = double(properties={"it is positive": each(positive)})
    found = checks.judge(made(task), lambda x: x * 3)
    assert found.kind == checks.PARTLY
    assert found.message.splitlines()[0].startswith("✗ the results are right: answer(array([")
    assert found.message.splitlines()[1] == "✓ it is positive"
    assert kind(task, lambda x: -x) == checks.NOT_YET

    def doubled_in_place(x):
        x *= 2
        return x

    found = checks.judge(made(double()), doubled_in_place)
    assert found.kind == checks.PARTLY
    assert "changes its arguments" in found.message


def test_function_that_raises_is_shown_with_its_call_and_line():
    def broken(x):
        y = x[5]
        return y

    found = checks.judge(made(double()), broken)
    assert found.kind == checks.RAISED
    assert found.message.startswith("answer(array([")
    assert "raised IndexError" in found.message
    assert found.message.endswith("`y = x[5]`")


def test_what_a_function_prints_is_shown_with_the_outcome(capsys):
    def talking(x):
        print("<b>first</b>")
        print("second")
        return x * 2

    assert message(double(), talking).endswith("It printed: <b>first</b> …")
    assert capsys.readouterr().out == ""


# Limits


def off_the_main_thread(call):
    """What `call` returns on another thread, on which widgets' callbacks may run."""
    box = []
    thread = threading.Thread(target=lambda: box.append(call()))
    thread.start()
    thread.join(30)
    return box[0]


@pytest.mark.parametrize("run", [lambda call: call(), off_the_main_thread])
def test_endless_code_is_stopped(run):
    def endless(x):
        while True:
            with contextlib.suppress(Exception):
                x += 0

    def printing(x):
        while True:
            print("again and again")

    before, out = threading.active_count(), sys.stdout
    task = checks.function(abs, lambda rng: (rng.random(),), seconds=0.3)
    found = run(lambda: checks.judge(made(task), endless))
    assert (found.kind, "stopped after 0.3 seconds" in found.message) == (checks.RAISED, True)
    found = run(lambda: checks.judge(made(task), printing))
    assert (found.kind, f"after printing {MOST_PRINTED:,} characters" in found.message) == (checks.RAISED, True)
    time.sleep(0.1)
    assert threading.active_count() == before  # the loops themselves have ended
    assert sys.stdout is out


def test_other_threads_print_on_meanwhile(capsys):
    def talk():
        for _ in range(20):
            print("outside")
            time.sleep(0.01)

    thread = threading.Thread(target=talk)
    thread.start()
    ran = limited(lambda: [print("inside"), time.sleep(0.1)], 5)
    thread.join()
    assert ran.printed == "inside\n"
    assert capsys.readouterr().out.splitlines() == ["outside"] * 20


# Values


@pytest.mark.parametrize(
    ("got", "expected", "how"),
    [
        (1, 1.0, EXACT),
        (1 + 1e-9, 1, CLOSE),
        (1.001, 1, DIFFERENT),
        (math.nan, math.nan, EXACT),
        (True, 1, DIFFERENT),
        (np.True_, True, EXACT),
        ([1, 2], (1, 2.0), EXACT),
        ([1, 2], np.array([1.0, 2.0]), EXACT),
        (torch.tensor([1.0, 2.0]), [1, 2], EXACT),
        (torch.tensor(3.0), 3, EXACT),
        (torch.tensor([1.0], requires_grad=True), [1], EXACT),
        (Fraction(1, 2), 0.5, EXACT),
        (["a", 1.0], ["a", 1.0 + 1e-9], CLOSE),
        ({"a": [1]}, {"a": [2]}, DIFFERENT),
        ({"a": 1}, {"b": 1}, DIFFERENT),
        ({1, 2}, {2, 1}, EXACT),
        ("1", 1, DIFFERENT),
        (None, 1, DIFFERENT),
        ([[1], [2, 3]], np.ones((2, 2)), DIFFERENT),
        (np.array(["a"]), np.array(["a"]), EXACT),
    ],
)
def test_agreement(got, expected, how):
    assert agreement(got, expected).kind == how


def test_agreement_says_how_far_apart():
    found = agreement([1.0, [2.0, 3.5]], [1.0, [2.0, 3.0]])
    assert (found.kind, found.largest) == (DIFFERENT, 0.5)
    assert agreement(np.ones((2, 3)), np.ones((3, 2))).why == "the shape (2, 3) where (3, 2) is expected"
    assert agreement("x", 1).why == "a text where a number is expected"
    assert math.isnan(agreement([True, True], [True, False]).largest)


@pytest.mark.parametrize(
    ("got", "expected", "says"),
    [
        (50, 0.5, "percentage"),
        (0.5, 50, "share"),
        (-2, 2, "sign"),
        (0.2, 0.8, "one minus"),
        (0.25, 4, "upside down"),
        (np.arange(6).reshape(2, 3), np.arange(6).reshape(2, 3).T, "axes"),
        ("0.5", 0.5, "text"),
        ([0.5], 0.5, "a list"),
    ],
)
def test_habit(got, expected, says):
    assert says in habit(got, expected)
    assert habit(expected, expected) == ""


def test_only_a_share_has_an_other_share():
    assert habit(1.347, -0.347) == ""


def test_outcome_escapes():
    page = checks.Outcome(checks.NOT_YET, "</script><img src=x onerror=alert(1)> `<b>`").page()
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
    assert entry["first"] == checks.NOT_YET
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


def test_answers_of_a_form_are_kept_and_count_once():
    told = {"a": "A", "b": "B"}
    exercise = made(checks.choice(told, told, {"a", "b"}))
    assert desk.stored(exercise) is ...
    desk.respond(exercise, {"b"})
    assert desk.stored(exercise) == "b"
    desk.respond(exercise, {"b", "a"})
    assert desk.recalled(exercise).kind == checks.RIGHT
    desk.respond(exercise, {"b", "a"})  # the chapter is run once more
    entry = checks.read_progress()["00.x"]
    assert (entry["attempts"], entry["answer"]) == (2, ["a", "b"])
    for task, answer in [
        (checks.number(1, 0), 2.5),
        (checks.order(told, {("a", "b"): "no"}), ["b", "a"]),
        (checks.find_error("x\ny", {1: "w"}, {}), "2"),
    ]:
        assert desk.read(task, desk.written(task, answer)) == answer
    for nothing in (None, [], [1], "a", {}):
        assert desk.read(exercise.task, nothing) is ...


def test_prediction_of_a_form_waits_through_a_restart():
    told = {"a": "less", "b": "more"}
    exercise = made(checks.prediction(told, told, lambda measured: "a"))
    desk.respond(exercise, "a")
    desk._predictions.clear()
    assert desk.compare(exercise, 1).kind == checks.RIGHT
    assert checks.read_progress()["00.x"]["attempts"] == 1


def test_export_leaves_the_answers_out(tmp_path):
    told = {"a": "A", "b": "B"}
    desk.respond(made(checks.choice(told, told, "a")), "b")
    assert checks.export(tmp_path / "out.json") == 1
    (entry,) = checks.parse((tmp_path / "out.json").read_text()).values()
    assert entry["misconceptions"] == {"B": 1}
    assert "answer" not in entry


def test_report_over_a_class(tmp_path):
    told = {"a": "A", "b": "not B"}
    answers = {"one": "ba", "two": "bba", "three": "a", "four": "b"}
    warm_up = replace(made(checks.choice(told, told, "a")), id="00.warm_up")
    for name, given in answers.items():
        progress_file().unlink(missing_ok=True)
        for answer in given:
            desk.respond(warm_up, answer)
        checks.export(tmp_path / f"{name}.json")
    (tmp_path / "torn.json").write_text('{"version": 1, "exerc')
    readers, amiss = overview.read_folder(tmp_path)
    assert readers.keys() == answers.keys()
    assert "torn.json" in amiss[0]
    (row,) = overview.report(readers)
    assert (row["readers"], row["right_first"], row["right"], row["attempts"]) == (4, 0.25, 0.75, 7 / 4)
    assert row["low"] < 0.25 < row["high"]
    assert row["misconceptions"] == [("not B", 3)]
    overview.write([row], tmp_path / "report")
    assert (tmp_path / "report" / "report.csv").read_text().splitlines()[1].endswith("1.75,3,not B")
    assert (tmp_path / "report" / "report.png").read_bytes().startswith(b"\x89PNG")
