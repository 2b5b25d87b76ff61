"""Fine-tuning, from labelled texts to a finished model."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from datasets import Dataset

from lmcourse.data.batches import by_length
from lmcourse.data.tokenizer import load_tokenizer
from lmcourse.errors import InputError
from lmcourse.evaluation.baselines import compare
from lmcourse.files import whole_folder, write_manifest
from lmcourse.finetuning.encoders import find_encoder
from lmcourse.finetuning.freezing import Activations, apply_freeze, parse_freeze
from lmcourse.finetuning.heads import LOSSES, BertWithHead, layer_rates, outputs_of
from lmcourse.inference import Predictor, evaluate
from lmcourse.models.bert import Bert
from lmcourse.models.weights import load_encoder
from lmcourse.training import processes
from lmcourse.training.loop import TrainingConfig, seed_everything, train
from lmcourse.training.precision import choose_precision, computing_in, device


@dataclass(frozen=True)
class FinetuneConfig:
    """What to fine-tune and how. Where the encoder is frozen the head needs a larger rate and more epochs."""

    encoder: str = "minilm"
    task: str = "classification"  # or regression
    freeze: str = "none"  # none, encoder, K or last:K
    max_length: int = 128  # tokens of a text that are read
    epochs: int | None = None  # None: 3, or 30 where the encoder is frozen
    learning_rate: float | None = None  # None: 1e-4, or 1e-3 where the encoder is frozen
    layer_decay: float = 1.0  # the share of the rate of the block above that a block gets
    batch_size: int = 16
    weight_decay: float = 0.01
    warmup: float = 0.1
    dropout: float = 0.1
    precision: str = "auto"
    seed: int = 0

    @property
    def recipe(self) -> tuple[int, float]:
        """Epochs and learning rate."""
        epochs, rate = (30, 1e-3) if self.freeze == "encoder" else (3, 1e-4)
        return self.epochs or epochs, self.learning_rate or rate


def build(config: FinetuneConfig, labels: list[str], bert: Bert | None = None) -> Predictor:
    """An untrained head on a pretrained encoder (or on the `bert` that is given, with the encoder's tokenizer)."""
    folder = find_encoder(config.encoder)
    bert = bert or load_encoder(folder, dropout=config.dropout)
    if not 8 <= config.max_length <= bert.config.max_length:
        raise InputError(
            f"a length of {config.max_length} tokens", "--max-length", f"give 8 to {bert.config.max_length}"
        )
    model = BertWithHead(bert, len(labels) or 1)
    return Predictor(model.to(device()), load_tokenizer(folder), labels, config.max_length)


def finetune(
    config: FinetuneConfig,
    train_set: Dataset,
    labels: list[str],
    validation: Dataset | None = None,
    on_step: Callable[[dict], object] = lambda row: None,
    bert: Bert | None = None,
) -> tuple[Predictor, list[dict]]:
    """Fine-tune on a data set's columns `text` and `label` (a class number below len(labels), or a float).

    Returns the model and one row a step, with the `epoch` and the `tokens` read so far; with a `validation` set, the
    last row of each epoch holds its loss as `validation`. `bert` replaces the encoder's weights (a random start, for
    example).
    """
    seed_everything(config.seed)
    predictor = build(config, labels, bert)
    model, (epochs, rate) = predictor.model, config.recipe
    freeze = parse_freeze(config.freeze, len(model.bert.blocks))
    apply_freeze(model.bert, freeze)
    precision = choose_precision(config.precision)
    loss_function, kind = LOSSES[config.task], torch.long if labels else torch.float32

    def prepare(data: Dataset):
        """Inputs, labels, count of tokens; where a lower part is frozen, its output stands for the token ids."""
        tokens = predictor.tokens(data["text"][:])
        target = torch.tensor(data["label"][:], dtype=kind, device=tokens.device)
        if freeze.prefix is None:
            return tokens, target, sum(tokens.lengths)
        with computing_in(model, precision):
            return Activations(model.bert, tokens, freeze.prefix), target, sum(tokens.lengths)

    inputs, targets, tokens = prepare(train_set)
    held_out = prepare(validation) if validation is not None else None
    per_epoch = len(by_length(inputs.lengths, config.batch_size, config.seed, 0))

    def batches() -> Iterator[list[int]]:
        for epoch in range(epochs):
            yield from by_length(inputs.lengths, config.batch_size, config.seed, epoch)

    def losses(model, indices):
        mine = processes.part(indices)
        chosen = mine or indices[:1]  # a process without a row of a small batch computes one that counts nothing
        share = len(mine) / len(indices)
        return {"loss": share * loss_function(model(*inputs.batch(chosen)), targets[chosen])}

    def after_step(row: dict) -> object:
        row["epoch"] = row["step"] / per_epoch
        row["tokens"] = round(row["epoch"] * tokens)
        if held_out and row["step"] % per_epoch == 0:
            outputs = outputs_of(model, held_out[0])
            row["validation"] = loss_function(outputs, held_out[1].cpu()).item()
        return on_step(row)

    training = TrainingConfig(
        steps=epochs * per_epoch,
        learning_rate=rate,
        weight_decay=config.weight_decay,
        warmup=config.warmup,
        precision="fp32" if freeze.prefix == len(model.bert.blocks) else precision,  # a head alone: see Activations
        seed=config.seed,
    )
    rates = layer_rates(config.layer_decay, len(model.bert.blocks))
    return predictor, train(model, batches(), losses, training, after_step, rates)


def finetune_and_report(
    config: FinetuneConfig,
    parts: dict[str, Dataset],
    labels: list[str],
    out: Path,
    on_step: Callable[[dict], object] = lambda row: None,
) -> dict:
    """Fine-tune on `parts` (train, validation, test), write the finished model to `out`, return its figures.

    The figures are `{test, validation, baselines, seconds, tokens_per_second, cut}`; `cut` counts the texts of each
    part of which the model does not read all. They are kept with the model as `results.json`, and each step of
    training as `history.json`. Of several processes the first one measures and writes; the others return nothing.
    """
    start = time.perf_counter()
    predictor, history = finetune(config, parts["train"], labels, parts["validation"], on_step)
    seconds = time.perf_counter() - start
    if processes.rank() > 0:
        return {}
    texts = {name: (data["text"][:], data["label"][:]) for name, data in parts.items()}
    results = {
        "test": evaluate(predictor, parts["test"]),
        "validation": evaluate(predictor, parts["validation"]),
        "baselines": compare(texts["train"], texts["validation"], texts["test"], config.task),
        "seconds": seconds,
        "tokens_per_second": history[-1]["tokens"] / seconds,
        "cut": {name: predictor.cut(data["text"][:]) for name, data in parts.items()},
        "config": asdict(config),
    }
    with whole_folder(out) as folder:
        predictor.save(folder)
        (folder / "results.json").write_text(json.dumps(results, indent=1))
        (folder / "history.json").write_text(json.dumps(history))
        write_manifest(folder)
    return results
