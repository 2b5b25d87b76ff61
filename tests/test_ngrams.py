"""N-grams: figures worked out on paper, probabilities that sum to one, the rows of a GPT."""

import datasets
import numpy as np
import pytest
import torch

from lmcourse.errors import InputError
from lmcourse.models.generation import generate
from lmcourse.pretraining import run
from lmcourse.pretraining.examples import Streams
from lmcourse.pretraining.ngrams import NGrams
from lmcourse.pretraining.objectives import Vocabulary

SEP, A, B, C = 0, 1, 2, 3
NONE = np.zeros(4, dtype=bool)
VOCABULARY = Vocabulary(4, 3, 0, SEP, 0, NONE, NONE, np.array([1, 2, 3, 4]))


def of(*documents, n):
    rows = {"kind": ["k"] * len(documents), "sentences": [[d] for d in documents], "tokens": [*map(len, documents)]}
    return NGrams.of(Streams(datasets.Dataset.from_dict(rows), VOCABULARY), n)


def test_a_unigram_by_hand():
    """[SEP] a b a b c [SEP]; once: c; twice: [SEP], a, b. The discount is (1 + 1) / (1 + 1 + 2 (3 + 1))."""
    found, D = of([A, B, A, B, C], n=1), 0.2
    freed = 4 * D / 7 / 4
    np.testing.assert_allclose(found.next([]), np.array([2 - D, 2 - D, 2 - D, 1 - D]) / 7 + freed)


def test_a_bigram_by_hand():
    """After b: a once, c once. A single piece counts its different left neighbours: a has two, the others one."""
    found = of([A, B, A, B, C], n=2)
    D2 = (4 + 1) / (4 + 1 + 2 * (1 + 1))  # once: [SEP] a, b a, b c, c [SEP]; twice: a b
    D1 = (3 + 1) / (3 + 1 + 2 * (1 + 1))  # once: b, c, [SEP]; twice: a
    single = np.array([1 - D1, 2 - D1, 1 - D1, 1 - D1]) / 5 + 4 * D1 / 5 / 4
    np.testing.assert_allclose(found.next([B]), np.array([0, 1 - D2, 0, 1 - D2]) / 2 + 2 * D2 / 2 * single)
    np.testing.assert_allclose(found.next([C]), np.array([1 - D2, 0, 0, 0]) + D2 * single)
    np.testing.assert_allclose(found.next([]), single)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_all_shares_sum_to_one_and_none_is_zero(n):
    rng = np.random.default_rng(0)
    found = of(*(rng.integers(1, 4, 9).tolist() for _ in range(3)), n=n)
    for before in ([], [A], [B, C], [A, A, B], [SEP, C, B, A, SEP]):
        shares = found.next(before)
        assert shares.sum() == pytest.approx(1)
        assert (shares > 0).all()


def test_a_context_never_seen_leaves_the_shorter_one():
    found = of([A, B, A, B, C], n=3)
    np.testing.assert_allclose(found.next([C, B]), found.next([B]))
    with pytest.raises(InputError, match="runs of 40"):
        of([A], n=40)


def test_it_writes_what_it_has_counted():
    found = of(*[[A, B, C]] * 20, n=3)
    assert generate(found.reader(), torch.tensor([[SEP]]), 9, end=SEP).tolist() == [[SEP, A, B, C, SEP]]


def test_rows_of_a_batch_are_read_as_the_gpt_reads_them():
    """No target sees what stands before its row; padding is not asked."""
    batch = Streams(None, VOCABULARY, 4).batch([np.array([SEP, A, B, A, B]), np.array([C, A, C])])
    found = of([A, B, A, B, C], [B, B], n=3)
    by_hand = [
        found.next(before)[target]
        for row in ([SEP, A, B, A, B], [C, A, C])
        for before, target in ((row[:i], row[i]) for i in range(1, len(row)))
    ]
    np.testing.assert_allclose(np.exp(-found.nats(batch)), by_hand)
    np.testing.assert_allclose(np.exp(-of([A, B], n=1).nats(batch)), of([A, B], n=1).next([])[batch.targets])
    answers = found.answers([batch, batch])
    assert answers["text"].tolist() == [0] * 4 + [1] * 2 + [2] * 4 + [3] * 2
    assert answers["target"].tolist() == batch.targets.tolist() * 2


def test_more_context_is_worth_bits_on_held_out_text():
    """Of two different vocabularies the bits a byte are near each other, the nats a token are not."""
    bits, nats = {}, {}
    for size in (500, 4000):
        config = run.PretrainConfig(("wiki",), preset="tiny", pairs="none", vocab_size=size, limit=2000, model="gpt")
        task = run.Task.of(config)
        for n in (1, 2, 3):
            given = NGrams.of(task.train, n).answers(task.validation.batches(epochs=1))
            sizes = task.train.vocabulary.bytes[given["target"]]
            bits[size, n], (low, high) = run.bits_a_byte(given["nats"], sizes, given["text"])
            nats[size, n] = given["nats"].mean()
            assert low < bits[size, n] < high
            assert torch.isfinite(torch.from_numpy(given["nats"])).all()
        assert bits[size, 1] > 1.1 * bits[size, 2] > bits[size, 3]
    assert nats[4000, 2] > 1.25 * nats[500, 2]
    assert bits[4000, 2] == pytest.approx(bits[500, 2], rel=0.25)
