"""Scaling, captions, continual learning: known laws come back, closed forms, what stays and what is forgotten."""

import copy

import numpy as np
import pytest
import torch
from scipy.optimize import check_grad
from torch.nn import functional as F

from lmcourse.applications import captions, trends
from lmcourse.experiments.claims import claims
from lmcourse.experiments.trends import REPLAY
from lmcourse.finetuning import continual
from lmcourse.finetuning.lora import add_lora
from lmcourse.pretraining import scaling
from lmcourse.widgets import trends as explorers
from lmcourse.widgets.explorer import plain

LAW = scaling.Law(1.2, 8.0, 40.0, 0.35, 0.45)
N, D = (grid.ravel().astype(float) for grid in np.meshgrid(np.geomspace(2e3, 1e5, 6), np.geomspace(3e4, 3e5, 4)))
EXACT = scaling.Runs(N, D, LAW(N, D))


# ---------------------------------------------------------------- scaling


def test_a_known_law_is_found_again():
    found = scaling.fit(EXACT)
    assert found == pytest.approx(LAW, rel=0.02)
    noisy = scaling.Runs(N, D, EXACT.loss * np.exp(np.random.default_rng(0).normal(scale=0.003, size=len(N))))
    near = scaling.fit(noisy)
    assert (near.alpha, near.beta) == pytest.approx((LAW.alpha, LAW.beta), abs=0.2)
    assert near(2e5, 6e5) == pytest.approx(LAW(2e5, 6e5), rel=0.02)


def test_one_wild_run_does_not_move_it():
    wild = EXACT._replace(loss=EXACT.loss * np.where(np.arange(len(N)) == 5, 1.3, 1.0))
    assert scaling.fit(wild)(2e5, 6e5) == pytest.approx(LAW(2e5, 6e5), rel=0.01)


def test_objective_is_hubers_and_its_gradient_is_right():
    theta = np.array([0.1, 2.0, 3.5, 0.3, 0.4])
    runs = EXACT._replace(loss=EXACT.loss * 1.001)
    law = scaling.Law(*np.exp(theta[:3]), *theta[3:])
    ours = scaling.objective(theta, runs, 0.05)[0]
    theirs = F.huber_loss(torch.from_numpy(runs.gaps(law)), torch.zeros(len(N)), reduction="sum", delta=0.05)
    assert ours == pytest.approx(theirs.item() / 0.05)
    apart = check_grad(
        lambda x: scaling.objective(x, runs, 0.05)[0], lambda x: scaling.objective(x, runs, 0.05)[1], theta
    )
    assert apart < 1e-4


def test_least_squares_with_given_exponents():
    found = scaling.with_exponents(EXACT, LAW.E, LAW.alpha, LAW.beta)
    assert found == pytest.approx(LAW)


def test_a_band_holds_the_law_and_widens_with_the_gaps():
    laws = [LAW, LAW._replace(E=1.25)]
    narrow, wide = (scaling.band(laws, np.array(gaps), 1e5, 1e5) for gaps in ([0.0], [-0.05, 0.05]))
    assert narrow[0] <= LAW(1e5, 1e5) <= narrow[1]
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_parameters_are_those_of_the_blocks():
    model = scaling.gpt(16, 0)
    block = 4 * 16 * 16 + 2 * 16 * 64 + (3 + 1 + 4 + 1) * 16 + 2 * 2 * 16  # weights, biases, two norms
    assert scaling.parameters(model) == 2 * block + 2 * 16


# ---------------------------------------------------------------- captions


def test_a_picture_that_is_sheared_leans_as_far():
    rows = np.arange(8)
    upright = np.zeros((8, 8))
    upright[1:7, 3:5] = 1.0
    sheared = np.zeros((8, 8))
    for row in rows[1:7]:
        sheared[row, (7 - row) : (9 - row)] = 1.0
    measured = captions.lean(np.stack([upright.ravel(), sheared.ravel(), sheared[:, ::-1].ravel()]))
    assert measured == pytest.approx([0, 1, -1])


def test_words_are_relative_to_the_digit():
    data, test = captions.pictures(0)
    for digit in range(10):
        own = data.said[data.said[:, 2] == digit]
        for column in (0, 1):
            assert np.bincount(own[:, column], minlength=3) / len(own) == pytest.approx([1 / 3] * 3, abs=0.03)
    assert captions.words((2, None, 7)) == ["a", "bold", "seven"]
    assert not {row.tobytes() for row in data.pixels} & {row.tobytes() for row in test.pixels}


def test_contrastive_loss_is_cross_entropy_both_ways():
    logits = torch.randn(5, 5, dtype=torch.float64)
    p, q = logits.softmax(1), logits.softmax(0)
    assert captions.info_nce(logits).item() == pytest.approx(-(p.diag().log() + q.diag().log()).mean().item() / 2)
    assert captions.info_nce(torch.zeros(7, 7)).item() == pytest.approx(np.log(7))


def test_no_caption_stands_twice_in_a_batch_and_what_is_held_out_never():
    (data, _), kept = captions.pictures(1), captions.held_out(1)
    seen = data.take(captions.kinds(data, kept) == "seen")
    batches = captions.batches(seen, 0)
    for _ in range(5):
        pixels, ids, mask = next(batches)
        assert len({tuple(row) for row in ids.tolist()}) == len(ids) == len(pixels) == len(mask)
        assert not (ids == captions.IDS[captions.DIGITS[kept["absent"]]]).any()
    assert not {(w, d) for w, _, d in seen.said.tolist()} & kept["pairs"]


def test_recall_by_hand():
    scores = np.array([[3.0, 2, 1], [3, 2, 1], [1, 3, 2]])
    right = np.array([0, 2, 2])
    assert [captions.recall(scores, right, k) for k in (1, 2, 3)] == pytest.approx([1 / 3, 2 / 3, 1])
    assert captions.found_pictures(scores, right, 1) == pytest.approx(1.0)  # captions 0 and 2 are asked for
    assert captions.found_pictures(np.array([[1.0, 0, 1], [2, 0, 2], [0, 0, 0]]), np.array([0, 2, 2]), 1) == 0.5


# ---------------------------------------------------------------- one task after another


def test_forgetting_by_hand():
    r = [[0.9, 0.5, 0.5], [0.7, 0.95, 0.5], [0.6, 0.97, 0.8]]
    assert continual.forgetting(r) == pytest.approx(((0.9 - 0.6) + (0.95 - 0.97)) / 2)
    assert continual.average_accuracy(r) == pytest.approx((0.6 + 0.97 + 0.8) / 3)


def test_tasks_share_no_digit_and_no_image():
    found = continual.tasks(3)
    assert sorted(digit for task in found for digit in task.digits) == list(range(10))
    for task in found:
        assert set(task.train[1].tolist()) == set(task.test[1].tolist()) == set(task.digits)
        images = [{image.numpy().tobytes() for image in part[0]} for part in (task.train, task.test)]
        assert not images[0] & images[1]


def test_adapters_forget_nothing_when_the_task_is_known():
    found = continual.measured("LoRA", steps=8, seed=0)
    r = np.array(found["known"])
    for j in range(5):
        assert (r[j:, j] == r[j, j]).all()
    again = continual.measured("LoRA", steps=8, seed=0)
    assert again == found


def test_the_adapters_are_the_network_until_they_learn():
    base = continual.network(0).eval()
    model, images = copy.deepcopy(base), torch.rand(3, 1, 8, 8)
    number = add_lora(model, continual.LAYERS, rank=2)
    assert torch.equal(model(images), base(images))
    assert number < sum(weight.numel() for weight in base.parameters()) / 3


def test_what_is_kept_is_of_the_task():
    task = continual.tasks(0)[1]
    images, digits = continual.kept(task, 4, 0)
    assert sorted(digits.tolist()) == sorted([*task.digits] * 4)
    given = {image.numpy().tobytes() for image in task.train[0]}
    assert all(image.numpy().tobytes() in given for image in images)


# ---------------------------------------------------------------- promises and explorers


def test_every_promise_has_a_support_and_a_limit():
    known = claims()
    for promise in trends.PROMISES:
        assert promise.supports
        assert promise.limits
        assert {*promise.supports, *promise.limits} <= known.keys()


def test_the_scaling_explorer_says_what_the_law_says():
    held = scaling.Runs(np.array([2e5]), np.array([6e5]), np.array([LAW(2e5, 6e5)]))
    explorer = explorers.scaling_explorer(EXACT, held)
    explorer.controls["chosen"].value = explorers.BY_HAND
    for name, value in (("floor", LAW.E), ("alpha", LAW.alpha), ("beta", LAW.beta)):
        explorer.controls[name].value = value
    said = plain(explorer.view.value)
    assert "The runs are 0.0 % from the law" in said
    assert f"foretold {LAW(2e5, 6e5):.3f}" in said
    explorer.controls["beta"].value = 1.5
    assert "The runs are 0.0 %" not in plain(explorer.view.value)
    explorer.controls["chosen"].value = explorers.FITTED
    assert "The runs are 0.0 % from the law" in plain(explorer.view.value)
    explorer.controls["chosen"].value = explorers.BY_HAND
    explorer.controls["alpha"].value = 0.0  # a constant beside another one: still drawn
    assert "<figure" in explorer.view.value


def test_the_forgetting_explorer_says_what_was_forgotten():
    r = [[0.9, 0.5], [0.4, 1.0]]
    rows = [{"method": "fine-tuning", "replay": n, "known": r, "unknown": r, "seed": 0} for n in REPLAY]
    rows += [{"method": "LoRA", "replay": 0, "known": r, "unknown": r, "seed": 0}]
    rows += [{"method": "together", "replay": 0, "known": r[1:], "unknown": r[1:], "seed": 0}]
    explorer = explorers.forgetting_explorer(rows)
    assert "Average forgetting: 0.50" in plain(explorer.view.value)
    for method in explorers.METHODS:
        for replay in REPLAY:
            explorer.controls["method"].value, explorer.controls["replay"].value = method, replay
            assert "in the end: 0.70" in plain(explorer.view.value)
