"""Finance: loans whose true probability of default is known, rare fraud, and news agency reports by topic.

N rows, K columns, T tokens.
"""

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from lmcourse.applications.reader import read
from lmcourse.experiments.claims import row

COLUMNS = ("income", "debt", "age", "years in the job", "late payments", "savings")
BINS = 16  # of each column, for a Transformer that reads tokens


def loans(n: int, seed: int) -> tuple[Float[np.ndarray, "N K"], Int[np.ndarray, " N"], Float[np.ndarray, " N"]]:
    """Invented loans: standardised columns, whether each failed, and the true probability that it would.

    Income, debt, late payments and savings add up; debt weighs more where savings are low, and age bends.
    """
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, len(COLUMNS)))
    income, debt, age, _, late, savings = x.T
    logit = -1.8 - 0.7 * income + 0.8 * debt + 0.9 * late - 0.5 * savings
    truth = 1 / (1 + np.exp(-(logit + 0.9 * debt * (savings < 0) + 0.4 * (age**2 - 1))))
    return x, (rng.random(n) < truth).astype(int), truth


def payments(n: int, seed: int, share: float = 0.01) -> tuple[Float[np.ndarray, "N 4"], Int[np.ndarray, " N"]]:
    """Invented payments of which `share` is fraud: larger, later at night, further away, and never all three alike."""
    rng = np.random.default_rng(seed)
    fraud = (rng.random(n) < share).astype(int)
    return rng.normal(size=(n, 4)) + fraud[:, None] * rng.normal([1.5, 1.2, 1.0, 0.0], 0.7, (n, 4)), fraud


def tokens(x: Float[np.ndarray, "N K"]) -> Int[Tensor, "N K"]:
    """Each column cut into `BINS` equal steps between −3 and 3, as tokens of its own."""
    bins = np.clip(((x + 3) / 6 * BINS).astype(int), 0, BINS - 1)
    return torch.from_numpy(1 + bins + BINS * np.arange(x.shape[1]))


def scorers(x, y, steps: int, seed: int) -> dict:
    """Three models of loans by name: functions from columns (N, K) to probabilities (N,)."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression

    line = LogisticRegression().fit(x, y)
    boosted = HistGradientBoostingClassifier(max_iter=60, learning_rate=0.08, random_state=seed).fit(x, y)
    reader = read(tokens(x), y, 1 + BINS * x.shape[1], steps, seed)
    return {
        "logistic regression": lambda x: line.predict_proba(x)[:, 1],
        "boosting": lambda x: boosted.predict_proba(x)[:, 1],
        "Transformer": lambda x: reader.probabilities(tokens(x)),
    }


def average_precision(labels, scores) -> float:
    """The mean, over the positives, of the precision when the list is read down to each (scores without ties)."""
    found = np.asarray(labels)[np.argsort(-np.asarray(scores))]
    return float((found.cumsum() / np.arange(1, len(found) + 1))[found == 1].mean())


def brier(outcomes, probabilities) -> float:
    """Mean squared distance of a probability from what happened, or from the true probability (Brier 1950)."""
    return float(np.mean((np.asarray(outcomes) - np.asarray(probabilities)) ** 2))


def platt(labels, probabilities):
    """A map of probabilities that puts a line through their logits, fitted on these rows (Platt 1999)."""
    from sklearn.linear_model import LogisticRegression

    def logit(p):
        p = np.clip(p, 1e-6, 1 - 1e-6)
        return np.log(p / (1 - p))[:, None]

    line = LogisticRegression(C=1e6).fit(logit(probabilities), labels)
    return lambda p: line.predict_proba(logit(p))[:, 1]


APPLICATIONS = {
    "credit scoring": {
        "field": "finance (金融)",
        "task": "will a loan fail?",
        "data": "invented loans with known probabilities",
        "model": "Transformer over column tokens",
        "baseline": "gradient boosting",
        "result": "06c-credit",
        "metric": "squared distance to the true probability",
        "better": "lower",
        "ours": lambda rows: rows[0]["Transformer"]["to_truth"],
        "theirs": lambda rows: rows[0]["boosting"]["to_truth"],
        "earnest": "Real loans with outcomes of years, refused applicants included, and an audit for fairness.",
    },
    "fraud": {
        "field": "finance (金融)",
        "task": "which payments are fraud?",
        "data": "invented payments, one in a hundred fraud",
        "model": "gradient boosting",
        "baseline": "logistic regression",
        "result": "06c-fraud",
        "metric": "average precision",
        "better": "higher",
        "ours": lambda rows: rows[0]["boosting"],
        "theirs": lambda rows: rows[0]["logistic regression"],
        "earnest": "Real payments in the order of time, labels that come weeks later, and an adversary that adapts.",
    },
    "reports": {
        "field": "finance (金融)",
        "task": "what is a report about?",
        "data": "Reuters, the eight commonest topics",
        "model": "frozen MiniLM",
        "baseline": "TF-IDF and logistic regression",
        "result": "06c-reports",
        "metric": "accuracy",
        "better": "higher",
        "ours": lambda rows: row(rows, method="frozen")["test"],
        "theirs": lambda rows: row(rows, method="tfidf")["test"],
        "earnest": "Whole annual reports with their tables, and questions whose answers an analyst has checked.",
    },
}
