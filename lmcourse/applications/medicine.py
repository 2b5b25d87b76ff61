"""Medicine: a small diagnosis data set, DNA in which the order of two motifs decides, and rings of molecules.

The molecules follow the rules by which chemists write them; nothing is claimed of any substance.
"""

import re
from collections import Counter

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
    """Logistic regression on counts of runs of one to five letters of DNA: a fitted pipeline that reads strings."""
    return counted(text(letters), labels)


def counted(strings: list[str], labels):
    """Logistic regression on counts of runs of one to five characters: a fitted pipeline that reads strings."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    counts = CountVectorizer(analyzer="char", ngram_range=(1, 5), lowercase=False)
    return make_pipeline(counts, LogisticRegression(C=0.1, max_iter=300)).fit(strings, labels)


def gene_reader(letters, labels, steps: int, seed: int) -> Reader:
    """A `Reader` of single letters."""
    return read(torch.from_numpy(letters + 1), labels, 5, steps, seed)


# ---------------------------------------------------------------- molecules

CHARACTERS = "CNO1()"
LONG = 32  # characters of each string


def molecules(n: int, seed: int) -> tuple[list[str], Int[np.ndarray, " N"]]:
    """Strings with one ring, two branches, one N and one O, all of `LONG` characters; 1 when N is in the ring.

    Of N and O one is always in the ring and the other is not: the characters' counts are the same in both classes.
    """
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, n)
    return [_molecule(rng, *("NO" if label else "ON")) for label in labels], labels


def _molecule(rng, inside: str, outside: str) -> str:
    """A chain with a ring of 6 to 9 atoms: c, r, b are atoms of chain, ring, branch that may be replaced, f may not."""
    size, inner, outer = rng.integers(6, 10), rng.integers(1, 4), rng.integers(1, 4)
    chain = LONG - (size + 2) - (inner + 2) - (outer + 2)
    left = rng.integers(3, chain - 2)
    plan = "c" * left + "f1" + "r" * (size - 2) + "f1" + "c" * (chain - left)
    branches = ("r", f"f({'b' * inner})"), ("c", f"f({'b' * outer})")
    for kind, piece in (*branches, ("r", inside), (rng.choice(["b", "c"]), outside)):
        at = rng.choice([place for place, letter in enumerate(plan) if letter == kind])
        plan = plan[:at] + piece + plan[at + 1 :]
    return re.sub("[a-z]", "C", plan)


def bonds(smiles: str) -> list[tuple[int, int]]:
    """Bonds as pairs of places: each atom holds the one before it, `)` goes back to the branch's start, `1` closes."""
    found, last, waiting, opened = [], None, [], None
    for at, letter in enumerate(smiles):
        if letter == "(":
            waiting.append(last)
        elif letter == ")":
            last = waiting.pop()
        elif letter == "1":
            found += [] if opened is None else [(opened, last)]
            opened = last
        else:
            found += [] if last is None else [(last, at)]
            last = at
    return found


def in_ring(smiles: str, atom: str = "N") -> bool:
    """Whether an atom is in the ring: it is left when loose ends are cut off until there is none."""
    left, before = bonds(smiles), None
    while left != before:
        held = Counter(place for bond in left for place in bond)
        before, left = left, [bond for bond in left if min(held[place] for place in bond) > 1]
    return any(smiles[place] == atom for bond in left for place in bond)


def characters(strings: list[str]) -> Int[torch.Tensor, "N T"]:
    """The strings as rows of numbers, from 1."""
    return torch.tensor([[CHARACTERS.index(letter) + 1 for letter in string] for string in strings])


def molecule_reader(strings: list[str], labels, steps: int, seed: int) -> Reader:
    """A `Reader` of single characters."""
    return read(characters(strings), labels, len(CHARACTERS) + 1, steps, seed)


# ---------------------------------------------------------------- diagnosis


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
    "molecules": {
        "field": "medicine (医疗)",
        "task": "is the nitrogen in the ring?",
        "data": "strings written by the rules of SMILES",
        "model": "Transformer over characters",
        "baseline": "k-mer counts and logistic regression",
        "result": "06c-molecules",
        "metric": "accuracy from the most rows",
        "better": "higher",
        "ours": lambda rows: max(rows, key=lambda row: row["size"])["Transformer"],
        "theirs": lambda rows: max(rows, key=lambda row: row["size"])["k-mers"],
        "earnest": "Real substances with measured properties, cut by scaffold, and a laboratory that tests the best.",
    },
}
