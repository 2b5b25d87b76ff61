"""A reader's labels, checked before the first step: class names, or numbers."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from datasets import ClassLabel, Dataset

from lmcourse.errors import InputError


def class_names(data: Dataset, where: object) -> list[str]:
    """The classes of a training set, in order: numbers by value, other names by the alphabet.

    Errors: InputError for one class only, or a class with a single text, which cannot be learnt and is mostly a slip.
    """
    labels = _as_text(data)
    counts = Counter(labels)
    usual = sorted((label for label in counts if counts[label] > 1), key=_order)
    if len(usual) < 2 and len(counts) == len(usual):
        raise InputError(f"all labels are {labels[0]!r}" if labels else "there are no rows", where, "give two classes")
    for number, label in enumerate(labels):
        if counts[label] == 1:
            raise InputError(
                f"the label {label!r} occurs only once, while the others are {_few(usual)}",
                f"{where}, row {row_number(data, number)}",
                "correct the label, or give at least two texts of each class",
            )
    return usual


def with_class_numbers(data: Dataset, names: list[str], where: object) -> Dataset:
    """The data set with `label` as numbers 0 … C-1; InputError names the first row whose label is not among `names`."""
    numbers = {name: number for number, name in enumerate(names)}
    labels = _as_text(data)
    for number, label in enumerate(labels):
        if label not in numbers:
            raise InputError(
                f"the label {label!r} is not one of those of training, {_few(names)}",
                f"{where}, row {row_number(data, number)}",
                "correct the label",
            )
    return data.remove_columns("label").add_column("label", [numbers[label] for label in labels])


def with_wrong_labels(labels: Sequence[int], share: float, classes: int, seed: int) -> list[int]:
    """Class numbers of which a share, drawn by `seed`, was turned into another class, each as likely as the other."""
    random = np.random.default_rng(seed)
    noisy = np.array(labels)
    wrong = random.permutation(len(noisy))[: round(share * len(noisy))]
    noisy[wrong] = (noisy[wrong] + random.integers(1, classes, len(wrong))) % classes
    return noisy.tolist()


def with_numbers(data: Dataset, where: object) -> Dataset:
    """The data set with `label` as floats; InputError names the first row that holds no finite number."""
    values = []
    for number, label in enumerate(data["label"]):
        try:
            values.append(float(label))
        except (TypeError, ValueError):
            values.append(math.nan)
        if not math.isfinite(values[-1]):
            raise InputError(
                f"the label {label!r} is no finite number", f"{where}, row {row_number(data, number)}", "give a number"
            )
    return data.remove_columns("label").add_column("label", values)


def row_number(data: Dataset, position: int) -> int:
    """The row's number in the file that it came from, counted from 1 below the header."""
    return data["row"][position] if "row" in data.column_names else position + 1


def _as_text(data: Dataset) -> list[str]:
    """Labels by name; whole numbers look the same in a file that also holds fractions and in one that does not."""
    feature = data.features["label"]
    if isinstance(feature, ClassLabel):
        return feature.int2str(data["label"][:])
    return [str(int(x)) if isinstance(x, float) and x.is_integer() else str(x) for x in data["label"]]


def _order(label: str) -> tuple:
    try:
        return (0, float(label), label)
    except ValueError:
        return (1, 0.0, label)


def _few(names: list[str], most: int = 6) -> str:
    shown = ", ".join(map(repr, names[:most]))
    return shown if len(names) <= most else f"{shown} … ({len(names)} classes)"
