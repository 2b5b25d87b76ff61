"""A small BERT that reads rows of tokens which are no words: columns of a table, letters of DNA.

B and N rows, T tokens.
"""

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lmcourse.models.bert import Bert, BertConfig
from lmcourse.models.layers import enlarge
from lmcourse.training.loop import TrainingConfig, seed_everything, train


class Reader(nn.Module):
    """A BERT that reads a row of tokens, and one logit from the mean of its vectors."""

    def __init__(self, vocab_size: int, length: int, width: int = 32, layers: int = 2):
        super().__init__()
        self.bert = Bert(BertConfig(vocab_size, width, layers, 4, 2 * width, length, dropout=0.0))
        self.out = nn.Linear(width, 1)

    def forward(self, ids: Int[Tensor, "B T"]) -> Float[Tensor, " B"]:
        return self.out(self.bert(ids).mean(1))[:, 0]

    @torch.no_grad()
    def probabilities(self, ids: Int[Tensor, "N T"]) -> Float[np.ndarray, " N"]:
        """P(1) of each row."""
        return torch.cat([self(part) for part in ids.split(512)]).sigmoid().double().numpy()


def read(ids: Int[Tensor, "N T"], labels, vocab_size: int, steps: int, seed: int, rate: float = 2e-3) -> Reader:
    """A `Reader` trained on rows of tokens and labels of 0 and 1."""
    seed_everything(seed)
    model, rng = Reader(vocab_size, ids.shape[1]), np.random.default_rng(seed)
    enlarge(model.bert, 5)
    y = torch.as_tensor(np.asarray(labels), dtype=torch.float32)

    def losses(model: Reader, at: Tensor) -> dict[str, Tensor]:
        return {"loss": F.binary_cross_entropy_with_logits(model(ids[at]), y[at])}

    batches = (torch.from_numpy(rng.integers(0, len(ids), 64)) for _ in range(steps))
    train(model, batches, losses, TrainingConfig(steps, rate, seed=seed))
    return model
