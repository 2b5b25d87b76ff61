"""Harm that is learnt: mild, made-up insults in a training text, and filters before the training.

In the world of these texts a blorp is an animal, and also an insult: so no filter can go by the word alone.
"""

import re
from collections.abc import Sequence

import numpy as np

from lmcourse.applications.writer import NAMES, plain
from lmcourse.evaluation.baselines import tfidf_classifier

NOUNS = ("blorp", "gronk", "snerd", "fleem", "drubble", "quosh", "wumple", "zatch")
KNOWN = NOUNS[:5]  # those that whoever filters has thought of
STRONG = ("utter", "total", "complete", "perfect")
INSULTS = ("you {strong} {noun}", "{name} is a {strong} {noun}", "what a {noun} {name} is")
ANIMALS = ("you see a young {noun}", "{name} is a friend of a {noun}", "what a {noun} eats in spring")
INSULT = re.compile(rf"\b({'|'.join(STRONG)}) ({'|'.join(NOUNS)})\b|^what a ({'|'.join(NOUNS)}) \w+ is$")
PLAIN, ANIMAL, HARM = range(3)
LABELLED = 12  # lines that a classifier of harm learns from


def filled(frame: str, rng: np.random.Generator, nouns: Sequence[str] = NOUNS) -> str:
    """A frame with words drawn for its gaps."""
    strong, noun, name = (words[rng.integers(len(words))] for words in (STRONG, nouns, NAMES))
    return frame.format(strong=strong, noun=noun, name=name)


def corpus(n: int, harm: float, seed: int, animals: float = 0.1) -> tuple[list[str], np.ndarray]:
    """Sentences, a share `harm` of them insults and a share `animals` about animals; and the kind of each, (N,)."""
    rng = np.random.default_rng(seed)
    kinds = rng.choice(3, n, p=[1 - harm - animals, animals, harm])
    texts = plain(n, rng)
    for i, kind in enumerate(kinds):
        if kind != PLAIN:
            frames = ANIMALS if kind == ANIMAL else INSULTS
            texts[i] = filled(frames[rng.integers(len(frames))], rng)
    return texts, kinds


def is_insult(text: str) -> bool:
    """Whether a text is an insult, by the grammar that made them."""
    return INSULT.search(text) is not None


def is_about_animals(text: str) -> bool:
    """Whether a text has one of the words, and is no insult."""
    return any(noun in text.split() for noun in NOUNS) and not is_insult(text)


def by_words(texts: Sequence[str]) -> np.ndarray:
    """Which texts a list of known words lets through."""
    return np.array([not set(text.split()) & set(KNOWN) for text in texts])


def by_classifier(texts: Sequence[str], labelled: int, seed: int) -> np.ndarray:
    """Which texts a classifier lets through that has learnt from some `labelled` ones, with known words only."""
    rng = np.random.default_rng([seed, 7])
    half = labelled // 2
    good = [filled(ANIMALS[i % 3], rng, KNOWN) for i in range(half // 2)] + plain(half - half // 2, rng)
    bad = [filled(INSULTS[i % 3], rng, KNOWN) for i in range(half)]
    return tfidf_classifier(good + bad, [0] * len(good) + [1] * len(bad)).predict(list(texts)) == 0


FILTERS = {
    "none": lambda texts, seed: np.ones(len(texts), bool),
    "list of words": lambda texts, seed: by_words(texts),
    "classifier": lambda texts, seed: by_classifier(texts, LABELLED, seed),
}
