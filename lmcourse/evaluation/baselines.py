"""What must be beaten, and what cannot: the majority, a lexicon, TF-IDF with a linear model, and people."""

from collections.abc import Sequence

import numpy as np

from lmcourse.errors import InputError
from lmcourse.evaluation.metrics import correlation
from lmcourse.evaluation.uncertainty import with_intervals

POLARITIES = ({0, 1}, {"0", "1"}, {"neg", "pos"}, {"negative", "positive"})
Part = tuple[Sequence[str], Sequence]  # texts and their labels


def majority(train_labels, test_texts) -> np.ndarray:
    """Predict the most frequent training label for every text."""
    names, counts = np.unique(np.asarray(train_labels), return_counts=True)
    return np.full(len(test_texts), names[counts.argmax()])


def vader(texts) -> np.ndarray:
    """VADER's compound score of each English text, -1 to 1, without any training (Hutto and Gilbert 2014)."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    score = SentimentIntensityAnalyzer().polarity_scores
    return np.array([score(text)["compound"] for text in texts])


def looks_like_polarity(labels) -> bool:
    """Whether labels are exactly two that are usual for negative and positive: the rule that brings VADER in."""
    found = {label.lower() if isinstance(label, str) else label for label in np.unique(np.asarray(labels)).tolist()}
    return found in POLARITIES


def _tfidf(train_texts):
    """Words and word pairs; sublinear: the tenth time that a word occurs says less than the first."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectoriser = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    try:
        return vectoriser, vectoriser.fit_transform(train_texts)
    except ValueError:
        raise InputError("the training texts hold no words of two letters or more") from None


def _best(models, train_texts, train_labels, validation: Part | None):
    """Fit each linear model on the same features and keep the one with the best validation score."""
    from sklearn.pipeline import make_pipeline

    vectoriser, features = _tfidf(train_texts)
    fitted = [model.fit(features, train_labels) for model in models]
    if len(fitted) > 1:
        texts, labels = validation
        features = vectoriser.transform(texts)
        fitted.sort(key=lambda model: model.score(features, labels), reverse=True)  # stable: the first wins a tie
    return make_pipeline(vectoriser, fitted[0])


def tfidf_classifier(train_texts, train_labels, validation: Part | None = None):
    """Logistic regression on TF-IDF of words and word pairs: a fitted scikit-learn pipeline with `predict`.

    Its C is chosen on the validation part; without one it is scikit-learn's default, 1.
    """
    from sklearn.linear_model import LogisticRegression

    if len(set(np.asarray(train_labels).tolist())) < 2:
        raise InputError("all training labels are the same", train_labels[0], "give texts of two classes or more")
    strengths = (1, 3, 10, 30) if validation else (1,)
    models = [LogisticRegression(C=c, max_iter=1000) for c in strengths]
    return _best(models, train_texts, train_labels, validation)


def tfidf_ridge(train_texts, train_targets, validation: Part | None = None):
    """Ridge regression on the same features, its alpha chosen on the validation part (1 without one)."""
    from sklearn.linear_model import Ridge

    strengths = (1, 0.3, 3, 10) if validation else (1,)
    models = [Ridge(alpha=alpha, solver="sparse_cg") for alpha in strengths]
    return _best(models, train_texts, np.asarray(train_targets, float), validation)


def compare(
    train: Part, validation: Part | None, test: Part, task: str = "classification", vader: bool | None = None
) -> dict[str, dict]:
    """Test figures with intervals of every baseline, weakest first, each (texts, labels) part used for its purpose.

    VADER needs English sentiment: by default it is there for regression, and for two classes named 0/1,
    neg/pos or negative/positive; `vader` overrules that.
    """
    validation = validation if validation and len(validation[0]) else None
    train, validation, test = (part and (list(part[0]), np.asarray(part[1])) for part in (train, validation, test))
    (texts, labels), (test_texts, test_labels) = train, test
    if task == "regression":
        predictions = {"mean": np.full(len(test_texts), np.mean(labels))}
        if vader is not False:
            predictions["VADER"] = _vader_ratings(train, test_texts)
        predictions["TF-IDF + ridge"] = tfidf_ridge(texts, labels, validation).predict(test_texts)
    else:
        predictions = {"majority": majority(labels, test_texts)}
        if looks_like_polarity(labels) if vader is None else vader:
            predictions["VADER"] = _vader_labels(labels, test_texts)
        model = tfidf_classifier(texts, labels, validation)
        predictions["TF-IDF + logistic regression"] = model.predict(test_texts)
    return {name: with_intervals(test_labels, made, task) for name, made in predictions.items()}


def _vader_labels(labels, texts) -> np.ndarray:
    """A compound score of 0 says nothing: it counts for the negative class, the first in sorted order."""
    negative, positive = np.unique(np.asarray(labels))
    return np.where(vader(texts) > 0, positive, negative)


def _vader_ratings(train: Part, texts, enough: int = 2000) -> np.ndarray:
    """VADER on the scale of the targets: slope and offset fitted on training texts, for which 2,000 are plenty."""
    every = max(1, len(train[0]) // enough)
    slope, offset = np.polyfit(vader(train[0][::every]), train[1][::every], 1)
    return slope * vader(texts) + offset


def human_ceiling(ratings: Sequence[Sequence[float]], seed: int = 0) -> dict:
    """How far people agree with each other, from the raw ratings of each text (lists may differ in length).

    - `one_rater`: share of single ratings with the sign of the mean of the *others* (0 and ties take no part);
    - `one_rater_pearson`: correlation of a single rating with the mean of the others;
    - `split_half`, `split_half_pearson`: one random half of the raters against the other, sign and mean;
    - `reliability`: the correlation that two full panels would have, 2r / (1 + r) (Spearman 1910; Brown 1910);
    - `neutral`: share of ratings that are 0; `n` texts.
    """
    table = _table(ratings)
    given = ~np.isnan(table)
    raters = given.sum(1, keepdims=True)
    others = np.where(given, (np.nansum(table, 1, keepdims=True) - table) / (raters - 1), np.nan)
    halves = _halves(table, np.random.default_rng(seed))
    split_half = correlation(*halves)
    return {
        "n": len(table),
        "neutral": float((table[given] == 0).mean()),
        "one_rater": _same_sign(table[given], others[given]),
        "one_rater_pearson": correlation(table[given], others[given]),
        "split_half": _same_sign(*halves),
        "split_half_pearson": split_half,
        "reliability": 2 * split_half / (1 + split_half),
    }


def _table(ratings) -> np.ndarray:
    """Lists of unequal length as one table (texts, raters), NaN where nobody rated."""
    lengths = np.array([len(row) for row in ratings])
    if lengths.size == 0 or lengths.min() < 2:
        raise InputError("agreement needs two ratings or more of every text")
    table = np.full((len(lengths), lengths.max()), np.nan)
    table[np.arange(lengths.max()) < lengths[:, None]] = np.concatenate([np.asarray(r, float) for r in ratings])
    return table


def _halves(table: np.ndarray, rng) -> tuple[np.ndarray, np.ndarray]:
    """Mean rating of each text by a random half of its raters and by the other half."""
    given = ~np.isnan(table)
    order = np.where(given, rng.random(table.shape), 2).argsort(1).argsort(1)  # missing ratings come last
    first = order < given.sum(1, keepdims=True) // 2
    return tuple(np.nanmean(np.where(half & given, table, np.nan), 1) for half in (first, ~first))


def _same_sign(a: np.ndarray, b: np.ndarray) -> float:
    spoken = (a != 0) & (b != 0)
    return float((np.sign(a) == np.sign(b))[spoken].mean())
