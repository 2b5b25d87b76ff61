"""Where is a classifier wrong? Its worst mistakes as rows, and its accuracy on slices of the texts."""

import re

import numpy as np

from lmcourse.errors import InputError
from lmcourse.evaluation.uncertainty import wilson

# The pairs that a slice compares: a classifier that counts words should stumble on the first two.
PATTERNS = {
    "negation": r"\b(?:not|no|never|nor|neither|none|nobody|nothing|nowhere|without|cannot)\b|n['’]t\b",
    "contrast": r"\b(?:but|although|though|however|despite|yet|except)\b",
    "question": r"\?",
}


def _table(labels, probabilities) -> tuple[np.ndarray, np.ndarray]:
    """Labels as numbers and probabilities (B, C); a vector (B,) is of class 1 of two."""
    labels, table = np.asarray(labels), np.asarray(probabilities, float)
    if table.ndim == 1:
        table = np.stack([1 - table, table], 1)
    if len(labels) != len(table):
        raise InputError("labels and probabilities differ in length", f"{len(labels)} and {len(table)}")
    if labels.dtype.kind not in "bui" or labels.min() < 0 or labels.max() >= table.shape[1]:
        raise InputError("labels are class numbers", f"0 to {table.shape[1] - 1}", "number the classes")
    return labels.astype(int), table


def worst(texts, labels, probabilities, n: int = 10) -> list[dict]:
    """The n texts whose right label was given the least probability, worst first.

    Probabilities are (B,) of class 1, or (B, C). Rows: {text, label, predicted, probability, loss}, probability
    being that of the right label and loss its negative logarithm, in nats.
    """
    labels, table = _table(labels, probabilities)
    right = table[np.arange(len(labels)), labels]
    return [
        {
            "text": texts[int(i)],
            "label": int(labels[i]),
            "predicted": int(table[i].argmax()),
            "probability": float(right[i]),
            "loss": float(-np.log(max(right[i], 1e-12))),
        }
        for i in right.argsort(kind="stable")[:n]
    ]


def slices(texts, labels, predictions) -> list[dict]:
    """Accuracy by length (thirds, in words) and with or without negation, contrast and question.

    Rows: {slice, n, accuracy, interval}, the interval being Wilson's at 95 %.
    """
    correct = np.asarray(labels) == np.asarray(predictions)
    if len(correct) != len(texts):
        raise InputError("texts and labels differ in length", f"{len(texts)} and {len(correct)}")
    words = np.array([len(text.split()) for text in texts])
    third, two_thirds = np.quantile(words, [1 / 3, 2 / 3])
    members = {
        "all": words >= 0,
        f"up to {third:.0f} words": words <= third,
        f"up to {two_thirds:.0f} words": (words > third) & (words <= two_thirds),
        "more words": words > two_thirds,
    }
    for name, pattern in PATTERNS.items():
        found = np.array([bool(re.search(pattern, text, re.IGNORECASE)) for text in texts])
        members |= {f"with {name}": found, f"without {name}": ~found}
    return [
        {
            "slice": name,
            "n": int(m.sum()),
            "accuracy": float(correct[m].mean()),
            "interval": wilson(correct[m].sum(), m.sum()),
        }
        for name, m in members.items()
        if m.any()
    ]
