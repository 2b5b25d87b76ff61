"""What one process measures: our side of a comparison, or a side of `transformers`.

`python -m lmcourse.bench_peers JSON` measures the `Work` that the JSON describes and prints what it found as the last
line. Both sides begin with the same weights, and with the same examples as token ids, masked in advance; each makes
its own batches of them.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import chain, count, islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from lmcourse.data.batches import by_length, pad
from lmcourse.pretraining.objectives import Batch, pretraining_losses
from lmcourse.training.loop import TrainingConfig, train
from lmcourse.training.precision import DTYPES, choose_precision, computing_in, device, speed

LABELS = ["negative", "positive"]
IGNORED = -100  # the label of a position that `transformers` is not to ask about
WARMUP = 2  # steps
FOREVER = 100_000  # steps or epochs: the stopwatch ends a training

GROUPED = {"bf16": True, "train_sampling_strategy": "group_by_length"}
PEERS = {  # what a user sets in TrainingArguments
    "default": {},
    "bf16": {"bf16": True},
    "grouped": GROUPED,
    "compiled": GROUPED | {"torch_compile": True},
    "tuned": GROUPED,  # with eager attention, and with the environment below
}
TUNED = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**31 - 1)}


@dataclass(frozen=True)
class Work:
    """One side of one case."""

    bench: str  # pretrain, store, finetune or inference
    side: str  # ours, or a peer's name
    folder: str  # holds `examples.json`, and the weights to begin with in `weights`
    batch_size: int = 32
    dropout: float = 0.0
    precision: str = "auto"  # fp32: neither side may use bfloat16
    freeze: str = "none"
    epochs: int = 1  # of fine-tuning: what they take is projected from the timed steps
    whole: bool = False  # run all epochs instead
    test: str = ""  # the folder of examples to be answered after that
    repeat: int = 1  # of a store
    seed: int = 0  # another one in each round, for other batches
    seconds: float = 5.0  # to be timed at least
    steps: int = 4  # likewise

    def examples(self) -> list[dict]:
        """The examples, under the names of `transformers`' inputs."""
        return json.loads((Path(self.folder) / "examples.json").read_text())

    @property
    def weights(self) -> Path:
        """The model to begin with, in `transformers`' form."""
        return Path(self.folder) / "weights"


# ---------------------------------------------------------------- time, and who else used it


class Reading(NamedTuple):
    """Seconds on three clocks: of the wall, of all cores when busy (None where the system does not tell), our own."""

    wall: float
    busy: float | None
    own: float


def reading() -> Reading:
    """The three clocks now."""
    try:
        words = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
        user, nice, system, _idle, _waiting, *rest = map(int, words)  # what a host takes from a guest is busy too
        busy = (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK")
    except OSError:
        busy = None
    return Reading(time.perf_counter(), busy, sum(os.times()[:4]))  # with those of our children that have ended


def elapsed(begin: Reading, end: Reading, cores: int | None = None) -> dict:
    """`seconds` of the wall between two readings, and the share of the cores that `others` took (or None)."""
    seconds = end.wall - begin.wall
    if begin.busy is None or end.busy is None:
        return {"seconds": seconds, "others": None}
    others = (end.busy - begin.busy) - (end.own - begin.own)
    return {"seconds": seconds, "others": max(0.0, others) / (seconds * (cores or os.cpu_count()))}


class Stopwatch:
    """Times the steps behind a warm-up, until enough steps and enough seconds have passed."""

    def __init__(self, steps: int, seconds: float, warmup: int = WARMUP, read: Callable[[], Reading] = reading):
        self.steps, self.seconds, self.warmup, self.read = steps, seconds, warmup, read
        self.ended = 0
        self.begin = self.end = read()

    def step(self, compiled: bool = False) -> bool:
        """Call it at the end of each step; True when no more are needed.

        A step that compiled belongs to the warm-up, with all that came before it.
        """
        self.ended += 1
        if compiled:
            self.warmup = max(self.warmup, self.ended)
        self.end = self.read()
        if self.ended <= self.warmup:
            self.begin = self.end
            return False
        return self.ended - self.warmup >= self.steps and self.end.wall - self.begin.wall >= self.seconds

    def found(self) -> dict:
        """The timed `steps`, their `seconds`, and the share of the cores that `others` took."""
        return {"steps": self.ended - self.warmup, **elapsed(self.begin, self.end)}


# ---------------------------------------------------------------- examples


def counts(rows: Sequence[dict]) -> dict:
    """What the cost of some examples depends on: real `tokens`, `squares` of the lengths, `selected`, `examples`."""
    lengths = [len(row["input_ids"]) for row in rows]
    selected = sum(len(row["labels"]) - row["labels"].count(IGNORED) for row in rows if isinstance(row["labels"], list))
    squares = sum(length**2 for length in lengths)
    return {"tokens": sum(lengths), "squares": squares, "selected": selected, "examples": len(rows)}


def total(counted: Sequence[dict]) -> dict:
    """The sum of what `counts` gave for some batches."""
    return {name: sum(batch[name] for batch in counted) for name in counted[0]}


def tensors(rows: Sequence[dict]) -> dict[str, Tensor]:
    """Examples as a batch for `transformers`, padded to the longest of them."""
    ids, mask = pad([row["input_ids"] for row in rows])
    batch = {"input_ids": ids, "attention_mask": mask.long()}
    if "next_sentence_label" not in rows[0]:
        return batch | {"labels": torch.tensor([row["labels"] for row in rows])}
    return batch | {
        "token_type_ids": pad([row["token_type_ids"] for row in rows])[0],
        "labels": pad([row["labels"] for row in rows], IGNORED)[0],
        "next_sentence_label": torch.tensor([row["next_sentence_label"] for row in rows]),
    }


def as_batch(rows: Sequence[dict]) -> Batch:
    """The same examples as a batch of ours."""
    batch = tensors(rows)
    mask, selected = batch["attention_mask"].bool(), batch["labels"] != IGNORED
    targets = batch["labels"][selected]
    return Batch(batch["input_ids"], batch["token_type_ids"], mask, selected, targets, batch["next_sentence_label"])


def spread(batches: Sequence[list[int]], lengths: Sequence[int], seed: int) -> list[list[int]]:
    """Batches of example numbers in such an order that every few of them are long, short and between.

    Only few steps are timed, and `Trainer` begins with the longest batches. The golden ratio leads through them evenly.
    """
    ranked = sorted(batches, key=lambda batch: sum(lengths[i] for i in batch))
    places = (np.arange(len(ranked)) + 100 * seed) * (5**0.5 - 1) / 2 % 1
    return [ranked[rank] for rank in places.argsort().argsort()]


def first_batches(rows: Sequence[dict], work: Work) -> list[list[dict]]:
    """The three batches whose losses must agree: the same for each side and round."""
    return [rows[begin : begin + work.batch_size] for begin in range(0, 3 * work.batch_size, work.batch_size)]


# ---------------------------------------------------------------- our side


@torch.no_grad()
def our_losses(model: nn.Module, rows: Sequence[dict], work: Work) -> list[float]:
    """Losses of the first batches, in float32 and without dropout."""
    from lmcourse.finetuning.heads import classification_loss

    found = []
    for batch in first_batches(rows, work):
        if work.bench == "pretrain":
            loss = sum(pretraining_losses(model, as_batch(batch).to(device())).values())
        else:
            given = {name: tensor.to(device()) for name, tensor in tensors(batch).items()}
            loss = classification_loss(model(given["input_ids"], given["attention_mask"].bool()), given["labels"])
        found.append(loss.item())
    return found


def pretrain_ours(work: Work) -> dict:
    """Our pretraining on the examples."""
    from lmcourse.models.weights import load_pretraining

    rows, watch, counted = work.examples(), Stopwatch(work.steps, work.seconds), []
    model = load_pretraining(work.weights, dropout=work.dropout).to(device())
    losses = our_losses(model, rows, work)

    def batches() -> Iterator[Batch]:
        lengths = [len(row["input_ids"]) for row in rows]
        for epoch in count():
            for chosen in spread(by_length(lengths, work.batch_size, work.seed, epoch), lengths, work.seed):
                batch = [rows[i] for i in chosen]
                counted.append(counts(batch))
                yield as_batch(batch)

    config = TrainingConfig(FOREVER, 1e-4, precision=choose_precision(work.precision), seed=work.seed)
    train(model, batches(), lambda m, b: pretraining_losses(m, b.to(device())), config, lambda row: watch.step())
    found = watch.found() | total(counted[watch.warmup : watch.ended]) | {"losses": losses}
    return found | {"value": found["tokens"] / found["seconds"]}


def pretrain_from_store(work: Work) -> dict:
    """Our pretraining as it is used, from a store on disk; `memory_mb` is what the process took at most."""
    import resource

    from lmcourse.data import stores
    from lmcourse.models.weights import load_pretraining
    from lmcourse.pretraining.examples import Examples
    from lmcourse.pretraining.objectives import Vocabulary

    model = load_pretraining(work.weights).to(device())
    tok = stores.train_tokenizer(("wiki",), model.bert.config.vocab_size)
    data = stores.store(("wiki",), tok, repeat=work.repeat)
    examples = Examples(data, Vocabulary.of(tok), max_length=model.bert.config.max_length, batch_size=work.batch_size)
    watch, tokens = Stopwatch(work.steps, work.seconds), []

    def batches() -> Iterator[Batch]:
        for batch in examples.batches():
            tokens.append(int(batch.mask.sum()))
            yield batch

    config = TrainingConfig(FOREVER, 1e-4, precision=choose_precision(work.precision))
    train(model, batches(), lambda m, b: pretraining_losses(m, b.to(device())), config, lambda row: watch.step())
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    found = watch.found() | {"tokens": sum(tokens[watch.warmup : watch.ended]), "memory_mb": most}
    return found | {"value": found["tokens"] / found["seconds"], "store_tokens": sum(data["tokens"])}


def finetune_ours(work: Work) -> dict:
    """Our fine-tuning: as many epochs as are asked for run to their end, or projected from some steps.

    With frozen layers, what comes before the first step is told too: their activations are computed there, once.
    """
    from datasets import Dataset

    from lmcourse.finetuning.run import FinetuneConfig, finetune
    from lmcourse.inference import Predictor

    rows, watch = work.examples(), Stopwatch(work.steps, work.seconds)
    losses = our_losses(Predictor.load(work.weights).model, rows, work)
    data = Dataset.from_dict({"text": [row["text"] for row in rows], "label": [row["labels"] for row in rows]})
    config = FinetuneConfig(
        encoder=str(work.weights),
        freeze=work.freeze,
        epochs=work.epochs if work.whole else FOREVER,
        learning_rate=1e-4,
        batch_size=work.batch_size,
        dropout=work.dropout,
        precision=work.precision,
        seed=work.seed,
    )
    begin, before = reading(), 0.0

    def on_step(row: dict) -> bool:
        nonlocal before
        if row["step"] == 1:
            before = time.perf_counter() - begin.wall - row["seconds"]
        return not work.whole and watch.step()  # reading the clocks takes a twentieth of a small head's step

    predictor, history = finetune(config, data, LABELS, on_step=on_step)
    if work.whole:
        found = elapsed(begin, reading()) | {"steps": len(history), "losses": losses, "before": before}
        return found | {"value": found["seconds"]} | answered(predictor.model, work)
    counted = [counts([rows[i] for i in chosen]) for chosen in drawn_by_finetune(rows, work, watch.ended)]
    found = watch.found() | total(counted[watch.warmup :]) | {"losses": losses, "before": before}
    if work.freeze == "none":
        return found | {"value": projected(found, rows, work.epochs)}
    found["others"] = elapsed(begin, watch.end)["others"]  # what came before is told, so it must be calm too
    return found | {"value": projected(found, rows, work.epochs) + before}


def drawn_by_finetune(rows: Sequence[dict], work: Work, number: int) -> list[list[int]]:
    """The first batches that `finetune` draws."""
    lengths = [len(row["input_ids"]) for row in rows]
    epochs = (by_length(lengths, work.batch_size, work.seed, epoch) for epoch in count())
    return list(islice(chain.from_iterable(epochs), number))


def projected(found: dict, rows: Sequence[dict], epochs: int) -> float:
    """Seconds of some epochs at the speed of the timed steps, in real tokens."""
    return epochs * counts(rows)["tokens"] * found["seconds"] / found["tokens"]


# ---------------------------------------------------------------- transformers' side


def their_model(work: Work):
    """`transformers`' model of the starting weights."""
    import transformers

    transformers.utils.logging.disable_progress_bar()
    kind = transformers.BertForPreTraining if work.bench == "pretrain" else transformers.BertForSequenceClassification
    changes = {"hidden_dropout_prob": work.dropout, "attention_probs_dropout_prob": 0.0}  # as ours
    if work.side == "tuned":
        changes["attn_implementation"] = "eager"
    model = kind.from_pretrained(work.weights, **changes)
    if work.freeze != "none":
        layers = model.bert.encoder.layer
        frozen = layers if work.freeze == "encoder" else layers[: int(work.freeze)]
        model.bert.embeddings.requires_grad_(False)
        frozen.requires_grad_(False)
    return model


@torch.no_grad()
def their_losses(model: nn.Module, rows: Sequence[dict], work: Work) -> list[float]:
    """Losses of the first batches, in float32 and without dropout."""
    return [model.eval()(**tensors(batch)).loss.item() for batch in first_batches(rows, work)]


def compiled_graphs() -> int:
    """How many graphs torch.compile has made in this process."""
    counters = getattr(sys.modules.get("torch._dynamo.utils"), "counters", {})
    return counters.get("stats", {}).get("unique_graphs", 0)


def train_theirs(work: Work) -> dict:
    """`transformers.Trainer` on the examples, with the settings of the peer that the side names."""
    rows, watch, counted, graphs = work.examples(), Stopwatch(work.steps, work.seconds), [], 0
    model = their_model(work)
    losses = their_losses(model, rows, work)

    def on_batch(batch: list[dict]) -> None:
        counted.append(counts(batch))

    def on_step() -> bool:
        nonlocal graphs
        before, graphs = graphs, compiled_graphs()
        return watch.step(compiled=graphs > before)

    begin = reading()
    with tempfile.TemporaryDirectory() as aside:
        their_trainer(work, model, rows, aside, on_batch, on_step).train()
    if work.whole:
        found = elapsed(begin, reading()) | {"steps": watch.ended, "losses": losses}
        return found | {"value": found["seconds"]} | answered(model, work)
    found = watch.found() | total(counted[watch.warmup : watch.ended]) | {"losses": losses}
    if work.bench == "pretrain":
        return found | {"value": found["tokens"] / found["seconds"]}
    return found | {"value": projected(found, rows, work.epochs)}


def their_trainer(
    work: Work,
    model: nn.Module,
    rows: Sequence[dict],
    aside: str,
    on_batch: Callable[[list[dict]], object],
    on_step: Callable[[], bool],
):
    """A `Trainer` that tells of each batch (in their order) and of each step's end, where True ends the training."""
    import transformers

    class SpreadTrainer(transformers.Trainer):
        def _get_train_sampler(self, *given):
            order = list(super()._get_train_sampler(*given))
            batches = [order[begin : begin + work.batch_size] for begin in range(0, len(order), work.batch_size)]
            lengths = [len(row["input_ids"]) for row in rows]
            whole = [batch for batch in batches if len(batch) == work.batch_size]
            return list(chain.from_iterable(spread(whole, lengths, work.seed)))

    class Ends(transformers.TrainerCallback):
        def on_step_end(self, args, state, control, **_):
            control.should_training_stop = on_step() and not work.whole

    def collate(batch: list[dict]) -> dict[str, Tensor]:
        on_batch(batch)
        return tensors(batch)

    settings = {name: value for name, value in PEERS[work.side].items() if (name, work.precision) != ("bf16", "fp32")}
    length = {"num_train_epochs": work.epochs, "warmup_steps": 0.1, "weight_decay": 0.01}  # as ours
    settings |= length if work.whole else {"max_steps": FOREVER}
    arguments = transformers.TrainingArguments(
        aside,
        per_device_train_batch_size=work.batch_size,
        learning_rate=1e-4,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        use_cpu=device().type == "cpu",  # bf16=True asks for it
        seed=work.seed,
        **settings,
    )
    examples = [{name: value for name, value in row.items() if name != "text"} for row in rows]
    return SpreadTrainer(model, arguments, collate, examples, callbacks=[Ends()])


@torch.no_grad()
def answered(model: nn.Module, work: Work) -> dict:
    """What a fine-tuned model of either side answers of the test: which are `right`, and the `accuracy`."""
    if not work.test:
        return {}
    rows, right = replace(work, folder=work.test).examples(), []
    for begin in range(0, len(rows), 32):
        batch = tensors(rows[begin : begin + 32])
        given = model.eval()(batch["input_ids"], batch["attention_mask"].bool())
        right += (getattr(given, "logits", given).argmax(1) == batch["labels"]).tolist()
    return {"right": right, "accuracy": float(np.mean(right))}


# ---------------------------------------------------------------- inference, both sides


def predict(work: Work) -> dict:
    """Milliseconds a sentence, from text to probabilities; timed are whole passes over the sentences."""
    rows = work.examples()
    texts = [row["text"] for row in rows]
    parts = [texts[begin : begin + work.batch_size] for begin in range(0, len(texts), work.batch_size)]
    watch, side = Stopwatch(1, work.seconds, warmup=1), ours if work.side.startswith("ours") else theirs
    with side(work) as answer:
        while True:
            answers = [answer(part) for part in parts]
            if watch.step():
                break
    given = np.concatenate(answers)
    right = given.argmax(1) == [row["labels"] for row in rows]
    found = watch.found() | {"probabilities": given[:, 1].tolist(), "accuracy": float(right.mean())}
    found |= {name: number * found["steps"] for name, number in counts(rows).items()}
    return found | {"value": 1000 * found["seconds"] / found["examples"]}


@contextmanager
def ours(work: Work) -> Iterator[Callable[[list[str]], np.ndarray]]:
    """Our model in the number format of this machine, or in float32: a function from texts to probabilities."""
    from lmcourse.inference import Predictor

    predictor = Predictor.load(work.weights)
    precision = choose_precision("fp32" if work.side == "ours fp32" else work.precision)
    with computing_in(predictor.model, precision):  # once, and not for each sentence anew
        yield partial(predictor.probabilities, precision=precision)


@contextmanager
def theirs(work: Work) -> Iterator[Callable[[list[str]], np.ndarray]]:
    """`transformers`' model in float32 (default), bfloat16, or with its linear layers in dynamic int8."""
    import transformers

    model = their_model(work).eval()
    if work.side == "int8":
        model = torch.ao.quantization.quantize_dynamic(model, {nn.Linear}, dtype=torch.qint8)
    else:
        model = model.to(device(), torch.bfloat16 if work.side == "bf16" else torch.float32)
    tokenizer = transformers.AutoTokenizer.from_pretrained(work.weights)

    @torch.inference_mode()
    def answer(texts: list[str]) -> np.ndarray:
        given = tokenizer(texts, padding=True, truncation=True, max_length=128, return_tensors="pt").to(model.device)
        return model(**given).logits.double().softmax(-1).cpu().numpy()

    yield answer


# ---------------------------------------------------------------- the process


def measure(work: Work) -> dict:
    """What the work comes to: `value` (tokens/s, seconds or ms), and what it was computed from."""
    if work.bench == "inference":
        return predict(work)
    if work.bench == "store":
        return pretrain_from_store(work)
    if work.side != "ours":
        return train_theirs(work)
    return pretrain_ours(work) if work.bench == "pretrain" else finetune_ours(work)


def large_products() -> float:
    """GFLOP/s of products that no core's own cache holds: slower while neighbours use the shared cache and the memory.

    They need not be programs of this system: on a rented machine nothing else tells of them.
    """
    return speed(DTYPES[choose_precision()], seconds=0.3, size=2048)


if __name__ == "__main__":
    work = Work(**json.loads(sys.argv[1]))
    peaks = {name: speed(dtype) for name, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16))}
    before = large_products()
    found = measure(work)
    large = min(before, large_products())
    print(json.dumps({**found, "work": asdict(work), "peaks": peaks, "large": large}), flush=True)
