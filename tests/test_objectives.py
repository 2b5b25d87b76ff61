"""Masking keeps its shares, pairs are what their labels say, and only what was asked counts in the losses.

Bounds of sampling error are 4.4 standard errors: by chance, one in 100,000 seeds would exceed each.
"""

import math
from collections import Counter
from itertools import chain

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models

from lmcourse.data.sources import encoder_folder
from lmcourse.data.tokenizer import load_tokenizer
from lmcourse.errors import InputError
from lmcourse.models.bert import BertConfig, BertForPreTraining
from lmcourse.models.names import BERT
from lmcourse.models.weights import from_transformers, load_weights
from lmcourse.pretraining.objectives import (
    Batch,
    Vocabulary,
    assemble,
    causal_loss,
    mask_tokens,
    plan_pairs,
    pretraining_losses,
)

SIGMAS = 4.4
# Special tokens at odd places, and 400 words of which a quarter are pieces that go on.
PIECES = ["[CLS]", *(f"w{i}" for i in range(150)), "[unused0]", "[PAD]", "[MASK]", *(f"##p{i}" for i in range(100))]
PIECES += ["[unused1]", "[UNK]", "[SEP]", *(f"v{i}" for i in range(150))]
VOCABULARY = Vocabulary.of(Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(PIECES)}, unk_token="[UNK]")))
CONFIG_TINY = BertConfig(
    vocab_size=len(PIECES), width=32, heads=2, layers=2, ff_width=64, max_length=40, pad_id=VOCABULARY.pad
)


# ---------------------------------------------------------------- masking


def examples(B: int, T: int = 128, seed: int = 0) -> np.ndarray:
    """[CLS] A [SEP] B [SEP], padded, with an [UNK] now and then; words of up to several pieces."""
    rng = np.random.default_rng(seed)
    ids = rng.choice(VOCABULARY.words, (B, T))
    ids[rng.random((B, T)) < 0.01] = PIECES.index("[UNK]")
    ids[:, 0] = VOCABULARY.cls
    ids[:, T // 3] = VOCABULARY.sep
    ends = rng.integers(T // 2, T, B)
    ids[np.arange(B), ends] = VOCABULARY.sep
    ids[np.arange(T) > ends[:, None]] = VOCABULARY.pad
    return ids


def words_of(row: list[int]) -> list[list[int]]:
    """The positions of each word of one example, found piece by piece."""
    words, open_word = [], False
    for position, piece in enumerate(PIECES[i] for i in row):
        if piece.startswith("["):
            open_word = False
        elif piece.startswith("##") and open_word:
            words[-1].append(position)
        else:
            words.append([position])
            open_word = True
    return words


def assert_share(hits: int, n: int, expected: float, what: str, variance: float | None = None):
    """A share of n is as expected, within the sampling error of n independent draws (or of the given variance)."""
    error = math.sqrt(expected * (1 - expected) * n if variance is None else variance) / n
    assert abs(hits / n - expected) <= SIGMAS * error, f"{what}: {hits / n:.4f}, not {expected} ± {SIGMAS * error:.4f}"


def test_vocabularies():
    assert [PIECES[i] for i in np.flatnonzero(VOCABULARY.special)] == [p for p in PIECES if p[0] == "["]
    assert [PIECES[i] for i in np.flatnonzero(VOCABULARY.continues)] == [p for p in PIECES if p[0] == "#"]
    minilm = Vocabulary.of(load_tokenizer(encoder_folder()))
    assert (minilm.size, minilm.pad, minilm.cls, minilm.sep, minilm.mask) == (30522, 0, 101, 102, 103)
    assert len(minilm.words) == 30522 - 5 - 994  # five special tokens, [unused0] to [unused993]
    assert minilm.words.min() == 999


@pytest.mark.parametrize("whole_words", [True, False])
def test_masking_keeps_its_shares(whole_words):
    texts = examples(1000)
    ids = np.tile(texts, (16, 1))  # 1.5 million tokens
    before = ids.copy()
    inputs, selected = mask_tokens(ids, VOCABULARY, np.random.default_rng(1), whole_words=whole_words)
    assert (ids == before).all()
    assert not selected[VOCABULARY.special[ids]].any()
    assert (inputs == ids)[~selected].all()
    # The pieces of a word are selected together: it counts by its squared size.
    sizes = np.array([len(word) for row in texts.tolist() for word in words_of(row)])
    n, hits = 16 * sizes.sum(), selected.sum()
    assert n > 1_000_000
    assert_share(hits, n, 0.15, "selected", 0.15 * 0.85 * 16 * (sizes**2 if whole_words else sizes).sum())
    shown = inputs[selected]
    masked, same = shown == VOCABULARY.mask, shown == ids[selected]
    W = len(VOCABULARY.words)
    assert_share(masked.sum(), hits, 0.8, "[MASK]")
    assert_share(same.sum(), hits, 0.1 + 0.1 / W, "kept")  # a random piece is the same one by chance
    random = shown[~masked & ~same]
    assert np.isin(random, VOCABULARY.words).all()
    counts = np.bincount(random, minlength=VOCABULARY.size)[VOCABULARY.words]
    chi2 = ((counts - counts.mean()) ** 2 / counts.mean()).sum()
    assert abs(chi2 - W) <= SIGMAS * math.sqrt(2 * W)  # each piece is drawn as often as any other


def test_words_are_selected_whole_and_alone():
    ids = examples(400)
    _, selected = mask_tokens(ids, VOCABULARY, np.random.default_rng(2), share=0.3)
    _, pieces = mask_tokens(ids, VOCABULARY, np.random.default_rng(2), share=0.3, whole_words=False)
    torn, neighbours, n = 0, 0, 0
    for row, chosen, single in zip(ids.tolist(), selected, pieces, strict=True):
        words = words_of(row)
        assert all(len(set(chosen[word].tolist())) == 1 for word in words)
        torn += sum(len(set(single[word].tolist())) == 2 for word in words)
        first = [chosen[word[0]] for word in words]
        neighbours += sum(a and b for a, b in zip(first[::2], first[1::2], strict=False))
        n += len(first) // 2
    assert torn > 100
    assert_share(neighbours, n, 0.09, "two neighbours")  # independent
    alone = np.full((50_000, 1), PIECES.index("##p0"))  # no word goes on from one example to the next
    assert_share(mask_tokens(alone, VOCABULARY, np.random.default_rng(2))[1].sum(), 50_000, 0.15, "first pieces")


def test_masking_is_seeded_and_dynamic():
    ids, rng = examples(32).astype(np.int32), np.random.default_rng(5)
    first, again = (mask_tokens(ids, VOCABULARY, np.random.default_rng(5)) for _ in range(2))
    next_time = [mask_tokens(ids, VOCABULARY, rng) for _ in range(2)][1]
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[1], next_time[1])
    assert first[0].dtype == np.int32
    nothing, none = mask_tokens(ids, VOCABULARY, rng, share=0.0)
    assert np.array_equal(nothing, ids)
    assert not none.any()
    assert mask_tokens(ids[:0], VOCABULARY, rng)[0].shape == (0, 128)


# ---------------------------------------------------------------- pairs


def corpus(documents: int, seed: int = 0) -> tuple[list[np.ndarray], list[str]]:
    """Lengths of documents of two kinds, many of them too short for the room, and of one document of its own kind."""
    rng = np.random.default_rng(seed)
    lengths = [rng.integers(3, 45, rng.geometric(0.08)) for _ in range(documents)]
    kinds = [("a", "b")[i % 2] for i in range(documents)]
    return [*lengths, rng.integers(3, 45, 300)], [*kinds, "alone"]


def numbered(lengths) -> list[list[list[int]]]:
    """Sentences of ids that are all different, so that an id tells its place."""
    fresh = iter(range(10_000, 10_000_000))
    return [[[next(fresh) for _ in range(n)] for n in document] for document in lengths]


def assert_sound(plan, lengths, kinds, room, objective):
    """Labels say what is there, every sentence stands in exactly one example, and examples fit the room."""
    used, sentences = Counter(), numbered(lengths)
    for row in plan.tolist():
        a_document, a_first, a_end, b_document, b_first, b_end, label = row
        assert a_first < a_end
        assert (b_first == b_end) == (label == -1)
        used.update((a_document, i) for i in range(a_first, a_end))
        used.update((b_document, i) for i in range(b_first, b_end))
        if label == 0:
            assert (b_document, b_first) == (a_document, a_end)
        elif label == 1 and objective == "nsp":
            assert b_document != a_document
            assert kinds[b_document] == kinds[a_document]
        elif label == 1:
            assert objective == "sop"
            assert (b_document, b_end) == (a_document, a_first)
        elif objective != "none":  # a sentence that has none to follow it
            assert (a_first + 1, a_end) == (len(lengths[a_document]),) * 2
        a, b = (list(chain.from_iterable(sentences[d][i:j])) for d, i, j in (row[:3], row[3:6]))
        if label != 1 and len(a) + len(b) > room:
            assert a_end - a_first + b_end - b_first == 2 - (label == -1)  # more sentences are never put together
        ids, segments = assemble(row, sentences, room, VOCABULARY)
        assert len(ids) == len(segments) == min(room, len(a) + len(b)) + 2 + (label >= 0)
        assert (ids[0], ids[-1]) == (VOCABULARY.cls, VOCABULARY.sep)
        assert segments == sorted(segments)
        assert sum(segments) == (0 if label == -1 else len(ids) - 1 - ids.index(VOCABULARY.sep))
        inner = ids[1:-1]
        middle = inner.index(VOCABULARY.sep) if label >= 0 else len(inner)
        kept_a, kept_b = inner[:middle], inner[middle + 1 :]
        assert a[len(a) - len(kept_a) :] == kept_a
        assert b[: len(kept_b)] == kept_b
        if len(a) + len(b) > room and b:
            assert len(kept_a) == len(a) or len(kept_b) <= len(kept_a) + 1  # only the longer one was cut,
            assert len(kept_b) == len(b) or len(kept_a) <= len(kept_b) + 1  # until it was the longer no more
    assert used == Counter((d, i) for d, document in enumerate(lengths) for i in range(len(document)))


@pytest.mark.parametrize("objective", ["nsp", "sop", "none"])
def test_an_epoch_of_pairs(objective):
    lengths, kinds = corpus(1500)
    assert_sound(plan_pairs(lengths, kinds, 125, np.random.default_rng(0), objective), lengths, kinds, 125, objective)


@pytest.mark.parametrize("objective", ["nsp", "sop"])
def test_half_of_the_pairs_are_not_next(objective):
    lengths, kinds = corpus(15_000)
    plan = plan_pairs(lengths, kinds, 125, np.random.default_rng(0), objective)
    pair, alone = plan[:, 6] >= 0, np.array(kinds)[plan[:, 0]] == "alone"
    if objective == "nsp":  # which nothing can be exchanged with
        assert (plan[pair & alone, 6] == 0).all()
        assert (pair & alone).sum() > 30
        pair &= ~alone
    # Two pairs exchange their Bs together: n / 2 independent draws that count twice.
    n = pair.sum()
    assert n > 30_000
    assert_share(plan[pair, 6].sum(), n, 0.5, "not next", variance=(2 if objective == "nsp" else 1) * n / 4)


def test_lengths_do_not_tell_the_label():
    """A random B that fills the room would betray itself wherever a document ends before."""
    lengths, kinds = corpus(3000)
    plan = plan_pairs(lengths, kinds, 125, np.random.default_rng(0))
    tokens = np.array([[sum(lengths[r[c]][r[c + 1] : r[c + 2]]) for c in (0, 3)] for r in plan.tolist()])
    able = (plan[:, 6] >= 0) & (np.array(kinds)[plan[:, 0]] != "alone")
    for feature in (tokens[:, 0], tokens[:, 1], tokens.sum(1), tokens.sum(1) > 120):
        next_, other = (feature[able & (plan[:, 6] == label)] for label in (0, 1))
        error = math.sqrt(next_.var() / len(next_) + other.var() / len(other))
        assert abs(next_.mean() - other.mean()) <= SIGMAS * error
    assert (tokens.sum(1) > 125).mean() < 0.01  # those of an exchange that must be cut


def test_spans_fill_the_room_but_for_a_tenth():
    """Sentences of one token: the aim is met exactly; a tenth aim at 2 … 100 tokens, and the split is anywhere."""
    plan = plan_pairs([np.ones(400_000, int)], ["a"], 100, np.random.default_rng(0))[:-1]
    size, a = plan[:, 5] - plan[:, 1], plan[:, 2] - plan[:, 1]
    assert size.max() == 100
    assert_share((size < 100).sum(), len(size), 0.1 * 98 / 99, "shorter")
    shorter, full = size[size < 100], a[size == 100]
    assert shorter.min() == 2
    assert abs(shorter.mean() - 50.5) <= SIGMAS * shorter.std() / math.sqrt(len(shorter))
    assert (full.min(), full.max()) == (1, 99)
    assert abs(full.mean() - 50) <= SIGMAS * full.std() / math.sqrt(len(full))


def test_plans_are_seeded_and_differ_between_epochs():
    lengths, kinds = corpus(50)
    rng = np.random.default_rng(7)
    first, second = (plan_pairs(lengths, kinds, 60, rng) for _ in range(2))
    assert np.array_equal(first, plan_pairs(lengths, kinds, 60, np.random.default_rng(7)))
    assert first.shape != second.shape or (first != second).any()


@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from([1, 2, 3, 7, 20, 500]), max_size=6), st.sampled_from("ab")), max_size=6
    ),
    st.integers(2, 40),
    st.sampled_from(["nsp", "sop", "none"]),
    st.integers(0, 99),
)
def test_any_small_corpus(documents, room, objective, seed):
    lengths, kinds = [np.array(n, dtype=int) for n, _ in documents], [kind for _, kind in documents]
    assert_sound(
        plan_pairs(lengths, kinds, room, np.random.default_rng(seed), objective), lengths, kinds, room, objective
    )


@pytest.mark.parametrize(("room", "objective"), [(1, "nsp"), (10, "next")])
def test_what_cannot_be_planned_is_refused(room, objective):
    with pytest.raises(InputError, match="nsp, sop or none"):
        plan_pairs([[3, 4]], ["a"], room, np.random.default_rng(0), objective)


def test_assemble_by_hand():
    cls, sep = VOCABULARY.cls, VOCABULARY.sep
    sentences = [[[1, 2], [3], [4, 5, 6]], [[7, 8, 9, 10]]]
    assert assemble((0, 0, 2, 1, 0, 1, 1), sentences, 9, VOCABULARY) == (
        [cls, 1, 2, 3, sep, 7, 8, 9, 10, sep],
        [0, 0, 0, 0, 0, 1, 1, 1, 1, 1],
    )
    assert assemble((0, 0, 3, 1, 0, 1, 1), sentences, 7, VOCABULARY)[0] == [cls, 3, 4, 5, 6, sep, 7, 8, 9, sep]
    assert assemble((0, 1, 2, 1, 0, 1, 1), sentences, 4, VOCABULARY)[0] == [cls, 3, sep, 7, 8, 9, sep]
    assert assemble((1, 0, 1, 1, 1, 1, -1), sentences, 9, VOCABULARY) == ([cls, 7, 8, 9, 10, sep], [0] * 6)


# ---------------------------------------------------------------- losses


def model_of(seed: int = 0) -> BertForPreTraining:
    torch.manual_seed(seed)
    return BertForPreTraining(CONFIG_TINY).eval()


def labelled(B: int = 6, T: int = 40, seed: int = 0):
    """Masked examples as tensors, and a label at every position, of which only the selected ones are asked for."""
    ids = examples(B, T, seed)
    inputs, selected = mask_tokens(ids, VOCABULARY, np.random.default_rng(seed))
    inputs, selected, labels = map(torch.from_numpy, (inputs, selected, ids))
    segments = (torch.arange(T) > T // 3).long().expand(B, T).clone()
    return inputs, segments, labels != VOCABULARY.pad, selected, labels, torch.tensor([0, 1, -1, 1, 0, -1])[:B]


def batch_of(inputs, segments, mask, selected, labels, label) -> Batch:
    return Batch(inputs, segments, mask, selected, labels[selected], label)


def losses_and_gradients(model, batch, **options):
    model.zero_grad()
    losses = pretraining_losses(model, batch, **options)
    sum(losses.values()).backward()
    return [*(loss.detach() for loss in losses.values()), *(p.grad.clone() for p in model.parameters())]


def test_losses_equal_transformers():
    import transformers

    torch.manual_seed(3)
    sizes = {theirs: getattr(CONFIG_TINY, ours) for ours, theirs in BERT.sizes.items()}
    peer = transformers.BertForPreTraining(transformers.BertConfig(**sizes, attn_implementation="eager")).eval()
    for parameter in peer.parameters():
        parameter.data.add_(0.1 * torch.randn_like(parameter))
    ours = model_of()
    load_weights(ours, from_transformers(peer.state_dict()))
    data = inputs, segments, mask, selected, labels, label = labelled()
    losses = pretraining_losses(ours, batch_of(*data))
    asked = {"input_ids": inputs, "token_type_ids": segments, "attention_mask": mask.long()}
    both = peer(
        **asked, labels=labels.masked_fill(~selected, -100), next_sentence_label=label.masked_fill(label < 0, -100)
    )
    nsp = torch.nn.functional.cross_entropy(both.seq_relationship_logits[label >= 0], label[label >= 0])
    assert losses["nsp"].item() == pytest.approx(nsp.item(), rel=1e-5)
    assert sum(losses.values()).item() == pytest.approx(both.loss.item(), rel=1e-5)


def test_what_is_not_asked_has_no_influence():
    model, data = model_of(), labelled()
    inputs, segments, mask, selected, labels, label = data
    expected = losses_and_gradients(model, batch_of(*data))
    random = torch.Generator().manual_seed(9)
    other = torch.randint(0, len(PIECES), labels.shape, generator=random)
    changed = {
        "labels that are not selected": (inputs, segments, mask, selected, torch.where(selected, labels, other), label),
        "padding": (torch.where(mask, inputs, other), torch.where(mask, segments, 0), mask, selected, labels, label),
    }
    for what, batch in changed.items():
        assert all(map(torch.equal, expected, losses_and_gradients(model, batch_of(*batch)))), what
    asked = {
        "mlm": (*data[:4], torch.where(selected, other, labels), label),
        "nsp": (*data[:5], torch.where(label < 0, label, 1 - label)),
    }
    for name, batch in asked.items():
        losses = pretraining_losses(model, batch_of(*batch))
        assert [key for key, loss in zip(losses, expected, strict=False) if losses[key] != loss] == [name]


def test_uniform_logits_give_the_logarithm_of_the_choices():
    model = model_of()
    for parameter in (model.bert.embeddings.tokens.weight, model.mlm_bias, model.nsp.weight, model.nsp.bias):
        torch.nn.init.zeros_(parameter)
    whole, half = (pretraining_losses(model, batch_of(*labelled()), half) for half in (False, True))
    assert whole["mlm"].item() == pytest.approx(math.log(len(PIECES)), rel=1e-6)
    assert whole["nsp"].item() == pytest.approx(math.log(2), rel=1e-6)
    assert {name: 2 * loss for name, loss in half.items()} == whole
    ids = torch.randint(0, 50, (2, 9))
    assert causal_loss(torch.zeros(2, 9, 50), ids).item() == pytest.approx(math.log(50), rel=1e-6)


def test_nothing_asked_gives_nothing():
    inputs, segments, mask, selected, labels, label = labelled()
    batch = batch_of(inputs, segments, mask, torch.zeros_like(selected), labels, torch.full_like(label, -1))
    mlm, nsp, *gradients = losses_and_gradients(model_of(), batch)
    assert (mlm.item(), nsp.item()) == (0.0, 0.0)
    assert all((gradient == 0).all() for gradient in gradients)
    logits = torch.randn(2, 1, 50, requires_grad=True)
    loss = causal_loss(logits, torch.ones(2, 1, dtype=torch.long))
    loss.backward()
    assert loss.item() == 0.0
    assert (logits.grad == 0).all()


def test_causal_loss():
    random = torch.Generator().manual_seed(1)
    logits, ids = torch.randn(3, 7, 11, generator=random), torch.randint(0, 11, (3, 7), generator=random)
    lengths = [7, 4, 1]
    mask = torch.arange(7) < torch.tensor(lengths)[:, None]
    chances = logits.double().softmax(-1)
    by_hand = [-chances[b, t, ids[b, t + 1]].log() for b, n in enumerate(lengths) for t in range(n - 1)]
    loss = causal_loss(logits, ids, mask)
    assert loss.item() == pytest.approx(torch.stack(by_hand).mean().item(), rel=1e-6)
    noise = torch.randn(3, 7, 11, generator=random).masked_fill(mask[..., None], 0)
    padded = (logits + 100 * noise).requires_grad_()
    again = causal_loss(padded, torch.where(mask, ids, 10 - ids), mask)
    again.backward()
    assert torch.equal(loss, again)
    assert (padded.grad[~mask] == 0).all()
