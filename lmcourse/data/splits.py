"""Splits that keep together what belongs together, and a check for what leaked."""

from collections.abc import Sequence

import numpy as np

from lmcourse.data.cleaning import Similar, near_duplicates
from lmcourse.errors import InputError

PARTS = ("train", "validation", "test")


def groups(texts: Sequence[str], documents: Sequence[str] | None = None, threshold: float = 0.8) -> np.ndarray:
    """For each text (N,) the id of its group: near duplicates and texts of one document, also by chains.

    `documents` names each text's document; "" stands for none.
    """
    group = near_duplicates(texts, threshold)
    if documents is None:
        return group
    parent = {int(g): int(g) for g in np.unique(group)}

    def root(g: int) -> int:
        while parent[g] != g:
            parent[g] = g = parent[parent[g]]
        return g

    first: dict[str, int] = {}
    for g, document in zip(group.tolist(), documents, strict=True):
        if document:
            a, b = root(g), root(first.setdefault(document, g))
            parent[max(a, b)] = min(a, b)
    return np.array([root(g) for g in group.tolist()], dtype=np.int64)


def split(
    ds,
    shares: tuple[float, float, float] = (0.8, 0.1, 0.1),
    seed: int = 0,
    text: str = "text",
    keep_together: bool = True,
):
    """Divide a Dataset into a `datasets.DatasetDict` of train, validation and test, the same for the same seed.

    Near duplicates and texts of one document (column `document`) stay together unless `keep_together` is
    False. Where there is a column `label` that names classes, each part gets its share of each class, as
    far as the groups allow. Rows keep their order.
    A share may be 0: that part is empty.
    Errors: InputError for shares below 0 or of another sum than 1, and when another part would be empty.
    """
    import datasets

    if len(shares) != 3 or min(shares) < 0 or abs(sum(shares) - 1) > 1e-6:
        raise InputError(f"shares must be three numbers that sum to 1, not {shares}", "split", "use 0.8, 0.1, 0.1")
    documents = ds["document"] if "document" in ds.column_names else None
    group = groups(ds[text], documents) if keep_together else np.arange(len(ds))
    part = _assign(group, _classes(ds), np.array(shares), np.random.default_rng(seed))
    rows = {name: np.flatnonzero(part == i) for i, name in enumerate(PARTS)}
    for (name, index), share in zip(rows.items(), shares, strict=True):
        if share and not len(index):
            raise InputError(
                f"the {name} part would be empty", f"{len(ds)} rows in {len(np.unique(group))} groups", "give more rows"
            )
    return datasets.DatasetDict({name: ds.select(index) for name, index in rows.items()})


def _classes(ds) -> np.ndarray:
    """Class numbers (N,) of the rows: of the column `label` unless it holds fractions; else all 0."""
    if "label" not in ds.column_names:
        return np.zeros(len(ds), dtype=np.int64)
    labels = np.asarray(ds["label"])
    if labels.dtype.kind == "f":
        return np.zeros(len(ds), dtype=np.int64)
    return np.unique(labels, return_inverse=True)[1]


def _assign(group: np.ndarray, classes: np.ndarray, shares: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The part (N,) of each row: whole groups, largest first, each to the part that lacks most of what it holds."""
    _, group = np.unique(group, return_inverse=True)
    counts = np.zeros((group.max(initial=-1) + 1, classes.max(initial=0) + 1))
    np.add.at(counts, (group, classes), 1)
    lacking = shares[:, None] * counts.sum(0)  # (part, class)
    order = random.permutation(len(counts))
    order = order[np.argsort(-counts[order].sum(1), kind="stable")]
    part = np.empty(len(counts), dtype=np.int64)
    for g in order:
        part[g] = np.argmax(lacking @ counts[g])
        lacking[part[g]] -= counts[g]
    return part[group]


def leaks(
    train_texts: Sequence[str], test_texts: Sequence[str], threshold: float = 0.8
) -> list[tuple[int, int, float]]:
    """Pairs (i, j, similarity) of near duplicates, i in the training texts and j in the test texts."""
    index = Similar(threshold)
    for i, text in enumerate(train_texts):
        index.add(i, *index.hashed(text))
    pairs = []
    for j, text in enumerate(test_texts):
        pairs += [(i, j, round(similarity, 4)) for i, similarity in index.like(*index.hashed(text))]
    return sorted(pairs)
