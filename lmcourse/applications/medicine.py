"""Medicine: a small diagnosis data set, and DNA in which the order of two motifs decides."""

import numpy as np
import torch
from jaxtyping import Int

from lmcourse.applications.reader import Reader, read

MOTIFS = ("TGAC", "GGTA")
T = 32


def genes(n: int, seed: int) -> tuple[Int[np.ndarray, "N T"], Int[np.ndarray, " N"]]:
    """Random DNA (numbers of A, C, G, T) with both motifs planted; 1 when the first motif stands before the second.

    Four letters or more lie before, between and behind them: no run of five letters shows which end is near.
    """
    rng = np.random.default_rng(seed)
    letters, labels = rng.integers(0, 4, (n, T)), rng.integers(0, 2, n)
    motifs = [["ACGT".index(letter) for letter in motif] for motif in MOTIFS]
    for row, label in zip(letters, labels, strict=True):
        left = rng.integers(4, T // 2 - 5)
        right = rng.integers(T // 2 + 2, T - 7)
        for at, motif in zip((left, right), motifs if label else motifs[::-1], strict=True):
            row[at : at + 4] = motif
    return letters, labels


def text(letters: Int[np.ndarray, "N T"]) -> list[str]:
    """The rows as strings."""
    return ["".join("ACGT"[i] for i in row) for row in letters]


def kmers(letters, labels):
    """Logistic regression on counts of runs of one to five letters: a fitted pipeline that reads strings."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    counts = CountVectorizer(analyzer="char", ngram_range=(1, 5), lowercase=False)
    return make_pipeline(counts, LogisticRegression(C=0.1, max_iter=300)).fit(text(letters), labels)


def gene_reader(letters, labels, steps: int, seed: int) -> Reader:
    """A `Reader` of single letters."""
    return read(torch.from_numpy(letters + 1), labels, 5, steps, seed)


def diagnosis(seed: int) -> dict[str, int]:
    """Right answers on a fifth of scikit-learn's breast cancer data, by model, and how many there were (n)."""
    from sklearn.datasets import load_breast_cancer
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, x_test, y, y_test = train_test_split(
        *load_breast_cancer(return_X_y=True), test_size=0.2, random_state=seed, stratify=load_breast_cancer().target
    )
    models = {
        "logistic regression": make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)),
        "boosting": HistGradientBoostingClassifier(max_iter=60, random_state=seed),
    }
    right = {name: int((model.fit(x, y).predict(x_test) == y_test).sum()) for name, model in models.items()}
    return {"n": len(y_test), **right}


APPLICATIONS = {
    "diagnosis": {
        "field": "medicine (医疗)",
        "task": "benign or malignant?",
        "data": "scikit-learn's breast cancer data",
        "model": "gradient boosting",
        "baseline": "logistic regression",
        "result": "06c-diagnosis",
        "metric": "accuracy",
        "better": "higher",
        "ours": lambda rows: rows[0]["boosting"] / rows[0]["n"],
        "theirs": lambda rows: rows[0]["logistic regression"] / rows[0]["n"],
        "earnest": "Thousands of patients of other clinics, a plan fixed before, and approval.",
    },
    "genes": {
        "field": "medicine (医疗)",
        "task": "which of two motifs comes first?",
        "data": "random DNA with planted motifs",
        "model": "Transformer over letters",
        "baseline": "k-mer counts and logistic regression",
        "result": "06c-genes",
        "metric": "accuracy from the most rows",
        "better": "higher",
        "ours": lambda rows: max(rows, key=lambda row: row["size"])["Transformer"],
        "theirs": lambda rows: max(rows, key=lambda row: row["size"])["k-mers"],
        "earnest": "Measured sequences, kept apart by family, and a laboratory that tests what is predicted.",
    },
}
