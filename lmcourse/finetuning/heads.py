"""The task's own layer on top of the encoder."""

import re
from collections.abc import Callable

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from lmcourse.finetuning.freezing import reading
from lmcourse.models.bert import Bert, initialise
from lmcourse.models.layers import Dropout


class BertWithHead(nn.Module):
    """BERT and one linear layer on its pooled vector: a logit for each of C classes, or (C = 1) a number."""

    def __init__(self, bert: Bert, outputs: int):
        super().__init__()
        self.bert = bert
        self.dropout = Dropout(bert.config.dropout)
        self.head = nn.Linear(bert.config.width, outputs)
        initialise(self.head)

    def forward(
        self, inputs: Tensor, mask: Bool[Tensor, "B T"] | None = None, first: int | None = None
    ) -> Float[Tensor, "B C"]:
        """Logits for token ids (B, T), or, with `first`, for the hidden states (B, T, D) that enter that block."""
        hidden = self.bert.embeddings(inputs, None) if first is None else inputs
        hidden = self.bert.run_blocks(hidden, mask, first or 0, wanted=1)  # only [CLS] is pooled
        return self.head(self.dropout(self.bert.pool(hidden)))


def classification_loss(outputs: Float[Tensor, "B C"], labels: Tensor) -> Tensor:
    """Mean cross-entropy, in nats, of class numbers (B,)."""
    return F.cross_entropy(outputs.float(), labels)


def regression_loss(outputs: Float[Tensor, "B 1"], labels: Tensor) -> Tensor:
    """Mean squared error against numbers (B,)."""
    return F.mse_loss(outputs.float().squeeze(1), labels)


def layer_rates(decay: float, layers: int) -> Callable[[str], float]:
    """A weight's share of the learning rate, by its name: 1 above the last block, `decay` times less in each below.

    What lies deepest is most general, and is to change least (Howard and Ruder 2018, section 3.2).
    """

    def share(name: str) -> float:
        if "embeddings." in name:
            return decay ** (layers + 1)
        block = re.search(r"blocks\.(\d+)\.", name)
        return decay ** (layers - int(block[1])) if block else 1.0

    return share


LOSSES = {"classification": classification_loss, "regression": regression_loss}


@torch.no_grad()
def outputs_of(model: BertWithHead, inputs) -> Float[Tensor, "N C"]:
    """The model's outputs for all of `inputs`, in their order, computed in batches of like length."""
    outputs = torch.empty(len(inputs), model.head.out_features)
    if training := model.training:  # only then: a walk over all modules takes a tenth of one sentence's time
        model.eval()
    for indices, batch in reading(inputs):
        outputs[indices] = model(*batch).float().cpu()
    if training:
        model.train()
    return outputs
