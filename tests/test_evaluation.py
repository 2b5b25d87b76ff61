"""Every figure against an independent one: scikit-learn, scipy, brute force, simulation, or a case done by hand."""

import csv
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmcourse.errors import InputError
from lmcourse.evaluation import analysis, audit, baselines, metrics, uncertainty
from lmcourse.files import PROJECT

# --- metrics


@pytest.mark.parametrize("names", [(0, 1), ("neg", "pos"), (0, 1, 2), ("a", "b", "c", "d")])
def test_classification_equals_scikit_learn(names):
    from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

    rng = np.random.default_rng(0)
    y = rng.choice(names, 300)
    p = np.where(rng.random(300) < 0.6, y, rng.choice(names, 300))
    ours = metrics.classification(y, p)
    two = len(names) == 2
    expected = precision_recall_fscore_support(
        y, p, average="binary" if two else "macro", pos_label=names[-1] if two else 1, zero_division=0
    )
    assert ours["n"] == 300
    assert ours["accuracy"] == pytest.approx(accuracy_score(y, p))
    assert [ours["precision"], ours["recall"], ours["f1"]] == pytest.approx(expected[:3])
    assert (metrics.confusion(y, p) == confusion_matrix(y, p)).all()
    one = precision_recall_fscore_support(y, p, labels=[names[0]], average=None)
    assert metrics.classification(y, p, positive=names[0])["recall"] == pytest.approx(one[1][0])


def test_classification_of_extreme_parts():
    nothing_found = metrics.classification([1, 1, 0], [0, 0, 0])
    assert (nothing_found["precision"], nothing_found["recall"], nothing_found["f1"]) == (0, 0, 0)
    assert metrics.classification([0, 0], [0, 0]) == {"n": 2, "accuracy": 1, "precision": 0, "recall": 0, "f1": 0}
    for labels, predictions in ([], []), ([1], [1, 0]), (["a"], [1]), ([1.0], [math.nan]):
        with pytest.raises(InputError):
            metrics.classification(labels, predictions)
    with pytest.raises(InputError):
        metrics.classification([0, 1], [0, 1], positive="pos")
    absent = np.array([[4, 1, 0], [2, 3, 0], [0, 0, 0]])  # a resample can miss a rare class: no figure of it counts
    assert metrics.from_confusion(absent)["recall"] == pytest.approx((4 / 5 + 3 / 5) / 2)


def test_regression_equals_scipy():
    from scipy.stats import pearsonr, spearmanr

    rng = np.random.default_rng(1)
    y = rng.integers(0, 9, 200).astype(float)  # ties
    p = y + rng.normal(0, 2, 200)
    ours = metrics.regression(y, p)
    assert ours["pearson"] == pytest.approx(pearsonr(y, p)[0])
    assert ours["spearman"] == pytest.approx(spearmanr(y, p)[0])
    assert ours["rmse"] == pytest.approx(math.sqrt(((y - p) ** 2).mean()))
    assert metrics.regression(y, np.ones(200))["pearson"] == 0


def test_area_is_the_share_of_pairs_in_the_right_order():
    rng = np.random.default_rng(2)
    y, s = rng.integers(0, 2, 80), rng.integers(0, 10, 80) / 10
    pairs = [(a > b) + (a == b) / 2 for a in s[y == 1] for b in s[y == 0]]
    assert metrics.roc(y, s)["area"] == pytest.approx(np.mean(pairs))
    assert metrics.precision_recall(y, y)["average_precision"] == 1
    with pytest.raises(InputError):
        metrics.roc([1, 1], [0.2, 0.3])


def test_costs_equal_counting_at_each_threshold():
    rng = np.random.default_rng(3)
    y, s = rng.integers(0, 2, 60), rng.integers(0, 20, 60) / 20
    found = metrics.costs(y, s, false_positive=5, false_negative=1)
    for threshold, cost in zip(found["threshold"], found["cost"], strict=True):
        said = s >= threshold
        assert cost == pytest.approx((5 * (said & (y == 0)).sum() + (~said & (y == 1)).sum()) / 60)
    assert found["cost"][found["threshold"] == found["best"]] == found["cost"].min()
    assert metrics.costs([0, 1], [0.9, 0.1], false_positive=10)["best"] == math.inf  # never say "positive"


def test_calibration_by_hand_and_of_an_honest_forecaster():
    c = metrics.calibration([0, 1, 1, 1], [0.1, 0.12, 0.9, 1.0], bins=10)
    assert c["count"].tolist() == [2, 2]
    assert c["confidence"] == pytest.approx([0.11, 0.95])
    assert c["frequency"] == pytest.approx([0.5, 1])
    assert metrics.expected_calibration_error([0, 1, 1, 1], [0.1, 0.12, 0.9, 1.0]) == pytest.approx(0.22)
    assert metrics.expected_calibration_error([0, 0, 0, 1], [0.1, 0.1, 0.1, 0.5]) == pytest.approx((3 * 0.1 + 0.5) / 4)
    table = np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3]])
    assert metrics.calibration([0, 2], table)["frequency"].tolist() == [0, 1]
    p = np.random.default_rng(4).random(20_000)
    happens = np.random.default_rng(5).random(20_000) < p
    assert metrics.expected_calibration_error(happens.astype(int), p) < 0.02
    assert metrics.expected_calibration_error(happens.astype(int), p**3) > 0.1


# --- uncertainty


def test_bootstrap_of_counts_equals_bootstrap_of_rows():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 400)
    p = np.where(rng.random(400) < 0.7, y, rng.integers(0, 3, 400))
    rows = uncertainty.bootstrap(metrics.classification, y, p, samples=2000)
    counts = uncertainty.with_intervals(y, p, samples=2000)["intervals"]
    assert rows.keys() == counts.keys() == {"accuracy", "precision", "recall", "f1"}
    for name in rows:
        assert rows[name] == pytest.approx(counts[name], abs=0.006)
    assert uncertainty.bootstrap(np.mean, y) == uncertainty.bootstrap(np.mean, y)
    assert uncertainty.bootstrap(np.mean, y) != uncertainty.bootstrap(np.mean, y, seed=1)


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_intervals_cover_as_often_as_they_say(level):
    """400 simulated test parts; the count of hits has a standard error of at most 2 points."""
    rng = np.random.default_rng(0)
    truth = {"accuracy": 0.8, "precision": 0.8, "recall": 0.8}  # of a fair 50:50 set, 80 % right on each side
    hits = dict.fromkeys(truth, 0)
    for seed in range(400):
        y = rng.integers(0, 2, 300)
        p = np.where(rng.random(300) < 0.8, y, 1 - y)
        intervals = uncertainty.bootstrap_confusion(metrics.confusion(y, p), level=level, seed=seed)
        for name, value in truth.items():
            hits[name] += intervals[name][0] <= value <= intervals[name][1]
    for count in hits.values():
        assert abs(count / 400 - level) < 0.06


def test_wilson_and_mcnemar():
    from scipy.stats import binomtest

    low, high = uncertainty.wilson(0, 10)
    assert low == 0
    assert high == pytest.approx(0.2775, abs=1e-4)
    low, high = uncertainty.wilson(85, 100)
    z = 1.959964
    assert abs(0.85 - low) / math.sqrt(low * (1 - low) / 100) == pytest.approx(z, abs=1e-4)  # its definition
    for only_a, only_b in (0, 0), (5, 0), (12, 5), (7, 7), (60, 30):
        a = np.repeat([True, False, True, False], [only_a, only_b, 20, 3])
        b = np.repeat([False, True, True, False], [only_a, only_b, 20, 3])
        found = uncertainty.mcnemar(a, b)
        assert (found["only_a"], found["only_b"]) == (only_a, only_b)
        n = only_a + only_b
        assert found["p"] == pytest.approx(binomtest(only_a, n).pvalue if n else 1)
    assert uncertainty.mcnemar([1] * 5, [0] * 5)["p"] == 2 / 32  # five heads in a row, or five tails


def test_mean_of_seeds_is_students_interval():
    mean, _low, high = uncertainty.mean_of_seeds([0.8, 0.82, 0.84])
    assert mean == pytest.approx(0.82)
    assert high - mean == pytest.approx(4.302653 * 0.02 / math.sqrt(3))
    assert math.isnan(uncertainty.mean_of_seeds([0.8])[1])


# --- can this table be true?

DOCUMENT = {"validation": (0.89, 0.85, 0.90), "test": (0.88, 0.84, 0.91)}


@pytest.mark.parametrize(
    ("part", "rounding", "low", "high"),
    [
        ("test", "nearest", 0.8631, 0.8736),
        ("test", "truncated", 0.8683, 0.8788),
        ("validation", "nearest", 0.8654, 0.8758),
        ("validation", "truncated", 0.8706, 0.8809),
    ],
)
def test_the_documents_table_is_impossible_on_a_balanced_set(part, rounding, low, high):
    verdict = audit.can_be_true(*DOCUMENT[part], rounding=rounding)
    assert not verdict.possible
    assert verdict.sentence.startswith("Impossible")
    assert verdict.accuracy == pytest.approx((low, high), abs=5e-5)
    assert not audit.macro_can_be_true(*DOCUMENT[part], rounding=rounding).possible


def test_published_table_holds_the_documents_figures_and_a_share_would_save_them():
    rows = list(csv.DictReader((PROJECT / "data" / "published.csv").open(encoding="utf-8")))
    assert all(row["source"] and 0 <= float(row["value"]) <= 1 for row in rows)
    found = {(r["part"], r["metric"]): float(r["value"]) for r in rows if r["name"].startswith("The document")}
    for part, figures in DOCUMENT.items():
        assert tuple(found[part, metric] for metric in ("accuracy", "precision", "recall")) == figures
    verdicts = [audit.can_be_true(*figures, positive_share=None) for figures in DOCUMENT.values()]
    assert all(v.possible for v in verdicts)
    share = audit.common_share(*verdicts)
    assert share == pytest.approx((0.42, 0.4628), abs=5e-5)
    for figures in DOCUMENT.values():  # the ends are sharp
        assert audit.can_be_true(*figures, positive_share=share[0] + 1e-4).possible
        assert audit.can_be_true(*figures, positive_share=share[1] - 1e-4).possible
    assert not audit.can_be_true(*DOCUMENT["test"], positive_share=share[0] - 1e-4).possible
    assert not audit.can_be_true(*DOCUMENT["validation"], positive_share=share[1] + 1e-4).possible


@pytest.mark.parametrize("part", DOCUMENT)
@pytest.mark.parametrize("rounding", ["nearest", "truncated"])
def test_calculator_against_all_matrices_of_a_balanced_set_of_25000(part, rounding):
    """Every (TP, FP) of 12,500 + 12,500 reviews whose precision and recall are reported so."""
    accuracy, precision, recall = DOCUMENT[part]

    def shown(values):  # as whole hundredths
        return np.floor(values * 100 + (0.5 if rounding == "nearest" else 0) + 1e-9).astype(int)

    tp = np.arange(12_501)
    tp = tp[shown(tp / 12_500) == round(100 * recall)][:, None]
    fp = np.arange(12_501)[None, :]
    fits = shown(tp / (tp + fp)) == round(100 * precision)
    accuracies = ((tp + 12_500 - fp) / 25_000)[fits]
    assert fits.sum() > 10_000
    assert round(100 * accuracy) not in shown(accuracies)
    low, high = audit.can_be_true(*DOCUMENT[part], rounding=rounding).accuracy
    assert low - 1e-9 <= accuracies.min() < low + 2e-4
    assert high - 2e-4 < accuracies.max() <= high + 1e-9


counts = st.integers(0, 60)


@given(counts, counts, counts, counts, st.sampled_from(["nearest", "truncated"]), st.integers(1, 3))
def test_no_true_table_is_called_impossible(tp, fp, fn, tn, rounding, digits):
    n = tp + fp + fn + tn
    if n == 0:
        return
    scale = 10**digits
    ratios = [(tp + tn, n), (tp, tp + fp), (tp, tp + fn)]
    figures = [
        None
        if below == 0
        else (round(above / below * scale) if rounding == "nearest" else above * scale // below) / scale
        for above, below in ratios
    ]
    for share in (tp + fn) / n, None:
        verdict = audit.can_be_true(*figures, positive_share=share, digits=digits, rounding=rounding)
        assert verdict.possible, verdict.sentence
        assert verdict.accuracy[0] - 1e-6 <= (tp + tn) / n <= verdict.accuracy[1] + 1e-6
        assert verdict.positive_share[0] - 1e-6 <= (tp + fn) / n <= verdict.positive_share[1] + 1e-6


@given(st.integers(1, 60), st.data())
def test_no_true_macro_table_is_called_impossible(half, data):
    tp, fp = data.draw(st.integers(0, half)), data.draw(st.integers(0, half))
    if tp + fp in (0, 2 * half):
        return  # one class is never predicted
    precision = (tp / (tp + fp) + (half - fp) / (2 * half - tp - fp)) / 2
    accuracy = (tp + half - fp) / (2 * half)
    assert audit.macro_can_be_true(round(accuracy, 2), round(precision, 2), round(accuracy, 2)).possible


def test_impossible_extreme_and_missing_figures():
    assert audit.can_be_true(None, 0.3, 0.9, 0.9).accuracy is None  # that many false positives don't exist
    assert audit.can_be_true(None, 0.3, 0.9, 0.9).positive_share[1] == pytest.approx(0.329, abs=1e-3)
    assert audit.can_be_true(0.5, 0.5, 0.0, 0.5).possible
    assert not audit.can_be_true(0.6, 0.5, 0.0, 0.5).possible
    assert not audit.can_be_true(0.5, 1.0, 1.0, None, digits=3).possible
    assert audit.can_be_true(0.5, 1.0, 1.0, None).positive_share is None
    assert audit.can_be_true(0.9).possible
    assert audit.can_be_true().accuracy == pytest.approx((0, 1))
    assert not audit.can_be_true(0.7, recall=0.2, positive_share=0.5).possible
    assert audit.can_be_true(1.0, 1.0, 1.0, 0.0).possible
    assert audit.common_share(audit.can_be_true(0.5, 1.0, 1.0), audit.can_be_true(0.9)) is None
    for wrong in {"accuracy": 88}, {"precision": 0.845}, {"rounding": "up"}, {"positive_share": 1.5}, {"recall": -0.1}:
        with pytest.raises(InputError):
            audit.can_be_true(**{"accuracy": 0.88, **wrong})


# --- baselines and people

GOOD = ["a great film with a fine cast", "great fun and a fine story", "fine acting, great music", "a great joy"]
BAD = ["a dull film with a weak cast", "dull and weak story", "weak acting, dull music", "a dull bore, weak"]
PART = (GOOD + BAD, ["pos"] * 4 + ["neg"] * 4)


def test_compare_gives_every_baseline_with_intervals():
    found = baselines.compare(PART, PART, PART)
    assert list(found) == ["majority", "VADER", "TF-IDF + logistic regression"]
    assert found["majority"]["accuracy"] == 0.5
    assert found["TF-IDF + logistic regression"]["accuracy"] == 1
    assert found["VADER"]["accuracy"] > 0.7
    for figures in found.values():
        assert figures["n"] == 8
        for name, (low, high) in figures["intervals"].items():
            assert low <= figures[name] <= high
    topics = (PART[0], ["sport"] * 4 + ["news"] * 4)
    assert "VADER" not in baselines.compare(topics, None, topics)
    assert "VADER" in baselines.compare(topics, None, topics, vader=True)
    ratings = (PART[0], [2.0, 3, 1, 2, -1, -2, -3, -2])
    found = baselines.compare(ratings, ([], []), ratings, task="regression")
    assert list(found) == ["mean", "VADER", "TF-IDF + ridge"]
    assert found["TF-IDF + ridge"]["pearson"] > 0.9
    assert found["mean"]["pearson"] == 0
    assert found["VADER"]["rmse"] < found["mean"]["rmse"]
    fitted = baselines._vader_ratings(ratings, ratings[0], enough=4)  # a part sorted by rating must not mislead
    assert metrics.regression(ratings[1], fitted)["rmse"] < found["mean"]["rmse"]


def test_validation_part_chooses_the_strength():
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    rng = np.random.default_rng(1)
    words = [f"word{i}" for i in range(300)]
    texts = [" ".join(rng.choice(words, 12)) for _ in range(300)]
    labels = np.array([sum(int(w[4:]) % 2 for w in t.split()) > 6 for t in texts]).astype(int)
    train, validation = (texts[:200], labels[:200]), (texts[200:], labels[200:])
    by_hand = [
        make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=c, max_iter=1000))
        for c in (1, 3, 10, 30)
    ]
    scores = [model.fit(*train).score(*validation) for model in by_hand]
    assert max(scores) > scores[0]
    assert baselines.tfidf_classifier(*train, validation).score(*validation) == max(scores)
    assert baselines.tfidf_classifier(*train).score(*validation) == scores[0]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [([0, 1], True), (["Positive", "negative"], True), ([0, 1, 2], False), (["a", "b"], False), ([1, 1], False)],
)
def test_rule_that_brings_vader_in(labels, expected):
    assert baselines.looks_like_polarity(labels) is expected


def test_baselines_say_what_is_missing():
    with pytest.raises(InputError):
        baselines.tfidf_classifier(GOOD, [1, 1, 1, 1])
    with pytest.raises(InputError):
        baselines.tfidf_ridge(["", "!"], [1.0, 2.0])


def test_human_ceiling_by_hand():
    found = baselines.human_ceiling([[1, 2, 3], [-1, -2, 0], [3, -1, -1, 2]])
    # others' signs by hand: row 1 all agree; row 2: -1 and -2 agree (others below 0), 0 is neutral;
    # row 3: 3 against 0 (a tie, left out), -1 against 4/3, -1 against 4/3, 2 against 1/3
    assert found["one_rater"] == pytest.approx(6 / 8)
    assert found["neutral"] == pytest.approx(1 / 10)
    single, others = [1, 2, 3, -1, -2, 0, 3, -1, -1, 2], [2.5, 2, 1.5, -1, -0.5, -1.5, 0, 4 / 3, 4 / 3, 1 / 3]
    assert found["one_rater_pearson"] == pytest.approx(np.corrcoef(single, others)[0, 1])
    with pytest.raises(InputError):
        baselines.human_ceiling([[1, 2], [3]])


def test_human_ceiling_of_simulated_raters():
    """Raters = truth + noise of the same variance: a half of 10 has reliability 10/11, the panel of 20 has 20/21."""
    rng = np.random.default_rng(0)
    table = rng.normal(size=(4000, 1)) + rng.normal(size=(4000, 20))
    found = baselines.human_ceiling(table)
    assert found["split_half_pearson"] == pytest.approx(10 / 11, abs=0.01)
    assert found["reliability"] == pytest.approx(20 / 21, abs=0.01)
    assert found["one_rater_pearson"] == pytest.approx(math.sqrt(1 / 2 * 19 / 20), abs=0.01)
    assert found == baselines.human_ceiling(table) != baselines.human_ceiling(table, seed=1)


def test_human_ceiling_of_the_movie_sentences():
    from lmcourse.data import corpora

    found = baselines.human_ceiling(corpora.load("movies")["ratings"])
    assert found["n"] == 10_605
    assert found["one_rater"] == pytest.approx(0.9475, abs=1e-3)  # no chance in it: every rating is counted
    assert found["split_half"] == pytest.approx(0.984, abs=4e-3)
    assert found["split_half_pearson"] == pytest.approx(0.972, abs=3e-3)


# --- error analysis


def test_worst_mistakes_come_first():
    rows = analysis.worst(["a", "b", "c"], [1, 0, 1], [0.9, 0.8, 0.1], n=2)
    assert [row["text"] for row in rows] == ["c", "b"]
    assert rows[0] == {"text": "c", "label": 1, "predicted": 0, "probability": 0.1, "loss": pytest.approx(2.302585)}
    rows = analysis.worst(["a", "b"], [2, 0], np.array([[0.1, 0.2, 0.7], [0.3, 0.6, 0.1]]), n=9)
    assert [(row["text"], row["predicted"]) for row in rows] == [("b", 1), ("a", 2)]
    with pytest.raises(InputError):
        analysis.worst(["a"], [2], [0.5])


def test_slices_find_negation_and_length():
    texts = ["It isn’t good", "not bad at all", "nothing new but fine", "knotty notes", "a b c d e f g h i", "fine?"]
    rows = {row["slice"]: row for row in analysis.slices(texts, [1] * 6, [0, 0, 0, 1, 1, 1])}
    assert rows["with negation"]["n"] == 3
    assert rows["with negation"]["accuracy"] == 0
    assert rows["without negation"]["accuracy"] == 1
    assert rows["with contrast"]["n"] == 1
    assert rows["all"]["interval"][0] < 0.5 < rows["all"]["interval"][1]
    assert rows["more words"]["n"] == 1
