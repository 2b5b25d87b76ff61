"""Rows of chapter 02: the same head on a random and on a pretrained trunk, and a task that no pretraining helps."""

from lmcourse.experiments import Experiment, grid
from lmcourse.experiments.claims import Claim, row

TASKS = ["movies", "amazon", "newsgroups", "odd words"]


def same_head(task: str, seed: int) -> dict:
    """Test accuracy of one kind of head on vectors of MiniLM with random and with pretrained weights.

    "odd words" asks of movie sentences whether their number of words is odd: nothing that text without labels tells.
    `from movies` is the accuracy of a head that learnt the movie task on the same vectors, where there are two classes.
    """
    from lmcourse.experiments.finetuning import task_parts
    from lmcourse.finetuning.encoders import find_encoder
    from lmcourse.finetuning.features import features, frozen_classifier
    from lmcourse.models.bert import Bert
    from lmcourse.models.weights import read_config
    from lmcourse.training.loop import seed_everything

    seed_everything(seed)
    random = Bert(read_config(find_encoder("minilm")))
    parts = task_parts("movies" if task == "odd words" else task, seed, size=300)
    texts = {name: parts[name]["text"][:] for name in ("train", "test")}
    labels = {name: parts[name]["label"][:] for name in texts}
    rated = labels
    if task == "odd words":
        labels = {name: [len(text.split()) % 2 for text in part] for name, part in texts.items()}
    found = {"n": len(labels["test"])}
    for name, bert in (("random", random), ("pretrained", None)):
        made = {part: features(texts[part], bert=bert) for part in texts}
        found[name] = float(frozen_classifier(made["train"], labels["train"]).score(made["test"], labels["test"]))
    if task == "odd words":  # the same vectors, the head of the other task
        found["from movies"] = float(
            frozen_classifier(made["train"], rated["train"]).score(made["test"], labels["test"])
        )
    elif task == "amazon":
        movies = task_parts("movies", seed, size=300)["train"]
        head = frozen_classifier(features(movies["text"][:]), movies["label"][:])
        found["from movies"] = float(head.score(made["test"], labels["test"]))
    found["majority"] = max(map(labels["test"].count, set(labels["test"]))) / len(labels["test"])
    return found


EXPERIMENTS = {
    "02-same-head": Experiment(
        "What does the same head reach on random and on pretrained weights?",
        same_head,
        grid(task=TASKS, seed=[0, 1, 2]),
    ),
}


def _least_gain(rows: list[dict]) -> float:
    """The least gain of pretraining over the three tasks that ask for meaning."""
    return min(each["pretrained"] - each["random"] for each in rows if each["task"] != "odd words")


CLAIMS = {
    "02.pretraining-helps": Claim(
        "In each of three tasks the same head is better on pretrained weights (least gain in test accuracy)",
        "02-same-head",
        _least_gain,
        low=0.05,
    ),
    "02.not-in-everything": Claim(
        "Whether a text has an odd number of words is not in them (accuracy on pretrained weights)",
        "02-same-head",
        lambda rows: row(rows, task="odd words")["pretrained"],
        high=0.62,
    ),
    "02.a-head-for-its-like": Claim(
        "A head that learnt movies serves product reviews (accuracy above the commonest class)",
        "02-same-head",
        lambda rows: row(rows, task="amazon")["from movies"] - row(rows, task="amazon")["majority"],
        low=0.05,
    ),
    "02.and-for-no-other": Claim(
        "It knows nothing of odd numbers of words (accuracy)",
        "02-same-head",
        lambda rows: row(rows, task="odd words")["from movies"],
        low=0.4,
        high=0.6,
    ),
}
