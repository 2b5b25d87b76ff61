"""Chapter 09's rooms: exits and variants of a classifier, budgets, curves, wrong labels, streams; and its explorers."""

from itertools import takewhile

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lmcourse.compression import measuring, variants
from lmcourse.compression.early_exit import NOBODY, THRESHOLDS, EarlyExit, set_threshold, states, with_exits
from lmcourse.compression.measuring import Measured, choose, front
from lmcourse.compression.pruning import zeros
from lmcourse.data.sources import encoder_folder
from lmcourse.data.tokenizer import load_tokenizer
from lmcourse.errors import InputError
from lmcourse.evaluation import streams
from lmcourse.evaluation.curves import crossing, labels_needed
from lmcourse.evaluation.drift import Alarm, threshold
from lmcourse.evaluation.label_errors import flipped, out_of_fold, suspects
from lmcourse.evaluation.uncertainty import wilson
from lmcourse.finetuning.augmentation import CHANGES, augmented, drop_words
from lmcourse.finetuning.heads import BertWithHead, outputs_of
from lmcourse.inference import Predictor
from lmcourse.models import sizes
from lmcourse.models.bert import Bert, BertConfig
from lmcourse.widgets import questions
from lmcourse.widgets.explorer import plain

GOOD, BAD = "a wonderful film, a joy", "a dull film, a bore"
TEXTS = [f"{mood} number {i} " + "and so on " * (i % 4) for i in range(20) for mood in (GOOD, BAD)]
LABELS = [1, 0] * 20


@pytest.fixture
def predictor():
    torch.manual_seed(0)
    tokenizer = load_tokenizer(encoder_folder())
    config = BertConfig(tokenizer.get_vocab_size(), 32, 4, 2, 64, 64, dropout=0.0)
    return Predictor(BertWithHead(Bert(config), 2).eval(), tokenizer, ["no", "yes"], 64)


# ---------------------------------------------------------------- smaller and faster


@torch.no_grad()
def test_nobody_leaves_where_no_head_is_believed_and_all_leave_where_any_is(predictor):
    model, batch = predictor.model, predictor.tokens(TEXTS).batch(range(len(TEXTS)))
    logits, depths = EarlyExit(model).eval().leave(*batch)
    torch.testing.assert_close(logits, model(*batch))
    assert set(depths.tolist()) == {4}
    exits = EarlyExit(model, threshold=0.0).eval()
    logits, depths = exits.leave(*batch)
    assert set(depths.tolist()) == {1}
    first = states(model, predictor.tokens(TEXTS))[0]
    torch.testing.assert_close(logits, exits.exits[0](first))


@torch.no_grad()
def test_who_leaves_does_not_change_the_others(predictor):
    """In a batch, and alone: the same head answers in the same way, and the heads have learnt."""
    exits = with_exits(predictor.model, predictor.tokens(TEXTS), LABELS)
    exits.threshold = 0.6
    tokens = predictor.tokens(TEXTS)
    together, depths = exits.leave(*tokens.batch(range(len(TEXTS))))
    for i in range(0, len(TEXTS), 7):
        alone, depth = exits.leave(*tokens.batch([i]))
        torch.testing.assert_close(alone[0], together[i], atol=1e-4, rtol=1e-3)
        assert depth == depths[i]
    left = depths < 4
    assert left.any()
    assert (together.argmax(1)[left] == torch.tensor(LABELS)[left]).float().mean() > 0.9


def test_the_threshold_is_the_lowest_that_costs_little(predictor):
    """As the exits really answer; labels are what the whole model says, so that only leaving early can cost."""
    tokens = predictor.tokens(TEXTS)
    whole = outputs_of(predictor.model, tokens).argmax(1)
    exits = with_exits(predictor.model, tokens, LABELS)
    found = set_threshold(exits, tokens, whole.tolist(), most_lost=0.2)

    def lost(threshold: float) -> float:
        exits.threshold = threshold
        return (outputs_of(exits, tokens).argmax(1) != whole).float().mean().item()

    assert found == list(takewhile(lambda threshold: lost(threshold) <= 0.2, (NOBODY, *THRESHOLDS)))[-1]
    with torch.no_grad():
        for head in exits.exits:  # sure of what nobody should believe
            head.weight.zero_()
            head.bias.copy_(torch.tensor([20.0, -20.0]) * (1 if whole.float().mean() > 0.5 else -1))
    assert set_threshold(exits, tokens, whole.tolist()) == exits.threshold == NOBODY


def test_variants_answer_alike_or_are_what_they_say(predictor):
    before = predictor.outputs(TEXTS)
    made = {name: make(predictor) for name, make in (("hand", variants.by_hand), ("torch", variants.by_library))}
    made["bfloat16"] = variants.in_bfloat16(predictor)
    for name, small in made.items():
        assert 0 < np.abs(small.outputs(TEXTS) - before).max() < 0.1, name
        assert variants.file_bytes(small) < variants.file_bytes(predictor), name
    assert next(made["bfloat16"].model.parameters()).dtype == torch.bfloat16
    sparse = variants.pruned(predictor, 0.8)
    assert zeros(sparse.model) == pytest.approx(0.8, abs=0.01)
    assert variants.file_bytes(sparse) == pytest.approx(variants.file_bytes(predictor), rel=0.01)  # zeros take room
    assert zeros(variants.pruned_and_trained(sparse, 0.8, TEXTS, LABELS).model) == pytest.approx(0.8, abs=0.01)
    np.testing.assert_array_equal(predictor.outputs(TEXTS), before)


def test_a_student_begins_with_the_teachers_blocks_and_learns(predictor):
    short = variants.shorter(predictor.model, 2)
    assert len(short.bert.blocks) == 2
    for mine, theirs in ((0, 0), (1, 3)):
        torch.testing.assert_close(
            short.bert.blocks[mine].state_dict(), predictor.model.bert.blocks[theirs].state_dict()
        )
    whole = variants.shorter(predictor.model, 4)
    batch = predictor.tokens(TEXTS).batch(range(5))
    torch.testing.assert_close(whole.eval()(*batch), predictor.model(*batch))
    embeddings = predictor.model.bert.embeddings.tokens.weight.clone()
    student = variants.distilled(predictor, TEXTS, LABELS, blocks=2, share=0, epochs=30, rate=3e-3)
    assert measuring.right(student, TEXTS, LABELS) == len(TEXTS)
    assert torch.equal(student.model.bert.embeddings.tokens.weight, embeddings)


def row(name, mb, ms, accuracy):
    return Measured(name, mb, {1: ms, 32: ms / 2}, accuracy, (accuracy - 0.02, accuracy + 0.02))


ROWS = [row("large", 90, 9, 0.85), row("even", 45, 9, 0.85), row("small", 20, 3, 0.75), row("poor", 30, 4, 0.7)]


def test_the_front_and_the_budget():
    assert front(ROWS) == ["large", "even", "small"]  # a tie beats nobody
    assert choose(ROWS, 100, 10).name in ("large", "even")
    assert choose(ROWS, 50, 9).name == "even"
    assert choose(ROWS, 50, 8).name == "small"
    assert choose(ROWS, 50, 4.5, batch=32).name == "even"
    assert choose(ROWS, 10, 9) is None


def test_times_are_of_every_predictor_and_size(predictor):
    found = measuring.measure({"a": predictor, "b": variants.by_hand(predictor)}, TEXTS, LABELS, rounds=2)
    assert [m.name for m in found] == ["a", "b"]
    assert all(ms > 0 for m in found for ms in m.milliseconds.values())
    assert all(m.interval[0] <= m.accuracy <= m.interval[1] for m in found)


# ---------------------------------------------------------------- curves, labels, copies


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0.4, 0.99), min_size=3, max_size=6, unique=True), st.floats(0, 1))
def test_labels_needed_is_the_inverse_of_the_curve(scores, share):
    scores, sizes_ = sorted(scores), [10 * 4**k for k in range(len(scores))]
    wanted = scores[0] + share * (scores[-1] - scores[0])
    at = labels_needed(sizes_, scores, wanted)
    assert np.interp(np.log(at), np.log(sizes_), scores) == pytest.approx(wanted, abs=1e-9)


def test_crossings():
    assert crossing([10, 1000], [0.5, 0.7], [0.6, 0.6]) == pytest.approx(100)
    assert crossing([10, 100, 1000], [0.7, 0.5, 0.7], [0.6, 0.6, 0.6]) == pytest.approx(10**2.5)  # for good
    assert crossing([10, 100], [0.5, 0.5], [0.6, 0.6]) == float("inf")
    assert crossing([10, 100], [0.6, 0.7], [0.5, 0.7]) == 10
    assert labels_needed([10, 100], [0.5, 0.6], 0.7) == float("inf")


def test_suspects_are_what_was_planted():
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    truth = rng.integers(3, size=600)
    x = np.eye(3)[truth] * 4 + rng.normal(size=(600, 3))
    labels, planted = flipped(truth, 0.1, classes=3, seed=1)
    assert len(planted) == 60 == (labels != truth).sum()
    assert (planted == np.flatnonzero(labels != truth)).all()
    told = suspects(labels, out_of_fold(LogisticRegression(), x, labels))
    assert np.isin(told, planted).mean() > 0.8
    assert np.isin(planted, told).mean() > 0.6  # half of the right answers are below their class's mean
    assert np.isin(told[:20], planted).all()  # the least likely come first


def test_suspects_by_the_rule():
    """Thresholds 0.55 and 0.75: the third passes the other class's, the last passes neither and is left."""
    p = np.array([[0.9, 0.1], [0.7, 0.3], [0.05, 0.95], [0.1, 0.9], [0.4, 0.6]])
    assert suspects([0, 0, 0, 1, 1], p).tolist() == [2]
    with pytest.raises(InputError):
        suspects([0, 1], p)


def test_copies_keep_their_labels():
    texts, labels = augmented(["one two three", "four"], [0, 1], drop_words, copies=2)
    assert texts[:2] == ["one two three", "four"]
    assert labels == [0, 1] * 3
    assert all(set(copy.split()) <= {"one", "two", "three"} for copy in texts[2::2])
    assert texts[3::2] == ["four"] * 2  # one word stays
    rng = np.random.default_rng(0)
    for change in CHANGES.values():
        assert change("", rng) == ""


# ---------------------------------------------------------------- drift


def test_distances_ring_as_the_alarm_does():
    rng = np.random.default_rng(0)
    before, after = rng.beta(5, 1, 500), rng.beta(2, 1, 500)
    far = streams.distances(before, after, 1.0, streams=5, seed=3)
    again = np.random.default_rng(3)
    for distances in far:
        known, stream = again.choice(before, 200), again.choice(before, (10, 40))
        strange = again.random(stream.shape) < 1.0
        strange[:4] = False
        stream[strange] = again.choice(after, strange.sum())
        alarm = Alarm(known, 40, 10)
        first = np.flatnonzero(distances > alarm.threshold)
        assert alarm.rings(stream.ravel()) == (int(first[0]) if len(first) else None)


def test_false_alarms_as_stated_and_many_more_with_the_threshold_of_one_window():
    before = np.random.default_rng(1).beta(5, 1, 5000)
    quiet = streams.distances(before, streams=1000)
    low, high = wilson(int(streams.rang(quiet, threshold(200, 40, 10, 0.05)).sum()), 1000)
    assert low <= 0.05 <= high
    assert streams.rang(quiet, threshold(200, 40, 1, 0.05)).mean() > 0.2
    assert streams.rang(np.array([[0.9, 0.1], [0.1, 0.9]]), 0.5, change=1).tolist() == [False, True]


# ---------------------------------------------------------------- explorers


def test_time_and_cost():
    explorer = questions.training_cost_explorer(0.4, 0.4, 0.95, 2.0)
    explorer.controls["number"].value = 1
    days = sizes.training_days(sizes.training_flops(110e6, 10**10.5), 312, 1, 0.4)
    assert f"at 40 % of the peak: {days:,.3g} days, cost {days * 48:,.0f}" in plain(explorer.view.value)
    explorer.controls["number"].value = 8
    assert f"{days / 8 / 0.95**3:,.3g} days" in plain(explorer.view.value)
    explorer.controls["device"].value = questions.HERE
    assert "not run here" in plain(explorer.view.value)
    assert questions.speedup(8, 1.0) == 8


def test_budget():
    explorer = questions.budget_explorer(ROWS, {"small": 0.7, "even": 0.8}.get)
    assert plain(explorer.view.value).startswith("At most 55 MB and 4.5 ms, 1 at a time: the best is small")
    assert "accuracy 0.750. On the test texts its accuracy is 0.700." in plain(explorer.view.value)
    for control in explorer.controls.values():
        assert not hasattr(control, "max") or control.value < control.max
    explorer.controls["milliseconds"].value = 9.5
    assert "even: 45.0 MB, 9.00 ms" in plain(explorer.view.value)
    assert "On the test texts its accuracy is 0.800." in plain(explorer.view.value)
    explorer.controls["milliseconds"].value = 0.1
    assert "nothing fits" in plain(explorer.view.value)


def test_alarm_explorer():
    rng = np.random.default_rng(0)
    usual = rng.beta(5, 1, 500)
    explorer = questions.drift_explorer({"moves": (usual, rng.beta(1, 1, 500)), "stays": (usual, rng.beta(5, 1, 500))})

    def found() -> int:
        return int(plain(explorer.view.value).split("found in ")[1].split()[0])

    assert found() > 200
    explorer.controls["score"].value = "stays"
    assert found() < 60
    explorer.controls["rate"].value = 0.2
    assert plain(explorer.view.value).startswith("Watched: stays. Rate 0.2: the alarm rings beyond a distance of ")
