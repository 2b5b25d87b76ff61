"""A text leaves at the first block whose head is sure of it (Xin et al. 2020, DeeBERT)."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from lmcourse.finetuning.freezing import reading
from lmcourse.finetuning.heads import BertWithHead, outputs_of
from lmcourse.models.layers import mean_state

NOBODY = 2.0  # no probability reaches it
THRESHOLDS = (0.99, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6)


class EarlyExit(nn.Module):
    """A classifier with one more head behind each block but the last, which keeps its own.

    `threshold` is the probability from which a head is believed; until one is set, nobody leaves early.
    """

    def __init__(self, model: BertWithHead, threshold: float = NOBODY):
        super().__init__()
        self.bert, self.head, self.threshold = model.bert, model.head, threshold
        sizes = model.head.in_features, model.head.out_features
        self.exits = nn.ModuleList(nn.Linear(*sizes) for _ in model.bert.blocks[:-1])

    def forward(self, ids: Int[Tensor, "B T"], mask: Bool[Tensor, "B T"]) -> Float[Tensor, "B C"]:
        """Logits of each text, from the head by which it left."""
        return self.leave(ids, mask)[0]

    def leave(
        self, ids: Int[Tensor, "B T"], mask: Bool[Tensor, "B T"]
    ) -> tuple[Float[Tensor, "B C"], Int[Tensor, " B"]]:
        """The logits, and how many blocks each text went through; who is gone is computed no further."""
        last = len(self.exits)
        hidden, rows = self.bert.embeddings(ids, None), torch.arange(len(ids), device=ids.device)
        logits = hidden.new_empty(len(ids), self.head.out_features)
        depths = torch.full((len(ids),), last + 1, device=ids.device)
        for number, head in enumerate(self.exits):
            hidden = self.bert.run_blocks(hidden, mask, number, number + 1)
            said = head(mean_state(hidden, mask))
            sure = said.softmax(-1).amax(-1) >= self.threshold
            if sure.any():
                logits[rows[sure]], depths[rows[sure]] = said[sure], number + 1
                rows, hidden, mask = rows[~sure], hidden[~sure], mask[~sure]
                if not len(rows):
                    return logits, depths
        hidden = self.bert.run_blocks(hidden, mask, last, wanted=1)
        logits[rows] = self.head(self.bert.pool(hidden))
        return logits, depths


@torch.no_grad()
def states(model: BertWithHead, tokens) -> Float[Tensor, "L N D"]:
    """The mean state of N texts behind each of L blocks but the last."""
    blocks, width = len(model.bert.blocks) - 1, model.bert.config.width
    found = torch.empty(blocks, len(tokens), width)
    for indices, (ids, mask) in reading(tokens):
        hidden = model.bert.embeddings(ids, None)
        for number in range(blocks):
            hidden = model.bert.run_blocks(hidden, mask, number, number + 1)
            found[number, indices] = mean_state(hidden, mask).float().cpu()
    return found


def with_exits(model: BertWithHead, tokens, labels: Sequence[int]) -> EarlyExit:
    """The model with fitted exits, none of them believed yet; nothing below them changes.

    `tokens` should be of texts that the model was not tuned on: on its own it is surer than it may be.
    """
    from sklearn.linear_model import LogisticRegression

    made = EarlyExit(model).to(model.head.weight.device).eval()
    with torch.no_grad():
        for head, vectors in zip(made.exits, states(model, tokens), strict=True):
            fitted = LogisticRegression(max_iter=2000).fit(vectors.numpy(), labels)
            weight, bias = (torch.from_numpy(each).float() for each in (fitted.coef_, fitted.intercept_))
            if len(weight) == 1:  # two classes: one logit, against 0
                weight, bias = (torch.cat([torch.zeros_like(each), each]) for each in (weight, bias))
            head.weight.copy_(weight)
            head.bias.copy_(bias)
    return made


@torch.no_grad()
def set_threshold(model: EarlyExit, tokens, labels: Sequence[int], most_lost: float = 0.01) -> float:
    """Set the lowest threshold that costs right answers of at most that share of the texts, as all above it do.

    `tokens` should be of texts that neither the model nor its exits were fitted on, and on which nothing is reported.
    Where even the highest threshold loses more, nobody leaves early.
    """
    model.threshold = NOBODY
    heads = zip(model.exits, states(model, tokens), strict=True)
    early = [head(vectors.to(head.weight.device)).float().cpu() for head, vectors in heads]
    said = torch.stack([*early, outputs_of(model, tokens)])
    sure, answers = said.softmax(-1).amax(-1).numpy(), said.argmax(-1).numpy()
    sure[-1] = np.inf  # who comes to the last head is answered there

    def right(threshold: float) -> int:
        left = (sure >= threshold).argmax(0)  # the first head that is sure enough
        return int((answers[left, np.arange(len(left))] == np.asarray(labels)).sum())

    fewest = right(NOBODY) - most_lost * len(labels)
    for threshold in THRESHOLDS:
        if right(threshold) < fewest:
            break
        model.threshold = threshold
    return model.threshold
