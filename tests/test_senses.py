"""Speech and recommendation: sound, edit distance, CTC, French, ranking; each against another way to compute it."""

from itertools import pairwise, product

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from lmcourse.applications import recommendation, speech


def test_a_tone_lies_in_its_band():
    tone = np.sin(2 * np.pi * 1000 * np.arange(8000) / speech.RATE)
    power = speech.power(tone).mean(0)
    assert np.fft.rfftfreq(speech.FFT, 1 / speech.RATE)[power.argmax()] == 1000
    bands = power @ speech.FILTERS.T
    centre = 700 * (10 ** (np.linspace(speech.mel(60), speech.mel(4000), speech.MELS + 2)[1:-1] / 2595) - 1)
    assert abs(centre[bands.argmax()] - 1000) < 150


def test_power_is_the_sum_as_it_stands():
    sound = np.random.default_rng(0).normal(size=1000)
    n, k = np.arange(speech.WINDOW), np.arange(speech.FFT // 2 + 1)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * n / speech.WINDOW)
    by_hand = np.abs(np.exp(-2j * np.pi * np.outer(k, n) / speech.FFT) @ (sound[2 * speech.HOP + n] * window)) ** 2
    assert speech.power(sound)[2] == pytest.approx(by_hand, abs=1e-8)


def test_speakers_and_pace_change_the_sound_and_the_same_seed_does_not():
    say = lambda speaker: speech.synthesise([3, 5], speaker, np.random.default_rng(0))  # noqa: E731
    assert np.array_equal(say(speech.Speaker()), say(speech.Speaker()))
    assert len(say(speech.Speaker(pace=1.3))) > 1.2 * len(say(speech.Speaker()))
    assert not np.allclose(say(speech.Speaker(size=1.2)), say(speech.Speaker()))


@pytest.mark.parametrize("text", [(1,), (1, 1), (1, 2), (2, 1, 2)])
def test_ctc_is_the_sum_over_paths(text):
    p = torch.tensor(np.random.default_rng(1).dirichlet(np.ones(3), 5))
    paths = [q for q in product(range(3), repeat=5) if speech.collapse(q) == text]
    total = sum(float(torch.prod(p[range(5), list(q)])) for q in paths)
    loss = F.ctc_loss(
        p.log()[:, None], torch.tensor([text]), torch.tensor([5]), torch.tensor([len(text)]), reduction="sum"
    )
    assert loss.item() == pytest.approx(-np.log(total))


def test_word_errors_are_a_distance():
    strings = [s for n in range(4) for s in product("ab", repeat=n)]
    d = {(a, b): speech.word_errors(a, b) for a in strings for b in strings}
    for a, b in d:
        assert d[a, b] == d[b, a]
        assert (d[a, b] == 0) == (a == b)
        assert all(d[a, b] <= d[a, c] + d[c, b] for c in strings)
    assert speech.word_errors("kitten", "sitting") == 3
    assert speech.word_error_rate(["ab"], ["bcdef"]) == 2.5


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zéro"),
        (21, "vingt et un"),
        (70, "soixante dix"),
        (71, "soixante et onze"),
        (80, "quatre vingt"),
        (81, "quatre vingt un"),
        (91, "quatre vingt onze"),
        (99, "quatre vingt dix neuf"),
        (100, "cent"),
        (201, "deux cent un"),
    ],
)
def test_french(number, words):
    assert " ".join(speech.french(number)) == words


def test_french_numbers_differ():
    assert len({tuple(speech.french(n)) for n in range(1000)}) == 1000


def test_padding_does_not_change_what_is_heard():
    torch.manual_seed(0)
    model = speech.Recogniser(16, 1).eval()
    short, long = (speech.corpus(0, 1, shortest=n, longest=n)[0].picture for n in (1, 4))
    assert speech.recognise(model, [short, long]) == [speech.recognise(model, [each])[0] for each in (short, long)]


def test_a_shop_is_as_it_says():
    data = recommendation.shop(3, order=1.0, users=200)
    assert all(len({*row}) == len(row) for row in data.events)
    assert not data.new[data.events[:, :-1]].any()
    assert 0.1 < data.new[data.events[:, -1]].mean() < 0.3
    pairs = {pair for row in data.events[:, :-1] for pair in pairwise(row)}
    free = recommendation.shop(3, order=0.0, users=200)
    assert len(pairs) < len({pair for row in free.events[:, :-1] for pair in pairwise(row)}) / 1.5


def test_ranks_and_their_figures():
    table = np.array([[0.1, 0.9, 0.5, 0.2], [0.4, 0.4, 0.4, 0.9]])
    places = recommendation.ranks(table, [2, 0], [[1], [3]])
    assert places.tolist() == [1, 2]
    assert recommendation.hit_rate(places, 1) == 0.5
    assert recommendation.ndcg([1, 3, 50]) == pytest.approx(0.5)
    assert recommendation.ndcg([1, 3, 50], 1) == pytest.approx(1 / 3)


def test_factors_are_where_the_gradient_is_zero():
    taken = (np.random.default_rng(0).random((30, 20)) < 0.2).astype(float)
    users, items = (torch.tensor(m, requires_grad=True) for m in recommendation.factorise(taken, 4))
    weight = 1 + 8.0 * torch.tensor(taken)
    loss = (
        (weight * (torch.tensor(taken) - users @ items.T) ** 2).sum() + 5.0 * (users**2).sum() + 5.0 * (items**2).sum()
    )
    loss.backward()
    assert items.grad.abs().max() < 1e-8  # the side that was solved last


def test_same_topic():
    vectors = np.array([[1, 0], [1, 0.1], [0, 1], [0.1, 1]])
    assert recommendation.same_topic(vectors, [0, 0, 1, 1], 1).tolist() == [1, 1, 1, 1]
    assert recommendation.same_topic(vectors, [0, 1, 0, 1], 1).tolist() == [0, 0, 0, 0]


def test_what_is_said_is_what_was_asked_for():
    one, other = (speech.say(digits, speech.Speaker(), np.random.default_rng(0)) for digits in ([4, 0], map(int, "40")))
    assert one.digits == other.digits == (4, 0)
    assert np.array_equal(one.picture, other.picture)
