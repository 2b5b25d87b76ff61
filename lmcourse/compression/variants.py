"""One classifier made smaller or faster in several ways, each as a predictor that answers texts."""

import copy
import io
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from lmcourse.compression.distillation import distillation_loss, spread_blocks
from lmcourse.compression.pruning import keep_pruned, prune
from lmcourse.compression.quantisation import quantised
from lmcourse.data.batches import by_length
from lmcourse.finetuning.heads import BertWithHead
from lmcourse.inference import Predictor
from lmcourse.models.bert import Bert
from lmcourse.training.loop import TrainingConfig, seed_everything, train
from lmcourse.training.precision import choose_precision


@dataclass
class InFormat(Predictor):
    """A predictor whose weights are kept in one number format and stay in it, whatever is asked for."""

    kept: str = "bf16"

    def outputs(self, texts: list[str], precision: str = "fp32") -> np.ndarray:
        """Logits (N, C)."""
        return super().outputs(texts, self.kept)


def with_model(predictor: Predictor, model: nn.Module) -> Predictor:
    """The same tokenizer and classes with another model."""
    return replace(predictor, model=model.eval())


def _copy(model: BertWithHead) -> BertWithHead:
    """A copy with weights of its own, but for the embeddings: half of MiniLM, and no way of this file changes them."""
    return copy.deepcopy(model, {id(weight): weight for weight in model.bert.embeddings.parameters()})


def by_hand(predictor: Predictor) -> Predictor:
    """Linear layers in 8 bits by the course's own code."""
    return with_model(predictor, quantised(predictor.model))


def by_library(predictor: Predictor) -> Predictor:
    """Linear layers in 8 bits by torch's own kernels: dynamic quantisation, one step a matrix.

    torch calls this interface deprecated in favour of a package of its own; it is what comes with torch.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = torch.ao.quantization.quantize_dynamic(
            _copy(predictor.model).eval(), {nn.Linear}, torch.qint8, inplace=True
        )
    return with_model(predictor, made)


def in_bfloat16(predictor: Predictor) -> Predictor:
    """All weights in 16 bits."""
    model = copy.deepcopy(predictor.model).bfloat16().eval()
    return InFormat(model, predictor.tokenizer, predictor.labels, predictor.max_length)


def pruned(predictor: Predictor, share: float) -> Predictor:
    """A share of each linear layer's weights set to 0, the smallest, and nothing trained afterwards."""
    model = _copy(predictor.model)
    prune(model, share)
    return with_model(predictor, model)


def shorter(model: BertWithHead, blocks: int) -> BertWithHead:
    """A copy with so many of the blocks, evenly spread from bottom to top, and the rest as it was."""
    made = BertWithHead(Bert(replace(model.bert.config, layers=blocks)), model.head.out_features)
    made.bert.embeddings = _copy(model).bert.embeddings
    made.bert.pooler.load_state_dict(model.bert.pooler.state_dict())
    made.head.load_state_dict(model.head.state_dict())
    for block, number in zip(made.bert.blocks, spread_blocks(len(model.bert.blocks), blocks), strict=True):
        block.load_state_dict(model.bert.blocks[number].state_dict())
    return made


def _train(model: nn.Module, tokens, loss: Callable, epochs: int, rate: float, seed: int, on_step: Callable) -> None:
    """Some epochs of a model's blocks and head; the embeddings stay as they are."""
    model.bert.requires_grad_(True)
    model.bert.embeddings.requires_grad_(False)
    per_epoch = len(by_length(tokens.lengths, 16, seed, 0))

    def batches() -> Iterator[list[int]]:
        for epoch in range(epochs):
            yield from by_length(tokens.lengths, 16, seed, epoch)

    def losses(model: nn.Module, rows: list[int]) -> dict:
        return {"loss": loss(model(*tokens.batch(rows)).float(), rows)}

    config = TrainingConfig(epochs * per_epoch, rate, precision=choose_precision(), seed=seed)
    train(model, batches(), losses, config, on_step)


def distilled(
    predictor: Predictor,
    texts: Sequence[str],
    labels: Sequence[int],
    blocks: int,
    share: float = 0.5,
    epochs: int = 3,
    rate: float = 1e-4,
    seed: int = 0,
) -> Predictor:
    """A student of fewer blocks, begun as the teacher's, that learns from its probabilities and from the labels.

    `share` is the weight of what the teacher says; with 0 the student learns from the labels alone.
    """
    seed_everything(seed)
    tokens, labels = predictor.tokens(list(texts)), torch.tensor(labels)
    wanted = torch.from_numpy(predictor.outputs(list(texts), choose_precision())).float()
    student = shorter(predictor.model, blocks)

    def loss(outputs: torch.Tensor, rows: list[int]) -> torch.Tensor:
        return distillation_loss(outputs, wanted[rows], labels[rows], share=share)

    _train(student, tokens, loss, epochs, rate, seed, lambda row: None)
    return with_model(predictor, student)


def pruned_and_trained(
    predictor: Predictor, share: float, texts: Sequence[str], labels: Sequence[int], epochs: int = 1, seed: int = 0
) -> Predictor:
    """Pruned, then trained on: what was set to 0 stays 0 (Han et al. 2015, section 3)."""
    model, labels = _copy(predictor.model), torch.tensor(labels)
    tokens, kept = predictor.tokens(list(texts)), prune(model, share)

    def loss(outputs: torch.Tensor, rows: list[int]) -> torch.Tensor:
        return nn.functional.cross_entropy(outputs, labels[rows])

    _train(model, tokens, loss, epochs, 1e-4, seed, lambda row: keep_pruned(model, kept))
    keep_pruned(model, kept)
    return with_model(predictor, model)


def file_bytes(predictor: Predictor) -> int:
    """What the weights take in a file."""
    file = io.BytesIO()
    torch.save(predictor.model.state_dict(), file)
    return file.tell()
