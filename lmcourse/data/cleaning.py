"""Cleaning: Unicode, markup, exact and near duplicates."""

import html
import re
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from lmcourse.errors import InputError

TAG = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|</?[a-z][a-z0-9]*(\s[^<>]*)?/?>", re.I | re.S)
# Control characters, lone surrogates, the byte-order mark, soft hyphen and zero-width space. The joiners
# U+200C and U+200D stay: emoji, Persian and the scripts of India are spelt with them.
UNSEEN = re.compile("[\\x00-\\x08\\x0e-\\x1b\\x7f-\\x84\\x86-\\x9f\\ud800-\\udfff\\ufeff\\u00ad\\u200b]")
SURROGATE = re.compile("[\\ud800-\\udfff]")
PERMUTATIONS = 64
RECALL = 0.999  # share of the pairs at the threshold that hashing may not miss


def clean(text: str) -> str:
    """Text in Unicode NFC, without markup, character references and control characters, with single spaces.

    Cleaning a clean text changes nothing.
    """
    for _ in range(10):  # markup may be escaped, even twice: &amp;amp;
        before = text
        text = UNSEEN.sub("", html.unescape(unicodedata.normalize("NFC", text)))
        text = " ".join(TAG.sub(" ", text).split())
        if text == before:
            break
    return text


def valid_unicode(text: str) -> str:
    """The text with surrogate pairs joined and lone surrogates replaced by U+FFFD: neither has a form in UTF-8."""
    if not SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def clean_dataset(ds, text: str = "text"):
    """Clean a column, drop empty texts and all but the first of equal ones: (Dataset, report).

    The report counts rows: in, changed, empty, duplicates, contradictory (duplicates whose label differs from
    the one that is kept), near_duplicates (kept, so that a split can hold them together) and out.
    """
    from lmcourse.data.corpora import quiet

    before = list(ds[text])
    after = [clean(value or "") for value in before]
    first = exact_duplicates(after)
    kept = [i for i, value in enumerate(after) if value and first[i] == i]
    report = {
        "in": len(ds),
        "changed": sum(a != b for a, b in zip(after, before, strict=True)),
        "empty": sum(not value for value in after),
        "duplicates": sum(bool(value and first[i] != i) for i, value in enumerate(after)),
    }
    if "label" in ds.column_names:
        labels = ds["label"]
        report["contradictory"] = sum(bool(v and labels[i] != labels[first[i]]) for i, v in enumerate(after))
    near = near_duplicates([after[i] for i in kept])
    report["near_duplicates"] = int((near != np.arange(len(near))).sum())
    report["out"] = len(kept)
    with quiet():
        cleaned = ds.select(kept).remove_columns(text).add_column(text, [after[i] for i in kept])
        return cleaned.select_columns(ds.column_names), report


def exact_duplicates(texts: Sequence[str]) -> np.ndarray:
    """For each text (N,) the index of the first text that equals it but for case and white space."""
    first: dict[str, int] = {}
    keys = (" ".join(text.casefold().split()) for text in texts)
    return np.array([first.setdefault(key, i) for i, key in enumerate(keys)], dtype=np.int64)


def shingles(text: str) -> frozenset[str]:
    """The words and the pairs of neighbouring words of a text, in lower case, without punctuation.

    Longer runs of words suit long documents; in a sentence of 20 words one other word changes 3 of 18 runs of
    three (Jaccard 0.71), but 3 of 39 words and pairs (0.86). Words alone would not see their order.
    """
    words = re.findall(r"\w+", text.casefold()) or text.split()
    return frozenset(words) | frozenset(f"{a} {b}" for a, b in pairwise(words))


def jaccard(a: frozenset, b: frozenset) -> float:
    """Shared elements as a share of all elements of two sets; 1 when both are empty."""
    return len(a & b) / len(a | b) if a or b else 1.0


class Similar:
    """An index that finds the texts whose shingles have a Jaccard similarity of at least `threshold`.

    Candidates come from MinHash and locality-sensitive hashing (Broder 1997; Indyk & Motwani 1998) and each is
    verified, so that what is found is right and at most one pair in a thousand at the threshold is missed.
    """

    def __init__(self, threshold: float, seed: int = 0):
        from datasketch import MinHash, MinHashLSH

        if not 0 < threshold <= 1:
            raise InputError(f"threshold must lie in 0..1, not {threshold}", "near duplicates", "0.8 is usual")
        self.threshold, self.sets = threshold, []
        # Most rows a band, thus fewest candidates, that keep the recall: 1 - (1 - t^rows)^bands.
        self.rows = max((r for r in (1, 2, 4, 8) if 1 - (1 - threshold**r) ** (PERMUTATIONS // r) >= RECALL), default=1)
        self.lsh = MinHashLSH(num_perm=PERMUTATIONS, params=(PERMUTATIONS // self.rows, self.rows))
        self.empty = MinHash(PERMUTATIONS, seed=seed, hashfunc=zlib.crc32)

    def hashed(self, text: str):
        """The shingles of a text and their MinHash."""
        found = shingles(text)
        sketch = self.empty.copy()
        sketch.update_batch([shingle.encode("utf-8", "surrogatepass") for shingle in found])
        return found, sketch

    def add(self, key: int, found: frozenset, sketch) -> None:
        """Put a text's shingles and MinHash into the index under the next key: 0, 1, 2, …"""
        self.sets.append(found)
        self.lsh.insert(key, sketch)

    def like(self, found: frozenset, sketch) -> Iterator[tuple[int, float]]:
        """Keys and similarities of the indexed texts that are similar enough."""
        for key in sorted(self.lsh.query(sketch)):
            similarity = jaccard(found, self.sets[key])
            if similarity >= self.threshold:
                yield key, similarity


def near_duplicates(texts: Sequence[str], threshold: float = 0.8, seed: int = 0) -> np.ndarray:
    """For each text (N,) the smallest index in its group: texts joined by a chain of near duplicates.

    Near means a Jaccard similarity of the shingles of at least `threshold`.
    """
    index = Similar(threshold, seed)
    group, keys, known = np.arange(len(texts)), [], {}
    for i, text in enumerate(texts):
        found, sketch = index.hashed(text)
        if found in known:  # equal sets need no search, and many of them would make it quadratic
            group[i] = group[known[found]]
            continue
        known[found] = i
        mine = {group[keys[key]] for key, _ in index.like(found, sketch)}
        if mine:
            smallest = min(mine)
            group[i] = smallest
            if len(mine) > 1:
                group[np.isin(group, list(mine))] = smallest
        index.add(len(keys), found, sketch)
        keys.append(i)
    return group
