"""A reader's code and files: whatever an answer does, feedback comes in time, and progress is never lost."""

import os
import random
import sys
import threading
import time
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import in_one_line

from lmcourse import checks
from lmcourse.chapters import contract
from lmcourse.checks import Exercise, Specimen
from lmcourse.errors import InputError
from lmcourse.exercises import desk
from lmcourse.files import progress_file

pytestmark = pytest.mark.timeout(120)


def recursion(x):
    return recursion(x)


def memory(x):
    return [0] * 2**62


def leave(x):
    sys.exit(0)


def interrupt(x):
    raise KeyboardInterrupt


def much(x):
    print("x" * 100_000_000)
    return x * 2


def without_end(x):
    while True:
        try:
            time.sleep(0.01)
        except BaseException:
            continue


def complaining(x):
    warnings.warn("<script>alert(1)</script>", stacklevel=1)
    raise ValueError("<script>alert(1)</script>")


class Odd:
    """An answer that raises at every touch."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __repr__(self):
        raise RuntimeError("repr")

    __eq__ = __len__ = __iter__ = __array__ = __bool__ = __float__ = __call__ = __repr__


class Deep(list):
    """A list that holds itself."""

    def __init__(self):
        super().__init__([self])


ANSWERS = {
    "recursion": (recursion, "RecursionError"),
    "memory": (memory, "MemoryError"),
    "exit": (leave, "SystemExit"),
    "interrupt": (interrupt, "KeyboardInterrupt"),
    "a hundred megabytes": (much, "after printing 10,000 characters"),
    "an endless loop": (without_end, "stopped after 0.3 seconds"),
    "markup": (complaining, "ValueError"),
    "NaN": (lambda x: x * np.nan, ""),
    "another shape": (lambda x: np.zeros((2, 2)), "shape"),
    "a generator": (lambda x: (part for part in x), ""),
    "a tensor that needs gradients": (lambda x: torch.zeros(2, requires_grad=True), ""),
    "an odd object": (lambda x: Odd(), ""),
    "itself": (lambda x: Deep(), ""),
    "a module": (lambda x: sys, ""),
    "no function": (Odd(), ""),
    "another signature": (lambda: 1, "TypeError"),
    "text": ("lambda x: x * 2", ""),
}


@pytest.fixture
def doubled() -> Exercise:
    task = checks.function(lambda x: x * 2, lambda rng: (np.array([rng.random(), 1.0]),), seconds=0.3)
    return Exercise("00.x", "t", "t", 1, 1, "answer = ...", ("h",), "answer = 1", "w", task, (Specimen(0, ""),))


@pytest.mark.parametrize("case", ANSWERS)
def test_whatever_an_answer_does_there_is_feedback_and_progress(doubled, case):
    answer, says = ANSWERS[case]
    desk.respond(doubled, lambda x: x * 2)
    out, start = (sys.stdout, sys.stderr), time.perf_counter()
    outcome = desk.respond(doubled, answer)
    assert time.perf_counter() - start < 10
    assert outcome.kind in (checks.RAISED, checks.NOT_YET, checks.PARTLY)
    assert says in outcome.message
    assert len(outcome.message) < 20_000
    assert "<script" not in outcome.page()
    assert (sys.stdout, sys.stderr) == out
    entry = checks.read_progress()["00.x"]
    assert (entry["right"], entry["attempts"]) == (True, 2)
    assert desk.respond(doubled, lambda x: x + x).kind == checks.RIGHT  # the next answer is not touched


def test_globals_that_an_answer_changes_do_not_decide(doubled, monkeypatch):
    monkeypatch.setenv("LMCOURSE_PROGRESS", os.environ["LMCOURSE_PROGRESS"])
    monkeypatch.chdir(".")
    state = random.getstate(), np.random.get_state(), torch.get_rng_state()

    def answer(x):
        random.seed(0), np.random.seed(0), torch.manual_seed(0)
        np.seterr(all="raise")
        os.chdir("/")
        sys.stdout.close()
        return x * 2

    try:
        with np.errstate():
            assert desk.respond(doubled, answer).kind in (checks.RIGHT, checks.RAISED)
            assert desk.respond(doubled, lambda x: x * 3).kind == checks.NOT_YET
        print("said")  # our own stdout is open
    finally:
        random.setstate(state[0]), np.random.set_state(state[1]), torch.set_rng_state(state[2])
    assert checks.read_progress()["00.x"]["attempts"] == 2


def damaged(content: bytes) -> bool:
    try:
        checks.parse(content.decode())
    except ValueError:
        return True
    return False


@pytest.mark.parametrize("examples", [100, pytest.param(3000, marks=pytest.mark.long)])
def test_a_damaged_progress_file_is_set_aside_never_deleted(examples):
    right = checks.Outcome(checks.RIGHT, "m", "00.x")
    checks.record(right)
    path = progress_file()
    whole = path.read_bytes()

    @settings(max_examples=examples, database=None)
    @given(st.integers(0, len(whole) - 1), st.integers(0, 20), st.binary(max_size=4))
    def one(place, gone, added):
        for left in path.parent.glob("*damaged*"):
            left.unlink()
        hurt = whole[:place] + added + whole[place + gone :]
        path.write_bytes(hurt)
        checks.record(right)
        kept = [left.read_bytes() for left in path.parent.glob("*damaged*")]
        assert kept == ([hurt] if damaged(hurt) else [])
        entries = checks.read_progress()
        assert entries["00.x"]["right"] is True
        if kept:  # rebuilt
            assert entries["00.x"]["attempts"] == 1

    one()


def test_progress_survives_a_kill_and_a_dead_holder_of_its_lock(process, tmp_path):
    right = checks.Outcome(checks.RIGHT, "m", "00.x")
    checks.record(right)
    holder = process(hold, str(progress_file()) + ".lock", tmp_path / "held")
    end = time.monotonic() + 30
    while not (tmp_path / "held").exists() and time.monotonic() < end:
        time.sleep(0.02)
    holder.kill()
    holder.join()
    start = time.perf_counter()
    checks.record(checks.Outcome(checks.NOT_YET, "m", "00.x"))
    assert time.perf_counter() - start < 2
    assert checks.read_progress()["00.x"]["attempts"] == 2


def hold(path: str, told) -> None:
    """Take a lock and keep it."""
    from lmcourse.files import lock

    with lock(path):
        told.touch()
        time.sleep(60)


NAME = st.one_of(
    st.sampled_from(["rows", "freeze", "log"]),
    st.text(max_size=12),
    st.sampled_from(["__class__", "import os", "rows\n", "rows;x", "None", "f()"]),
)
VALUE = st.one_of(st.text(max_size=12), st.integers(), st.floats(), st.booleans(), st.none(), st.binary(max_size=3))


@settings(max_examples=300, database=None)
@given(NAME, VALUE)
def test_only_declared_names_and_values_in_range_pass(name, value):
    declared = contract.declarations(
        'rows: int = 3  # 1..1000\nfreeze: str = "none"  # none|last:2\nlog: str = ""  # any'
    )
    try:
        found = contract.coerce_all({name: value}, declared)
    except InputError as error:
        in_one_line(error)
        return
    (kept,) = found.values()
    assert name in ("rows", "freeze", "log")
    assert name != "rows" or (type(kept) is int and 1 <= kept <= 1000)
    assert name != "freeze" or kept in ("none", "last:2")


def test_threads_of_stopped_answers_end(doubled):
    def loops(x):
        while True:
            pass

    before = threading.active_count()
    for _ in range(3):
        assert desk.respond(doubled, loops).kind == checks.RAISED
    time.sleep(0.2)
    assert threading.active_count() <= before
