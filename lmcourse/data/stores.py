"""Token stores: corpora turned into token ids once, documents and sentences kept, read from disk as they are needed.

What is kept for a test never enters: `learnable` leaves out the validation and test parts of every labelled corpus,
and whatever resembles them.
"""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from lmcourse import files
from lmcourse.data import corpora, splits, tokenizer
from lmcourse.data.cleaning import Similar, clean
from lmcourse.errors import InputError

RATED = ("movies", "amazon", "editorials", "tweets")
LABELLED = (*RATED, "newsgroups", "reuters")
LONGEST = 64  # tokens of a sentence; a longer one, or text without full stops, is cut into pieces of half of it
HELD_OUT = 0.05  # share of the documents that pretraining does not learn from
RECIPE = 1  # raised when the same corpora would give another store


# ---------------------------------------------------------------- what may be learnt from


def parts(name: str, seed: int = 0):
    """The labelled corpus as train, validation and test: the cut that pretraining respects.

    Newsgroups and Reuters have a test part of their own; their validation part is a tenth of the rest.
    """
    if name in RATED:
        return splits.split(corpora.sentiment(corpora.load(name)), seed=seed)
    found = splits.split(corpora.load(name), shares=(0.9, 0.1, 0.0), seed=seed)
    found["test"] = corpora.load(name, split="test")
    return found


def reserved(name: str) -> list[str]:
    """The texts of a labelled corpus that are kept for validation and test."""

    def build(folder: Path) -> None:
        found = parts(name)
        (folder / "texts.json").write_text(json.dumps([*found["validation"]["text"], *found["test"]["text"]]))

    key = {"reserved": name, "recipe": RECIPE, "sources": _sources([name])}
    return json.loads((files.cached("reserved", key, build) / "texts.json").read_text())


def learnable(name: str, limit: int | None = None):
    """The rows of a corpus, file or hub data set that pretraining may read: none is, or resembles, one kept for a test.

    Returns a Dataset with `text` and perhaps `document`. Errors: InputError when nothing is left.
    """
    data = corpora.load(name, limit=limit)

    def build(folder: Path) -> None:
        (folder / "rows.json").write_text(json.dumps(_unlike_reserved(name, data["text"])))

    key = {"learnable": _sources([name]), "limit": limit, "rows": len(data), "recipe": RECIPE}
    rows = json.loads((files.cached("reserved", key, build) / "rows.json").read_text())
    if not rows:
        raise InputError("no text is left to learn from", name, "all of it is kept for validation and test")
    return data.select(rows)


def _unlike_reserved(name: str, texts: Sequence[str]) -> list[int]:
    """The rows whose text and sentences are not reserved, nor nearly so."""
    # A post of hundreds of words resembles no sentence, so known corpora of other kinds need not be compared with it.
    against = {*RATED, *({name} & {*LABELLED})} if name in corpora.PARTS else LABELLED
    kept = [text for labelled in sorted(against) for text in reserved(labelled)]
    index, exact = Similar(0.8), {_key(text) for text in kept}
    for key, text in enumerate(kept):
        index.add(key, *index.hashed(text))

    def allowed(text: str) -> bool:
        return exact.isdisjoint({_key(text), *map(_key, sentences(text))}) and not any(index.like(*index.hashed(text)))

    return [row for row, text in enumerate(texts) if allowed(text)]


def _key(text: str) -> str:
    return " ".join(text.casefold().split())


def _sources(names: Sequence[str]) -> list:
    """What the content of corpora depends on: pinned hashes, or a file's own."""
    from lmcourse.data import sources

    def one(name: str):
        if name in corpora.PARTS:
            return {part: sources.sources()[source].sha256 for part, (source, _) in corpora.PARTS[name].items()}
        return files.sha256(name) if Path(name).is_file() else name

    return [(name, one(name)) for name in names]


# ---------------------------------------------------------------- documents


def sentences(text: str) -> list[str]:
    """Cut a text into sentences, at full stops, question and exclamation marks before a space and a capital."""
    return [part for part in re.split(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]*[A-Z0-9])", text.strip()) if part]


def documents(name: str, limit: int | None = None) -> Iterator[tuple[str, str, list[str]]]:
    """Kind (the corpus), name and sentences of each document, in order; a row without a document is one of its own."""
    open_name, open_sentences = "", []
    for row, (text, document) in enumerate(_texts(learnable(name, limit))):
        if open_sentences and (not document or document != open_name):
            yield name, open_name, open_sentences
            open_sentences = []
        open_name = document or f"row {row}"
        open_sentences = open_sentences + sentences(clean(text))
    if open_sentences:
        yield name, open_name, open_sentences


def _texts(data) -> Iterator[tuple[str, str]]:
    for batch in data.iter(1000):
        names = batch.get("document") or [""] * len(batch["text"])
        yield from zip(batch["text"], names, strict=True)


def held_out(kind: str, document: str) -> bool:
    """Whether a document belongs to the part that pretraining is measured on: decided by its name and its corpus's.

    Where a file lies makes no difference: the same file in another folder is divided alike.
    """
    return int(files.sha256_bytes(f"{Path(kind).name}\0{document}".encode())[:8], 16) < HELD_OUT * 2**32


def train_tokenizer(names: Sequence[str], vocab_size: int, limit: int | None = None) -> Tokenizer:
    """A WordPiece tokenizer of what pretraining may read of some corpora; made once, then read from the cache."""

    def build(folder: Path) -> None:
        texts = [
            sentence
            for name in names
            for kind, document, found in documents(name, limit)
            if not held_out(kind, document)
            for sentence in found
        ]
        if not texts:
            where = ", ".join(map(str, names))
            raise InputError("all documents are kept for validation: none to learn from", where, "give more of them")
        tokenizer.save_tokenizer(tokenizer.train_wordpiece(texts, vocab_size), folder)

    key = {"corpora": _sources(names), "limit": limit, "vocab_size": vocab_size, "recipe": RECIPE}
    return tokenizer.load_tokenizer(files.cached("tokenizers", key, build))


# ---------------------------------------------------------------- stores


def store(names: Sequence[str], tok: Tokenizer, part: str = "train", limit: int | None = None, repeat: int = 1):
    """The documents of some corpora as token ids: a memory-mapped Dataset, one row a document.

    Its columns are `kind` (the corpus), `document` (its name), `sentences` (a list of lists of ids, without [CLS] and
    [SEP], each of at most LONGEST) and `tokens` (how many ids). `part` is train or validation (`held_out` documents).
    `repeat` writes everything that many times, to measure large stores.
    """
    import datasets

    features = datasets.Features(
        {
            "kind": datasets.Value("string"),
            "document": datasets.Value("string"),
            "sentences": datasets.List(datasets.List(datasets.Value("int32"))),
            "tokens": datasets.Value("int32"),
        }
    )
    key = {"corpora": _sources(names), "limit": limit, "part": part, "repeat": repeat}
    key |= {"tokenizer": tokenizer.fingerprint(tok), "recipe": RECIPE, "columns": [*features]}

    def rows() -> Iterator[dict]:
        for name in [*names] * repeat:
            for kind, document, found in documents(name, limit):
                if held_out(kind, document) == (part == "validation"):
                    ids = _pieces(tok, found)
                    yield {"kind": kind, "document": document, "sentences": ids, "tokens": sum(map(len, ids))}

    def build(folder: Path) -> None:
        from datasets.arrow_writer import ArrowWriter

        with ArrowWriter(path=str(folder / "data.arrow"), features=features, writer_batch_size=1000) as writer:
            for row in rows():
                if row["sentences"]:
                    writer.write(row)
            count, _ = writer.finalize()
        if not count:
            raise InputError(f"the {part} part of {', '.join(names)} holds no document", fix="give more text")

    with corpora.quiet():
        return datasets.Dataset.from_file(str(files.cached("stores", key, build) / "data.arrow"))


def fingerprint(data) -> str:
    """What tells one store from another: the name of its cache, which its corpora, tokenizer and part decide."""
    return Path(data.cache_files[0]["filename"]).parent.name


def _pieces(tok: Tokenizer, found: list[str]) -> list[list[int]]:
    """The ids of some sentences; a long one is cut between words."""
    cut = []
    for encoding in tok.encode_batch(found, add_special_tokens=False):
        ids, words = encoding.ids, encoding.word_ids
        if len(ids) <= LONGEST:
            cut.append(ids)
            continue
        starts = [i for i in range(len(ids)) if i == 0 or words[i] != words[i - 1]]
        begin = 0
        for start in [*starts[1:], len(ids)]:
            if start - begin >= LONGEST // 2 or start == len(ids):
                cut += [ids[k : min(k + LONGEST, start)] for k in range(begin, start, LONGEST)]
                begin = start
    return [ids for ids in cut if ids]


# ---------------------------------------------------------------- reading a store


def blocks(data, order: np.ndarray, size: int) -> Iterator[tuple[list[str], list[list[list[int]]]]]:
    """The documents of a store in an order, about `size` tokens at a time: their kinds and their sentences.

    Only one block is in memory at a time, however large the store is.
    """
    if not len(order):
        return
    ends = data.with_format("numpy")["tokens"][:][order].cumsum()
    for rows in np.split(order, np.unique(ends.searchsorted(np.arange(size, ends[-1], size), "right"))):
        if len(rows):  # none, where one document is larger than a block
            block = data[rows.tolist()]
            yield block["kind"], block["sentences"]


def _windows(sentences: list[list[int]], run: int) -> np.ndarray:
    """A 64-bit number for each run of that many neighbouring tokens of a document."""
    ids = np.fromiter(chain.from_iterable(sentences), np.uint64)
    if len(ids) < run:
        return np.empty(0, np.uint64)
    weights = np.random.default_rng(0).integers(1, 2**63, run, dtype=np.uint64)  # products wrap around at 2⁶⁴
    return np.lib.stride_tricks.sliding_window_view(ids, run) @ weights


def apart(held_out, train, run: int = 13, most: float = 0.2, block: int = 2_000_000):
    """The held-out documents of which at most a share `most` stands in the training documents too, in runs of tokens.

    Posts quote each other and agencies repeat their reports: on such documents a model could remember. The
    length of a run, 13 tokens, is that of Brown et al. 2020, appendix C.
    """
    wanted = np.unique(np.concatenate([_windows(sentences, run) for sentences in held_out["sentences"]]))
    if not len(wanted):  # every document is shorter than a run
        return held_out
    read = np.zeros(len(wanted), dtype=bool)
    for _, documents in blocks(train, np.arange(len(train)), block):
        for sentences in documents:
            found = _windows(sentences, run)
            at = wanted.searchsorted(found).clip(max=len(wanted) - 1)
            read[at[wanted[at] == found]] = True
    rows = []
    for row, sentences in enumerate(held_out["sentences"]):
        starts = np.flatnonzero(read[wanted.searchsorted(_windows(sentences, run))])
        tokens = np.zeros(sum(map(len, sentences)), dtype=bool)
        tokens[(starts[:, None] + np.arange(run)).ravel()] = True
        if tokens.mean() <= most:
            rows.append(row)
    return held_out.select(rows)
