"""Education: marking answers to exercises, and which exercise should come next.

The answers are the options of the course's own exercises; the learners are made by rule, so that their skill is known.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

# ---------------------------------------------------------------- marking

MARKED = ("01", "02", "03", "04a", "04b", "04c", "05a", "05b", "06b", "07")


def options(chapters: tuple[str, ...] = MARKED) -> list[dict]:
    """One row an option of each choice with a single right one: exercise, text (question and option), words, right.

    The choices are those of the chapters' exercises and of the quiz.
    """
    from lmcourse import checks
    from lmcourse.exercises import catalogue
    from lmcourse.exercises.questions import QUESTIONS

    rows, ids = [], [id for id in catalogue.ids() if id.split(".")[0] in chapters]
    for exercise in (*map(catalogue.find, ids), *(question.exercise for question in QUESTIONS)):
        if type(exercise.task) is checks.Choice and len(exercise.task.right) == 1:
            for letter, words in exercise.task.options.items():
                text = f"{exercise.text.strip()} Answer: {words}"
                right = checks.judge(exercise, letter).kind == checks.RIGHT
                rows.append({"exercise": exercise.id, "text": text, "words": words, "right": right})
    return rows


def picked(rows: list[dict], scores: Float[np.ndarray, " N"]) -> float:
    """The share of exercises whose right option has the highest score; a tie counts for its share."""
    found: dict[str, list] = {}
    for row, score in zip(rows, scores, strict=True):
        found.setdefault(row["exercise"], []).append((score, row["right"]))
    best = [[right for score, right in given if score == max(given)[0]] for given in found.values()]
    return float(np.mean([np.mean(right) for right in best]))


def unseen_scores(fit, inputs, rows: list[dict], seed: int, folds: int = 10) -> Float[np.ndarray, " N"]:
    """P(right) of every option, from a model fitted on other exercises only; `fit(inputs, labels)` gives a model.

    The exercises are cut into `folds`; all options of one fall into the same.
    """
    names = sorted({row["exercise"] for row in rows})
    fold = dict(zip(np.random.default_rng(seed).permutation(names), np.arange(len(names)) % folds, strict=True))
    at, right = np.array([fold[row["exercise"]] for row in rows]), np.array([row["right"] for row in rows])
    scores, inputs = np.zeros(len(rows)), np.asarray(inputs)
    for number in range(folds):
        model = fit(inputs[at != number], right[at != number])
        scores[at == number] = model.predict_proba(inputs[at == number])[:, 1]
    return scores


# ---------------------------------------------------------------- what comes next

CONCEPTS, EXERCISES, AIM, ASKED = 5, 60, 0.7, 10


@dataclass(frozen=True)
class Learners:
    """Simulated learners N and exercises E: the true P(right), what each has done, and what each is asked then."""

    truth: Float[np.ndarray, "N E"]
    right: Bool[np.ndarray, "N E"]  # how each would come out
    done: Bool[np.ndarray, "N E"]
    asked: Bool[np.ndarray, "N E"]  # `ASKED` others, held out


def chance_of_success(skill, difficulty):
    """P(right) in the item-response model: 1 / (1 + exp(difficulty − skill)). Source: Rasch 1960."""
    return 1 / (1 + np.exp(difficulty - skill))


def concept_of() -> Int[np.ndarray, " E"]:
    """The concept that each exercise asks about."""
    return np.arange(EXERCISES) % CONCEPTS


def learners(n: int, answered: int, seed: int) -> Learners:
    """Learners with a skill for each concept, partly shared, who have done `answered` exercises drawn by lot."""
    rng = np.random.default_rng(seed)
    skill = 0.8 * rng.normal(size=(n, 1)) + 0.8 * rng.normal(size=(n, CONCEPTS))
    truth = chance_of_success(skill[:, concept_of()], rng.normal(size=EXERCISES))
    place = rng.random((n, EXERCISES)).argsort(1).argsort(1)
    right = rng.random((n, EXERCISES)) < truth
    return Learners(truth, right, place < answered, (answered <= place) & (place < answered + ASKED))


def popularity(group: Learners) -> Float[np.ndarray, "N E"]:
    """The share of those who were right at each exercise, with one success and one failure more: alike for all."""
    share = (1 + (group.right & group.done).sum(0)) / (2 + group.done.sum(0))
    return np.broadcast_to(share, group.truth.shape)


def by_skill(group: Learners, per_concept: bool) -> Float[np.ndarray, "N E"]:
    """P(right) by a fitted item-response model with one skill a learner, or one more for each concept.

    It is a logistic regression on who and what; its penalty is the belief that skills lie around 0.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    who, what = np.indices(group.truth.shape)
    columns = [who, what, *([who * CONCEPTS + concept_of()[what]] if per_concept else [])]
    pairs = np.stack(columns, -1)
    model = make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression(C=1.0, max_iter=500))
    model.fit(pairs[group.done], group.right[group.done])
    return model.predict_proba(pairs.reshape(-1, len(columns)))[:, 1].reshape(group.truth.shape)


def foretold(group: Learners, said: Float[np.ndarray, "N E"]) -> dict[str, float]:
    """Log loss and AUC on the exercises that are asked next, and how far the recommended one is from `AIM`.

    Recommended is the exercise not yet done whose stated P(right) is nearest to `AIM`: neither dull nor hopeless.
    """
    from sklearn.metrics import log_loss, roc_auc_score

    outcome, stated = group.right[group.asked], said[group.asked]
    best = np.where(group.done, np.inf, abs(said - AIM)).argmin(1)
    off = abs(np.take_along_axis(group.truth, best[:, None], 1) - AIM).mean()
    return {
        "log_loss": float(log_loss(outcome, stated)),
        "auc": float(roc_auc_score(outcome, stated)),
        "off": float(off),
    }


def recommenders(group: Learners) -> dict[str, Float[np.ndarray, "N E"]]:
    """P(right) of every learner at every exercise, by method; the truth comes last."""
    return {
        "popularity": popularity(group),
        "one skill": by_skill(group, per_concept=False),
        "skill per concept": by_skill(group, per_concept=True),
        "truth": group.truth,
    }


def most_answers(rows: list[dict]) -> dict:
    """The row of the learners who had done most."""
    return max(rows, key=lambda row: row["answered"])


APPLICATIONS = {
    "marking": {
        "field": "education (教育培训)",
        "task": "which option of an unseen exercise is right?",
        "data": "the choices of this course",
        "model": "frozen MiniLM",
        "baseline": "the longest option",
        "result": "06c-marking",
        "metric": "share of exercises",
        "better": "higher",
        "ours": lambda rows: rows[0]["frozen"],
        "theirs": lambda rows: rows[0]["longest"],
        "earnest": "Thousands of answers marked twice by teachers, their disagreement, and a way to appeal.",
    },
    "next exercise": {
        "field": "education (教育培训)",
        "task": "will this learner solve this exercise?",
        "data": "simulated learners with known skills",
        "model": "item-response model, a skill per concept",
        "baseline": "the share of all who solved it",
        "result": "06c-next-exercise",
        "metric": "log loss after most answers",
        "better": "lower",
        "ours": lambda rows: most_answers(rows)["skill per concept"]["log_loss"],
        "theirs": lambda rows: most_answers(rows)["popularity"]["log_loss"],
        "earnest": "Real learners, who learn while they answer; a trial whether they know more in the end; consent.",
    },
}
