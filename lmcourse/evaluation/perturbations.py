"""Changes of a text that should not change an answer: slips of the keyboard, capitals, and who is spoken of."""

import re
from collections.abc import Callable

import numpy as np

# Who is spoken of, as pairs that change places. "her" stands for "him" and for "his": it is left alone.
PERSONS = [
    ("he", "she"),
    ("himself", "herself"),
    ("man", "woman"),
    ("men", "women"),
    ("boy", "girl"),
    ("boys", "girls"),
    ("father", "mother"),
    ("son", "daughter"),
    ("brother", "sister"),
    ("husband", "wife"),
    ("uncle", "aunt"),
    ("king", "queen"),
    ("actor", "actress"),
    ("actors", "actresses"),
    ("guy", "girl"),
    ("mr", "mrs"),
]
OTHER = {a: b for pair in PERSONS for a, b in (pair, pair[::-1])} | {"girl": "boy"}
# Groups that a neutral sentence is said of. After the identity terms of Dixon et al. 2018, section 3.
GROUPS = ["female", "male", "Christian", "Muslim", "Jewish", "atheist", "German", "Chinese", "Mexican", "blind", "deaf"]
GROUPS += ["old", "young", "gay", "straight"]
NEUTRAL = ["This is about {} people.", "My neighbours are {}.", "The film shows a {} family.", "I met {} people today."]


def typo(text: str, rng: np.random.Generator) -> str:
    """Two neighbouring letters inside one word change places; a text without a word of four letters stays as it is."""
    words = [m for m in re.finditer(r"\w{4,}", text) if len(set(m[0][1:-1])) > 1]
    if not words:
        return text
    start, word = (words[i := int(rng.integers(len(words)))].start(), words[i][0])
    places = [i for i in range(1, len(word) - 2) if word[i] != word[i + 1]]
    if not places:
        return text
    at = start + int(rng.choice(places))
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def capitals(text: str, rng: np.random.Generator) -> str:
    """Everything in capitals."""
    return text.upper()


def no_punctuation(text: str, rng: np.random.Generator) -> str:
    """Without the marks between sentences and their parts."""
    return " ".join(re.sub(r"[.,;:!?]", " ", text).split())


def other_person(text: str, rng: np.random.Generator) -> str:
    """Every he becomes a she, every woman a man …; a text without such words stays as it is."""

    def swap(match: re.Match) -> str:
        other = OTHER.get(match[0].lower())
        if other is None:
            return match[0]
        return (
            other.upper()
            if match[0].isupper() and len(match[0]) > 1
            else other.capitalize()
            if match[0][0].isupper()
            else other
        )

    return re.sub(r"\w+", swap, text)


CHANGES: dict[str, Callable[[str, np.random.Generator], str]] = {
    "one typo": typo,
    "all in capitals": capitals,
    "no punctuation": no_punctuation,
    "the other gender": other_person,
}
