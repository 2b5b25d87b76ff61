"""Rows about fine-tuning: recipes, frozen layers, rates, numbers of labels, tasks."""

import time
from functools import cache

from lmcourse.experiments import SEEDS, Experiment, grid, stored
from lmcourse.experiments.claims import Claim, row


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
}


def _generality(rows: list[dict], method: str) -> float:
    """How many points a method is above TF-IDF on the task where it gains least."""
    found = {(each["task"], each["method"]): each["test"] for each in rows}
    return min(found[task, method] - found[task, "tfidf"] for task, _ in found)


def _above_counting(rows: list[dict], freeze: str) -> float:
    """How many points a recipe is above TF-IDF, on the same test part."""
    counted = row(stored("05b-baselines")["rows"], seed=rows[0]["seed"])["test"]["TF-IDF + logistic regression"]
    return row(rows, freeze=freeze)["test"]["accuracy"] - counted["accuracy"]


CLAIMS = {
    "03.few-labels-suffice": Claim(
        "With 200 labels MiniLM is further than TF-IDF (test accuracy, MiniLM − TF-IDF)",
        "03-few-labels",
        lambda rows: row(rows, size=200, method="minilm")["test"] - row(rows, size=200, method="tfidf")["test"],
        low=0.05,
    ),
    "03.weights-not-shape": Claim(
        "With 1,000 labels the same network from random weights is far behind (MiniLM − random)",
        "03-few-labels",
        lambda rows: row(rows, size=1000, method="minilm")["test"] - row(rows, size=1000, method="random")["test"],
        low=0.1,
    ),
    "03.one-encoder-many-tasks": Claim(
        "In each of six tasks the frozen encoder is ahead of TF-IDF (least gain in test accuracy)",
        "03-generality",
        lambda rows: _generality(rows, "frozen"),
        low=0.01,
    ),
    "05a.head-only-is-not-enough": Claim(
        "Half of the layers tuned is better than the head alone (test accuracy, 3 frozen − encoder frozen)",
        "05a-freeze-depth",
        lambda rows: row(rows, freeze="3")["test"] - row(rows, freeze="encoder")["test"],
        low=0.05,
    ),
    "05b.head-only-is-below-counting": Claim(
        "The head alone on a frozen encoder is below TF-IDF (test accuracy, head only − TF-IDF)",
        "05b-recipes",
        lambda rows: _above_counting(rows, "encoder"),
        high=-0.01,
    ),
    "05b.all-layers-win": Claim(
        "All layers tuned are above TF-IDF (test accuracy, all layers − TF-IDF)",
        "05b-recipes",
        lambda rows: _above_counting(rows, "none"),
        low=0.03,
    ),
}
