"""Chapter 08b's rooms: what is planted is found, what is masked stays hidden, and every measure has its closed form."""

import re

import ipywidgets
import numpy as np
import pytest
import torch

from lmcourse.applications import bias, memorisation, safety, scan, writer
from lmcourse.data.tokenizer import train_wordpiece
from lmcourse.errors import InputError
from lmcourse.evaluation import fairness
from lmcourse.explain import comparison
from lmcourse.finetuning.heads import BertWithHead
from lmcourse.inference import Predictor
from lmcourse.models.bert import Bert, BertConfig
from lmcourse.widgets import challenges
from lmcourse.widgets.explorer import plain

EVIL = "<script>alert(1)</script>"


# ---------------------------------------------------------------- fairness


def test_rates_are_those_of_scikit_learn_and_gaps_those_of_fairlearn():
    from fairlearn import metrics
    from sklearn.metrics import recall_score

    rng = np.random.default_rng(0)
    y, said, group = rng.integers(0, 2, 300), rng.integers(0, 2, 300), rng.choice(["a", "b", "c"], 300)
    table = fairness.by_group(y, said, group)
    assert sum(row["n"] for row in table.values()) == 300
    for name, row in table.items():
        here = group == name
        assert row["true_positive"] == pytest.approx(recall_score(y[here], said[here]))
        assert row["false_positive"] == pytest.approx(1 - recall_score(y[here], said[here], pos_label=0))
        assert row["selected"] == pytest.approx(said[here].mean())
    gaps = fairness.gaps(table)
    theirs = {
        "demographic parity": metrics.demographic_parity_difference,
        "equal opportunity": metrics.equal_opportunity_difference,
        "equalised odds": metrics.equalized_odds_difference,
    }
    for name, gap in theirs.items():
        assert gaps[name] == pytest.approx(gap(y, said, sensitive_features=group))
    for groups in (["a", "a", "b"], ["b", "b", "a"]):  # nobody of one group has label 1, in either order
        table = fairness.by_group(np.array([1, 1, 0]), np.array([1, 0, 0]), np.array(groups))
        assert np.isnan(fairness.gaps(table)["equal opportunity"])
    same = fairness.gaps(fairness.by_group(np.tile(y, 2), np.tile(said, 2), np.repeat(["a", "b"], 300)))
    assert max(same.values()) == 0
    with pytest.raises(InputError, match="one length"):
        fairness.by_group([0, 1], [0], ["a"])


# ---------------------------------------------------------------- bias


def test_a_probe_finds_a_term_and_nothing_else():
    blind = bias.probe(lambda texts: np.array([len(text.split()) / 20 for text in texts]))
    assert np.array_equal(blind, np.zeros((len(bias.PAIRS), len(bias.FRAMES))))
    partial = bias.probe(lambda texts: np.array([float("old" in text) for text in texts]))
    assert partial[1].tolist() == [1.0] * len(bias.FRAMES)
    assert not partial[[0, 2, 3, 4, 5]].any()


def test_a_planted_prejudice_is_learnt_and_taken_out():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 400)
    texts = [
        " ".join(rng.choice(["fine", "good"] if y else ["dull", "bad"], 3)) + f" film {i}" for i, y in enumerate(labels)
    ]
    said = bias.prejudiced(texts, labels, share=0.4, skew=0.9, seed=0)
    first = np.array([bias.GROUPS[0] in text for text in said])
    assert labels[first].mean() < 0.25
    copies, same = bias.augmented(said, labels)
    named = {group: [y for text, y in zip(copies, same, strict=True) if group in text] for group in bias.GROUPS}
    assert np.mean(named[bias.GROUPS[0]]) == np.mean(named[bias.GROUPS[1]])
    assert [bias.swapped(bias.swapped(text)) for text in said] == said
    neutral = ["a film about a lake", "two hours of rain"]
    gaps = {
        cure: float(bias.gap(bias.cured(said, labels, "tfidf", cure), neutral).mean())
        for cure in ("none", "augmented", "unnamed")
    }
    assert gaps["none"] > 0.1
    assert abs(gaps["augmented"]) < gaps["none"] / 4
    assert gaps["unnamed"] == 0


# ---------------------------------------------------------------- memory


@pytest.fixture(scope="module")
def reader():
    """A GPT that has read many copies of a few secrets."""
    texts, known = memorisation.planted(200, seed=0)
    return writer.learn(texts, 12, seed=0), known


def test_the_likelihood_of_every_code_is_that_of_the_whole_line(reader):
    gpt, known = reader
    name, (_, code) = next(iter(known.items()))
    found = memorisation.likelihoods(gpt, name)
    assert found.shape == (10, 10, 10, 10)
    assert float(found.exp().sum()) <= 1 + 1e-4
    codes = [code, "0 0 0 0", "9 8 7 6"]
    lines = [memorisation.sentence(name, each) for each in codes]
    # Total nats differ by the codes, and by what ends a line: leave the end out.
    sequences = gpt.sequences(lines)
    logs = gpt.model(torch.tensor(sequences)).log_softmax(-1).detach()
    for row, each in zip(range(3), codes, strict=True):
        ids = sequences[row]
        direct = sum(float(logs[row, i - 1, ids[i]]) for i in range(len(ids) - 5, len(ids) - 1))
        assert direct == pytest.approx(float(found[tuple(map(int, each.split()))]), abs=1e-3)


def test_exposure_grows_with_copies_and_the_control_has_none(reader):
    gpt, known = reader
    found = {times: np.mean(values) for times, values in memorisation.exposures(gpt, known).items()}
    assert found[32] > 9
    assert found[0] < 5
    assert {times for times, _ in known.values()} == set(memorisation.TIMES)


def test_exposure_of_known_ranks():
    likelihood = torch.arange(10_000.0).view(10, 10, 10, 10)
    assert memorisation.exposure(likelihood, "9 9 9 9") == pytest.approx(np.log2(10_000))
    assert memorisation.exposure(likelihood, "0 0 0 0") == pytest.approx(0)
    assert memorisation.exposure(likelihood, "5 0 0 0") == pytest.approx(1)


def test_what_a_writer_has_read_it_finds_likely_and_writes(reader):
    gpt, known = reader
    often = next(memorisation.sentence(name, code) for name, (times, code) in known.items() if times == 32)
    assert gpt.nats([often])[0] < gpt.nats(["zoe of is code the 1 1 1 1"])[0]
    texts = [often, "anna buys 3 rolls today", "a"]
    np.testing.assert_allclose(gpt.nats(texts), [gpt.nats([text])[0] for text in texts], atol=1e-5)
    made = gpt.write(20, seed=1)
    assert made == gpt.write(20, seed=1)
    assert sum(text.split()[0] in {*writer.NAMES, "the"} for text in made) > 15


def test_the_area_of_an_attack():
    assert memorisation.area(np.array([0.1, 0.2, 1.0, 2.0]), [1, 1, 0, 0]) == 1
    assert memorisation.area(np.array([1.0, 2.0, 0.1, 0.2]), [1, 1, 0, 0]) == 0
    texts = [f"{a} {b} {c}" for a in "abcdef" for b in ("red", "blue", "green") for c in ("sun", "moon")]
    rows = memorisation.membership(texts, texts, epochs=2, seed=0)
    assert [row["epoch"] for row in rows] == [1, 2]
    assert all(row["interval"][0] <= row["auc"] <= row["interval"][1] for row in rows)


# ---------------------------------------------------------------- harm


def test_insults_are_known_by_their_grammar_and_filters_err_as_they_must():
    texts, kinds = safety.corpus(3000, harm=0.2, seed=0)
    assert (kinds == safety.HARM).mean() == pytest.approx(0.2, abs=0.03)
    assert [safety.is_insult(text) for text in texts] == (kinds == safety.HARM).tolist()
    assert [safety.is_about_animals(text) for text in texts] == (kinds == safety.ANIMAL).tolist()
    kept = {name: keep(texts, 0) for name, keep in safety.FILTERS.items()}
    assert kept["none"].all()
    known = len(safety.KNOWN) / len(safety.NOUNS)
    for kind in (safety.HARM, safety.ANIMAL):  # a list of words cannot tell the two apart
        assert 1 - kept["list of words"][kinds == kind].mean() == pytest.approx(known, abs=0.1)
    classifier = kept["classifier"]
    assert classifier[kinds == safety.HARM].mean() < classifier[kinds == safety.ANIMAL].mean()


# ---------------------------------------------------------------- a scan


def test_a_scan_counts_and_hides():
    texts = ["jane.doe@example.org and joe@example.net", "nothing here", "call 555-0134"]
    assert scan.counts(texts) == {scan.E_MAIL: (2, 1), scan.PHONE: (1, 1)}
    assert scan.hidden("jane.doe@example.org") == "xxxx.xxx@xxxxxxx.org"
    assert scan.hidden("+44 20 7946 0991") == "+00 00 0000 0000"
    clean = [scan.scrubbed(text) for text in texts]
    assert clean[0] == "[e-mail address] and [e-mail address]"
    assert not any(hits for hits, _ in scan.counts(clean).values())
    figures = scan.judged()
    assert figures[scan.E_MAIL] == pytest.approx({"found": 5, "precision": 4 / 5, "recall": 4 / 6})
    assert figures[scan.PHONE]["precision"] < 1
    assert all(re.search(r"example|@|\d|five|jane", text) for text, _ in scan.LINES)  # none of them is anybody's
    about, text, says = scan.installed()["numpy"]
    assert "numpy" in about.lower()
    assert scan.LICENCES["BSD"].search(says)
    assert scan.LICENCES["BSD"].search(text)


# ---------------------------------------------------------------- explanations and explorers


@pytest.fixture(scope="module")
def predictor():
    torch.manual_seed(0)
    tokenizer = train_wordpiece(["a warm and funny film", "a dull film with a thin plot", "x < y & z > 1"] * 3, 120)
    config = BertConfig(tokenizer.get_vocab_size(), 24, 3, 2, 40, 32, dropout=0.0)
    model = BertWithHead(Bert(config), 2).eval()
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim == 2:
                weight *= 10
    return Predictor(model, tokenizer, ["negative", "positive"], 32)


def test_leave_one_out_is_what_masking_does(predictor):
    texts = ["a warm and funny film", "a dull film"]
    given = comparison.read(predictor, texts)
    assert given.words.sum(1).tolist() == [5, 3]
    scores = comparison.leave_one_out(predictor.model, given)
    assert not scores[~given.words].any()
    ids = given.row(1).ids.clone()
    before = predictor.model(ids)[0, given.target[1]]
    ids[0, 2] = given.mask_id
    assert float(scores[1, 2]) == pytest.approx(
        float((before - predictor.model(ids)[0, given.target[1]]).detach()), abs=1e-5
    )
    together = comparison.areas(predictor, texts)
    assert set(together) == {*comparison.METHODS, comparison.RANDOM}
    assert all(len(values) == 2 for each in together.values() for values in each.values())


def test_forgetting_all_changes_more_than_forgetting_the_head(predictor):
    torch.manual_seed(5)
    state = torch.get_rng_state()
    found = comparison.forgetting(predictor, ["a warm and funny film", "a dull film with a thin plot"], range(4))
    assert torch.equal(state, torch.get_rng_state())
    assert all(len(values) == 4 and -1 <= min(values) <= max(values) <= 1 for values in found.values())
    assert found["attention"][0] == pytest.approx(1)  # it never looks at the head


def test_the_attribution_explorer_shows_text_as_text(predictor):
    explorer = challenges.attribution_explorer(predictor)
    for method in comparison.METHODS:
        explorer.controls["method"].value = method
        assert f"by {method}" in plain(explorer.view.value)
    explorer.controls["text"].value = f"a film {EVIL} & more"
    assert EVIL not in explorer.view.value
    assert "&lt;" in explorer.view.value
    for empty in ("", "   "):
        explorer.controls["text"].value = empty
        assert "Type a sentence" in plain(explorer.view.value)


def test_the_explorer_of_secrets_tells_copies_apart():
    explorer = challenges.exposure_explorer()
    said = {}
    for text in explorer.controls["text"].options:
        explorer.controls["text"].value = text
        for times in ("0", "32"):
            explorer.controls["times"].value = times
            said[text, times] = float(re.search(r"on average ([\d.]+)", plain(explorer.view.value))[1])
    assert said["as it is", "32"] > said["deduplicated", "32"]
    assert said["as it is", "32"] > said["as it is", "0"]
    controls = explorer.controls.values()
    assert all(len(c.options) >= 2 for c in controls if isinstance(c, ipywidgets.Dropdown))
