"""Rows of chapter 09: the document's six questions, measured."""

import time
from functools import cache

from lmcourse.experiments import SEEDS, Experiment, by_seed, grid
from lmcourse.experiments.claims import Claim, row
from lmcourse.experiments.finetuning import movie_parts

THREE = [0, 1, 2]
SIZES = [32, 128, 512, 2048, 8192]
COUNTED = ["naive Bayes", "boosting", "TF-IDF"]
VARIANTS = [
    "float32",
    "bfloat16",
    "int8 by hand",
    "int8 by torch",
    "pruned 50 %",
    "pruned 80 %",
    "pruned 90 %",
    "pruned 50 %, trained on",
    "pruned 80 %, trained on",
    "3 blocks, distilled",
    "3 blocks, labels only",
    "2 blocks, distilled",
    "early exit",
]

_known: dict = {}


def vectors(texts: list[str]):
    """The frozen encoder's vectors (N, D); each text is computed once in a process."""
    import numpy as np

    from lmcourse.finetuning.features import features

    missing = [text for text in dict.fromkeys(texts) if text not in _known]
    if missing:
        _known.update(zip(missing, features(missing), strict=True))
    return np.stack([_known[text] for text in texts])


@cache
def movies(seed: int) -> dict:
    """{train, validation, test} of the movie sentences, each (texts, labels), in a drawn order.

    As they come the positive ones stand first: a test on the first 500 would be one on positive sentences.
    """
    drawn = {name: part.shuffle(seed=seed) for name, part in movie_parts(seed).items()}
    return {name: (part["text"][:], part["label"][:]) for name, part in drawn.items()}


def training(seed: int, size: int) -> tuple[list[str], list[int]]:
    """The first texts of the training part, and their labels."""
    texts, labels = movies(seed)["train"]
    return texts[:size], labels[:size]


def counting(method: str, seed: int):
    """A classical model of word counts, not fitted: a scikit-learn pipeline."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    if method == "naive Bayes":
        return make_pipeline(CountVectorizer(ngram_range=(1, 2)), MultinomialNB())
    dense = FunctionTransformer(lambda counts: counts.toarray(), accept_sparse=True)  # trees want a full table
    trees = HistGradientBoostingClassifier(max_iter=60, min_samples_leaf=5, random_state=seed)
    return make_pipeline(CountVectorizer(max_features=300, binary=True), dense, trees)


def learning_curve(method: str, size: int, seed: int) -> dict:
    """Test accuracy from `size` labelled movie sentences."""
    from lmcourse.evaluation.baselines import tfidf_classifier
    from lmcourse.finetuning.features import frozen_classifier

    start = time.perf_counter()
    (texts, labels), (test, truth) = training(seed, size), movies(seed)["test"]
    if method == "frozen MiniLM":
        found = frozen_classifier(vectors(texts), labels).score(vectors(test), truth)
    elif method == "TF-IDF":
        found = tfidf_classifier(texts, labels).score(test, truth)
    else:
        found = counting(method, seed).fit(texts, labels).score(test, truth)
    return {"test": float(found), "n": len(truth), "seconds": time.perf_counter() - start}


def augmentation(change: str, seed: int, size: int = 200) -> dict:
    """Test accuracy from 200 labelled sentences, with three changed copies of each or without; on typos too."""
    import numpy as np

    from lmcourse.evaluation.baselines import tfidf_classifier
    from lmcourse.finetuning.augmentation import CHANGES, augmented, typos
    from lmcourse.finetuning.features import frozen_classifier

    (texts, labels), (test, truth) = training(seed, size), movies(seed)["test"]
    if change != "none":
        texts, labels = augmented(texts, labels, CHANGES[change], seed=seed)
    rng = np.random.default_rng(seed)
    slipped = [typos(text, rng) for text in test]
    counted, frozen = tfidf_classifier(texts, labels), frozen_classifier(vectors(texts), labels)
    return {
        "frozen": float(frozen.score(vectors(test), truth)),
        "frozen, typos": float(frozen.score(vectors(slipped), truth)),
        "TF-IDF": float(counted.score(test, truth)),
        "TF-IDF, typos": float(counted.score(slipped, truth)),
    }


@cache
def teacher(seed: int, size: int = 800):
    """MiniLM fine-tuned on 800 movie sentences, the lower half frozen."""
    from lmcourse.finetuning.run import FinetuneConfig, finetune

    train = movie_parts(seed)["train"].shuffle(seed=seed).select(range(size))
    return finetune(FinetuneConfig(freeze="3", seed=seed), train, ["negative", "positive"])[0]


def validation_halves(seed: int, size: int) -> tuple[tuple, tuple]:
    """Two parts of the validation texts, (texts, labels) each and of at most `size`: to fit on, and to choose by."""
    texts, labels = movies(seed)["validation"]
    half = len(texts) // 2
    return (texts[:half][:size], labels[:half][:size]), (texts[half:][:size], labels[half:][:size])


def with_set_exits(predictor, fitting: tuple, choosing: tuple):
    """The classifier with exits, fitted on some texts and believed from a threshold that is chosen on others."""
    from lmcourse.compression.early_exit import set_threshold, with_exits
    from lmcourse.compression.variants import with_model

    made = with_exits(predictor.model, predictor.tokens(list(fitting[0])), fitting[1])
    set_threshold(made, predictor.tokens(list(choosing[0])), choosing[1])
    return with_model(predictor, made)


def variant(name: str, predictor, train: tuple, halves: tuple[tuple, tuple], seed: int):
    """The variant of a classifier with that name; `train` is what it learnt from, `halves` are of what it did not."""
    from lmcourse.compression import variants

    made = {
        "float32": lambda: predictor,
        "bfloat16": lambda: variants.in_bfloat16(predictor),
        "int8 by hand": lambda: variants.by_hand(predictor),
        "int8 by torch": lambda: variants.by_library(predictor),
        "3 blocks, distilled": lambda: variants.distilled(predictor, *train, blocks=3, seed=seed),
        "3 blocks, labels only": lambda: variants.distilled(predictor, *train, blocks=3, share=0, seed=seed),
        "2 blocks, distilled": lambda: variants.distilled(predictor, *train, blocks=2, seed=seed),
        "early exit": lambda: with_set_exits(predictor, *halves),
    }
    for s in (50, 80, 90):
        made[f"pruned {s} %"] = lambda s=s: variants.pruned(predictor, s / 100)
        made[f"pruned {s} %, trained on"] = lambda s=s: variants.pruned_and_trained(
            predictor, s / 100, *train, seed=seed
        )
    return made[name]()


def compression(variant_name: str, seed: int, judged: int = 500) -> dict:
    """Right answers of a compressed classifier on 500 texts to choose by and on 500 test texts; bytes, blocks passed.

    Nothing is chosen by the test texts: the exits' threshold is set on those texts by which a variant may be chosen.
    """
    import torch

    from lmcourse.compression.measuring import right
    from lmcourse.compression.variants import file_bytes

    predictor, halves = teacher(seed), validation_halves(seed, judged)
    made, test = variant(variant_name, predictor, training(seed, 800), halves, seed), movies(seed)["test"]
    test = [column[:judged] for column in test]
    found = {"validation": right(made, *halves[1]), "right": right(made, *test), "n": judged}
    found |= {"megabytes": file_bytes(made) / 1e6, "blocks": float(len(made.model.bert.blocks))}
    if variant_name == "early exit":
        with torch.no_grad():
            depths = [made.model.leave(*made.tokens([text]).batch([0]))[1] for text in test[0][:100]]
        found |= {"blocks": float(torch.cat(depths).float().mean()), "threshold": made.model.threshold}
    return found


def label_errors(seed: int, share: float = 0.1, size: int = 2000) -> dict:
    """One label in ten is flipped: how many are found, and what removing them brings."""
    import numpy as np
    from sklearn.base import clone

    from lmcourse.evaluation.baselines import tfidf_classifier
    from lmcourse.evaluation.label_errors import flipped, out_of_fold, suspects
    from lmcourse.finetuning.features import frozen_classifier

    (texts, labels), (test, truth) = training(seed, size), movies(seed)["test"]
    wrong, places = flipped(labels, share, seed=seed)
    x, x_test, found = vectors(texts), vectors(test), {}
    counted, frozen = tfidf_classifier(texts[:100], labels[:100]), frozen_classifier(x[:100], labels[:100])
    for name, model, given in (("TF-IDF", counted, texts), ("frozen MiniLM", frozen, x)):
        told = suspects(wrong, out_of_fold(clone(model), given, wrong, seed=seed))
        hits = np.isin(told, places).sum()
        found[name] = {"told": len(told), "precision": float(hits / len(told)), "recall": float(hits / len(places))}
    at_random = np.random.default_rng(seed).choice(size, len(told), replace=False)
    for name, removed in (("nothing", []), ("the suspects", told), ("as many at random", at_random), ("all", places)):
        kept = np.setdiff1d(np.arange(size), removed)
        found[f"without {name}"] = float(frozen_classifier(x[kept], wrong[kept]).score(x_test, truth))
    right = frozen_classifier(x, labels).score(x_test, truth)
    return found | {"planted": len(places), "all labels right": float(right)}


SCORES = ["confidence", "number of words", "likeness"]


def watched(score: str, model, texts: list[str], centre):
    """One figure a text (N,) that needs no label: how sure the model is, the length, the cosine with `centre` (D,)."""
    import numpy as np

    if score == "number of words":
        return np.array([len(text.split()) for text in texts], float)
    x = vectors(texts)
    if score == "confidence":
        return model.predict_proba(x).max(1)
    return x @ centre / np.linalg.norm(x, axis=1) / np.linalg.norm(centre)


def drift(score: str, seed: int, streams: int = 1000) -> dict:
    """False alarms over 1,000 streams of movie sentences, alarms when other texts come, and the accuracy on these."""
    import numpy as np

    from lmcourse.data import corpora
    from lmcourse.evaluation.drift import threshold
    from lmcourse.evaluation.streams import distances, rang
    from lmcourse.finetuning.features import frozen_classifier

    texts, labels = training(seed, 2000)
    x = vectors(texts)
    model, found = frozen_classifier(x, labels), {"streams": streams, "found": {}, "accuracy": {}}
    known = [a + b for a, b in zip(movies(seed)["validation"], movies(seed)["test"], strict=True)]
    before = watched(score, model, known[0], x.mean(0))
    found["accuracy"]["movies"] = float(model.score(vectors(known[0]), known[1]))
    quiet = distances(before, streams=streams, seed=seed)
    limit = threshold(200, 40, 10, 0.05)
    found["false"] = int(rang(quiet, limit).sum())
    found["false, threshold of one window"] = int(rang(quiet, threshold(200, 40, 1, 0.05)).sum())
    for name in ("tweets", "amazon"):
        data = corpora.sentiment(corpora.load(name, limit=1000))
        after = watched(score, model, data["text"][:], x.mean(0))
        right = model.predict(vectors(data["text"][:])) == np.array(data["label"][:])
        found["accuracy"][name] = float(right.mean())
        for share in (0.25, 0.5, 1.0):
            far = distances(before, after, share, streams, seed=seed + 1)
            found["found"][f"{name}, {share:.0%}"] = int(rang(far, limit, change=4).sum())
    return found


EXPERIMENTS = {
    "09-learning-curves": Experiment(
        "How many labels do counting and a frozen encoder need?",
        learning_curve,
        grid(seed=SEEDS, size=SIZES, method=[*COUNTED, "frozen MiniLM"]),
    ),
    "09-augmentation": Experiment(
        "Do changed copies of labelled texts help?",
        augmentation,
        grid(seed=SEEDS, change=["none", "nothing", "dropped words", "typos"]),
    ),
    "09-compression": Experiment(
        "What does a smaller classifier lose?", compression, grid(seed=THREE, variant_name=VARIANTS)
    ),
    "09-label-errors": Experiment("Which labels are wrong, and what do they cost?", label_errors, grid(seed=SEEDS)),
    "09-drift": Experiment(
        "How often does the alarm ring, rightly and wrongly?", drift, grid(seed=THREE, score=SCORES)
    ),
}


def _curve(rows: list[dict], method: str) -> list[float]:
    """The accuracies of a method by number of labels."""
    return [row(rows, size=size, method=method)["test"] for size in SIZES]


def _lead(rows: list[dict], ahead: str, behind: str, size: int) -> float:
    """How far one method is ahead of another with so many labels."""
    return row(rows, size=size, method=ahead)["test"] - row(rows, size=size, method=behind)["test"]


def _times_more(tuned: list[dict]) -> float:
    """Labels that TF-IDF needs for what fine-tuned MiniLM has with 200, as a multiple of 200 (at least)."""
    from lmcourse.evaluation.curves import labels_needed

    reached = row(tuned, size=200, method="minilm")["test"]
    counted = _curve(by_seed("09-learning-curves")[tuned[0]["seed"]], "TF-IDF")
    return min(labels_needed(SIZES, counted, reached), SIZES[-1]) / 200


def _share(rows: list[dict], name: str, base: str = "") -> float:
    """The accuracy of a variant, or how far it is above another one."""
    share = {r["variant_name"]: r["right"] / r["n"] for r in rows}
    return share[name] - (share[base] if base else 0.0)


def _gain(rows: list[dict], figure: str) -> float:
    """What the better kind of changed copies brings."""
    plain = row(rows, change="none")[figure]
    return max(row(rows, change=change)[figure] for change in ("dropped words", "typos")) - plain


# A share of 1,000 streams that is 0.05 lies between these in 99 of 100 cases.
NEAR_5_PERCENT = {"low": 0.032, "high": 0.068}

CLAIMS = {
    "09.few-labels": Claim(
        "With 128 labels a frozen encoder is ahead of counted words, both as they come (accuracy, frozen − TF-IDF)",
        "09-learning-curves",
        lambda rows: _lead(rows, "frozen MiniLM", "TF-IDF", 128),
        low=0.03,
    ),
    "09.lead-is-lost": Claim(
        "With 8,192 labels it has no lead any more: naive Bayes is at most two points behind (naive Bayes − frozen)",
        "09-learning-curves",
        lambda rows: _lead(rows, "naive Bayes", "frozen MiniLM", 8192),
        low=-0.02,
    ),
    "09.labels-worth": Claim(
        "For what fine-tuned MiniLM reaches with 200 labels TF-IDF needs several times as many (times)",
        "03-few-labels",
        _times_more,
        low=4,
    ),
    "09.copies-do-not-help": Claim(
        "Changed copies of 200 texts bring the frozen encoder nothing: no seed gains two points (better kind − none)",
        "09-augmentation",
        lambda rows: _gain(rows, "frozen"),
        high=0.02,
    ),
    "09.int8-keeps-answers": Claim(
        "Eight bits by hand change the accuracy by three points at most (int8 − float32)",
        "09-compression",
        lambda rows: _share(rows, "int8 by hand", "float32"),
        -0.03,
        0.03,
    ),
    "09.pruning-destroys": Claim(
        "With 80 % of the weights pruned and nothing trained, little more than guessing is left (accuracy)",
        "09-compression",
        lambda rows: _share(rows, "pruned 80 %"),
        high=0.65,
    ),
    "09.training-brings-back": Claim(
        "An epoch of training brings back much of what pruning by half has cost (trained on − not)",
        "09-compression",
        lambda rows: _share(rows, "pruned 50 %, trained on", "pruned 50 %"),
        low=0.02,
    ),
    "09.teacher-adds-nothing": Claim(
        "On the teacher's own training texts a student gains no three points by distillation (distilled − labels only)",
        "09-compression",
        lambda rows: _share(rows, "3 blocks, distilled", "3 blocks, labels only"),
        high=0.03,
    ),
    "09.exits-save-blocks": Claim(
        "With exits at a threshold chosen on validation texts a text passes fewer than five of six (blocks)",
        "09-compression",
        lambda rows: row(rows, variant_name="early exit")["blocks"],
        high=5.0,
    ),
    "09.errors-found": Claim(
        "Among the suspects planted errors are at least twice as frequent as in the data (precision; data: 0.1)",
        "09-label-errors",
        lambda rows: rows[0]["frozen MiniLM"]["precision"],
        low=0.2,
    ),
    "09.removal-by-suspicion": Claim(
        "To leave out the suspects is better than to leave out as many at random (test accuracy, suspects − random)",
        "09-label-errors",
        lambda rows: rows[0]["without the suspects"] - rows[0]["without as many at random"],
        low=0.0,
    ),
    "09.alarm-confidence": Claim(
        "Watching confidence, false alarms come in 5 % of the streams, as set",
        "09-drift",
        lambda rows: rows[0]["false"] / rows[0]["streams"],
        where={"score": "confidence"},
        **NEAR_5_PERCENT,
    ),
    "09.alarm-likeness": Claim(
        "Watching likeness to the training texts, too",
        "09-drift",
        lambda rows: rows[0]["false"] / rows[0]["streams"],
        where={"score": "likeness"},
        **NEAR_5_PERCENT,
    ),
    "09.confidence-sees-nothing": Claim(
        "Confidence does not notice that all texts are tweets (streams in which it rings; reviews it may notice)",
        "09-drift",
        lambda rows: rows[0]["found"]["tweets, 100%"] / rows[0]["streams"],
        high=0.15,
        where={"score": "confidence"},
    ),
    "09.likeness-sees": Claim(
        "Likeness notices a quarter of tweets in most streams",
        "09-drift",
        lambda rows: rows[0]["found"]["tweets, 25%"] / rows[0]["streams"],
        low=0.7,
        where={"score": "likeness"},
    ),
}
