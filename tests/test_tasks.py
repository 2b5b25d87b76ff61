"""Induction and translation: the tasks are what they say, and the models learn them from nothing else."""

from collections import Counter
from itertools import islice

import numpy as np
import pytest
import torch

from lmcourse.models.gpt import Gpt, GptConfig
from lmcourse.models.layers import attention_maps
from lmcourse.pretraining import induction, translation
from lmcourse.pretraining.translation import Phrase, Sentence, english, french

# ---------------------------------------------------------------- induction


def test_a_row_has_one_successor_for_each_token_and_known_is_what_was_seen():
    ids, follows = induction.repeated(200, np.random.default_rng(0))
    assert ids.shape == follows.shape == (200, induction.T)
    certain, places = induction.known(ids, follows), induction.answers(ids, follows)
    sizes, jumped = set(), 0
    for b, (row, goes_on) in enumerate(zip(ids.tolist(), follows.tolist(), strict=True)):
        next_of, seen = {}, {}
        for t in range(induction.T - 1):
            if goes_on[t]:
                assert next_of.setdefault(row[t], row[t + 1]) == row[t + 1]
            assert certain[b, t] == (goes_on[t] and row[t] in seen)
            assert places[b, t].nonzero().flatten().tolist() == seen.get(row[t], [])
            if goes_on[t]:
                seen.setdefault(row[t], []).append(t + 1)
            jumped += not goes_on[t]
        sizes.add(len({*row}))
    assert max(sizes) == induction.TOKENS[1]
    assert jumped / (200 * (induction.T - 1)) == pytest.approx(induction.JUMPS, abs=0.02)


def test_who_was_seen_longest_ago_does_not_come_next():
    """In one unbroken cycle it always would: a shortcut that needs no look at what followed what."""
    ids, follows = induction.repeated(300, np.random.default_rng(1))
    right = []
    for row, asked in zip(ids.tolist(), induction.known(ids, follows).tolist(), strict=True):
        for t in np.flatnonzero(asked):
            last = {token: place for place, token in enumerate(row[: t + 1])}
            right.append(min(last, key=last.get) == row[t + 1])
    assert np.mean(right) < 0.5


def test_losses_by_hand():
    torch.manual_seed(0)
    model = Gpt(GptConfig(induction.V, 16, 1, 2, 32, induction.T, dropout=0.0))
    ids, follows = induction.repeated(3, np.random.default_rng(0))
    certain = induction.known(ids, follows)
    with torch.no_grad():
        logs, trained = model(ids).log_softmax(-1), induction.losses(model, (ids, follows))
    parts = {"new": [], "repeated": []}
    for row in range(3):
        for t in range(induction.T - 1):
            parts["repeated" if certain[row, t] else "new"].append(-logs[row, t, ids[row, t + 1]].item())
    found = induction.figures(model, ids, follows)
    assert found == pytest.approx({name: np.mean(values) for name, values in parts.items()}, rel=1e-5)
    assert {name: loss.item() for name, loss in trained.items()} == {"repeated": pytest.approx(found["repeated"])}


def test_attentions_are_those_of_the_model_and_scores_find_a_head_made_by_hand(monkeypatch):
    torch.manual_seed(0)
    model = Gpt(GptConfig(induction.V, 16, 2, 2, 32, induction.T, dropout=0.0)).eval()
    ids, follows = induction.repeated(5, np.random.default_rng(0))
    weights = attention_maps(model.blocks, model.embed(ids))
    assert weights.shape == (2, 5, 2, induction.T, induction.T)
    torch.testing.assert_close(weights.sum(-1), torch.ones(weights.shape[:-1]))
    with torch.no_grad():
        first = model.blocks[0].attention
        _, _, v = first.heads_of(first.qkv(model.blocks[0].attention_norm(model.embed(ids))))
        mixed = first.out((weights[0] @ v).transpose(1, 2).flatten(2))
        torch.testing.assert_close(mixed, first(model.blocks[0].attention_norm(model.embed(ids)), None))
    made = torch.zeros_like(weights)
    made[0, :, 1] = torch.eye(induction.T).roll(-1, 1)  # at the token before
    places = induction.answers(ids, follows).float()
    made[1, :, 0] = places / places.sum(-1, keepdim=True).clip(min=1)  # at all that followed it, alike
    monkeypatch.setattr(induction, "attention_maps", lambda *_: made)
    found = induction.scores(model, ids, follows)
    assert found["induction"][1].tolist() == pytest.approx([1, 0])
    assert found["previous"][0].tolist() == [0, 1]


@torch.no_grad()
def test_without_a_head_its_share_is_missing():
    torch.manual_seed(0)
    model = Gpt(GptConfig(induction.V, 16, 1, 2, 32, induction.T, dropout=0.0)).eval()
    ids, _ = induction.repeated(2, np.random.default_rng(0))
    before = model(ids)
    less = induction.without_head(model, 0, 1)
    assert not less.blocks[0].attention.out.weight[:, 8:].any()
    assert torch.equal(less.blocks[0].attention.out.weight[:, :8], model.blocks[0].attention.out.weight[:, :8])
    assert torch.equal(model(ids), before)
    assert not torch.equal(less(ids), before)
    assert not induction.without_head(model, 0, slice(None)).blocks[0].attention.out.weight.any()


def test_the_same_seed_learns_the_same():
    (one, rows), (two, again), (_, other) = (induction.learn(1, 3, seed=seed, batch_size=4) for seed in (0, 0, 1))
    assert [row["repeated"] for row in rows] == [row["repeated"] for row in again]
    assert rows[0]["repeated"] != other[0]["repeated"]
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
    assert rows[0]["repeated"] == pytest.approx(np.log(induction.V), abs=0.5)


# ---------------------------------------------------------------- translation


def phrase(definite, plural, noun, adjective=None):
    return Phrase(definite, plural, noun, adjective)


@pytest.mark.parametrize(
    ("sentence", "source", "target"),
    [
        (
            Sentence(phrase(True, True, "cat", "green"), "see", True, phrase(False, False, "hen")),
            "the green cats do not see a hen",
            "les chats verts ne voient pas de poule",
        ),
        (
            Sentence(phrase(False, False, "goat", "white"), "bite", False, phrase(True, False, "cow", "grey")),
            "a white goat bites the grey cow",
            "une chèvre blanche mord la vache grise",
        ),
        (
            Sentence(phrase(False, True, "duck", "grey"), "feed", False, phrase(False, True, "frog", "round")),
            "some grey ducks feed some round frogs",
            "des canards gris nourrissent des grenouilles rondes",
        ),
        (
            Sentence(phrase(True, False, "pig"), "follow", True, phrase(True, False, "turtle", "slow")),
            "the pig does not follow the slow turtle",
            "le cochon ne suit pas la tortue lente",
        ),
    ],
)
def test_the_grammar(sentence, source, target):
    assert " ".join(english(sentence)) == source
    assert " ".join(french(sentence)) == target


def test_all_words_have_an_id_and_a_dictionary_knows_all_english():
    sentences = list(islice(translation.random_sentences(np.random.default_rng(0)), 3000))
    found = {word for sentence in sentences for word in (*english(sentence), *french(sentence))}
    assert {*translation.WORDS} == found | {*translation.SPECIAL}
    assert len({word for sentence in sentences for word in english(sentence)}) == 46
    for sentence in sentences:
        assert len(translation.word_for_word(english(sentence))) == len(english(sentence))
    plain = Sentence(phrase(True, True, "cat"), "see", False, phrase(False, False, "dog"))
    assert translation.word_for_word(english(plain)) == ["le", "chats", "voient", "un", "chien"]


@pytest.mark.parametrize("seed", range(3))
def test_a_new_pair_never_stands_in_training_but_its_words_do(seed):
    parts, held_out = translation.corpus(seed, train=1000, test=100), translation.held_out_pairs(seed)
    assert {name: len(found) for name, found in parts.items()} == {"train": 1000, "seen": 100, "new": 100}
    learnt = set().union(*(sentence.pairs for sentence in parts["train"]))
    assert not learnt & held_out
    assert all(sentence.pairs & held_out for sentence in parts["new"])
    assert all(sentence.pairs and sentence.pairs <= learnt for sentence in parts["seen"])
    assert not {*parts["train"]} & {*parts["seen"], *parts["new"]}
    assert all(len({*found}) == len(found) for found in parts.values())
    source = {tuple(english(sentence)) for sentence in parts["train"]}
    assert not source & {tuple(english(sentence)) for sentence in (*parts["seen"], *parts["new"])}
    for place, most in ((0, 2), (1, 2)):
        assert max(Counter(pair[place] for pair in held_out).values()) <= most
    for adjective in translation.ADJECTIVES:  # is met with both genders
        genders = {translation.NOUNS[noun][1] for a, noun in learnt if a == adjective}
        assert genders == {False, True}


def test_translation_is_learnt_and_read_off_the_same_way_by_greedy_and_beam():
    parts = translation.corpus(0, train=8, test=8)
    model, rows = translation.learn(parts["train"], 150, batch_size=8, learning_rate=5e-3)
    assert rows[-1]["loss"] < rows[0]["loss"] / 2
    source, wanted = [*map(english, parts["train"])], [*map(french, parts["train"])]
    greedy, beam = (translation.translate(model, source, beams) for beams in (1, 4))
    assert translation.figures(greedy, wanted)["exact"] >= 0.75
    assert translation.figures(beam, wanted)["exact"] >= 0.75
    alone = [translation.translate(model, [text])[0] for text in source]
    assert alone == greedy  # what stands beside a text in a batch has no influence


def test_figures_by_hand():
    wanted = [["le", "chat", "voit", "un", "chien"], ["la", "vache", "suit", "la", "poule"]]
    assert translation.figures(wanted, wanted) == {"exact": 1.0, "bleu": pytest.approx(100)}
    made = [wanted[0], ["la", "vache", "suit", "la", "chèvre"]]
    # of 10, 8, 6, 4 runs of one to four words 9, 7, 5, 3 are right
    by_hand = 100 * (9 / 10 * 7 / 8 * 5 / 6 * 3 / 4) ** 0.25
    assert translation.figures(made, wanted) == {"exact": 0.5, "bleu": pytest.approx(by_hand)}
