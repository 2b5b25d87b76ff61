"""More texts from the same labels: changed copies (data augmentation)."""

from collections.abc import Callable, Sequence

import numpy as np

from lmcourse.evaluation.perturbations import typo


def drop_words(text: str, rng: np.random.Generator, share: float = 0.15) -> str:
    """The text without a share of its words, drawn; one word stays at least (Wei and Zou 2019, section 2)."""
    words = text.split()
    kept = [word for word in words if rng.random() >= share]
    return " ".join(kept or words[:1])


def typos(text: str, rng: np.random.Generator, times: int = 3) -> str:
    """The text with some slips of the keyboard."""
    for _ in range(times):
        text = typo(text, rng)
    return text


def unchanged(text: str, rng: np.random.Generator) -> str:
    """The text: a control, as more rows alone may help too (they weaken a fixed regularisation)."""
    return text


CHANGES: dict[str, Callable[[str, np.random.Generator], str]] = {
    "nothing": unchanged,
    "dropped words": drop_words,
    "typos": typos,
}


def augmented(texts: Sequence[str], labels: Sequence[int], change: Callable, copies: int = 3, seed: int = 0) -> tuple:
    """The texts, then `copies` changed copies of each, and their labels: (texts, labels), both (copies + 1) · N."""
    rng = np.random.default_rng(seed)
    made = [change(text, rng) for _ in range(copies) for text in texts]
    return [*texts, *made], [*labels] * (copies + 1)
