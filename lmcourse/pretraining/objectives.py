"""What a model is asked while it is pretrained: masked words (MLM), sentence pairs (NSP, SOP), the next token (CLM).

B batch, T tokens, V vocabulary, N examples or positions. All randomness comes from the generator that is given.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional as F

from lmcourse.data.tokenizer import SPECIAL
from lmcourse.errors import InputError

SHORTER = 0.1  # share of the examples that aim at less than the whole length


# ---------------------------------------------------------------- masked words


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """What pretraining must know of a tokenizer."""

    size: int  # V
    pad: int
    cls: int
    sep: int
    mask: int
    special: Bool[np.ndarray, " V"]  # what stands for no text: [PAD], [UNK], [CLS], [SEP], [MASK], [unused…]
    continues: Bool[np.ndarray, " V"]  # "##" pieces, which go on with a word
    bytes: Int[np.ndarray, " V"]  # of text that a piece stands for

    @classmethod
    def of(cls, tok: Tokenizer) -> "Vocabulary":
        """The vocabulary of a WordPiece tokenizer.

        Bytes are those of the text as it is tokenised, in UTF-8: lower case, one space before each word and mark. So
        a text has the same number in every vocabulary. What stands for no text counts as one.
        """
        pieces = [tok.id_to_token(i) or "[unused]" for i in range(tok.get_vocab_size())]
        pad, _, first, last, mask = (tok.token_to_id(piece) for piece in SPECIAL)
        special = np.array([piece in SPECIAL or piece.startswith("[unused") for piece in pieces])
        continues = np.array([piece[:2] == "##" for piece in pieces])
        letters = np.array([len(piece.removeprefix("##").encode()) for piece in pieces])
        sizes = np.where(special, 1, letters + ~continues)
        return cls(len(pieces), pad, first, last, mask, special, continues, sizes)

    @cached_property
    def words(self) -> Int[np.ndarray, " W"]:
        """The ids that a random replacement is drawn from."""
        return np.flatnonzero(~self.special)


def mask_tokens(
    ids: Int[np.ndarray, "B T"],
    vocabulary: Vocabulary,
    rng: np.random.Generator,
    share: float = 0.15,
    whole_words: bool = True,
) -> tuple[Int[np.ndarray, "B T"], Bool[np.ndarray, "B T"]]:
    """Select each word with probability `share` and hide it; return the changed inputs and what was selected.

    Of the selected positions 80 % become [MASK], 10 % a random piece, 10 % stay; the targets are `ids[selected]`.
    Special tokens and padding are never selected. Source: Devlin et al. 2019, section 3.1 and appendix A.1, where
    single pieces are selected; whole words came with their code's later release.
    """
    begins = ~vocabulary.continues[ids] if whole_words else np.ones(ids.shape, dtype=bool)
    begins[:, :1] = True  # no word goes on from one example to the next
    word = begins.ravel().cumsum().reshape(ids.shape) - 1
    selected = (rng.random(ids.size) < share)[word] & ~vocabulary.special[ids]
    fate = rng.random(ids.shape)
    inputs = np.where(selected & (fate < 0.8), vocabulary.mask, ids)
    replaced = selected & (fate >= 0.9)
    inputs[replaced] = rng.choice(vocabulary.words, replaced.sum())
    return inputs, selected


# ---------------------------------------------------------------- pairs


def plan_pairs(
    lengths: Sequence[Sequence[int]],
    kinds: Sequence,
    room: int,
    rng: np.random.Generator,
    objective: str = "nsp",
) -> Int[np.ndarray, "N 7"]:
    """Plan one epoch of examples: document, first sentence and end of A, the same of B, and a label, in each row.

    `lengths` are the tokens of each sentence of each document, `kinds` the corpus of each document, `room` the
    tokens that A and B may have together. Each sentence stands in one example. The label is −1 where B is empty.
    "nsp": 0 where B follows A, 1 where it is from another document of the same kind: half of the pairs, unless one
    document has more pairs than all others of its kind. "sop": 0 in order, 1 swapped. "none": no pairs.
    Errors: InputError for another objective or `room` below 2.
    Source: Devlin et al. 2019, section 3.1 (NSP); Lan et al. 2020, section 3.1 (SOP).
    """
    if objective not in ("nsp", "sop", "none") or room < 2:
        raise InputError(f"no pairs for {objective!r} in {room} tokens", fix="choose nsp, sop or none, and at least 2")
    rows = [
        (document, first, split, document, split, end, 0 if split < end else -1)
        for document, sentences in enumerate(lengths)
        for first, split, end in spans(sentences, room, rng, pairs=objective != "none")
    ]
    plan = np.array(rows, dtype=np.int64).reshape(-1, 7)
    if objective == "nsp":
        size = np.array([sum(lengths[row[3]][row[4] : row[5]]) for row in rows])
        couples = np.array(partners(plan, size, kinds, rng), dtype=np.int64).reshape(-1, 2)
        i, j = couples[rng.random(len(couples)) < 0.5].T
        plan[i, 3:6], plan[j, 3:6] = plan[j, 3:6], plan[i, 3:6]
        plan[i, 6] = plan[j, 6] = 1
    elif objective == "sop":
        swapped = (plan[:, 6] == 0) & (rng.random(len(plan)) < 0.5)
        plan[swapped] = plan[swapped][:, [3, 4, 5, 0, 1, 2, 6]]
        plan[swapped, 6] = 1
    return plan


def spans(
    lengths: Sequence[int], room: int, rng: np.random.Generator, pairs: bool = True
) -> Iterator[tuple[int, int, int]]:
    """Cut a document into spans of whole sentences that fill the room; yield first sentence, split and end of each.

    The split is a random boundary between two sentences; a span of one sentence ends with it.
    """
    ends = np.concatenate([[0], np.cumsum(lengths)])
    first, last = 0, len(lengths)
    while first < last:
        aim = room if rng.random() >= SHORTER else int(rng.integers(2, room + 1))
        end = int(ends.searchsorted(ends[first] + aim, "right")) - 1
        end = min(max(end, first + 1 + pairs), last)  # a pair needs two sentences, even if they must be cut
        yield first, int(rng.integers(first + 1, end)) if pairs and end > first + 1 else end, end
        first = end


def partners(
    plan: Int[np.ndarray, "N 7"], size: Int[np.ndarray, " N"], kinds: Sequence, rng: np.random.Generator
) -> list[tuple[int, int]]:
    """Couples of pairs that may exchange their Bs: of different documents, of one kind, with Bs of like `size`.

    Exchanged Bs keep every sentence in use exactly once; of like size, the length says nothing about the label.
    """
    waiting, couples = {}, []  # those waiting in one kind are all of one document, the shortest first
    for i in np.lexsort((rng.random(len(plan)), size)).tolist():
        if plan[i, 6] == 0:
            same_kind = waiting.setdefault(kinds[plan[i, 0]], [])
            if same_kind and plan[same_kind[-1], 0] != plan[i, 0]:
                couples.append((same_kind.pop(), i))
            else:
                same_kind.append(i)
    return couples


def assemble(
    example: Sequence[int], sentences: Sequence[Sequence[Sequence[int]]], room: int, vocabulary: Vocabulary
) -> tuple[list[int], list[int]]:
    """Token ids `[CLS] A [SEP] B [SEP]` of a planned example, and the segment, 0 or 1, of each.

    `sentences` are the ids of each sentence of each document. With too much for the room the longer part is cut
    first, A at its beginning and B at its end: what meets in the middle still follows one another.
    """
    a, b = (
        list(chain.from_iterable(sentences[document][first:end]))
        for document, first, end in (example[:3], example[3:6])
    )
    b = b[: max(room // 2, room - len(a))]
    a = a[max(0, len(a) - (room - len(b))) :]
    ids = [vocabulary.cls, *a, vocabulary.sep]
    second = [*b, vocabulary.sep] if b else []
    return ids + second, [0] * len(ids) + [1] * len(second)


# ---------------------------------------------------------------- losses


@dataclass(frozen=True, eq=False)
class Batch:
    """Examples as tensors, with what the model is asked about them."""

    ids: Int[Tensor, "B T"]  # of MLM after masking
    segments: Int[Tensor, "B T"]
    mask: Bool[Tensor, "B T"]  # False at padding
    selected: Bool[Tensor, "B T"]
    targets: Int[Tensor, " N"]  # at the selected positions: the ids before masking (MLM), the next ids (CLM)
    label: Int[Tensor, " B"]  # of the pair; -1 where there is none

    def to(self, device: torch.device) -> "Batch":
        """The same on another device."""
        return Batch(**{name: tensor.to(device) for name, tensor in vars(self).items()})

    def part(self, rows: Sequence[int]) -> tuple["Batch", dict[str, float]]:
        """Some rows, and their share of what each loss asks in the whole batch; for no rows, the first, with share 0.

        Losses of parts, each times its share, add up to the loss of the whole.
        """
        if len(rows) == len(self.ids):
            return self, {"mlm": 1.0, "clm": 1.0, "nsp": 1.0}
        chosen = rows or [0]
        before = torch.zeros_like(self.ids).masked_scatter(self.selected, self.targets)[chosen]
        kept = {name: getattr(self, name)[chosen] for name in ("ids", "segments", "mask", "selected", "label")}
        part = Batch(**kept, targets=before[kept["selected"]])
        asked = dict.fromkeys(("mlm", "clm"), (len(part.targets), len(self.targets)))
        asked["nsp"] = tuple(int((batch.label >= 0).sum()) for batch in (part, self))
        return part, {name: bool(rows) * mine / max(all_, 1) for name, (mine, all_) in asked.items()}


def pretraining_losses(model: nn.Module, batch: Batch, half: bool = False) -> dict[str, Float[Tensor, ""]]:
    """The two losses of a BertForPreTraining, in nats: `mlm` over the selected positions, `nsp` over the pairs.

    Each is a mean, and 0 where there is nothing to average. The paper adds them (Devlin et al. 2019, appendix
    A.2); `half` halves both.
    """
    logits, nsp_logits = model(batch.ids, batch.segments, batch.mask, batch.selected)
    weight = 0.5 if half else 1.0
    return {
        "mlm": weight * mean_cross_entropy(logits, batch.targets),
        "nsp": weight * mean_cross_entropy(nsp_logits, batch.label),
    }


def causal_losses(model: nn.Module, batch: Batch) -> dict[str, Float[Tensor, ""]]:
    """The loss of a Gpt, in nats: `clm`, the mean over the tokens that come next.

    Padding stands on the right, where no position that is asked looks: the mask is not needed.
    """
    return {"clm": mean_cross_entropy(model(batch.ids, selected=batch.selected), batch.targets)}


def causal_loss(
    logits: Float[Tensor, "B T V"], ids: Int[Tensor, "B T"], mask: Bool[Tensor, "B T"] | None = None
) -> Float[Tensor, ""]:
    """Mean cross-entropy, in nats, of each token given those before it; `mask` is False at padding."""
    real = torch.ones_like(ids, dtype=torch.bool) if mask is None else mask
    return mean_cross_entropy(logits[:, :-1][real[:, 1:]], ids[:, 1:][real[:, 1:]])


def mean_cross_entropy(logits: Float[Tensor, "N V"], targets: Int[Tensor, " N"]) -> Float[Tensor, ""]:
    """Mean cross-entropy over the targets that are not −1; 0, and not NaN, when there are none."""
    total = F.cross_entropy(logits.float(), targets, ignore_index=-1, reduction="sum")
    return total / (targets >= 0).sum().clamp(min=1)


def smoothed_loss(
    logits: Float[Tensor, "B T V"], targets: Int[Tensor, "B T"], mask: Bool[Tensor, "B T"], smoothing: float = 0.1
) -> Float[Tensor, ""]:
    """Mean cross-entropy, in nats, where `mask` is, against targets that leave a share to all V tokens alike.

    Sources: Szegedy et al. 2016, section 7; Vaswani et al. 2017, section 5.4, where the share is 0.1.
    """
    return F.cross_entropy(logits[mask].float(), targets[mask], label_smoothing=smoothing)
