"""Pretraining, from documents to a finished model: exact when it is interrupted."""

import json
import math
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from torch import Tensor

from lmcourse.data import stores
from lmcourse.data.tokenizer import fingerprint, save_tokenizer
from lmcourse.errors import InputError
from lmcourse.evaluation.uncertainty import bootstrap, wilson
from lmcourse.files import write_manifest
from lmcourse.models.attention import LENGTHS, NEVER, fused_from
from lmcourse.models.bert import BertConfig, BertForPreTraining
from lmcourse.models.weights import save_model
from lmcourse.pretraining.baselines import answers
from lmcourse.pretraining.examples import Examples
from lmcourse.pretraining.objectives import Batch, Vocabulary, pretraining_losses
from lmcourse.training import processes
from lmcourse.training.checkpoints import check_settings, latest, postponed_signals, save
from lmcourse.training.loop import TrainingConfig, seed_everything, train
from lmcourse.training.precision import DTYPES, choose_precision, device

# The small BERTs of Turc et al. 2019, "Well-Read Students Learn Better", table 1.
PRESETS = {
    "tiny": {"layers": 2, "width": 128, "heads": 2, "ff_width": 512},
    "mini": {"layers": 4, "width": 256, "heads": 4, "ff_width": 1024},
    "small": {"layers": 4, "width": 512, "heads": 8, "ff_width": 2048},
}

SAVED_EVERY = 120  # seconds: what a kill can cost


@dataclass(frozen=True)
class PretrainConfig:
    """What to pretrain on, what to pretrain, and how."""

    corpora: tuple[str, ...] = ("wiki", "movies", "amazon", "editorials")
    steps: int = 1000
    preset: str = "mini"
    pairs: str = "nsp"  # nsp, sop or none
    vocab_size: int = 8192
    max_length: int = 128
    batch_size: int = 32
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup: float = 0.1
    dropout: float = 0.1
    accumulation: int = 1
    half: bool = False  # ½ (MLM + NSP), as the document writes, instead of the sum
    precision: str = "auto"
    seed: int = 0
    limit: int | None = None  # rows of each corpus


@dataclass(frozen=True, eq=False)
class Task:
    """What a configuration stands for: the tokenizer, the examples to learn from, and those to be measured on."""

    config: PretrainConfig
    tokenizer: object
    train: Examples
    validation: Examples

    @classmethod
    def of(cls, config: PretrainConfig) -> "Task":
        """Tokenise the corpora, or find them in the cache."""
        if config.preset not in PRESETS:
            raise InputError(f"unknown preset {config.preset!r}", "--preset", f"give {', '.join(PRESETS)}")
        tok = stores.train_tokenizer(config.corpora, config.vocab_size, config.limit)
        vocabulary = Vocabulary.of(tok)
        sizes = {"max_length": config.max_length, "batch_size": config.batch_size, "pairs": config.pairs}

        def examples(part: str, seed: int) -> Examples:
            data = stores.store(config.corpora, tok, part, config.limit)
            return Examples(data, vocabulary, seed=seed, **sizes)

        return cls(config, tok, examples("train", config.seed), examples("validation", 0))

    def model(self) -> BertForPreTraining:
        """The model at its random beginning."""
        seed_everything(self.config.seed)
        sizes = PRESETS[self.config.preset] | {"max_length": self.config.max_length, "dropout": self.config.dropout}
        return BertForPreTraining(BertConfig(vocab_size=self.train.vocabulary.size, **sizes)).to(device())

    def settings(self, precision: str) -> dict:
        """What must be the same for a run to be the same run."""
        parts = {"train": self.train, "validation": self.validation}
        data = {name: stores.fingerprint(part.data) for name, part in parts.items()}
        kernel = fused_from(DTYPES[precision], device()) if self.config.max_length >= LENGTHS[0] else NEVER
        return {
            **asdict(self.config),
            "computed_in": precision,
            "fused_attention_from": kernel,
            "processes": processes.count(),
            "tokenizer": fingerprint(self.tokenizer),
            "data": data,
        }


def evaluate(model: BertForPreTraining, examples: Examples, precision: str = "fp32") -> dict:
    """`figures` on all examples of a part, masked with its own seed."""
    return figures(answers(model, examples.batches(epochs=1), precision))


def figures(given: dict[str, np.ndarray]) -> dict:
    """What `answers` come to, with 95 % intervals.

    `mlm` (nats a masked token) and `mlm_accuracy`, over the `tokens` that were masked; `nsp` and `nsp_accuracy`, over
    the `pairs`. Intervals of the masked tokens resample texts, as tokens of one text are not independent.
    """
    masked = np.bincount(given["text"])
    found = {"tokens": int(masked.sum()), "pairs": len(given["pair_hits"]), "intervals": {}}
    for name, values in (("mlm", given["nats"]), ("mlm_accuracy", given["hits"])):
        sums = np.bincount(given["text"], values.astype(float))
        found[name] = float(values.mean())
        found["intervals"][name] = bootstrap(lambda s, n: s.sum() / max(n.sum(), 1), sums, masked)
    if found["pairs"]:
        right = int(given["pair_hits"].sum())
        found |= {"nsp": float(given["pair_nats"].mean()), "nsp_accuracy": right / found["pairs"]}
        found["intervals"]["nsp_accuracy"] = wilson(right, found["pairs"])
    return found


def own_losses(model: BertForPreTraining, batch: Batch, half: bool = False) -> dict[str, Tensor]:
    """This process's shares of a batch's losses: those of all processes add up to the losses of the whole batch."""
    part, shares = batch.part(processes.part(range(len(batch.ids))))
    return {name: shares[name] * loss for name, loss in pretraining_losses(model, part.to(device()), half).items()}


def pretrain(
    config: PretrainConfig,
    out: Path,
    stop_after: int | None = None,
    resume: bool = False,
    on_step: Callable[[dict], object] = lambda row: None,
) -> dict:
    """Pretrain, and write checkpoints and in the end the finished model to `out`; returns its held-out figures.

    `stop_after` ends the run early, as an interruption would; `resume` goes on from the last whole checkpoint as if
    nothing had happened. A run that has not come to its end returns `{"step": …}` only.
    Errors: InputError when `out` holds checkpoints and `resume` is not set, or those of other settings.
    """
    state = latest(out)
    if state and not resume:
        raise InputError("the folder holds checkpoints of a run", out, "add --resume, or name another --out")
    if config.steps < 1 or (stop_after is not None and stop_after < 1):
        raise InputError("steps begin at 1", "--steps, --stop-after", "give a larger number")
    if state and stop_after is not None and stop_after <= state.step < config.steps:
        raise InputError(f"the run is at step {state.step}", "--stop-after", "give a later step")
    task = Task.of(config)
    precision = choose_precision(config.precision)
    if state and config.precision == "auto":
        precision = state.settings["computed_in"]
    settings = task.settings(precision)
    if state:
        check_settings(state.settings, settings, out)
    model, saved = task.model(), -math.inf  # the first step is saved: a full disk shows itself at once
    training = TrainingConfig(
        steps=config.steps,
        learning_rate=config.learning_rate,
        weight_decay=config.weight_decay,
        warmup=config.warmup,
        accumulation=config.accumulation,
        precision=precision,
        seed=config.seed,
    )
    with postponed_signals() as received:

        def losses(model, batch):
            return own_losses(model, batch, config.half)

        def checkpoint(row: dict, state: Callable) -> bool:
            nonlocal saved
            last = row["step"] in (config.steps, stop_after) or processes.any_of(received)
            if last or processes.any_of(time.monotonic() > saved + SAVED_EVERY):
                kept = state()
                if processes.rank() == 0:
                    save(out, kept, settings)
                saved = time.monotonic()
            return last

        batches = task.train.batches(skip=state.batches if state else 0)
        history = train(model, batches, losses, training, on_step, checkpoint=checkpoint, resume=state)
    if len(history) < config.steps or processes.rank() > 0:
        return {"step": len(history)}
    results = {"step": len(history), **evaluate(model, task.validation, precision), "config": asdict(config)}
    _export(model, task.tokenizer, results, history, Path(out))
    return results


def _export(model: BertForPreTraining, tok, results: dict, history: list[dict], out: Path) -> None:
    """Put the finished model beside its checkpoints, its manifest last."""
    with tempfile.TemporaryDirectory(dir=out, prefix=".model-") as aside:
        aside = Path(aside)
        save_model(model, aside, "BertForPreTraining")
        save_tokenizer(tok, aside, model.bert.config.max_length)
        (aside / "results.json").write_text(json.dumps(results, indent=1))
        (aside / "history.json").write_text(json.dumps(history))
        for path in aside.iterdir():
            os.replace(path, out / path.name)
    write_manifest(out)
