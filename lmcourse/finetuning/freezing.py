"""Which layers learn; and why a frozen lower part need be computed only once."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field

import torch
from torch import Tensor

from lmcourse.data.batches import batch_length, by_tokens, pad
from lmcourse.errors import InputError
from lmcourse.memory import kept_memory
from lmcourse.models.bert import Bert


@dataclass(frozen=True)
class Freeze:
    """What stays as it was: the embeddings or not, and the blocks from `first` to `end - 1`."""

    embeddings: bool
    first: int
    end: int

    @property
    def prefix(self) -> int | None:
        """The number of lowest blocks whose output never changes; None when the embeddings learn."""
        return (self.end if self.first == 0 else 0) if self.embeddings else None


def parse_freeze(text: str, layers: int) -> Freeze:
    """Read `none`, `encoder`, `K` (embeddings and lowest K blocks) or `last:K` (top K blocks)."""
    match = re.fullmatch(r"none|encoder|(?P<lowest>\d+)|last:(?P<last>\d+)", text)
    depth = int(match["lowest"] or match["last"] or 0) if match else 0
    if not match or depth > layers:
        raise InputError(
            f"cannot freeze {text!r}",
            "--freeze",
            f"give none, encoder, K or last:K with K from 0 to {layers}",
        )
    if text == "encoder":
        return Freeze(True, 0, layers)
    if match["lowest"]:
        return Freeze(True, 0, depth)
    return Freeze(False, layers - depth, layers)


def apply_freeze(bert: Bert, freeze: Freeze) -> None:
    """Take the frozen layers out of training. The pooler belongs to the head: it always learns."""
    bert.requires_grad_(True)
    bert.embeddings.requires_grad_(not freeze.embeddings)
    for block in bert.blocks[freeze.first : freeze.end]:
        block.requires_grad_(False)


@dataclass
class Tokens:
    """Token ids of N texts, as a model's input."""

    sequences: list[list[int]]
    pad_id: int
    device: torch.device
    lengths: list[int] = field(init=False)
    longest: int = field(init=False)

    def __post_init__(self):
        self.lengths = [len(sequence) for sequence in self.sequences]
        self.longest = max(self.lengths, default=0)

    def __len__(self) -> int:
        return len(self.sequences)

    def batch(self, indices: list[int]) -> tuple[Tensor, Tensor]:
        """Ids and mask, both (B, T)."""
        T = batch_length([self.lengths[i] for i in indices], self.longest)
        ids, mask = pad([self.sequences[i] for i in indices], self.pad_id, T)
        return ids.to(self.device), mask.to(self.device)


class Activations:
    """What the lowest `first` blocks make of N texts: computed once, kept on disk, read as the next block's input.

    In every epoch a frozen part would give the same hidden states again. All tokens of all texts stand in one
    memory-mapped matrix (tokens, D) in a temporary file, in the format that the model computes in. Above the last block
    only [CLS] is read: of each text one row is kept, in float32, in which the small layers above it then learn.
    """

    @torch.no_grad()
    def __init__(self, bert: Bert, tokens: Tokens, first: int):
        self.first, self.device = first, tokens.device
        self.pooled = first == len(bert.blocks)
        self.lengths = [1] * len(tokens) if self.pooled else tokens.lengths
        self.longest = max(self.lengths, default=0)
        self.starts = torch.tensor([0, *self.lengths]).cumsum(0).tolist()
        weight = bert.embeddings.tokens.weight
        rows, width, dtype = self.starts[-1], weight.size(1), torch.float32 if self.pooled else weight.dtype
        self.file = tempfile.NamedTemporaryFile(prefix="lmcourse-activations-")  # noqa: SIM115
        self.file.truncate(rows * width * dtype.itemsize)
        kept = torch.from_file(self.file.name, shared=True, size=rows * width, dtype=dtype)
        self.kept = kept.view(rows, width)
        training = bert.training
        bert.eval()  # frozen also means: no dropout
        for indices, (ids, mask) in reading(tokens):
            hidden = bert.run_blocks(bert.embeddings(ids, None), mask, 0, first, 1 if self.pooled else None).cpu()
            rows, real = self._places(indices, hidden.size(1))
            self.kept[rows[real]] = hidden[real].to(dtype)
        bert.train(training)

    def __len__(self) -> int:
        return len(self.lengths)

    def batch(self, indices: list[int]) -> tuple[Tensor, Tensor | None, int]:
        """Hidden states (B, T, D), mask (B, T; None: all tokens are real) and the number of the block they enter."""
        if self.pooled:
            return self.kept[list(indices), None].to(self.device), None, self.first
        rows, real = self._places(indices, batch_length([self.lengths[i] for i in indices], self.longest))
        hidden = self.kept[rows.clamp(max=len(self.kept) - 1)]  # where `real` is False stands another text's token
        return hidden.to(self.device), real.to(self.device), self.first

    def _places(self, indices: list[int], T: int) -> tuple[Tensor, Tensor]:
        """The row of `kept` in which each token stands, and which of them are real, both (B, T)."""
        column = torch.arange(T)
        rows = torch.tensor([self.starts[i] for i in indices])[:, None] + column
        return rows, column < torch.tensor([self.lengths[i] for i in indices])[:, None]


def reading(inputs: Tokens | Activations) -> Iterator[tuple[list[int], tuple]]:
    """All texts in batches of like length, for a model that does not learn: their indices, and its input."""
    chosen = by_tokens(inputs.lengths)
    with kept_memory() if len(chosen) > 1 else nullcontext():
        for indices in chosen:
            yield indices, inputs.batch(indices)
