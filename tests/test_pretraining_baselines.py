"""Baselines of pretraining: the same positions and pairs as the model gets, and figures worked out on paper."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from lmcourse.pretraining import baselines, run
from lmcourse.pretraining.objectives import Batch, Vocabulary
from lmcourse.widgets import masking, nsp_game

PAD, CLS, SEP, MASK, A, B, C = 0, 1, 2, 3, 4, 5, 6
SPECIAL = np.array([True] * 4 + [False] * 3)
VOCABULARY = Vocabulary(7, PAD, CLS, SEP, MASK, SPECIAL, np.zeros(7, dtype=bool), np.array([1, 1, 1, 1, 2, 3, 4]))


@pytest.fixture
def counts():
    """Two documents: a b a b c, and a b."""
    import datasets

    rows = {"kind": ["k", "k"], "sentences": [[[A, B, A], [B, C]], [[A, B]]], "tokens": [5, 2]}
    return baselines.count(datasets.Dataset.from_dict(rows), VOCABULARY, most=1)


def batch(*rows, targets=(), label=None):
    """Rows of (ids, segments, selected columns)."""
    ids = torch.tensor([row[0] for row in rows])
    selected = torch.zeros_like(ids, dtype=torch.bool)
    for i, row in enumerate(rows):
        selected[i, row[2]] = True
    segments = torch.tensor([row[1] for row in rows])
    label = torch.tensor(label if label is not None else [-1] * len(rows))
    return Batch(ids, segments, ids != PAD, selected, torch.tensor(targets, dtype=torch.long), label)


def test_counts_go_over_sentences_but_not_over_documents(counts):
    assert counts.single.tolist() == [0, 0, 0, 0, 3, 3, 1]
    pairs = counts.pairs.toarray()
    assert (pairs[A, B], pairs[B, A], pairs[B, C], pairs.sum()) == (3, 1, 1, 5)  # none from c to the second document
    assert counts.shares.sum() == pytest.approx(1)


def test_unigram_and_bigram_by_hand(counts):
    shares = np.array([0.5, 0.5, 0.5, 0.5, 3.5, 3.5, 1.5]) / 10.5
    asked = batch(([CLS, A, MASK, SEP], [0] * 4, [2]), ([CLS, MASK, MASK, SEP], [0] * 4, [2]), targets=[B, C])
    nats, right = baselines.unigram(counts, asked)
    np.testing.assert_allclose(nats, -np.log(shares[[B, C]]))
    assert right.tolist() == [False, False]  # a, the first of the two commonest
    nats, right = baselines.bigram(counts, asked, prior=2)
    # after a: three times b; after [MASK], which no document holds: the unigram
    np.testing.assert_allclose(nats, -np.log([(3 + 2 * shares[B]) / 5, shares[C]]))
    assert right.tolist() == [True, False]


def test_probabilities_of_all_targets_sum_to_one(counts):
    asked = [batch(([CLS, B, MASK, SEP], [0] * 4, [2]), targets=[piece]) for piece in range(7)]
    for model in (baselines.unigram, baselines.bigram):
        assert np.exp(-np.concatenate([model(counts, one)[0] for one in asked])).sum() == pytest.approx(1)


def test_the_copier_bets_half_on_what_stands_there(counts):
    asked = batch(([CLS, MASK, A, C, SEP], [0] * 5, [1, 2, 3]), targets=[B, A, B])
    assert [baselines.SEEN[k] for k in baselines.seen(asked, VOCABULARY)] == [
        "[MASK]",
        "the piece itself",
        "another piece",
    ]
    nats, right = baselines.copier(counts, asked, VOCABULARY)
    shares = counts.shares
    np.testing.assert_allclose(nats, -np.log([shares[B], (1 + shares[A]) / 2, shares[B] / 2]))
    assert right.tolist() == [False, True, False]


def test_answers_of_a_model_are_those_of_its_evaluation():
    config = run.PretrainConfig(("wiki",), preset="tiny", vocab_size=1000, max_length=32, batch_size=8, limit=400)
    task = run.Task.of(config)
    model = task.model()
    model.mlm_bias.data.normal_()
    expected = run.evaluate(model, task.validation)
    batches = list(task.validation.batches(epochs=1))
    got = baselines.answers(model, batches)
    assert len(got["nats"]) == expected["tokens"]
    assert got["nats"].mean() == pytest.approx(expected["mlm"], abs=1e-5)
    assert got["hits"].mean() == pytest.approx(expected["mlm_accuracy"])
    rows = [row[row_selected] for b in batches for row, row_selected in zip(b.ids, b.selected, strict=True)]
    assert np.bincount(got["text"], minlength=len(rows)).tolist() == [len(row) for row in rows]


def test_overlap_weighs_rare_pieces_and_no_special_ones(counts):
    pairs = batch(
        ([CLS, A, MASK, SEP, A, MASK, SEP], [0, 0, 0, 0, 1, 1, 1], []),
        ([CLS, A, A, SEP, B, C, SEP], [0, 0, 0, 0, 1, 1, 1], []),
        ([CLS, B, A, SEP, B, C, SEP], [0, 0, 0, 0, 1, 1, 1], []),
        ([CLS, A, B, SEP, PAD, PAD, PAD], [0] * 7, []),
        label=[0, 1, 0, -1],
    )
    b, c = -np.log(counts.shares[[B, C]])
    np.testing.assert_allclose(baselines.overlap(counts, pairs, VOCABULARY), [1, 0, b / (b + c), 0])
    assert b / (b + c) < 0.5
    held = baselines.held_against(counts, VOCABULARY, [pairs, pairs])
    assert held["label"].tolist() == [0, 1, 0] * 2
    assert len(held["overlap"]) == 6


def test_the_rule_finds_the_best_threshold():
    overlaps, labels = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6]), np.array([1, 1, 0, 1, 0, 0])
    rule = baselines.OverlapRule.fit(overlaps, labels)
    every = [baselines.OverlapRule(t).right(overlaps, labels).mean() for t in (*overlaps, 1.0)]
    assert rule.right(overlaps, labels).mean() == max(every) == 5 / 6
    rng = np.random.default_rng(0)
    overlaps, labels = rng.random(50), rng.integers(0, 2, 50)
    best = max(baselines.OverlapRule(t).right(overlaps, labels).mean() for t in overlaps)
    assert baselines.OverlapRule.fit(overlaps, labels).right(overlaps, labels).mean() == best


# Explorers


def test_masking_playground_tells_fates_and_escapes():
    ids = np.array([A, B, C, A])
    told = masking.fates(ids, np.array([MASK, B, A, A]), np.array([True, True, True, False]), MASK)
    assert told == ["hidden", "stays, but is asked", "replaced", ""]
    assert "<b>" not in masking.chip("<b>", "<b>", "hidden")


def test_nsp_game_keeps_the_score_and_escapes():
    pairs = [
        {"a": "<b>x</b>", "b": "y", "label": 0, "rule": 1, "shared": 0.1},
        {"a": "p", "b": "q", "label": 1, "rule": 1, "shared": 0.0},
    ]
    game = nsp_game.nsp_game(pairs)
    assert "<b>x" not in game.view.value
    game.controls["answer"].value = nsp_game.ANSWERS[0]
    assert "Right" in game.view.value
    assert "you 1 of 1, shared words 0 of 1" in game.view.value
    game.controls["number"].value = 2
    assert game.controls["answer"].value == nsp_game.UNSAID
    game.controls["answer"].value = nsp_game.ANSWERS[0]
    assert "you 1 of 2, shared words 1 of 2" in game.view.value
    game.controls["number"].value = 1
    assert game.controls["answer"].value == nsp_game.ANSWERS[0]


def test_pairs_are_shown_unmasked():
    one = batch(([CLS, MASK, SEP, B, SEP, PAD], [0, 0, 0, 1, 1, 0], [1]), targets=[C], label=[1])
    tok = SimpleNamespace(
        decode=lambda ids: " ".join("-abc"[i - 3] for i in ids if i > 3),
        get_vocab_size=lambda: 7,
        id_to_token=lambda i: ("[PAD]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c")[i],
        token_to_id=lambda piece: {"[PAD]": PAD, "[CLS]": CLS, "[SEP]": SEP, "[MASK]": MASK}.get(piece),
    )
    known = baselines.Counts(np.ones(7), None)
    [pair] = nsp_game.pairs(tok, [one], known, baselines.OverlapRule(0.5))
    assert (pair["a"], pair["b"], pair["label"], pair["rule"]) == ("c", "b", 1, 1)
