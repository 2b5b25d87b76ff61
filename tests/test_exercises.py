"""Exercises: every solution is right, every wrong specimen is named, nothing that a reader does raises."""

import copy
import json
import math
import random
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import torch

from lmcourse import checks, exercises
from lmcourse.checks import Exercise, Specimen
from lmcourse.errors import InputError
from lmcourse.exercises import catalogue, cells

ALL = catalogue.ids()
SPECIMENS = [
    pytest.param(id, specimen, id=f"{id}-{k}")
    for id in ALL
    for k, specimen in enumerate(catalogue.find(id).specimens, start=1)
]


def answer(source: str):
    """The answer that a stub or a solution defines."""
    namespace = {}
    exec(source, namespace)
    return namespace[checks.answer_name(source)]


def outcome(found, specimen):
    if specimen.measured is None:
        return checks.judge(found, specimen.answer)
    return checks.compare(found, specimen.answer, specimen.measured)


def gets_its_message(found, specimen) -> bool:
    given = outcome(found, specimen)
    return given.kind in (checks.PARTLY, checks.NOT_YET, checks.RAISED) and specimen.says in given.message


@pytest.mark.parametrize("id", ALL)
def test_exercise_is_whole(id):
    found = catalogue.find(id)
    assert found.id == id
    assert found.difficulty in (1, 2, 3)
    assert found.minutes > 0
    assert all((found.title, found.text.strip(), found.why))
    assert 2 <= len(found.hints) <= 3
    assert len(found.specimens) >= 3
    assert checks.answer_name(found.stub) == checks.answer_name(found.solution)
    options = getattr(found.task, "options", {})
    assert getattr(found.task, "told", {}).keys() in (set(), options.keys())


def test_every_chapter_asks_in_several_ways():
    assert len(ALL) >= 20
    assert len(SPECIMENS) >= 60
    chapters = ("01", "02", "03", "04a", "04b", "04c", "05a", "05b", "06a", "06b", "06c", "07", "08a", "08b", "09")
    for chapter, least in ({"00": 1} | dict.fromkeys(chapters, 6)).items():
        kinds = [type(catalogue.find(id).task) for id in ALL if id.startswith(f"{chapter}.")]
        assert len(kinds) >= least
        if least > 1:
            assert len(set(kinds)) >= 3
            assert any(issubclass(kind, checks.Prediction) for kind in kinds)
            assert checks.Lines in kinds


@pytest.mark.parametrize("id", ALL)
def test_untouched_stub_is_not_attempted(id):
    found = catalogue.find(id)
    assert checks.judge(found, answer(found.stub)).kind == checks.NOT_ATTEMPTED


@pytest.mark.parametrize("id", ALL)
def test_solution_is_right(id):
    found = catalogue.find(id)
    expected = checks.NOTED if isinstance(found.task, checks.Prediction) else checks.RIGHT
    assert checks.judge(found, answer(found.solution)).kind == expected


def by_sorting(correct, draws, level):
    found = sorted(np.mean([correct[i] for i in draw]) for draw in draws)
    left_out = int((1 - level) / 2 * len(found))
    return found[left_out], found[-1 - left_out]


def by_autograd(weights, inputs, labels, rate):
    new = torch.tensor(weights, requires_grad=True)
    logits = torch.tensor(inputs) @ new
    torch.nn.functional.binary_cross_entropy_with_logits(logits, torch.tensor(labels)).backward()
    return new - rate * new.grad


def by_steps_of_five_hundredths(labels, probabilities, false_positive, false_negative):
    labels, probabilities, grid = np.array(labels), np.array(probabilities), np.arange(0.05, 1, 0.05)
    alarms = [false_positive * ((probabilities >= t) & (labels == 0)).sum() for t in grid]
    missed = [false_negative * ((probabilities < t) & (labels == 1)).sum() for t in grid]
    return grid[np.argmin(np.add(alarms, missed))]


@pytest.mark.parametrize(
    ("id", "style"),
    [
        ("00.warm_up", lambda sentences: torch.tensor([float(len(s.split())) for s in sentences]).mean()),
        ("03.jaccard", Fraction(6, 10)),
        ("05a.training_step", by_autograd),
        ("05a.learning_rate_range", lambda rates, losses: np.float32(rates[np.nanargmin(losses)] / 10)),
        ("05b.bootstrap_interval", by_sorting),
        ("05b.threshold_for_cost", by_steps_of_five_hundredths),
    ],
)
def test_a_right_answer_of_another_style_is_right(id, style):
    assert checks.judge(catalogue.find(id), style).kind == checks.RIGHT


@pytest.mark.parametrize(("id", "specimen"), SPECIMENS)
def test_specimen_gets_its_message(id, specimen):
    found = catalogue.find(id)
    assert gets_its_message(found, specimen), outcome(found, specimen)


def without(items: tuple, k: int) -> tuple:
    return items[:k] + items[k + 1 :]


@pytest.mark.parametrize("id", ALL)
def test_every_criterion_and_every_known_mistake_is_needed(id):
    """A check that lacks one of them lets a specimen of the exercise, or a slip made from its solution, pass."""
    found = catalogue.find(id)
    wrong = [*found.specimens, *slips(found)]
    assert all(gets_its_message(found, specimen) for specimen in wrong)
    task = found.task
    poorer = {
        criterion.name: replace(task, criteria=without(task.criteria, k)) for k, criterion in enumerate(task.criteria)
    }
    poorer |= {
        mistake.says: replace(task, mistakes=without(task.mistakes, k)) for k, mistake in enumerate(task.mistakes)
    }
    idle = [
        name
        for name, less in poorer.items()
        if all(gets_its_message(replace(found, task=less), specimen) for specimen in wrong)
    ]
    assert not idle, f"no specimen needs {idle}"


def slips(found: Exercise) -> list[Specimen]:
    """Wrong answers that any exercise of a kind has: an argument is changed; one option is missing, or too many."""
    task = found.task
    if isinstance(task, checks.Function):
        solved = answer(found.solution)

        def spoiling(*arguments):
            result = solved(*copy.deepcopy(arguments))
            spoilt = [spoil(argument) for argument in arguments]
            return result if any(spoilt) else None

        changeable = any(map(spoil, task.inputs(random.Random(0))))
        return [Specimen(spoiling, "changes its arguments" if changeable else "gives None")]
    if isinstance(task, checks.Choice):
        return [
            Specimen(set(task.right ^ {letter}), "more belong" if letter in task.right else task.told[letter])
            for letter in task.options
            if task.right ^ {letter} and len(task.right) > 1
        ]
    return []


def spoil(value) -> bool:
    """Change a list, dictionary, array or tensor in place; False for what can't be changed."""
    if isinstance(value, list):
        value.append(0)
    elif isinstance(value, dict):
        value.clear()
    elif getattr(value, "ndim", 0):
        value += 1
    else:
        return False
    return True


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
    for show in (exercises.hint, exercises.hint, exercises.solution):
        show(id)
    assert capsys.readouterr().out


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
    filled = cells.fill(json.loads(json.dumps(notebook)))
    assert [c["source"] for c in filled["cells"]] == [
        checks.text(catalogue.find("00.warm_up")),
        checks.cell(catalogue.find("00.warm_up"), catalogue.find("00.warm_up").stub),
    ]
    assert "return ..." not in cells.solve(filled)["cells"][1]["source"]
    notebook["cells"][1]["source"] = 'check("00.other", 1)'
    with pytest.raises(InputError, match="exercise-warm-up"):
        cells.in_notebook(notebook)


def test_practice_copies_have_stubs_and_never_touch_work(tmp_path):
    path = tmp_path / "00_start.ipynb"
    stub = {"cell_type": "code", "id": "exercise-warm-up", "metadata": {}, "execution_count": 3}
    stub |= {"source": 'answer = 5\ncheck("00.warm_up", answer)', "outputs": [{"output_type": "stream"}]}
    path.write_text(json.dumps({"cells": [stub], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    before = path.read_bytes()
    (copy,) = cells.practise([path], tmp_path / "practice")
    made = json.loads(copy.read_text())["cells"][0]
    assert (made["outputs"], made["execution_count"]) == ([], None)
    assert "return ..." in made["source"]
    copy.write_text("my work")
    assert cells.practise([path], tmp_path / "practice") == []
    assert (copy.read_text(), path.read_bytes()) == ("my work", before)
