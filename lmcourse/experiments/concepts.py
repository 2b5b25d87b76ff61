"""Rows of chapter 02: the same head on a random and on a pretrained trunk, and a task that no pretraining helps."""

from lmcourse.experiments import Experiment, grid
from lmcourse.experiments.claims import Claim, row

COUNTS = (30, 100, 300, 1000)  # labels
TASKS = ["movies", "amazon", "newsgroups", "odd words"]


def trunks(seed: int) -> dict:
    """MiniLM's network with random weights, and with its own: None, which `features` reads as such."""
    from lmcourse.finetuning.encoders import find_encoder
    from lmcourse.models.bert import Bert
    from lmcourse.models.weights import read_config
    from lmcourse.training.loop import seed_everything

    seed_everything(seed)
    return {"random": Bert(read_config(find_encoder("minilm"))), "pretrained": None}


def same_head(task: str, seed: int) -> dict:
    """Test accuracy of one kind of head on vectors of MiniLM with random and with pretrained weights.

    "odd words" asks of movie sentences whether their number of words is odd: nothing that text without labels tells.
    `from movies` is the accuracy of a head that learnt the movie task on the same vectors, where there are two classes.
    """
    from lmcourse.experiments.finetuning import task_parts
    from lmcourse.finetuning.features import features, frozen_classifier

    parts = task_parts("movies" if task == "odd words" else task, seed, size=300)
    texts = {name: parts[name]["text"][:] for name in ("train", "test")}
    labels = {name: parts[name]["label"][:] for name in texts}
    rated = labels
    if task == "odd words":
        labels = {name: [len(text.split()) % 2 for text in part] for name, part in texts.items()}
    found = {"n": len(labels["test"])}
    for name, bert in trunks(seed).items():
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


def length(seed: int) -> dict:
    """Is a movie sentence longer than half of the training part? Test accuracy on random and on pretrained vectors.

    `odd by count` asks a linear head whether the number of words is odd, and gives it that very number.
    """
    from sklearn.linear_model import LogisticRegression

    from lmcourse.experiments.finetuning import task_parts
    from lmcourse.finetuning.features import features, frozen_classifier

    parts = task_parts("movies", seed, size=300)
    texts = {name: parts[name]["text"][:] for name in ("train", "test")}
    words = {name: [[len(text.split())] for text in part] for name, part in texts.items()}
    middle = sorted(words["train"])[len(words["train"]) // 2][0]
    long = {name: [n > middle for (n,) in part] for name, part in words.items()}
    odd = {name: [n % 2 for (n,) in part] for name, part in words.items()}
    found = {"n": len(long["test"]), "majority": max(map(long["test"].count, (True, False))) / len(long["test"])}
    for name, bert in trunks(seed).items():
        head = frozen_classifier(features(texts["train"], bert=bert), long["train"])
        found[name] = float(head.score(features(texts["test"], bert=bert), long["test"]))
    counted = LogisticRegression().fit(words["train"], odd["train"])
    return found | {"odd by count": float(counted.score(words["test"], odd["test"]))}


def label_counts(task: str, seed: int) -> dict:
    """Test accuracy of one kind of head on three trunks, from more and more labels: random, the course's own, MiniLM.

    The random trunk is MiniLM's network; the course's own learnt from these corpora without their labels, and without
    the texts of the test part.
    """
    from lmcourse.experiments.transfer import parts_of
    from lmcourse.finetuning.features import features, frozen_classifier

    parts = parts_of(task, 1000, seed)
    texts = {name: parts[name]["text"][:] for name in ("train", "test")}
    labels = {name: parts[name]["label"][:] for name in texts}
    found = {"n": len(labels["test"])}
    for trunk in ("random", "course", "minilm"):
        given = {"bert": trunks(seed)["random"]} if trunk == "random" else {"encoder": trunk}
        made = {part: features(texts[part], **given) for part in texts}
        found[trunk] = {
            str(count): float(
                frozen_classifier(made["train"][:count], labels["train"][:count]).score(made["test"], labels["test"])
            )
            for count in COUNTS
        }
    return found


EXPERIMENTS = {
    "02-same-head": Experiment(
        "What does the same head reach on random and on pretrained weights?",
        same_head,
        grid(task=TASKS, seed=[0, 1, 2]),
    ),
    "02-length": Experiment(  # the bands of its claims were set on seeds 0 to 2, which are therefore not among these
        "Do random or pretrained weights tell more of a text's length?", length, grid(seed=[3, 4, 5])
    ),
    "02-labels": Experiment(
        "How many labels does pretraining save, the course's own and a large one?",
        label_counts,
        grid(task=["movies", "newsgroups"], seed=[0, 1, 2]),
    ),
}


def _least_gain(rows: list[dict]) -> float:
    """The least gain of pretraining over the three tasks that ask for meaning."""
    return min(each["pretrained"] - each["random"] for each in rows if each["task"] != "odd words")


CLAIMS = {
    "02.labels-saved": Claim(
        "On MiniLM a tenth of the labels gives more than all of them on random weights (least difference of two tasks)",
        "02-labels",
        lambda rows: min(each["minilm"]["100"] - each["random"]["1000"] for each in rows),
        low=0.0,
    ),
    "02.own-topics": Claim(
        "Of topics the course's own BERT knows much more than random weights (difference at 1,000 labels)",
        "02-labels",
        lambda rows: row(rows, task="newsgroups")["course"]["1000"] - row(rows, task="newsgroups")["random"]["1000"],
        low=0.1,
    ),
    "02.own-opinions": Claim(
        "Of opinions on films it knows hardly more (difference at 1,000 labels)",
        "02-labels",
        lambda rows: row(rows, task="movies")["course"]["1000"] - row(rows, task="movies")["random"]["1000"],
        low=-0.08,
        high=0.08,
    ),
    "02.pretraining-helps": Claim(
        "In each of three tasks the same head is better on pretrained weights (least gain in test accuracy)",
        "02-same-head",
        _least_gain,
        low=0.05,
    ),
    "02.not-in-everything": Claim(
        "A linear head cannot tell whether a text has an odd number of words (accuracy on pretrained weights)",
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
    "02.odd-is-not-linear": Claim(
        "Nor can it from the number of words itself (accuracy)",
        "02-length",
        lambda rows: rows[0]["odd by count"],
        high=0.62,
    ),
    "02.length-is-lost": Claim(
        "Whether a text is long, random weights tell better than pretrained ones (difference in accuracy)",
        "02-length",
        lambda rows: rows[0]["random"] - rows[0]["pretrained"],
        low=0.05,
    ),
}
