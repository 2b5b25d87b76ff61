"""Rows of chapter 06a on language: topics, opinions in other domains, nouns in new roles, a railway desk."""

import time

from lmcourse.experiments import Experiment, grid
from lmcourse.experiments.claims import Claim, row

THREE = [0, 1, 2]
SIZES = [40, 120, 480]
TEMPERATURES = [0.3, 1.0, 1.5, 2.0, 3.0]


def topics(seed: int) -> dict:
    """Accuracy of counted words and of a frozen encoder on eight newsgroups, from few labelled posts and from more."""
    from lmcourse.applications.language import by_size
    from lmcourse.experiments.finetuning import task_parts

    start = time.perf_counter()
    parts = task_parts("newsgroups", seed)
    labels = parts["test"]["label"][:]
    most = max(map(labels.count, set(labels))) / len(labels)
    found = by_size(parts, SIZES)
    return {"seconds": time.perf_counter() - start, "sizes": SIZES, "n": len(labels), "majority": most, **found}


def domains(seed: int) -> dict:
    """Accuracy of four judges on four domains, of which those that learn have seen 1,000 movie sentences only."""
    import numpy as np

    from lmcourse.applications.language import balanced, judges, opinions
    from lmcourse.evaluation.baselines import human_ceiling
    from lmcourse.experiments.finetuning import movie_parts
    from lmcourse.finetuning.run import FinetuneConfig, finetune
    from lmcourse.training.precision import choose_precision

    parts = movie_parts(seed, 1000)
    tests = {"movies": balanced(parts["test"], seed, 400)}
    tests |= {name: opinions(name, seed, 400) for name in ("amazon", "tweets", "editorials")}
    start = time.perf_counter()
    said = judges(parts["train"], parts["validation"])
    predictor, _ = finetune(FinetuneConfig(freeze="3", seed=seed), parts["train"], ["negative", "positive"])
    said["fine-tuned MiniLM"] = lambda texts: predictor.outputs(texts, choose_precision()).argmax(1)
    row: dict = {"seconds": 0.0}
    for domain, test in tests.items():
        texts, labels = test["text"][:], np.asarray(test["label"][:])
        row[domain] = {name: float((judge(texts) == labels).mean()) for name, judge in said.items()}
        row[domain] |= {"n": len(labels), "one rater": human_ceiling(test["ratings"][:], seed)["one_rater"]}
    return row | {"seconds": time.perf_counter() - start}


def new_roles(seed: int) -> dict:
    """Exact matches and BLEU of a model, a dictionary and a memory, where nouns have met roles and where new ones."""
    from lmcourse.applications.language import memory, roles
    from lmcourse.pretraining.translation import english, figures, french, learn, translate, word_for_word

    start, parts = time.perf_counter(), roles(seed)
    model, _ = learn(parts["train"], steps=1000, seed=seed)
    remembered = memory([*map(english, parts["train"])], [*map(french, parts["train"])])
    row: dict = {"seconds": 0.0}
    for part in ("met", "new role"):
        sources, wanted = [*map(english, parts[part])], [*map(french, parts[part])]
        made = {"model": translate(model, sources), "memory": remembered(sources)}
        made["dictionary"] = [*map(word_for_word, sources)]
        row[part] = {name: figures(texts, wanted) for name, texts in made.items()}
        rows = zip(sources, made["model"], wanted, strict=True)
        row[part]["wrong"] = [[*map(" ".join, each)] for each in rows if each[1] != each[2]][:4]
    return row | {"seconds": time.perf_counter() - start}


def desk(seed: int) -> dict:
    """Right answers of a GPT, of the nearest dialogue and of forms with gaps, and what temperature does."""
    import numpy as np

    from lmcourse.applications import dialogue
    from lmcourse.applications.language import memory

    start, parts = time.perf_counter(), dialogue.corpus(seed)
    model, history = dialogue.learn(parts["train"], steps=1500, seed=seed)
    prompts = [dialogue.prompt(each) for each in parts["train"]]
    said = {
        "GPT": lambda asked: dialogue.reply(model, asked),
        "nearest dialogue": memory(prompts, [*map(dialogue.answer, parts["train"])]),
        "forms": dialogue.Forms(parts["train"]).reply,
    }
    row: dict = {"seconds": 0.0}
    for part in ("seen", "new", "absent", "fixed"):
        made = {name: reply([*map(dialogue.prompt, parts[part])]) for name, reply in said.items()}
        row[part] = {name: dialogue.right(parts[part], texts) for name, texts in made.items()}
        row[part]["invented"] = dialogue.invented(parts[part], made["GPT"])
    loss = np.array([each["answer"] for each in history]).reshape(-1, 50).mean(1)
    row["curve"] = [[50 * (i + 1), float(nats)] for i, nats in enumerate(loss)]
    row["sampled"] = {str(t): dialogue.sampled(model, parts["seen"][:60], t, 8, seed) for t in TEMPERATURES}
    return row | {"seconds": time.perf_counter() - start}


EXPERIMENTS = {
    "06a-topics": Experiment("How many labelled posts does it take to know the topic?", topics, grid(seed=THREE)),
    "06a-domains": Experiment("What is left of it in another domain?", domains, grid(seed=THREE)),
    "06a-translation": Experiment("Are nouns translated in a role that they never had?", new_roles, grid(seed=THREE)),
    "06a-desk": Experiment("Who answers what was never asked in this way?", desk, grid(seed=THREE)),
}
CLAIMS = {
    "06a.few-topics": Claim(
        "From 40 labelled posts, and 40 to choose C, a frozen encoder is far ahead of counted words (frozen − TF-IDF)",
        "06a-topics",
        lambda rows: rows[0]["frozen MiniLM"][0] - rows[0]["TF-IDF"][0],
        low=0.2,
    ),
    "06a.tuning-gains-nothing": Claim(
        "On 500 posts fine-tuning is not ahead of the frozen encoder by a point (frozen − fine-tuned)",
        "03-generality",
        lambda rows: row(rows, method="frozen")["test"] - row(rows, method="minilm")["test"],
        low=-0.01,
        where={"task": "newsgroups"},
    ),
    "06a.tweets": Claim(
        "Counted words learnt from films are worse on tweets than on films (movies − tweets)",
        "06a-domains",
        lambda rows: rows[0]["movies"]["TF-IDF"] - rows[0]["tweets"]["TF-IDF"],
        low=0.02,
    ),
    "06a.vader-at-home": Claim(
        "On tweets VADER is ahead of an encoder that was fine-tuned on films (VADER − fine-tuned)",
        "06a-domains",
        lambda rows: rows[0]["tweets"]["VADER"] - rows[0]["tweets"]["fine-tuned MiniLM"],
        low=0.05,
    ),
    "06a.tuned-on-films": Claim(
        "On films it is behind that encoder (fine-tuned − VADER)",
        "06a-domains",
        lambda rows: rows[0]["movies"]["fine-tuned MiniLM"] - rows[0]["movies"]["VADER"],
        low=0.05,
    ),
    "06a.new-role": Claim(
        "Nouns in a role that they never had are translated as well as others, but for 5 points (met − new role)",
        "06a-translation",
        lambda rows: rows[0]["met"]["model"]["exact"] - rows[0]["new role"]["model"]["exact"],
        low=-0.05,
        high=0.05,
    ),
    "06a.flattering-bleu": Claim(
        "A memory of other sentences has a BLEU above 20 where it is never right to the last word",
        "06a-translation",
        lambda rows: rows[0]["new role"]["memory"]["bleu"] if not rows[0]["new role"]["memory"]["exact"] else 0.0,
        low=20,
    ),
    "06a.desk": Claim(
        "A GPT copies from the board what the nearest dialogue cannot (right of known pairs, GPT − nearest)",
        "06a-desk",
        lambda rows: rows[0]["seen"]["GPT"] - rows[0]["seen"]["nearest dialogue"],
        low=0.2,
    ),
    "06a.never-asked": Claim(
        "It is right less often where a question was never asked of that station (seen − new)",
        "06a-desk",
        lambda rows: rows[0]["seen"]["GPT"] - rows[0]["new"]["GPT"],
        low=0.2,
    ),
    "06a.invents": Claim(
        "Asked about a train that is not on the board, it states a figure in more than half of the cases",
        "06a-desk",
        lambda rows: rows[0]["absent"]["invented"],
        low=0.5,
    ),
    "06a.forms": Claim(
        "Forms with gaps, written by a programmer, are always right",
        "06a-desk",
        lambda rows: min(rows[0][part]["forms"] for part in ("seen", "new", "absent", "fixed")),
        low=1.0,
    ),
    "06a.hot": Claim(
        "At temperature 3 fewer answers are right than at 0.3 (share at 0.3 − share at 3)",
        "06a-desk",
        lambda rows: rows[0]["sampled"]["0.3"]["right"] - rows[0]["sampled"]["3.0"]["right"],
        low=0.2,
    ),
}
