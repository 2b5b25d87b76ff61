"""Rows about what the course's pretraining is worth in tasks: one network, from random and from pretrained weights.

The pretrained weights are those that `make course` keeps on its way; only the last ones are committed.
"""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import cache
from pathlib import Path

from lmcourse.experiments import SEEDS, Experiment, grid
from lmcourse.experiments.claims import Claim, row
from lmcourse.experiments.finetuning import accuracy

PRETRAINED = ["1000", "4000", "12000", "28000"]  # steps of the course's run
# Learning rate, epochs over 2,000 texts, layer decay: the best rows of 04c-transfer-tuning.
RECIPES = {"random": (3e-4, 4, 1.0), "pretrained": (1e-3, 4, 1.0)}
BATCH, DROPOUT = 32, 0.1
CLOSER = ("movies", "amazon")  # corpora like the task's texts; labels are not read


def recipe(start: str, size: int | None) -> dict:
    """How a start is fine-tuned with `size` labelled texts (None: 8,000): fields of FinetuneConfig.

    A quarter of the texts is read twice as often, in half as many steps: few labels need more epochs, not as many
    more.
    """
    rate, epochs, decay = RECIPES["random" if start == "random" else "pretrained"]
    epochs = round(epochs * (2000 / (size or 8000)) ** 0.5)
    return {"learning_rate": rate, "epochs": epochs, "layer_decay": decay}


def folder(start: str) -> Path:
    """Where the weights are that a start was made from: those after so many steps of the course's pretraining."""
    from lmcourse.course_bert import CONFIG, SHIPPED, kept

    return SHIPPED if start == "closer" or int(start) == CONFIG.steps else kept(int(start))


def digest(start: str) -> str:
    """SHA-256 of the weights of a start: a row belongs to them."""
    from lmcourse.files import sha256

    return "" if start == "random" else sha256(folder(start) / "model.safetensors")


def starting_bert(start: str, seed: int):
    """The course's BERT with its heads: at random, after so many steps of its pretraining, or `closer`."""
    from lmcourse.models.bert import BertForPreTraining
    from lmcourse.models.weights import load_pretraining, read_config
    from lmcourse.training.loop import seed_everything

    if start == "closer":
        return deepcopy(closer())
    if start == "random":
        seed_everything(seed)
        return BertForPreTraining(replace(read_config(folder(PRETRAINED[-1])), dropout=DROPOUT))
    return load_pretraining(folder(start), dropout=DROPOUT)


@cache
def closer():
    """The course's BERT after going on with masked pieces, in 1,500 steps on CLOSER alone.

    Source: Gururangan et al. 2020, "Don't Stop Pretraining", sections 3 and 4.
    """
    from lmcourse.course_bert import CONFIG
    from lmcourse.data import stores
    from lmcourse.pretraining.run import Task, own_losses
    from lmcourse.training.loop import TrainingConfig, train
    from lmcourse.training.precision import choose_precision

    model, task = starting_bert(PRETRAINED[-1], 0), Task.of(CONFIG)
    examples = replace(task.train, data=stores.store(CLOSER, task.tokenizer), pairs="none")
    train(model, examples.batches(), own_losses, TrainingConfig(1500, 3e-4, precision=choose_precision()))
    return model


@cache
def parts_of(task: str, size: int | None, seed: int, topics: int = 8) -> dict:
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


def fine_tuned(start: str, seed: int, train, settings: dict):
    """The course's network, fine-tuned from a start on labelled texts."""
    from lmcourse.finetuning.run import FinetuneConfig, finetune

    names = [str(label) for label in sorted({*train["label"][:]})]
    config = FinetuneConfig("course", batch_size=BATCH, max_length=64, seed=seed, **settings)
    return finetune(config, train, names, bert=starting_bert(start, seed).bert)[0]


def tuned(start: str, learning_rate: float, epochs: int, layer_decay: float, seed: int) -> dict:
    """Validation accuracy after 2,000 labelled movie sentences: what the recipes of `transfer` are chosen by."""
    parts = parts_of("movies", 2000, seed)
    settings = {"learning_rate": learning_rate, "epochs": epochs, "layer_decay": layer_decay}
    predictor = fine_tuned(start, seed, parts["train"], settings)
    return {"validation": accuracy(predictor, parts["validation"]), "weights": digest(start)}


def transfer(task: str, start: str, size: int | None, seed: int) -> dict:
    """Test accuracy of the course's network on a labelled task, from a random or a pretrained start, or of TF-IDF."""
    from lmcourse.evaluation.baselines import tfidf_classifier

    train, validation, test = parts_of(task, size, seed).values()
    if start == "tfidf":
        model = tfidf_classifier(train["text"][:], train["label"][:], (validation["text"][:], validation["label"][:]))
        return {"n": len(test), "test": float(model.score(test["text"][:], test["label"][:]))}
    settings = recipe(start, size)
    predictor = fine_tuned(start, seed, train, settings)
    return {"n": len(test), "test": accuracy(predictor, test), **settings, "weights": digest(start)}


# ---------------------------------------------------------------- pairs of texts


def order_pairs(size: int, seed: int, room: int = 61) -> list[tuple[list, list[int]]]:
    """Pairs in order (0) or swapped (1), from documents that pretraining did not read: to learn from, and to test on.

    Each pair is token ids and segments. The documents of the two parts are different ones.
    """
    import numpy as np

    from lmcourse.course_bert import CONFIG, unread
    from lmcourse.data.stores import blocks
    from lmcourse.pretraining.objectives import assemble, plan_pairs
    from lmcourse.pretraining.run import Task

    examples = unread(Task.of(CONFIG))
    order = np.random.default_rng(0).permutation(len(examples.data))
    cut = len(order) * 2 // 3
    found = []
    for rows, draw, most in ((order[:cut], seed, size), (order[cut:], 0, 2000)):
        rng = np.random.default_rng(draw)
        ((kinds, sentences),) = blocks(examples.data, rows, sum(examples.data["tokens"]) + 1)
        plan = plan_pairs([[len(s) for s in document] for document in sentences], kinds, room, rng, "sop")
        plan = rng.permutation(plan[plan[:, 6] >= 0])[:most].tolist()
        made = [assemble(row, sentences, room, examples.vocabulary) for row in plan]
        found.append((made, [row[6] for row in plan]))
    return found


def topic_pairs(size: int, seed: int, room: int = 61) -> list[tuple[list, list[int]]]:
    """Pairs of beginnings of Reuters stories, of one topic (0) or of two (1): to learn from, and to test on."""
    import numpy as np

    from lmcourse.data.tokenizer import load_tokenizer
    from lmcourse.pretraining.objectives import Vocabulary, assemble

    tok = load_tokenizer(folder(PRETRAINED[-1]))
    vocabulary, found = Vocabulary.of(tok), []
    for part, draw, pairs in (("train", seed, size), ("test", 0, 2000)):
        data, rng = parts_of("reuters", None, 0)[part], np.random.default_rng(draw)
        topics = np.array(data["label"][:])
        beginnings = [encoding.ids[:60] for encoding in tok.encode_batch(data["text"][:], add_special_tokens=False)]
        stories = [[ids[i : i + 30] for i in range(0, len(ids), 30)] for ids in beginnings]
        first, labels = rng.integers(len(data), size=pairs), rng.integers(2, size=pairs)
        made = []
        for i, other in zip(first.tolist(), labels, strict=True):
            same = topics == topics[i]
            j = rng.choice(np.flatnonzero(~same if other else same & (np.arange(len(data)) != i)))
            made.append(assemble((i, 0, 1, int(j), 0, 1), stories, room, vocabulary))
        found.append((made, labels.tolist()))
    return found


def pair_batches(pairs: tuple[list, Sequence[int]], vocabulary, seed: int = 0, epoch: int | None = None):
    """Pairs as batches of like length, nothing masked: those of an epoch of learning, or, without one, to be read."""
    import torch

    from lmcourse.data.batches import by_length, by_tokens, pad
    from lmcourse.pretraining.objectives import Batch

    made, labels = pairs
    labels = torch.tensor(labels)
    lengths = [len(ids) for ids, _ in made]
    for chosen in by_tokens(lengths) if epoch is None else by_length(lengths, BATCH, seed, epoch):
        ids, mask = pad([made[i][0] for i in chosen], vocabulary.pad)
        segments, _ = pad([made[i][1] for i in chosen])
        yield Batch(ids, segments, mask, torch.zeros_like(mask), ids[:0, 0], labels[chosen])


def overlap_accuracy(learnt: tuple[list, list[int]], test: tuple[list, list[int]], vocabulary) -> float:
    """How often the rule of shared words is right; its weights and its threshold are of the pairs learnt from."""
    import numpy as np

    from lmcourse.pretraining import baselines

    pieces = np.concatenate([ids for ids, _ in learnt[0]])
    counts = baselines.Counts(np.bincount(pieces, minlength=vocabulary.size).astype(float), None)

    def measured(pairs):
        batches = list(pair_batches(pairs, vocabulary))
        overlaps = np.concatenate([baselines.overlap(counts, batch, vocabulary) for batch in batches])
        return overlaps, np.concatenate([batch.label.numpy() for batch in batches])

    rule = baselines.OverlapRule.fit(*measured(learnt))
    return float(rule.right(*measured(test)).mean())


def pair_transfer(task: str, start: str, size: int, seed: int) -> dict:
    """Test accuracy on pairs of texts: the course's network with a new head, or the rule of shared words."""
    import torch

    from lmcourse.data.tokenizer import load_tokenizer
    from lmcourse.finetuning.heads import layer_rates
    from lmcourse.models.bert import initialise
    from lmcourse.pretraining.objectives import Vocabulary, mean_cross_entropy
    from lmcourse.training.loop import TrainingConfig, seed_everything, train
    from lmcourse.training.precision import choose_precision, computing_in

    vocabulary = Vocabulary.of(load_tokenizer(folder(PRETRAINED[-1])))
    learnt, test = {"order": order_pairs, "topic": topic_pairs}[task](size, seed)
    row = {"learnt": len(learnt[1]), "n": len(test[1])}
    if start == "overlap":
        return row | {"test": overlap_accuracy(learnt, test, vocabulary)}
    settings = recipe(start, size)
    model = starting_bert(start, seed)
    seed_everything(seed)
    initialise(model.nsp)
    epochs = settings["epochs"]
    steps = epochs * sum(1 for _ in pair_batches(learnt, vocabulary, seed, 0))
    config = TrainingConfig(steps, settings["learning_rate"], precision=choose_precision(), seed=seed)
    batches: Iterator = (batch for epoch in range(epochs) for batch in pair_batches(learnt, vocabulary, seed, epoch))

    def answers(model, batch):
        return model(batch.ids, batch.segments, batch.mask, batch.selected)[1]

    def losses(model, batch):
        return {"loss": mean_cross_entropy(answers(model, batch), batch.label)}

    rates = layer_rates(settings["layer_decay"], len(model.bert.blocks))
    train(model, batches, losses, config, layer_rates=rates)
    with torch.no_grad(), computing_in(model, choose_precision()):
        given = pair_batches(test, vocabulary)
        right = torch.cat([answers(model, batch).argmax(-1) == batch.label for batch in given])
    return row | {"test": float(right.float().mean()), **settings, "weights": digest(start)}


EXPERIMENTS = {
    "04c-transfer-tuning": Experiment(
        "Which recipe suits which start?",
        tuned,
        grid(
            start=["random", PRETRAINED[-1]],
            learning_rate=[1e-4, 3e-4, 1e-3],
            epochs=[4, 10],
            layer_decay=[1.0],
            seed=[0, 1],
        )
        + grid(start=[PRETRAINED[-1]], learning_rate=[3e-4, 1e-3], epochs=[10], layer_decay=[0.7], seed=[0, 1]),
    ),
    "04c-transfer": Experiment(
        "What does pretraining bring, and after how much of it?",
        transfer,
        grid(task=["movies"], size=[2000], seed=SEEDS, start=["tfidf", "random", *PRETRAINED])
        + grid(task=["movies"], size=[500, None], seed=SEEDS, start=["tfidf", "random", PRETRAINED[-1]])
        + grid(task=["newsgroups"], size=[2000], seed=[0, 1, 2], start=["tfidf", "random", PRETRAINED[-1]]),
    ),
    "04c-closer": Experiment(
        "Does it pay to go on reading, without labels, what is closer to the task?",
        transfer,
        grid(task=["movies"], size=[500, 2000], seed=SEEDS, start=["closer"]),
    ),
    "04c-pairs": Experiment(
        "Does pretraining show earlier in pairs of texts?",
        pair_transfer,
        grid(task=["order", "topic"], size=[2000], seed=[0, 1, 2], start=["overlap", "random", PRETRAINED[-1]]),
    ),
}


def _gain(rows: list[dict]) -> float:
    """How many points the pretrained start is above the random one."""
    return row(rows, start=PRETRAINED[-1])["test"] - row(rows, start="random")["test"]


CLAIMS = {
    "04c.no-gain-on-movies": Claim(
        "On 2,000 movie sentences the course's pretraining brings no five points (test accuracy, pretrained − random)",
        "04c-transfer",
        _gain,
        high=0.05,
        where={"task": "movies", "size": 2000},
    ),
    "04c.gain-on-topics": Claim(
        "On 2,000 newsgroup texts it brings points (test accuracy, pretrained − random)",
        "04c-transfer",
        _gain,
        low=0.05,
        where={"task": "newsgroups", "size": 2000},
    ),
    "04c.gain-on-pairs-by-topic": Claim(
        "Whether two texts are of one topic it has learnt (test accuracy, pretrained − random)",
        "04c-pairs",
        _gain,
        low=0.1,
        where={"task": "topic", "size": 2000},
    ),
    "04c.little-gain-on-pairs-by-order": Claim(
        "Which of two texts comes first it has learnt a little of (test accuracy, pretrained − random)",
        "04c-pairs",
        _gain,
        low=0.0,
        high=0.1,
        where={"task": "order", "size": 2000},
    ),
}
