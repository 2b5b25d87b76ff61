"""Experiments that take longer than a chapter may: one row a setting and seed, computed once and stored.

`python -m lmcourse.experiments [NAME…]` computes the rows that are missing and writes each as it comes to
`data/results/NAME.json`, with the command, the machine and a hash of the experiment's source.
"""

import inspect
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

from lmcourse.errors import InputError
from lmcourse.files import PROJECT, cache_folder, lock, sha256_bytes, write_atomic

FOLDER = PROJECT / "data" / "results"


@dataclass(frozen=True)
class Experiment:
    """What is asked, a function that computes one row, and the settings to call it with."""

    question: str
    row: Callable[..., dict]
    settings: list[dict]

    @property
    def source(self) -> str:
        """SHA-256 of the function's source: rows made by another one are not shown as its own."""
        return sha256_bytes(inspect.getsource(self.row).encode())


def grid(**values: list) -> list[dict]:
    """Every combination of values, as settings; the last name changes fastest."""
    return [dict(zip(values, combination, strict=True)) for combination in product(*values.values())]


@cache
def movie_parts(seed: int, size: int | None = None) -> dict:
    """Movie sentences cut 80/10/10 by `seed`; `size` keeps that many of the training part."""
    from lmcourse.data import corpora, splits

    parts = dict(splits.split(corpora.sentiment(corpora.load("movies")), seed=seed))
    if size:
        parts["train"] = parts["train"].shuffle(seed=seed).select(range(size))
    return parts


def accuracy(predictor, data) -> float:
    """Share of right answers, computed in the training's number format."""
    from lmcourse.training.precision import choose_precision

    outputs = predictor.outputs(data["text"][:], choose_precision())
    return float((outputs.argmax(1) == data["label"][:]).mean())


def recipe(freeze: str, seed: int) -> dict:
    """One full run on the movie sentences; seed 0 also gives the probability of "positive" for each sentence."""
    from lmcourse.finetuning.run import FinetuneConfig, finetune
    from lmcourse.inference import evaluate

    parts = movie_parts(seed)
    start = time.perf_counter()
    predictor, _ = finetune(FinetuneConfig(freeze=freeze, seed=seed), parts["train"], ["negative", "positive"])
    row = {"seconds": time.perf_counter() - start}
    for part in ("validation", "test"):
        row[part] = evaluate(predictor, parts[part])
        if seed == 0:
            probabilities = predictor.probabilities(parts[part]["text"][:])[:, 1]
            row[f"{part}_probabilities"] = [round(float(p), 4) for p in probabilities]
            row[f"{part}_ids"] = parts[part]["id"][:]
    return row


def baselines(seed: int) -> dict:
    """The baselines on the same cuts of the movie sentences, validation and test."""
    from lmcourse.evaluation.baselines import compare

    train, validation, test = ((d["text"][:], d["label"][:]) for d in movie_parts(seed).values())
    return {"validation": compare(train, validation, validation), "test": compare(train, validation, test)}


def freeze_depth(freeze: str, seed: int, size: int = 1000) -> dict:
    """Accuracy and time with some layers frozen, on 1,000 movie sentences."""
    from lmcourse.finetuning.run import FinetuneConfig, finetune

    parts = movie_parts(seed, size)
    start = time.perf_counter()
    predictor, _ = finetune(FinetuneConfig(freeze=freeze, seed=seed), parts["train"], ["negative", "positive"])
    seconds = time.perf_counter() - start
    return {"seconds": seconds, **{part: accuracy(predictor, parts[part]) for part in ("validation", "test")}}


def rate_and_batch(learning_rate: float, batch_size: int, seed: int, size: int = 500) -> dict:
    """Accuracy for a learning rate and a batch size: 3 epochs, lower half frozen, 500 movie sentences."""
    from lmcourse.finetuning.run import FinetuneConfig, finetune

    parts = movie_parts(seed, size)
    config = FinetuneConfig(freeze="3", learning_rate=learning_rate, batch_size=batch_size, seed=seed)
    predictor, history = finetune(config, parts["train"], ["negative", "positive"])
    last = sum(row["loss"] for row in history[-10:]) / 10
    return {"loss": last, **{part: accuracy(predictor, parts[part]) for part in ("validation", "test")}}


def few_labels(method: str, size: int, seed: int) -> dict:
    """Test accuracy from `size` labelled movie sentences: fine-tuned, random start, or TF-IDF."""
    from lmcourse.evaluation.baselines import tfidf_classifier
    from lmcourse.finetuning.encoders import find_encoder
    from lmcourse.finetuning.run import FinetuneConfig, finetune
    from lmcourse.models.bert import Bert
    from lmcourse.models.weights import read_config
    from lmcourse.training.loop import seed_everything

    parts = movie_parts(seed, size)
    train, test = parts["train"], parts["test"]
    if method == "tfidf":
        model = tfidf_classifier(train["text"][:], train["label"][:])
        return {"test": float((model.predict(test["text"][:]) == test["label"][:]).mean())}
    # As many steps for few labels as for 800: too few steps, not too few labels, would be measured otherwise.
    epochs = min(30, max(3, round(2400 / size)))
    seed_everything(seed)
    bert = Bert(read_config(find_encoder("minilm"))) if method == "random" else None
    config = FinetuneConfig(freeze="none" if method == "random" else "3", epochs=epochs, seed=seed)
    predictor, _ = finetune(config, train, ["negative", "positive"], bert=bert)
    return {"epochs": epochs, "test": accuracy(predictor, test)}


@cache
def task_parts(task: str, seed: int, size: int = 500, topics: int = 8) -> dict:
    """A labelled corpus cut by `seed`, `size` texts a part at most; of topics the commonest ones only."""
    from collections import Counter

    from lmcourse.data import corpora, splits

    data = corpora.load(task, limit=6000)
    if "rating" in data.column_names:
        data = corpora.sentiment(data)
    else:
        labels = data["label"][:]
        kept = sorted(label for label, _ in Counter(labels).most_common(topics))
        data = data.select([i for i, label in enumerate(labels) if label in kept])
        numbers = [kept.index(label) for label in data["label"][:]]
        data = data.remove_columns("label").add_column("label", numbers)
    parts = splits.split(data, seed=seed)
    return {name: part.shuffle(seed=seed).select(range(min(size, len(part)))) for name, part in parts.items()}


def generality(task: str, method: str, seed: int) -> dict:
    """Test accuracy on one task from 500 labelled texts."""
    from lmcourse.evaluation.baselines import tfidf_classifier
    from lmcourse.finetuning.features import features, frozen_classifier
    from lmcourse.finetuning.run import FinetuneConfig, finetune

    parts = task_parts(task, seed)
    texts = {name: part["text"][:] for name, part in parts.items()}
    labels = {name: part["label"][:] for name, part in parts.items()}
    if method == "minilm":
        names = [str(label) for label in range(max(map(max, labels.values())) + 1)]
        predictor, _ = finetune(FinetuneConfig(freeze="3", epochs=5, seed=seed), parts["train"], names)
        test = accuracy(predictor, parts["test"])
    else:
        made = {name: features(part) if method == "frozen" else part for name, part in texts.items() if name != "test"}
        fit = frozen_classifier if method == "frozen" else tfidf_classifier
        model = fit(made["train"], labels["train"], (made["validation"], labels["validation"]))
        test = float(model.score(features(texts["test"]) if method == "frozen" else texts["test"], labels["test"]))
    most = max(map(labels["test"].count, set(labels["test"]))) / len(labels["test"])
    return {"test": test, "majority": most, "n": len(labels["test"])}


ALL_CORPORA = "wiki,movies,amazon,editorials,tweets,books,reuters,newsgroups"


def pretraining_trial(corpora: str, vocab_size: int, preset: str, learning_rate: float, seed: int) -> dict:
    """Held-out figures of a short pretraining run, beside the unigram's nats in the same vocabulary."""
    import tempfile

    from lmcourse.pretraining import baselines, run

    names = tuple(corpora.split(","))
    sizes = {"preset": preset, "vocab_size": vocab_size, "learning_rate": learning_rate}
    config = run.PretrainConfig(names, steps=1000, seed=seed, **sizes)
    with tempfile.TemporaryDirectory() as out:
        figures = run.pretrain(config, Path(out))
        history = json.loads((Path(out) / "history.json").read_text())
    task = run.Task.of(config)
    counts = baselines.count(task.train.data, task.train.vocabulary)
    nats = [baselines.unigram(counts, batch)[0] for batch in task.validation.batches(epochs=1)]
    kept = ("tokens", "pairs", "mlm", "mlm_accuracy", "nsp_accuracy", "intervals")
    unigram = sum(map(sum, nats)) / sum(map(len, nats))
    return {"seconds": history[-1]["seconds"], "unigram": float(unigram), **{name: figures[name] for name in kept}}


LEARN_FROM = """
import json, resource, sys
from itertools import islice
import datasets
from lmcourse.data import stores
from lmcourse.models.bert import BertConfig, BertForPreTraining
from lmcourse.pretraining.examples import Examples
from lmcourse.pretraining.objectives import Vocabulary, pretraining_losses
from lmcourse.pretraining.run import PRESETS
from lmcourse.training.loop import TrainingConfig, train

data, seed = datasets.Dataset.from_file(sys.argv[1]), int(sys.argv[2])
vocabulary = Vocabulary.of(stores.train_tokenizer(("wiki",), 8192))
given = Examples(data, vocabulary, seed=seed).batches()
model = BertForPreTraining(BertConfig(vocab_size=vocabulary.size, **PRESETS["tiny"]))
train(model, islice(given, 20), pretraining_losses, TrainingConfig(20, 1e-4))
batches = 20 + sum(1 for _ in islice(given, 2000))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
print(json.dumps({"batches": batches, "peak_mb": peak}))
"""


def store_memory(millions: int, seed: int) -> dict:
    """Peak memory of a process that plans an epoch of, and learns from, a store of that many million tokens."""
    import shutil
    import subprocess

    from lmcourse.data import stores

    tok = stores.train_tokenizer(("wiki",), 8192)
    once = sum(stores.store(("wiki",), tok)["tokens"])
    data = stores.store(("wiki",), tok, repeat=round(millions * 1e6 / once))
    path = Path(data.cache_files[0]["filename"])
    row = {"tokens": sum(data["tokens"]), "disk_mb": path.stat().st_size / 1e6}
    process = subprocess.run([sys.executable, "-c", LEARN_FROM, str(path), str(seed)], capture_output=True, text=True)
    shutil.rmtree(path.parent)  # hundreds of megabytes that nobody will ask for again
    return row | json.loads(process.stdout)


def starting_bert(start: str, seed: int):
    """The network of the course's BERT with its heads: at random, or after that many steps of its pretraining."""
    from lmcourse.course_bert import CONFIG, SHIPPED, kept
    from lmcourse.finetuning.encoders import find_encoder
    from lmcourse.models.bert import BertForPreTraining
    from lmcourse.models.weights import load_pretraining, read_config
    from lmcourse.training.loop import seed_everything

    if start == "random":
        seed_everything(seed)
        return BertForPreTraining(read_config(find_encoder("course")))
    return load_pretraining(SHIPPED if int(start) == CONFIG.steps else kept(int(start)), dropout=0.1)


@cache
def transfer_parts(task: str, size: int | None, seed: int, topics: int = 8) -> dict:
    """A labelled corpus in the one cut that pretraining respects; `seed` draws `size` training texts from it."""
    from collections import Counter

    from lmcourse.data import stores

    parts = stores.parts(task)
    if task not in stores.RATED:
        common = sorted(label for label, _ in Counter(parts["train"]["label"][:]).most_common(topics))

        def of_common(data):
            data = data.select([i for i, label in enumerate(data["label"][:]) if label in common])
            numbers = [common.index(label) for label in data["label"][:]]
            return data.remove_columns("label").add_column("label", numbers)

        parts = {name: of_common(data) for name, data in parts.items()}
    for name, most in (("train", size), ("validation", 1000), ("test", 2000)):
        rows = min(most or len(parts[name]), len(parts[name]))
        parts[name] = parts[name].shuffle(seed=seed if name == "train" else 0).select(range(rows))
    return parts


def tuned(start: str, learning_rate: float, epochs: int, layer_decay: float, seed: int) -> dict:
    """Validation accuracy after 2,000 labelled movie sentences: what the rates of `transfer` are chosen by."""
    from lmcourse.finetuning.run import FinetuneConfig, finetune

    parts = transfer_parts("movies", 2000, seed)
    config = FinetuneConfig("course", epochs=epochs, learning_rate=learning_rate, layer_decay=layer_decay, seed=seed)
    predictor, _ = finetune(config, parts["train"], ["negative", "positive"], bert=starting_bert(start, seed).bert)
    return {"validation": accuracy(predictor, parts["validation"])}


RECIPES = {  # chosen on validation parts, see 04c-transfer-tuning: learning rate, epochs, layer decay
    "random": (3e-4, 10, 1.0),
    "pretrained": (3e-4, 5, 0.8),
}


def transfer(task: str, start: str, size: int | None, seed: int) -> dict:
    """Test accuracy of the course's network on a labelled task, from a random or a pretrained start, or of TF-IDF."""
    from lmcourse.evaluation.baselines import tfidf_classifier
    from lmcourse.finetuning.run import FinetuneConfig, finetune

    parts = transfer_parts(task, size, seed)
    (train, validation, test), names = parts.values(), sorted({*parts["train"]["label"][:]})
    if start == "tfidf":
        model = tfidf_classifier(train["text"][:], train["label"][:], (validation["text"][:], validation["label"][:]))
        return {"n": len(test), "test": float(model.score(test["text"][:], test["label"][:]))}
    rate, epochs, decay = RECIPES["random" if start == "random" else "pretrained"]
    config = FinetuneConfig("course", epochs=epochs, learning_rate=rate, layer_decay=decay, seed=seed)
    predictor, _ = finetune(config, train, [str(name) for name in names], bert=starting_bert(start, seed).bert)
    return {"n": len(test), "test": accuracy(predictor, test)}


def ordered_pairs(seed: int) -> tuple[list, list]:
    """Batches of pairs in order or swapped, from documents held out of pretraining: to learn from, and to test on."""
    from dataclasses import replace

    import numpy as np

    from lmcourse.course_bert import CONFIG
    from lmcourse.pretraining.run import Task

    held_out = Task.of(CONFIG).validation
    order = np.random.default_rng(0).permutation(len(held_out.data))
    parts = order[: len(order) // 2], order[len(order) // 2 :]
    found = []
    for rows, draw in zip(parts, (seed, 0), strict=True):
        some = replace(held_out, data=held_out.data.select(rows), pairs="sop", share=0.0, batch_size=16, seed=draw)
        found.append([batch for batch in some.batches(epochs=1) if (batch.label >= 0).all()])
    return found[0], found[1]


def topic_pairs(seed: int, most: int = 4000) -> tuple[list, list]:
    """Batches of pairs of Reuters stories, of one topic (0) or of two (1): to learn from, and to test on."""
    import numpy as np
    import torch

    from lmcourse.data.batches import by_length, pad
    from lmcourse.data.tokenizer import load_tokenizer
    from lmcourse.finetuning.encoders import find_encoder
    from lmcourse.pretraining.objectives import Batch, Vocabulary, assemble

    tok = load_tokenizer(find_encoder("course"))
    vocabulary = Vocabulary.of(tok)
    found = []
    for part, draw, pairs in (("train", seed, most), ("test", 0, 2000)):
        data, rng = transfer_parts("reuters", None, 0)[part], np.random.default_rng(draw)
        topics = np.array(data["label"][:])
        stories = [[encoding.ids[:60]] for encoding in tok.encode_batch(data["text"][:], add_special_tokens=False)]
        first, label = rng.integers(len(data), size=pairs), rng.integers(2, size=pairs)
        second = [
            rng.choice(np.flatnonzero((topics == topics[i]) != other)) for i, other in zip(first, label, strict=True)
        ]
        made = [assemble((i, 0, 1, j, 0, 1), stories, 125, vocabulary) for i, j in zip(first, second, strict=True)]
        batches = []
        for chosen in by_length([len(ids) for ids, _ in made], 16, draw):
            ids, mask = pad([made[i][0] for i in chosen], vocabulary.pad)
            segments, _ = pad([made[i][1] for i in chosen])
            none = torch.zeros_like(mask), torch.zeros(0, dtype=torch.long)
            batches.append(Batch(ids, segments, mask, *none, torch.from_numpy(label[chosen])))
        found.append(batches)
    return found[0], found[1]


def pair_transfer(task: str, start: str, size: int, seed: int) -> dict:
    """Test accuracy of the course's network on pairs of texts, with a new head, from a random or pretrained start."""
    import torch

    from lmcourse.finetuning.heads import layer_rates
    from lmcourse.models.bert import initialise
    from lmcourse.pretraining.objectives import mean_cross_entropy
    from lmcourse.training.loop import TrainingConfig, seed_everything, train
    from lmcourse.training.precision import choose_precision, computing_in

    learnt, test = {"order": ordered_pairs, "topic": topic_pairs}[task](seed)
    learnt = learnt[: size // 16]
    rate, epochs, decay = RECIPES["random" if start == "random" else "pretrained"]
    model = starting_bert(start, seed)
    seed_everything(seed)
    initialise(model.nsp)
    config = TrainingConfig(epochs * len(learnt), rate, precision=choose_precision(), seed=seed)

    def batches():
        for epoch in range(epochs):
            yield from (learnt[i] for i in torch.randperm(len(learnt), generator=torch.manual_seed(epoch)))

    def answers(model, batch):
        return model(batch.ids, batch.segments, batch.mask, batch.selected)[1]

    def losses(model, batch):
        return {"loss": mean_cross_entropy(answers(model, batch), batch.label)}

    train(model, batches(), losses, config, layer_rates=layer_rates(decay, len(model.bert.blocks)))
    with torch.no_grad(), computing_in(model, choose_precision()):
        right = torch.cat([answers(model, batch).argmax(-1) == batch.label for batch in test])
    return {"n": len(right), "test": float(right.float().mean())}


SEEDS = [0, 1, 2, 3, 4]
STARTS = ["1000", "4000", "16000"]  # steps of the course's run
BASE_TRIAL = {"corpora": ALL_CORPORA, "vocab_size": 8192, "preset": "mini", "learning_rate": 1e-3, "seed": 0}
EXPERIMENTS = {
    "05b-recipes": Experiment(
        "What do the document's recipe (head only; the last layers frozen) and usual practice reach?",
        recipe,
        grid(seed=SEEDS, freeze=["encoder", "none", "last:2"]) + grid(seed=[0, 1, 2], freeze=["3"]),
    ),
    "05b-baselines": Experiment("What must be beaten?", baselines, grid(seed=SEEDS)),
    "05a-freeze-depth": Experiment(
        "How many layers should learn?",
        freeze_depth,
        grid(seed=[0, 1, 2], freeze=["encoder", "4", "3", "2", "none", "last:2"]),
    ),
    "05a-rate-and-batch": Experiment(
        "Which learning rate, for which batch size?",
        rate_and_batch,
        grid(seed=[0, 1], batch_size=[8, 32], learning_rate=[1e-5, 1e-4, 3e-4, 1e-3]),
    ),
    "03-few-labels": Experiment(
        "How many labels does it take?",
        few_labels,
        grid(seed=[0, 1, 2], size=[50, 200, 1000, 2000], method=["tfidf", "minilm"])
        + grid(seed=[0, 1, 2], size=[1000], method=["random"]),
    ),
    "03-generality": Experiment(
        "Is one encoder good for many tasks?",
        generality,
        grid(
            seed=[0, 1, 2],
            task=["movies", "amazon", "editorials", "tweets", "reuters", "newsgroups"],
            method=["tfidf", "frozen", "minilm"],
        ),
    ),
    "04c-trials": Experiment(
        "What should a long pretraining run look like, as far as a thousand steps can tell?",
        pretraining_trial,
        [
            BASE_TRIAL,
            BASE_TRIAL | {"learning_rate": 5e-4},
            BASE_TRIAL | {"learning_rate": 2e-3},
            BASE_TRIAL | {"preset": "tiny"},
            BASE_TRIAL | {"vocab_size": 4096},
            BASE_TRIAL | {"corpora": "wiki,movies,amazon,editorials"},
        ],
    ),
    "04c-store-memory": Experiment(
        "Does the memory of a pretraining process grow with its corpus?",
        store_memory,
        grid(seed=[0], millions=[1, 10, 100]),
    ),
    "04c-transfer-tuning": Experiment(
        "Which recipe suits which start?",
        tuned,
        grid(
            start=["random", "16000"], learning_rate=[1e-4, 3e-4, 1e-3], epochs=[3, 10], layer_decay=[1.0], seed=[0, 1]
        )
        + grid(start=["16000"], learning_rate=[3e-4, 1e-3], epochs=[3, 10], layer_decay=[0.7], seed=[0, 1]),
    ),
    "04c-transfer": Experiment(
        "What does pretraining bring, and after how much of it?",
        transfer,
        grid(seed=SEEDS, task=["movies"], size=[500, 2000], start=["tfidf", "random", *STARTS])
        + grid(seed=SEEDS, task=["movies"], size=[None], start=["tfidf", "random", STARTS[-1]])
        + grid(seed=SEEDS, task=["newsgroups"], size=[500, 2000], start=["tfidf", "random", STARTS[-1]]),
    ),
    "04c-pairs": Experiment(
        "Does pretraining show earlier in pairs of texts?",
        pair_transfer,
        grid(seed=[0, 1, 2], task=["order", "topic"], size=[2000], start=["random", STARTS[-1]]),
    ),
}


def stored(name: str) -> dict:
    """A stored result: `{question, command, source, machine, rows}`; each row holds its setting and its figures.

    Errors: InputError when the result is not there.
    """
    path = FOLDER / f"{name}.json"
    if not path.is_file():
        raise InputError("this result is not stored", path, f"make it: python -m lmcourse.experiments {name}")
    return json.loads(path.read_text())


def provenance(result: dict) -> str:
    """Where a stored result comes from, to be shown beside it: command, machine, number of rows, seeds."""
    rows = result["rows"]
    seeds = ", ".join(str(seed) for seed in sorted({row["seed"] for row in rows}))
    return f"Stored result: {result['command']} ({result['machine']}); {len(rows)} runs, seeds {seeds}."


def run(name: str) -> Path:
    """Compute the rows that `data/results/NAME.json` lacks, and write the file after each."""
    if name not in EXPERIMENTS:
        raise InputError("unknown experiment", name, f"there are {', '.join(EXPERIMENTS)}")
    experiment, path = EXPERIMENTS[name], FOLDER / f"{name}.json"
    for number, setting in enumerate(experiment.settings, 1):
        if not any(setting.items() <= row.items() for row in _rows(experiment, path)):
            _add(name, {**setting, **experiment.row(**setting)})
            print(f"{name}: {number} of {len(experiment.settings)}", file=sys.stderr, flush=True)
    return path


def _rows(experiment: Experiment, path: Path) -> list[dict]:
    """The rows that this experiment, as it is now, has stored."""
    kept = json.loads(path.read_text()) if path.is_file() else {}
    rows = kept["rows"] if kept.get("source") == experiment.source else []
    return [row for row in rows if any(setting.items() <= row.items() for setting in experiment.settings)]


def _add(name: str, row: dict) -> None:
    """Store one more row; another process may be storing others."""
    experiment, path = EXPERIMENTS[name], FOLDER / f"{name}.json"
    head = {
        "question": experiment.question,
        "command": f"python -m lmcourse.experiments {name}",
        "source": experiment.source,
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
    }
    with lock(cache_folder() / f"{name}.lock"):
        rows = [*_rows(experiment, path), row]
        order = [json.dumps(setting) for setting in experiment.settings]
        rows.sort(key=lambda row: order.index(json.dumps({key: row[key] for key in experiment.settings[0]})))
        body = ",\n".join(json.dumps(row) for row in rows)
        write_atomic(path, f'{json.dumps(head, indent=1)[:-2]},\n "rows": [\n{body}\n]}}\n')


if __name__ == "__main__":
    for name in sys.argv[1:] or EXPERIMENTS:
        print(run(name))
