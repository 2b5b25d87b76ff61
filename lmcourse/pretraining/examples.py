"""Batches of a token store, epoch after epoch: decided by seed and number alone, so that each can be made again."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, count

import numpy as np
import torch

from lmcourse.data.batches import by_length, pad
from lmcourse.data.stores import blocks
from lmcourse.pretraining.objectives import Batch, Vocabulary, assemble, mask_tokens, plan_pairs

BLOCK = 2_000_000  # tokens whose documents are planned, and held in memory, at once


def passes(data, seed: int, epochs: int | None) -> Iterator[tuple[list[int], list[str], list[list[list[int]]]]]:
    """The blocks of a store, epoch after epoch, each time in another order: key, kinds and sentences.

    The key, `[seed, epoch, number]`, is what all chance in a block comes from.
    """
    for epoch in count() if epochs is None else range(epochs):
        order = np.random.default_rng([seed, epoch]).permutation(len(data))
        for number, (kinds, sentences) in enumerate(blocks(data, order, BLOCK)):
            yield [seed, epoch, number], kinds, sentences


@dataclass(frozen=True, eq=False)
class Examples:
    """The examples that a store gives: pairs (nsp, sop) or single spans (none), masked anew in each epoch."""

    data: object  # a store: a Dataset with `kind` and `sentences`
    vocabulary: Vocabulary
    pairs: str = "nsp"
    max_length: int = 128
    batch_size: int = 32
    share: float = 0.15
    seed: int = 0
    whole_words: bool = True

    def batches(self, skip: int = 0, epochs: int | None = None) -> Iterator[Batch]:
        """The batches from number `skip` on, without end or for some epochs; each epoch is planned anew.

        What is skipped is planned, which takes a moment, but neither assembled nor masked.
        """
        room = self.max_length - 3
        for key, kinds, sentences in passes(self.data, self.seed, epochs):
            rng = np.random.default_rng(key)
            lengths = [[len(sentence) for sentence in document] for document in sentences]
            plan = plan_pairs(lengths, kinds, room, rng, self.pairs)
            sizes = [min(room, sum(lengths[d][i:j]) + sum(lengths[e][k:m])) for d, i, j, e, k, m, _ in plan.tolist()]
            for k, chosen in enumerate(by_length(sizes, self.batch_size, int(rng.integers(2**31)), key[1])):
                if skip:
                    skip -= 1
                    continue
                yield self.batch(plan[chosen], sentences, np.random.default_rng([*key, k]))

    def batch(self, plan: np.ndarray, sentences: list[list[list[int]]], rng: np.random.Generator) -> Batch:
        """The tensors of some planned examples, masked."""
        room = self.max_length - 3
        ids, segments = zip(*(assemble(row, sentences, room, self.vocabulary) for row in plan.tolist()), strict=True)
        tokens, mask = pad(ids, self.vocabulary.pad)
        inputs, selected = mask_tokens(tokens.numpy(), self.vocabulary, rng, self.share, self.whole_words)
        selected = torch.from_numpy(selected)
        label = torch.from_numpy(plan[:, 6].copy())
        return Batch(torch.from_numpy(inputs), pad(segments)[0], mask, selected, tokens[selected], label)


def stream(documents: list[list[list[int]]], separator: int) -> np.ndarray:
    """Documents, given as sentences of ids, one behind the other, a separator before, between and behind them."""
    return np.fromiter(chain([separator], *(chain(*sentences, [separator]) for sentences in documents)), np.int64)


@dataclass(frozen=True, eq=False)
class Streams:
    """The rows that a GPT reads: all documents as one stream, cut every `max_length` tokens; [SEP] separates them.

    Each token, and each [SEP] behind a document, is asked once in an epoch.
    """

    data: object  # a store: a Dataset with `kind` and `sentences`
    vocabulary: Vocabulary
    max_length: int = 128
    batch_size: int = 32
    seed: int = 0

    def batches(self, skip: int = 0, epochs: int | None = None) -> Iterator[Batch]:
        """The batches from number `skip` on, without end or for some epochs, each of which has another order."""
        for key, _, documents in passes(self.data, self.seed, epochs):
            text = stream(documents, self.vocabulary.sep)
            rows = [text[start : start + self.max_length + 1] for start in range(0, len(text) - 1, self.max_length)]
            shuffle = int(np.random.default_rng(key).integers(2**31))
            for chosen in by_length([len(row) for row in rows], self.batch_size, shuffle, key[1]):
                if skip:
                    skip -= 1
                    continue
                yield self.batch([rows[i] for i in chosen])

    def batch(self, rows: list[np.ndarray]) -> Batch:
        """The tensors of some rows: each token but the last is read, each but the first is asked."""
        ids, mask = pad([row[:-1] for row in rows], self.vocabulary.pad)
        targets = pad([row[1:] for row in rows])[0][mask]
        return Batch(ids, torch.zeros_like(ids), mask, mask, targets, torch.full((len(rows),), -1))
