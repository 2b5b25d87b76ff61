"""Rows of chapter 08a: scaling, pictures with captions, learning task after task, heads in other domains."""

import time
from functools import cache

from lmcourse.experiments import Experiment, grid
from lmcourse.experiments.claims import Claim, row

SEEDS = [0, 1, 2]
WIDTHS, BYTES = [12, 16, 24, 32, 48, 64], [2**16, 2**17, 2**18, 2**19]
LARGEST = {"width": 96, "tokens": 2**20}  # larger than all others in both, and never part of the fit
RATED = ["movies", "amazon", "editorials", "tweets"]
REPLAY = [0, 1, 5, 20]  # examples that are kept of each digit


def scaling(width: int, tokens: int, seed: int) -> dict:
    """Parameters and held-out nats a byte of a small GPT that has read so many bytes once."""
    from lmcourse.pretraining.scaling import run

    return run(width, tokens, seed)


def captions(seed: int, steps: int = 1000) -> dict:
    """Retrieval and zero-shot of a contrastive model, beside classifiers of the parts; some pairs are held out."""
    from lmcourse.applications.captions import Parts, figures, held_out, kinds, learn, pictures

    start = time.perf_counter()
    (data, test), kept = pictures(seed), held_out(seed)
    data = data.take(kinds(data, kept) == "seen")
    model, history = learn(data, steps, seed)
    found = figures(model, test, kept, {"lines": Parts(data), "kernels": Parts(data, kernels=True)})
    return {**found, "loss": history[-1]["contrastive"], "seconds": time.perf_counter() - start}


def continual(method: str, replay: int, seed: int, steps: int = 150) -> dict:
    """Accuracy on each of five tasks after each of them: matrices R (K, K), the task known and not known."""
    from lmcourse.finetuning.continual import measured

    start = time.perf_counter()
    return measured(method, steps, seed, replay) | {"seconds": time.perf_counter() - start}


def across(seed: int) -> dict:
    """Test accuracy of a head on MiniLM's vectors that learnt from one kind of text (row), on another (column)."""
    from lmcourse.experiments.finetuning import task_parts
    from lmcourse.finetuning.features import features, frozen_classifier

    start, vectors, labels = time.perf_counter(), {}, {}
    for name in RATED:
        for part, data in task_parts(name, seed, size=250).items():
            if part != "validation":
                vectors[name, part], labels[name, part] = features(data["text"][:]), data["label"][:]
    heads = {name: frozen_classifier(vectors[name, "train"], labels[name, "train"]) for name in RATED}
    scores = {a: {b: float(heads[a].score(vectors[b, "test"], labels[b, "test"])) for b in RATED} for a in RATED}
    ones = {name: sum(labels[name, "test"]) / len(labels[name, "test"]) for name in RATED}
    majority = {name: max(share, 1 - share) for name, share in ones.items()}
    return {"scores": scores, "majority": majority, "seconds": time.perf_counter() - start}


EXPERIMENTS = {
    "08a-scaling": Experiment(
        "How does the loss fall with parameters and with data, and is a larger run foretold?",
        scaling,
        [*grid(seed=SEEDS, width=WIDTHS, tokens=BYTES), *({"seed": seed, **LARGEST} for seed in SEEDS)],
    ),
    "08a-captions": Experiment("What does a common space of pictures and words know?", captions, grid(seed=SEEDS)),
    "08a-continual": Experiment(
        "What is forgotten while task follows on task, and what helps?",
        continual,
        [{"seed": s, "method": "fine-tuning", "replay": r} for s in SEEDS for r in REPLAY]
        + grid(seed=SEEDS, method=["LoRA", "together"], replay=[0]),
    ),
    "08a-across": Experiment("Does a head serve other kinds of text than its own?", across, grid(seed=SEEDS)),
}


# ---------------------------------------------------------------- what is read off


def largest(rows: list[dict]) -> tuple[list[dict], dict]:
    """The runs that the law is fitted to, and the one that it must foretell."""
    held = row(rows, **LARGEST)
    return [each for each in rows if each is not held], held


def surprise(rows: list[dict], least: int = 0) -> float:
    """By which share the largest run of a seed is worse than the law of its runs of `least` bytes or more says."""
    from math import expm1

    from lmcourse.pretraining.scaling import Runs

    known, held = largest(rows)
    runs = Runs.of(each for each in known if each["tokens"] >= least)
    return round(expm1(float(Runs.of([held]).gaps(law(*map(tuple, runs)))[0])), 3)  # a fit is no more exact


@cache
def law(n: tuple, d: tuple, loss: tuple):
    """The law of some runs; a claim asks for it more than once."""
    import numpy as np

    from lmcourse.pretraining.scaling import Runs, fit

    return fit(Runs(*map(np.array, (n, d, loss))))


def matrix(rows: list[dict], question: str, method: str, replay: int = 0) -> list[list[float]]:
    """R of a method, for "known" or "unknown" tasks."""
    return row(rows, method=method, replay=replay)[question]


def end(rows: list[dict], question: str, method: str, replay: int = 0) -> float:
    """Mean accuracy on all tasks after the last one."""
    last = matrix(rows, question, method, replay)[-1]
    return sum(last) / len(last)


def foreign(rows: list[dict], against: str, names: tuple[str, ...]) -> float:
    """The least of what heads of other domains have over the commonest class ("majority"), or lack ("own")."""
    scores, majority = rows[0]["scores"], rows[0]["majority"]
    mean = {b: sum(scores[a][b] for a in scores if a != b) / (len(scores) - 1) for b in names}
    if against == "majority":
        return min(mean[b] - majority[b] for b in names)
    return min(scores[b][b] - mean[b] for b in names)


CLAIMS = {
    "08a.larger-run": Claim(
        "The largest run is better than the law of the smaller ones foretells (measured / foretold − 1)",
        "08a-scaling",
        surprise,
        high=0.0,
    ),
    "08a.longer-runs": Claim(
        "The law of the longer runs alone foretells the largest within a tenth (measured / foretold − 1)",
        "08a-scaling",
        lambda rows: surprise(rows, BYTES[2]),
        -0.1,
        0.1,
    ),
    "08a.more-data": Claim(
        "Eight times the data lower the loss of the widest model by tenths (nats a byte)",
        "08a-scaling",
        lambda rows: (
            row(rows, width=WIDTHS[-1], tokens=BYTES[0])["loss"] - row(rows, width=WIDTHS[-1], tokens=BYTES[-1])["loss"]
        ),
        low=0.1,
    ),
    "08a.more-parameters": Claim(
        "With most of the data the widest model is ahead of the narrowest (nats a byte)",
        "08a-scaling",
        lambda rows: (
            row(rows, width=WIDTHS[0], tokens=BYTES[-1])["loss"] - row(rows, width=WIDTHS[-1], tokens=BYTES[-1])["loss"]
        ),
        low=0.1,
    ),
    "08a.captions-above-chance": Claim(
        "The common space finds the caption among 90 far above chance (recall@1)",
        "08a-captions",
        lambda rows: rows[0]["CLIP"]["recall@1"],
        low=0.2,
    ),
    "08a.space-is-not-needed": Claim(
        "Three classifiers without a common space put captions first about as often (recall@1, kernels − CLIP)",
        "08a-captions",
        lambda rows: rows[0]["kernels"]["recall@1"] - rows[0]["CLIP"]["recall@1"],
        low=-0.05,
    ),
    "08a.new-pairs-are-harder": Claim(
        "Captions whose weight and digit never stood together are found far less often (CLIP's recall@1, seen − new)",
        "08a-captions",
        lambda rows: rows[0]["CLIP"]["seen"] - rows[0]["CLIP"]["new"],
        low=0.15,
    ),
    "08a.space-finds-new-pairs": Claim(
        "Of new pairs the common space finds more than the better of the baselines (recall@1, CLIP − baseline)",
        "08a-captions",
        lambda rows: rows[0]["CLIP"]["new"] - max(rows[0][name]["new"] for name in ("lines", "kernels")),
        low=0.0,
    ),
    "08a.zero-shot-below": Claim(
        "On new pairs a classifier with labels knows more digits than zero-shot does (accuracy, kernels − CLIP)",
        "08a-captions",
        lambda rows: rows[0]["kernels"]["digit new"] - rows[0]["CLIP"]["digit new"],
        low=0.02,
    ),
    "08a.zero-shot": Claim(
        "Digits are told by the caption “a seven” alone (zero-shot accuracy, digits that were in captions)",
        "08a-captions",
        lambda rows: rows[0]["CLIP"]["digit seen"],
        low=0.8,
    ),
    "08a.no-word-no-class": Claim(
        "A digit whose word stood in no caption is hardly ever recognised (zero-shot accuracy)",
        "08a-captions",
        lambda rows: rows[0]["CLIP"]["digit absent"],
        high=0.2,
    ),
    "08a.plain-forgets": Claim(
        "Of ten digits, those of earlier tasks are forgotten by plain fine-tuning (mean accuracy on all tasks)",
        "08a-continual",
        lambda rows: end(rows, "unknown", "fine-tuning"),
        high=0.4,
    ),
    "08a.replay-mends": Claim(
        "Twenty kept examples of each digit mend most of it (mean accuracy, 20 kept − none)",
        "08a-continual",
        lambda rows: end(rows, "unknown", "fine-tuning", 20) - end(rows, "unknown", "fine-tuning"),
        low=0.3,
    ),
    "08a.lora-needs-the-task": Claim(
        "Adapters keep every task, for those who say which it is (mean accuracy, known − unknown)",
        "08a-continual",
        lambda rows: end(rows, "known", "LoRA") - end(rows, "unknown", "LoRA"),
        low=0.1,
    ),
    "08a.other-domains": Claim(
        "On films, products and editorials heads of other domains are above the commonest class (least mean gain)",
        "08a-across",
        lambda rows: foreign(rows, "majority", ("movies", "amazon", "editorials")),
        low=0.0,
    ),
    "08a.own-is-best": Claim(
        "In each of four domains the head that learnt there is ahead of the others' mean (own − mean, the least)",
        "08a-across",
        lambda rows: foreign(rows, "own", tuple(RATED)),
        low=0.0,
    ),
    "08a.films-to-tweets": Claim(
        "Of tweets a head that learnt films knows no more than the commonest class does (accuracy above it)",
        "08a-across",
        lambda rows: rows[0]["scores"]["movies"]["tweets"] - rows[0]["majority"]["tweets"],
        high=0.02,
    ),
}
