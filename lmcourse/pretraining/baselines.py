"""What pretraining must beat: counted pieces for masked words, shared words for sentence pairs.

All of them read the very batches that a model reads, as they are after masking. V vocabulary, N masked positions.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import nn

from lmcourse.data.stores import blocks
from lmcourse.memory import kept_memory
from lmcourse.models.gpt import Gpt
from lmcourse.pretraining.objectives import Batch, Vocabulary
from lmcourse.training.precision import computing_in, device

SEEN = ("[MASK]", "another piece", "the piece itself")  # what stands at a selected position
PRIOR = 200  # how many times the left neighbour must have been seen to be believed as much as the unigram


@dataclass(frozen=True, eq=False)
class Counts:
    """How often each piece, and each pair of neighbours, stands in the documents of a store."""

    single: Float[np.ndarray, " V"]
    pairs: object  # scipy.sparse, (V, V): left neighbour, piece

    @property
    def shares(self) -> Float[np.ndarray, " V"]:
        """The probability of each piece; half a time is added to each, so that none is impossible."""
        return (self.single + 0.5) / (self.single + 0.5).sum()


def count(data, vocabulary: Vocabulary, most: int = 2_000_000) -> Counts:
    """Count pieces, special tokens left out, and neighbours in a store's documents, about `most` tokens at a time."""
    from scipy.sparse import coo_array

    size = vocabulary.size
    single, pairs = np.zeros(size), coo_array((size, size)).tocsr()
    for _, documents in blocks(data, np.arange(len(data)), most):
        texts = [np.fromiter(chain.from_iterable(sentences), np.int64) for sentences in documents]
        left, right = (np.concatenate([ids[part] for ids in texts]) for part in (slice(-1), slice(1, None)))
        single += np.bincount(np.concatenate(texts), minlength=size)
        pairs += coo_array((np.ones(len(left)), (left, right)), shape=(size, size)).tocsr()
    single[vocabulary.special] = 0
    return Counts(single, pairs)


def unigram(counts: Counts, batch: Batch) -> tuple[Float[np.ndarray, " N"], np.ndarray]:
    """Nats of each masked piece by its frequency alone, and whether the commonest piece is the right one."""
    targets = batch.targets.numpy()
    return -np.log(counts.shares[targets]), targets == counts.shares.argmax()


def seen(batch: Batch, vocabulary: Vocabulary) -> Int[np.ndarray, " N"]:
    """What the model reads at each selected position: the number of an entry of SEEN."""
    read, targets = batch.ids[batch.selected].numpy(), batch.targets.numpy()
    return np.where(read == vocabulary.mask, 0, np.where(read == targets, 2, 1))


def copier(counts: Counts, batch: Batch, vocabulary: Vocabulary) -> tuple[Float[np.ndarray, " N"], np.ndarray]:
    """The unigram that copies: where something else than [MASK] stands, this gets half of the probability.

    Half, because masking leaves as many pieces as they are as it replaces.
    """
    there, (nats, right) = seen(batch, vocabulary), unigram(counts, batch)
    shares = np.exp(-nats)
    shares = np.where(there == 0, shares, shares / 2 + 0.5 * (there == 2))
    return -np.log(shares), np.where(there == 0, right, there == 2)


def bigram(counts: Counts, batch: Batch, prior: float = PRIOR) -> tuple[Float[np.ndarray, " N"], np.ndarray]:
    """Nats of each masked piece given its left neighbour as the model sees it, and whether the likeliest is right.

    P(w | left) = (count(left, w) + prior · P(w)) / (count(left) + prior): a neighbour never seen, [MASK] among them,
    leaves the unigram (MacKay and Peto 1995, "A Hierarchical Dirichlet Language Model").
    """
    rows, columns = batch.selected.nonzero().numpy().T
    left, targets = batch.ids.numpy()[rows, columns - 1], batch.targets.numpy()
    nats, right = np.empty(len(targets)), np.empty(len(targets), dtype=bool)
    for piece in np.unique(left):
        here = left == piece
        seen = counts.pairs[[piece]].toarray()[0]
        shares = (seen + prior * counts.shares) / (seen.sum() + prior)
        nats[here] = -np.log(shares[targets[here]])
        right[here] = targets[here] == shares.argmax()
    return nats, right


def overlap(counts: Counts, batch: Batch, vocabulary: Vocabulary) -> Float[np.ndarray, " B"]:
    """The share of B's pieces that stand in A too; a rare piece weighs more: −ln of its own share.

    Special tokens do not count, [MASK] among them. 0 where B is empty.
    """
    weight = np.where(vocabulary.special, 0.0, -np.log(counts.shares))
    found = []
    for ids, segments, mask in zip(batch.ids.numpy(), batch.segments.numpy(), batch.mask.numpy(), strict=True):
        a, b = np.unique(ids[mask & (segments == 0)]), np.unique(ids[mask & (segments == 1)])
        found.append(weight[np.intersect1d(a, b)].sum() / max(weight[b].sum(), 1e-9))
    return np.array(found)


@dataclass(frozen=True)
class OverlapRule:
    """Says "the next sentence" where the overlap is at least a threshold, which was chosen on training pairs."""

    threshold: float

    @classmethod
    def fit(cls, overlaps: Float[np.ndarray, " N"], labels: Int[np.ndarray, " N"]) -> "OverlapRule":
        """The threshold with the best accuracy on pairs labelled 0 (next) and 1 (not)."""
        order = np.argsort(overlaps)
        values, next_ones = overlaps[order], (labels == 0)[order]
        # right with the threshold at values[i]: those not next below it, those next from it on
        right = np.concatenate([[0], np.cumsum(~next_ones)])[:-1] + next_ones.sum() - np.cumsum(next_ones) + next_ones
        return cls(float(values[right.argmax()]))

    def right(self, overlaps: Float[np.ndarray, " N"], labels: Int[np.ndarray, " N"]) -> np.ndarray:
        """Whether the rule's answer to each pair is right."""
        return (overlaps < self.threshold).astype(int) == labels


@torch.no_grad()
def answers(model: nn.Module, batches: Iterable[Batch], precision: str = "fp32") -> dict[str, np.ndarray]:
    """A model's `nats` and `hits` at each selected position of some batches, its `target`, the number of its `text`.

    `pair_nats` and `pair_hits` are those of the pairs.
    """
    found: dict[str, list] = {name: [] for name in ("nats", "hits", "target", "text", "pair_nats", "pair_hits")}
    training, texts = model.training, 0
    model.eval()
    with kept_memory(), computing_in(model, precision):
        for batch in batches:
            there = batch.to(device())
            if isinstance(model, Gpt):  # which is asked about no pair
                logits = model(there.ids, selected=there.selected)
                pair_logits = logits.new_zeros(len(there.ids), 2)
            else:
                logits, pair_logits = model(there.ids, there.segments, there.mask, there.selected)
            pair = there.label >= 0
            for kind, scores, truth in (
                ("", logits, there.targets),
                ("pair_", pair_logits[pair], there.label[pair]),
            ):
                logs = scores.float().log_softmax(-1)
                found[f"{kind}nats"].append(-logs.gather(1, truth[:, None])[:, 0].double().cpu().numpy())
                found[f"{kind}hits"].append((logs.argmax(-1) == truth).cpu().numpy())
            found["target"].append(batch.targets.numpy())
            found["text"].append(batch.selected.nonzero()[:, 0].numpy() + texts)
            texts += len(batch.ids)
    model.train(training)
    return {name: np.concatenate(values) for name, values in found.items()}


def held_against(counts: Counts, vocabulary: Vocabulary, batches: Iterable[Batch]) -> dict[str, np.ndarray]:
    """All baselines on some batches, each as an array.

    `unigram`, `copier`, `bigram` (nats), each with `…_hits`, and `seen`, at the selected positions; `overlap` and
    `label` of the pairs.
    """
    found: dict[str, list] = {}
    for batch in batches:
        row = dict(zip(("unigram", "unigram_hits"), unigram(counts, batch), strict=True))
        row |= dict(zip(("bigram", "bigram_hits"), bigram(counts, batch), strict=True))
        row |= dict(zip(("copier", "copier_hits"), copier(counts, batch, vocabulary), strict=True))
        row["seen"] = seen(batch, vocabulary)
        pair = batch.label.numpy() >= 0
        row |= {"overlap": overlap(counts, batch, vocabulary)[pair], "label": batch.label.numpy()[pair]}
        for name, values in row.items():
            found.setdefault(name, []).append(values)
    return {name: np.concatenate(values) for name, values in found.items()}
