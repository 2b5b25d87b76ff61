"""Pretraining, from documents to a finished model: exact when it is interrupted."""

import json
import math
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
from torch import Tensor, nn

from lmcourse.data import stores
from lmcourse.data.tokenizer import fingerprint, save_tokenizer
from lmcourse.errors import InputError
from lmcourse.evaluation.uncertainty import bootstrap, wilson
from lmcourse.files import write_manifest
from lmcourse.models.attention import LENGTHS, NEVER, fused_from
from lmcourse.models.gpt import Gpt
from lmcourse.models.names import ALBERT, BERT, GPT, Format
from lmcourse.models.weights import save_model
from lmcourse.pretraining.baselines import answers
from lmcourse.pretraining.examples import Examples, Streams
from lmcourse.pretraining.objectives import Batch, Vocabulary, causal_losses, pretraining_losses
from lmcourse.training import processes
from lmcourse.training.checkpoints import check_settings, latest, postponed_signals, save
from lmcourse.training.loop import TrainingConfig, seed_everything, train
from lmcourse.training.precision import DTYPES, choose_precision, device


@dataclass(frozen=True)
class Kind:
    """A model that can be pretrained."""

    form: Format
    opened_by: str  # the class of `transformers`
    pairs: dict[str, str]  # what it may be asked, the choice of its paper first, and which pairs it is then given


MODELS = {
    "bert": Kind(BERT, "BertForPreTraining", {"mlm,nsp": "nsp", "mlm,sop": "sop", "mlm": "none"}),
    "albert": Kind(ALBERT, "AlbertForPreTraining", {"mlm,sop": "sop", "mlm,nsp": "nsp", "mlm": "none"}),
    "gpt": Kind(GPT, "GPT2LMHeadModel", {"clm": "none"}),
}
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
    model: str = "bert"  # of MODELS
    whole_words: bool = True  # masked; or single pieces, as in the paper


@dataclass(frozen=True, eq=False)
class Task:
    """What a configuration stands for: the tokenizer, the examples to learn from, and those to be measured on."""

    config: PretrainConfig
    tokenizer: object
    train: Examples | Streams
    validation: Examples | Streams

    @classmethod
    def of(cls, config: PretrainConfig) -> "Task":
        """Tokenise the corpora, or find them in the cache."""
        if config.preset not in PRESETS:
            raise InputError(f"unknown preset {config.preset!r}", "--preset", f"give {', '.join(PRESETS)}")
        known = kind_of(config.model).pairs.values()
        if config.pairs not in known:
            raise InputError(f"{config.model} reads no pairs {config.pairs!r}", "pairs", f"give {' or '.join(known)}")
        if config.model == "gpt" and not config.whole_words:
            raise InputError("gpt masks nothing", "--single-pieces", "leave it out")
        tok = stores.train_tokenizer(config.corpora, config.vocab_size, config.limit)
        vocabulary = Vocabulary.of(tok)
        sizes = {"max_length": config.max_length, "batch_size": config.batch_size}
        masked = {"pairs": config.pairs, "whole_words": config.whole_words}
        make = Streams if config.model == "gpt" else partial(Examples, **masked)

        def examples(part: str, seed: int) -> Examples | Streams:
            data = stores.store(config.corpora, tok, part, config.limit)
            return make(data, vocabulary, seed=seed, **sizes)

        return cls(config, tok, examples("train", config.seed), examples("validation", 0))

    def model(self) -> nn.Module:
        """The model at its random beginning."""
        seed_everything(self.config.seed)
        sizes = PRESETS[self.config.preset] | {"max_length": self.config.max_length, "dropout": self.config.dropout}
        if self.config.model == "albert":  # 128 in all of the paper's, which are wider
            sizes["embedding_width"] = min(128, sizes["width"] // 2)
        form = MODELS[self.config.model].form
        return form.model(form.config(vocab_size=self.train.vocabulary.size, **sizes)).to(device())

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


def kind_of(model: str) -> Kind:
    """The entry of MODELS; InputError when there is none."""
    if model not in MODELS:
        raise InputError(f"unknown model {model!r}", "--model", f"give {', '.join(MODELS)}")
    return MODELS[model]


def pairs_for(model: str, objectives: str | None = None) -> str:
    """The `pairs` of a configuration that asks a model for some objectives; none named: those of its paper.

    Errors: InputError for an unknown model, and for objectives that it cannot be asked for.
    """
    known = kind_of(model).pairs
    objectives = next(iter(known)) if objectives is None else objectives
    if objectives not in known:
        raise InputError(f"no objectives {objectives!r} for {model}", "--objectives", f"give {' or '.join(known)}")
    return known[objectives]


def evaluate(model: nn.Module, examples: Examples | Streams, precision: str = "fp32") -> dict:
    """`figures` on all examples of a part, masked with its own seed.

    Those of a Gpt are `clm` and `clm_accuracy`, over all `tokens`, and `bits_a_byte`.
    """
    given = answers(model, examples.batches(epochs=1), precision)
    if isinstance(examples, Examples):
        return figures(given)
    found = figures(given, "clm")
    sizes = examples.vocabulary.bytes[given["target"]]
    found["bits_a_byte"], found["intervals"]["bits_a_byte"] = bits_a_byte(given["nats"], sizes, given["text"])
    return found


def bits_a_byte(nats: np.ndarray, sizes: np.ndarray, text: np.ndarray) -> tuple[float, tuple[float, float]]:
    """Bits for each byte of text, with a 95 % interval over texts: comparable whatever the vocabulary.

    Given are the nats of each token (N,), the bytes that it stands for, and the number of its text.
    """

    def ratio(nats: np.ndarray, sizes: np.ndarray) -> float:
        return float(nats.sum() / sizes.sum() / math.log(2))

    return ratio(nats, sizes), bootstrap(ratio, np.bincount(text, nats), np.bincount(text, sizes))


def figures(given: dict[str, np.ndarray], name: str = "mlm") -> dict:
    """What `answers` come to, with 95 % intervals.

    `mlm` (nats a masked token) and `mlm_accuracy`, over the `tokens` that were masked; `nsp` and `nsp_accuracy`, over
    the `pairs`, whichever they are. Intervals of the tokens resample texts, as tokens of one text are not independent.
    """
    masked = np.bincount(given["text"])
    found = {"tokens": int(masked.sum()), "pairs": len(given["pair_hits"]), "intervals": {}}
    for figure, values in ((name, given["nats"]), (f"{name}_accuracy", given["hits"])):
        sums = np.bincount(given["text"], values.astype(float))
        found[figure] = float(values.mean())
        found["intervals"][figure] = bootstrap(lambda s, n: s.sum() / max(n.sum(), 1), sums, masked)
    if found["pairs"]:
        right = int(given["pair_hits"].sum())
        found |= {"nsp": float(given["pair_nats"].mean()), "nsp_accuracy": right / found["pairs"]}
        found["intervals"]["nsp_accuracy"] = wilson(right, found["pairs"])
    return found


def own_losses(model: nn.Module, batch: Batch, half: bool = False) -> dict[str, Tensor]:
    """This process's shares of a batch's losses: those of all processes add up to the losses of the whole batch."""
    part, shares = batch.part(processes.part(range(len(batch.ids))))
    losses = causal_losses if isinstance(model, Gpt) else partial(pretraining_losses, half=half)
    return {name: shares[name] * loss for name, loss in losses(model, part.to(device())).items()}


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
        older = {"model": "bert", "whole_words": True}  # a run that began before these could be chosen goes on
        check_settings(older | state.settings, settings, out)
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
    _export(model, task, results, history, Path(out))
    return results


def _export(model: nn.Module, task: Task, results: dict, history: list[dict], out: Path) -> None:
    """Put the finished model beside its checkpoints, its manifest last."""
    vocabulary, extra = task.train.vocabulary, {}
    if isinstance(model, Gpt):  # texts begin behind [SEP] and end with it
        extra = {"bos_token_id": vocabulary.sep, "eos_token_id": vocabulary.sep, "pad_token_id": vocabulary.pad}
    for left in out.glob(".model-*"):  # by a process that was killed
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(dir=out, prefix=".model-") as aside:
        aside = Path(aside)
        save_model(model, aside, MODELS[task.config.model].opened_by, **extra)
        save_tokenizer(task.tokenizer, aside, task.config.max_length)
        (aside / "results.json").write_text(json.dumps(results, indent=1))
        (aside / "history.json").write_text(json.dumps(history))
        for path in aside.iterdir():
            os.replace(path, out / path.name)
    write_manifest(out)
