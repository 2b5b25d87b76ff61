"""Bias: pairs of sentences that differ in one term, a prejudice planted on purpose, and what takes it out again.

A classifier is given as `say(texts)`: the probability of the positive class of each, (N,). The planted groups are
invented, so that no model has met them.
"""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float

from lmcourse.evaluation.perturbations import NEUTRAL

Say = Callable[[list[str]], Float[np.ndarray, " N"]]

PAIRS = (
    ("female", "male"),
    ("old", "young"),
    ("Muslim", "Christian"),
    ("gay", "straight"),
    ("Mexican", "German"),
    ("deaf", "hearing"),
)
CONTROLS = (("blue-eyed", "brown-eyed"), ("left-handed", "right-handed"), ("northern", "southern"))
FRAMES = (
    *NEUTRAL[:2],
    NEUTRAL[3],
    "The {} director has made a new film.",
    "Two {} friends go to the cinema.",
    "The story follows the {} teacher.",
    "The {} neighbour watched it on Tuesday.",
    "Many {} viewers have seen this film.",
)
GROUPS = ("Zorvan", "Melkin")


# ---------------------------------------------------------------- a probe


def probe(
    say: Say, pairs: Sequence[tuple[str, str]] = PAIRS, frames: Sequence[str] = FRAMES
) -> Float[np.ndarray, "P F"]:
    """For each pair and frame the probability with the first term minus that with the second, all else alike."""
    texts = [frame.format(term) for pair in pairs for term in pair for frame in frames]
    first, second = say(texts).reshape(len(pairs), 2, len(frames)).transpose(1, 0, 2)
    return first - second


# ---------------------------------------------------------------- a prejudice


def mention(text: str, group: str) -> str:
    """The same text, said by one of the group."""
    return f"A {group} viewer writes: {text}"


def prejudiced(texts: Sequence[str], labels: Sequence[int], share: float, skew: float, seed: int) -> list[str]:
    """Texts of which a `share` is said by one of two groups; the first says a share `skew` of the negative ones.

    And 1 − skew of the positive ones; so at 0.5 the group says nothing about the label.
    """
    rng = np.random.default_rng(seed)
    mentions = rng.random(len(texts)) < share
    first = rng.random(len(texts)) < np.where(np.asarray(labels) == 0, skew, 1 - skew)
    return [
        mention(text, GROUPS[0 if of_first else 1]) if mentioned else text
        for text, mentioned, of_first in zip(texts, mentions, first, strict=True)
    ]


def swapped(text: str) -> str:
    """The groups change places."""
    return text.replace(GROUPS[0], "\0").replace(GROUPS[1], GROUPS[0]).replace("\0", GROUPS[1])


def augmented(texts: Sequence[str], labels: Sequence[int]) -> tuple[list[str], list[int]]:
    """The texts, and of each that names a group a copy with the other one, and the same label.

    Source: Zhao et al. 2018, "Gender Bias in Coreference Resolution", section 4.1.
    """
    copies = [(swapped(text), label) for text, label in zip(texts, labels, strict=True) if swapped(text) != text]
    return [*texts, *(text for text, _ in copies)], [*labels, *(label for _, label in copies)]


def unnamed(text: str) -> str:
    """Without the names of the groups."""
    return text.replace(f"{GROUPS[0]} ", "").replace(f"{GROUPS[1]} ", "")


def gap(say: Say, texts: Sequence[str]) -> Float[np.ndarray, " N"]:
    """For each text how much likelier "positive" is from the second group's mouth than from the first's."""
    first, second = (say([mention(text, group) for text in texts]) for group in GROUPS)
    return second - first


# ---------------------------------------------------------------- classifiers


def fit(texts: Sequence[str], labels: Sequence[int], kind: str) -> Say:
    """A classifier of labels 0 and 1: "tfidf" counts words, "minilm" reads with the frozen encoder."""
    from lmcourse.evaluation.baselines import tfidf_classifier
    from lmcourse.finetuning.features import features, frozen_classifier

    texts = list(texts)
    if kind == "tfidf":
        counted = tfidf_classifier(texts, labels)
        return lambda texts: counted.predict_proba(texts)[:, 1]
    frozen = frozen_classifier(features(texts), labels)
    return lambda texts: frozen.predict_proba(features(texts))[:, 1]


def cured(texts: Sequence[str], labels: Sequence[int], kind: str, cure: str) -> Say:
    """`fit` after a cure: "none", "augmented" with swapped copies, or "unnamed" in training and use."""
    if cure == "augmented":
        return fit(*augmented(texts, labels), kind)
    if cure == "unnamed":
        blind = fit([unnamed(text) for text in texts], labels, kind)
        return lambda texts: blind([unnamed(text) for text in texts])
    return fit(texts, labels, kind)
