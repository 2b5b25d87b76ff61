"""Batches of a token store, epoch after epoch: decided by seed and number alone, so that each can be made again."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np
import torch

from lmcourse.data.batches import by_length, pad
from lmcourse.data.stores import blocks
from lmcourse.pretraining.objectives import Batch, Vocabulary, assemble, mask_tokens, plan_pairs

BLOCK = 2_000_000  # tokens whose documents are planned, and held in memory, at once


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

    def batches(self, skip: int = 0, epochs: int | None = None) -> Iterator[Batch]:
        """The batches from number `skip` on, without end or for some epochs; each epoch is planned anew.

        What is skipped is planned, which takes a moment, but neither assembled nor masked.
        """
        room = self.max_length - 3
        for epoch in count() if epochs is None else range(epochs):
            order = np.random.default_rng([self.seed, epoch]).permutation(len(self.data))
            for number, (kinds, sentences) in enumerate(blocks(self.data, order, BLOCK)):
                rng = np.random.default_rng([self.seed, epoch, number])
                lengths = [[len(sentence) for sentence in document] for document in sentences]
                plan = plan_pairs(lengths, kinds, room, rng, self.pairs)
                sizes = [
                    min(room, sum(lengths[d][i:j]) + sum(lengths[e][k:m])) for d, i, j, e, k, m, _ in plan.tolist()
                ]
                for k, chosen in enumerate(by_length(sizes, self.batch_size, int(rng.integers(2**31)), epoch)):
                    if skip:
                        skip -= 1
                        continue
                    masks = np.random.default_rng([self.seed, epoch, number, k])
                    yield self.batch(plan[chosen], sentences, masks)

    def batch(self, plan: np.ndarray, sentences: list[list[list[int]]], rng: np.random.Generator) -> Batch:
        """The tensors of some planned examples, masked."""
        room = self.max_length - 3
        ids, segments = zip(*(assemble(row, sentences, room, self.vocabulary) for row in plan.tolist()), strict=True)
        tokens, mask = pad(ids, self.vocabulary.pad)
        inputs, selected = mask_tokens(tokens.numpy(), self.vocabulary, rng, self.share)
        selected = torch.from_numpy(selected)
        label = torch.from_numpy(plan[:, 6].copy())
        return Batch(torch.from_numpy(inputs), pad(segments)[0], mask, selected, tokens[selected], label)
