"""What a GPT must beat: counted runs of n tokens, on the same tokens and in the same rows.

V vocabulary, N targets.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from lmcourse.errors import InputError
from lmcourse.models.generation import Read
from lmcourse.pretraining.examples import Streams, passes, stream
from lmcourse.pretraining.objectives import Batch


def unique(keys: Int[np.ndarray, " N"], counts: Int[np.ndarray, " N"]) -> tuple[np.ndarray, np.ndarray]:
    """Each key once, in order, and the sum of its counts."""
    keys, place = np.unique(keys, return_inverse=True)
    return keys, np.bincount(place, counts, len(keys)).astype(np.int64)


def value_of(keys: Int[np.ndarray, " K"], values: np.ndarray, wanted: Int[np.ndarray, " N"]) -> np.ndarray:
    """The values of wanted keys, which stand in order; 0 for a key that is not there."""
    at = keys.searchsorted(wanted).clip(max=len(keys) - 1)
    return np.where(keys[at] == wanted, values[at], 0)


class Table:
    """The runs of one length: each with its count, and each context (all but its last token) with what follows it.

    A run of tokens is one number, with the ids as its digits in base V.
    """

    def __init__(self, keys: Int[np.ndarray, " K"], counts: Int[np.ndarray, " K"], V: int):
        self.keys, self.counts, self.V = keys, counts, V
        self.contexts, self.totals = unique(keys // V, counts)
        self.followers = unique(keys // V, np.ones_like(keys))[1]  # different ones
        once, twice = ((counts == n).sum() + 1 for n in (1, 2))  # + 1: never 0
        self.discount = once / (once + 2 * twice)  # Ney et al. 1994

    def shares(
        self, context: Int[np.ndarray, " N"], targets: Int[np.ndarray, " N"], lower: Float[np.ndarray, " N"]
    ) -> Float[np.ndarray, " N"]:
        """P(target | context): what the discount takes from every count goes to the shares of shorter contexts."""
        counts = value_of(self.keys, self.counts, context * self.V + targets)
        total = value_of(self.contexts, self.totals, context)
        freed = self.discount * value_of(self.contexts, self.followers, context)
        return np.where(total > 0, (np.maximum(counts - self.discount, 0) + freed * lower) / total.clip(min=1), lower)


@dataclass(frozen=True, eq=False)
class NGrams:
    """Interpolated Kneser–Ney: runs of 1, 2, … n tokens; the longest are counted as often as they stand in the text.

    A shorter run counts once for each different token that stands before it: "Francisco" is common, but only behind
    "San". Source: Kneser and Ney 1995, "Improved Backing-Off for M-gram Language Modeling"; interpolated, as Chen and
    Goodman 1999, "An Empirical Study of Smoothing Techniques for Language Modeling", found to be best.
    """

    tables: list[Table]

    @classmethod
    def of(cls, examples: Streams, n: int = 3) -> "NGrams":
        """Count a store's documents, in a stream as a GPT reads them; InputError when runs are too long to number."""
        V = examples.vocabulary.size
        if n < 1 or V**n >= 2**63:
            raise InputError(f"runs of {n} tokens of {V}", fix="count shorter ones, of at least 1")
        powers = V ** np.arange(n)[::-1]
        keys, counts = np.empty(0, np.int64), np.empty(0, np.int64)
        for _, _, documents in passes(examples.data, examples.seed, epochs=1):
            text = stream(documents, examples.vocabulary.sep)
            new = np.lib.stride_tricks.sliding_window_view(text, n) @ powers
            keys, counts = unique(np.concatenate([keys, new]), np.concatenate([counts, np.ones_like(new)]))
        tables = [Table(keys, counts, V)]
        for k in range(n - 1, 0, -1):
            keys, counts = unique(keys % V**k, np.ones_like(keys))
            tables.insert(0, Table(keys, counts, V))
        return cls(tables)

    def shares(self, before: Int[np.ndarray, "N n-1"], targets: Int[np.ndarray, " N"]) -> Float[np.ndarray, " N"]:
        """The probability of each target after the tokens before it, the nearest last; −1 where there is none."""
        V, context = self.tables[0].V, np.zeros_like(targets)
        found = np.full(len(targets), 1 / V)
        for k, table in enumerate(self.tables):
            if k:
                context = context + before[:, -k] * V ** (k - 1)
            known = (before[:, len(self.tables) - 1 - k :] >= 0).all(1)
            found = np.where(known, table.shares(context, targets, found), found)
        return found

    def next(self, before: Iterable[int]) -> Float[np.ndarray, " V"]:
        """The probability of each token after some tokens."""
        room, V = len(self.tables) - 1, self.tables[0].V
        kept = ([-1] * room + [*before])[-room:] if room else []
        return self.shares(np.tile(np.array(kept, dtype=np.int64), (V, 1)), np.arange(V))

    def reader(self) -> Read:
        """Reads one text, as `generation.generate` wants it."""
        before = []

        def read(ids: Tensor, cache: object) -> Tensor:
            before.extend(ids[0].tolist())
            return torch.from_numpy(self.next(before)).log()[None, None]

        return read

    def nats(self, batch: Batch) -> Float[np.ndarray, " N"]:
        """−ln P of each target of a batch of Streams; at the beginning of a row less stands before it."""
        ids, room = batch.ids.numpy(), len(self.tables) - 1
        rows = np.pad(ids, ((0, 0), (max(room - 1, 0), 0)), constant_values=-1)
        before = np.lib.stride_tricks.sliding_window_view(rows, max(room, 1), axis=1)
        chosen = batch.selected.numpy()
        return -np.log(self.shares(before[chosen], batch.targets.numpy()))

    def answers(self, batches: Iterable[Batch]) -> dict[str, np.ndarray]:
        """`nats`, `target` and `text` at each position of some batches, as in a model's `baselines.answers`."""
        found, texts = {"nats": [], "target": [], "text": []}, 0
        for batch in batches:
            found["nats"].append(self.nats(batch))
            found["target"].append(batch.targets.numpy())
            found["text"].append(batch.selected.nonzero()[:, 0].numpy() + texts)
            texts += len(batch.ids)
        return {name: np.concatenate(values) for name, values in found.items()}
