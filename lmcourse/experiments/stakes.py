"""Rows of chapter 06c: finance, medicine, and the document's future."""

import time

from lmcourse.experiments import Experiment, grid
from lmcourse.experiments.claims import Claim, row

THREE = [0, 1, 2]


def credit(seed: int) -> dict:
    """Brier score and squared distance to the true probability of each scorer, on 4,000 loans."""
    from lmcourse.applications.finance import brier, loans, platt, scorers

    start = time.perf_counter()
    x, y, _ = loans(3000, 10 * seed)
    x_validation, y_validation, _ = loans(1000, 10 * seed + 1)
    x_test, y_test, truth = loans(4000, 10 * seed + 2)
    found = {}
    for name, score in scorers(x, y, 500, seed).items():
        p = score(x_test)
        scaled = platt(y_validation, score(x_validation))(p)
        found[name] = {"brier": brier(y_test, p), "to_truth": brier(truth, p), "scaled": brier(truth, scaled)}
    return {"seconds": time.perf_counter() - start, "truth": brier(y_test, truth), **found}


def fraud(seed: int) -> dict:
    """Average precision of two models on 20,000 payments, and the accuracy of never saying fraud."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression

    from lmcourse.applications.finance import average_precision, payments

    start = time.perf_counter()
    x, y = payments(20_000, 10 * seed)
    x_test, y_test = payments(20_000, 10 * seed + 1)
    models = {
        "logistic regression": LogisticRegression(),
        "boosting": HistGradientBoostingClassifier(max_iter=60, learning_rate=0.05, random_state=seed),
    }
    found = {n: average_precision(y_test, m.fit(x, y).predict_proba(x_test)[:, 1]) for n, m in models.items()}
    return {"seconds": time.perf_counter() - start, "never": float((y_test == 0).mean()), **found}


def reports(method: str, seed: int) -> dict:
    """Accuracy on Reuters reports of the eight commonest topics, from 500 labelled ones."""
    from lmcourse.experiments.finetuning import generality

    start = time.perf_counter()
    found = generality("reuters", method, seed)
    return found | {"seconds": time.perf_counter() - start}


def diagnoses(seed: int) -> dict:
    """Right answers of two models on a fifth of the breast cancer data."""
    from lmcourse.applications.medicine import diagnosis

    start = time.perf_counter()
    return diagnosis(seed) | {"seconds": time.perf_counter() - start}


def motif_order(size: int, seed: int) -> dict:
    """Accuracy of k-mer counts and of a Transformer on the order of two motifs, from `size` sequences."""
    import torch

    from lmcourse.applications.medicine import gene_reader, genes, kmers, text

    start = time.perf_counter()
    (x, y), (x_test, y_test) = genes(size, 10 * seed), genes(2000, 10 * seed + 1)
    counted = kmers(x, y).predict(text(x_test))
    read = gene_reader(x, y, 800, seed).probabilities(torch.from_numpy(x_test + 1)) > 0.5
    scores = {"k-mers": float((counted == y_test).mean()), "Transformer": float((read == y_test).mean())}
    return {"seconds": time.perf_counter() - start, **scores}


def inputs_of_tests(seed: int, inputs: int = 12) -> dict:
    """Mean mutation score of as many inputs from three sources."""
    import numpy as np

    from lmcourse.applications.future import FUNCTIONS, boundaries, drawn, mutants, mutation_score, written

    start, found = time.perf_counter(), {"drawn": [], "boundaries": [], "n-gram": []}
    for number, function in enumerate(FUNCTIONS):
        changed, at = mutants(function), 100 * seed + number
        sources = (drawn(inputs, at), boundaries(function, inputs, at), written(inputs, at))
        for name, made in zip(found, sources, strict=True):
            found[name].append(mutation_score(function, changed, made))
    return {"seconds": time.perf_counter() - start, **{name: float(np.mean(v)) for name, v in found.items()}}


def home(seed: int) -> dict:
    """Accuracy on phrasings that were never met, from two thirds of the known commands, drawn."""
    import numpy as np

    from lmcourse.applications.future import KNOWN, NEW, commands
    from lmcourse.evaluation.baselines import tfidf_classifier
    from lmcourse.finetuning.features import features, frozen_classifier

    start = time.perf_counter()
    (texts, intents), (new, wanted) = commands(KNOWN), commands(NEW)
    at = np.random.default_rng(seed).permutation(len(texts))[: 2 * len(texts) // 3]
    texts, intents = [texts[i] for i in at], [intents[i] for i in at]
    counted = tfidf_classifier(texts, intents).score(new, wanted)
    frozen = frozen_classifier(features(texts), intents).score(features(new), wanted)
    return {"seconds": time.perf_counter() - start, "tfidf": float(counted), "frozen": float(frozen)}


def ring_member(size: int, seed: int) -> dict:
    """Accuracy of k-mer counts and of a Transformer on whether N is in the ring, from `size` strings."""
    from lmcourse.applications.medicine import characters, counted, molecule_reader, molecules

    start = time.perf_counter()
    (x, y), (x_test, y_test) = molecules(size, 10 * seed), molecules(2000, 10 * seed + 1)
    by_counts = counted(x, y).predict(x_test)
    read = molecule_reader(x, y, 1500, seed).probabilities(characters(x_test)) > 0.5
    scores = {"k-mers": float((by_counts == y_test).mean()), "Transformer": float((read == y_test).mean())}
    return {"seconds": time.perf_counter() - start, **scores}


def marking(seed: int) -> dict:
    """The share of unseen exercises whose right option is picked, by method; accuracy on single options."""
    import numpy as np

    from lmcourse.applications.education import options, picked, unseen_scores
    from lmcourse.evaluation.baselines import tfidf_classifier
    from lmcourse.finetuning.features import features, frozen_classifier

    start, rows = time.perf_counter(), options()
    texts, right = [row["text"] for row in rows], np.array([row["right"] for row in rows])
    scores = {
        "chance": np.zeros(len(rows)),
        "longest": np.array([len(row["words"]) for row in rows], float),
        "tfidf": unseen_scores(lambda x, y: tfidf_classifier(x.tolist(), y), texts, rows, seed),
        "frozen": unseen_scores(frozen_classifier, features(texts), rows, seed),
    }
    exercises = len({row["exercise"] for row in rows})
    accuracy = {name: float(((scores[name] > 0.5) == right).mean()) for name in ("tfidf", "frozen")}
    found = {"seconds": time.perf_counter() - start, "exercises": exercises, "options": len(rows)}
    found |= {"always wrong": float((~right).mean()), "accuracy": accuracy}
    return found | {name: picked(rows, score) for name, score in scores.items()}


def next_exercise(answered: int, seed: int) -> dict:
    """How well success is foretold, by method, for 400 simulated learners who have done `answered` exercises."""
    from lmcourse.applications.education import foretold, learners, recommenders

    start = time.perf_counter()
    group = learners(400, answered, seed)
    found = {name: foretold(group, said) for name, said in recommenders(group).items()}
    return {"seconds": time.perf_counter() - start, **found}


EXPERIMENTS = {
    "06c-credit": Experiment("Which model comes nearest to the true probabilities?", credit, grid(seed=THREE)),
    "06c-fraud": Experiment("What is found where one payment in a hundred is fraud?", fraud, grid(seed=THREE)),
    "06c-reports": Experiment(
        "Is a frozen encoder ahead of counted words?", reports, grid(seed=THREE, method=["tfidf", "frozen"])
    ),
    "06c-diagnosis": Experiment("Which model is right more often?", diagnoses, grid(seed=THREE)),
    "06c-genes": Experiment(
        "How many sequences does the order of two motifs take?", motif_order, grid(size=[300, 3000], seed=THREE)
    ),
    "06c-tests": Experiment("Which inputs kill most mutants?", inputs_of_tests, grid(seed=THREE)),
    "06c-home": Experiment("Are new phrasings understood?", home, grid(seed=THREE)),
    "06c-molecules": Experiment(
        "How many strings does membership in a ring take?", ring_member, grid(size=[300, 3000], seed=THREE)
    ),
    "06c-marking": Experiment("Can a model mark exercises that it has not seen?", marking, grid(seed=THREE)),
    "06c-next-exercise": Experiment(
        "Who foretells best what a learner will solve?", next_exercise, grid(answered=[6, 30], seed=THREE)
    ),
}

CLAIMS = {
    "06c.truth": Claim(
        "Boosting comes nearer to the true probabilities than the Transformer does (Transformer − boosting)",
        "06c-credit",
        lambda rows: rows[0]["Transformer"]["to_truth"] - rows[0]["boosting"]["to_truth"],
        low=0.0,
    ),
    "06c.never": Claim(
        "Never saying fraud is right about 99 times in 100", "06c-fraud", lambda rows: rows[0]["never"], 0.985, 0.995
    ),
    "06c.fraud-line": Claim(
        "Boosting is not ahead of a straight line in finding fraud (logistic regression − boosting)",
        "06c-fraud",
        lambda rows: rows[0]["logistic regression"] - rows[0]["boosting"],
        low=0.0,
    ),
    "06c.reports": Claim(
        "A frozen encoder is ahead of counted words on reports, by a little (frozen − TF-IDF)",
        "06c-reports",
        lambda rows: row(rows, method="frozen")["test"] - row(rows, method="tfidf")["test"],
        0.0,
        0.1,
    ),
    "06c.order": Claim(
        "From 3,000 sequences a Transformer knows the order, k-mers do not (Transformer − k-mers)",
        "06c-genes",
        lambda rows: row(rows, size=3000)["Transformer"] - row(rows, size=3000)["k-mers"],
        low=0.2,
    ),
    "06c.boundaries": Claim(
        "Numbers of the function kill more mutants than evenly drawn ones do (boundaries − drawn)",
        "06c-tests",
        lambda rows: rows[0]["boundaries"] - rows[0]["drawn"],
        low=0.1,
    ),
    "06c.phrasings": Claim(
        "A frozen encoder understands more new phrasings than counted words do (frozen − TF-IDF)",
        "06c-home",
        lambda rows: rows[0]["frozen"] - rows[0]["tfidf"],
        low=0.1,
    ),
    "06c.few-rings": Claim(
        "From 300 strings k-mers know more of the ring than a Transformer does (k-mers − Transformer)",
        "06c-molecules",
        lambda rows: row(rows, size=300)["k-mers"] - row(rows, size=300)["Transformer"],
        low=0.05,
    ),
    "06c.many-rings": Claim(
        "From 3,000 strings the Transformer is ahead, by a little (Transformer − k-mers)",
        "06c-molecules",
        lambda rows: row(rows, size=3000)["Transformer"] - row(rows, size=3000)["k-mers"],
        0.0,
        0.1,
    ),
    "06c.marking": Claim(
        "On unseen exercises no model picks the right option in 6 of 10 (the better of TF-IDF and frozen)",
        "06c-marking",
        lambda rows: max(rows[0]["tfidf"], rows[0]["frozen"]),
        high=0.6,
    ),
    "06c.few-answers": Claim(
        "After 6 answers a skill per concept foretells no better than a single one (log loss, one − per concept)",
        "06c-next-exercise",
        lambda rows: (
            row(rows, answered=6)["one skill"]["log_loss"] - row(rows, answered=6)["skill per concept"]["log_loss"]
        ),
        -0.01,
        0.01,
    ),
    "06c.skill": Claim(
        "After 30 answers, skills foretell success better than popularity does (log loss, popularity − skills)",
        "06c-next-exercise",
        lambda rows: (
            row(rows, answered=30)["popularity"]["log_loss"] - row(rows, answered=30)["skill per concept"]["log_loss"]
        ),
        low=0.02,
    ),
    "06c.aim": Claim(
        "After 30 answers, what skills recommend is nearer to the aim than what popularity does (popularity − skills)",
        "06c-next-exercise",
        lambda rows: row(rows, answered=30)["popularity"]["off"] - row(rows, answered=30)["skill per concept"]["off"],
        low=0.02,
    ),
}
