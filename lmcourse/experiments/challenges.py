"""Rows of chapter 08b: explanations, bias, harm, memory and membership, and what helps against each."""

import time

from lmcourse.experiments import Experiment, by_seed, grid
from lmcourse.experiments.claims import Claim, row

THREE = [0, 1, 2]
FORGOTTEN = (0, 3, 6)  # blocks of MiniLM, from the top


def explanations(seed: int, labels: int = 300, sentences: int = 12) -> dict:
    """Areas of deletion and insertion on test sentences of 8 to 16 words, and the likeness after forgetting."""
    from lmcourse.experiments.finetuning import accuracy, movie_parts
    from lmcourse.explain.comparison import areas, forgetting
    from lmcourse.finetuning.run import FinetuneConfig, finetune

    start, parts = time.perf_counter(), movie_parts(seed, labels)
    config = FinetuneConfig(freeze="5", epochs=6, learning_rate=5e-4, max_length=64, seed=seed)
    predictor, _ = finetune(config, parts["train"], ["negative", "positive"])
    test = parts["test"].shuffle(seed=seed)  # the corpus is sorted by its ratings
    texts = [text for text in test["text"][:] if 8 <= len(text.split()) <= 16][:sentences]
    return {
        "accuracy": accuracy(predictor, test.select(range(200))),
        "areas": areas(predictor, texts, seed),
        "likeness": forgetting(predictor, texts, FORGOTTEN, seed),
        "seconds": time.perf_counter() - start,
    }


def prejudice(classifier: str, cure: str, seed: int, labels: int = 600, tests: int = 200) -> dict:
    """Accuracy, the gap between two groups and the fairness of a classifier that a planted prejudice has reached."""
    import numpy as np

    from lmcourse.applications import bias
    from lmcourse.evaluation import fairness
    from lmcourse.evaluation.uncertainty import bootstrap
    from lmcourse.experiments.finetuning import movie_parts

    start, parts = time.perf_counter(), movie_parts(seed, labels)
    texts, y = parts["train"]["text"][:], parts["train"]["label"][:]
    skew = 0.5 if cure == "no prejudice" else 0.9
    said = bias.prejudiced(texts, y, share=0.3, skew=skew, seed=seed)
    say = bias.cured(said, y, classifier, cure)
    drawn = parts["test"].shuffle(seed=seed).select(range(tests))  # the corpus is sorted by its ratings
    test, truth = drawn["text"][:], np.array(drawn["label"][:])
    given = np.stack([say([bias.mention(text, group) for text in test]) for group in bias.GROUPS])
    gaps = given[1] - given[0]
    table = fairness.by_group(np.tile(truth, 2), (given > 0.5).astype(int).ravel(), np.repeat(bias.GROUPS, len(test)))
    return {
        "accuracy": float(((say(test) > 0.5) == truth).mean()),
        "gap": float(gaps.mean()),
        "interval": list(bootstrap(np.mean, gaps, seed=seed)),
        "groups": table,
        "fairness": fairness.gaps(table),
        "seconds": time.perf_counter() - start,
    }


def insults(harm: float, filter: str, seed: int, lines: int = 2000, epochs: int = 6, written: int = 1000) -> dict:
    """The share of insults in a training text and in what a GPT then writes, and what a filter let pass and took."""
    from lmcourse.applications import safety, writer
    from lmcourse.evaluation.uncertainty import wilson

    start = time.perf_counter()
    texts, kinds = safety.corpus(lines, harm, seed)
    kept = safety.FILTERS[filter](texts, seed)
    gpt = writer.learn([text for text, keep in zip(texts, kept, strict=True) if keep], epochs, seed)
    made = gpt.write(written, seed)
    bad = sum(map(safety.is_insult, made))
    return {
        "in": float((kinds == safety.HARM).mean()),
        "left": float((kinds[kept] == safety.HARM).mean()),
        "written": bad / written,
        "interval": list(wilson(bad, written)),
        "animals": sum(map(safety.is_about_animals, made)) / written,
        "passed": float(kept[kinds == safety.HARM].mean()) if (kinds == safety.HARM).any() else 0.0,
        "lost": float(1 - kept[kinds == safety.ANIMAL].mean()),
        "lost_plain": float(1 - kept[kinds == safety.PLAIN].mean()),
        "seconds": time.perf_counter() - start,
    }


def planted_secrets(text: str, seed: int, lines: int = 2000, epochs: int = 8) -> dict:
    """The exposure of secrets by how often they were planted; "deduplicated" keeps each line of the text once."""
    from lmcourse.applications import memorisation, writer

    start = time.perf_counter()
    texts, known = memorisation.planted(lines, seed)
    if text == "deduplicated":
        texts = list(dict.fromkeys(texts))
    gpt = writer.learn(texts, epochs, seed)
    found = memorisation.exposures(gpt, known)
    return {
        "lines": len(texts),
        "exposure": {str(times): values for times, values in found.items()},
        "seconds": time.perf_counter() - start,
    }


def members(seed: int, texts: int = 600, epochs: int = 32) -> dict:
    """What a loss tells about who was in the training part, after more and more epochs."""
    from lmcourse.applications.memorisation import membership
    from lmcourse.experiments.finetuning import movie_parts

    start, sentences = time.perf_counter(), movie_parts(seed, 8000)["train"]["text"][:]
    rows = membership(sentences[texts : texts + 2000], sentences[:texts], epochs, seed)
    return {"epochs": rows, "seconds": time.perf_counter() - start}


def more_members(seed: int) -> dict:
    """The same with five times as many members, and fewer epochs."""
    return members(seed, texts=3000, epochs=8)


CURES = ["none", "augmented", "unnamed", "no prejudice"]
EXPERIMENTS = {
    "08b-explanations": Experiment("Which explanation does the answer follow?", explanations, grid(seed=THREE)),
    "08b-bias": Experiment(
        "Is a planted prejudice learnt, and what takes it out?",
        prejudice,
        grid(classifier=["tfidf"], cure=CURES, seed=THREE)
        + grid(classifier=["minilm"], cure=["none", "augmented", "no prejudice"], seed=THREE),
    ),
    "08b-insults": Experiment(
        "How much of the harm in a text is written again?",
        insults,
        grid(harm=[0.01, 0.05, 0.2], filter=["none"], seed=THREE)
        + grid(harm=[0.2], filter=["list of words", "classifier"], seed=THREE),
    ),
    "08b-secrets": Experiment(
        "How often must a secret be repeated?",
        planted_secrets,
        grid(text=["as it is", "deduplicated"], seed=THREE),
    ),
    "08b-membership": Experiment("Does a loss tell who was trained on?", members, grid(seed=THREE)),
    "08b-more-members": Experiment("And when it has more to read?", more_members, grid(seed=THREE)),
}


def mean_area(rows: list[dict], method: str, curve: str) -> float:
    """The mean area of a method's curve over the sentences of one seed."""
    values = rows[0]["areas"][method][curve]
    return sum(values) / len(values)


def mean_exposure(rows: list[dict], text: str, times: int) -> float:
    """The mean exposure, in bits, of the secrets that were planted so often."""
    values = row(rows, text=text)["exposure"][str(times)]
    return sum(values) / len(values)


def stopped(rows: list[dict]) -> dict:
    """The epoch at which early stopping would have stopped: that of the least validation loss."""
    return min(rows[0]["epochs"], key=lambda epoch: epoch["validation"])


CLAIMS = {
    "08b.occlusion": Claim(
        "Leaving words out finds what matters: its deletion curve lies below a random order's (random − leave one out)",
        "08b-explanations",
        lambda rows: mean_area(rows, "random order", "deletion") - mean_area(rows, "leave one out", "deletion"),
        low=0.0,
    ),
    "08b.integrated": Claim(
        "Integrated gradients are better than a random order by deletion (random − integrated gradients)",
        "08b-explanations",
        lambda rows: mean_area(rows, "random order", "deletion") - mean_area(rows, "integrated gradients", "deletion"),
        low=0.0,
    ),
    "08b.one-slope": Claim(
        "One slope is worse than the mean along the way (area of deletion, gradient × input − integrated gradients)",
        "08b-explanations",
        lambda rows: (
            mean_area(rows, "gradient × input", "deletion") - mean_area(rows, "integrated gradients", "deletion")
        ),
        low=0.0,
    ),
    "08b.attention-is-blind": Claim(
        "When only the head has forgotten, attention to the words is as before (rank correlation)",
        "08b-explanations",
        lambda rows: rows[0]["likeness"]["attention"][0],
        low=0.999,
    ),
    "08b.the-path-is-not": Claim(
        "Integrated gradients are not (rank correlation)",
        "08b-explanations",
        lambda rows: rows[0]["likeness"]["integrated gradients"][0],
        high=0.7,
    ),
    "08b.blocks-are-noticed": Claim(
        "When all blocks have forgotten too, no method's ranking is as before (greatest rank correlation of the four)",
        "08b-explanations",
        lambda rows: max(values[-1] for values in rows[0]["likeness"].values()),
        high=0.5,
    ),
    "08b.prejudice": Claim(
        "A planted prejudice is learnt by the frozen encoder's head (gap between the groups in P(positive))",
        "08b-bias",
        lambda rows: row(rows, classifier="minilm", cure="none")["gap"],
        low=0.25,
    ),
    "08b.no-prejudice": Claim(
        "Without it the gap is small, though not always 0 (size of the gap, frozen MiniLM)",
        "08b-bias",
        lambda rows: abs(row(rows, classifier="minilm", cure="no prejudice")["gap"]),
        high=0.15,
    ),
    "08b.augmented": Claim(
        "Swapped copies take most of it out (gap without − gap with copies, frozen MiniLM)",
        "08b-bias",
        lambda rows: (
            row(rows, classifier="minilm", cure="none")["gap"]
            - abs(row(rows, classifier="minilm", cure="augmented")["gap"])
        ),
        low=0.1,
    ),
    "08b.written": Claim(
        "Of a text with a fifth of insults a GPT writes about a fifth (share written)",
        "08b-insults",
        lambda rows: row(rows, harm=0.2, filter="none")["written"],
        0.14,
        0.27,
    ),
    "08b.filtered": Claim(
        "A classifier before the training takes most of them out (share written without − with it)",
        "08b-insults",
        lambda rows: (
            row(rows, harm=0.2, filter="none")["written"] - row(rows, harm=0.2, filter="classifier")["written"]
        ),
        low=0.1,
    ),
    "08b.words-cost-animals": Claim(
        "A list of words takes more of the lines about animals than the classifier (share lost, list − classifier)",
        "08b-insults",
        lambda rows: (
            row(rows, harm=0.2, filter="list of words")["lost"] - row(rows, harm=0.2, filter="classifier")["lost"]
        ),
        low=0.3,
    ),
    "08b.repeated": Claim(
        "A secret planted 32 times is exposed far more than one that was never there (bits, 32 times − never)",
        "08b-secrets",
        lambda rows: mean_exposure(rows, "as it is", 32) - mean_exposure(rows, "as it is", 0),
        low=5.0,
    ),
    "08b.deduplicated": Claim(
        "Without copies it is exposed far less (bits, as it is − deduplicated, planted 32 times)",
        "08b-secrets",
        lambda rows: mean_exposure(rows, "as it is", 32) - mean_exposure(rows, "deduplicated", 32),
        low=3.0,
    ),
    "08b.overfitted": Claim(
        "After 32 epochs a loss tells members from outsiders (AUC)",
        "08b-membership",
        lambda rows: rows[0]["epochs"][-1]["auc"],
        low=0.8,
    ),
    "08b.early": Claim(
        "With 200 members stopping at the least validation loss does not hide them (AUC there)",
        "08b-membership",
        lambda rows: stopped(rows)["auc"],
        low=0.85,
    ),
    "08b.more-members": Claim(
        "With 1,000 members, read for 8 epochs, members show less than with 200 at their stop (AUC, difference)",
        "08b-more-members",
        lambda rows: stopped(by_seed("08b-membership")[rows[0]["seed"]])["auc"] - stopped(rows)["auc"],
        low=0.05,
    ),
}
