"""Recommendation: a shop made by rules, five ways to say what somebody will take next, and how to judge them.

The generator decides who wins, and so its knobs are parameters. U users, I items, T events of a history, D width.
Each user has tastes over topics, each item a topic, a popularity and a description; at every event the user either
follows (`order`: how often) one of the few items that go with the last one, or takes something by taste and popularity.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F

from lmcourse.experiments import claims
from lmcourse.models.gpt import Gpt, GptConfig
from lmcourse.training.loop import TrainingConfig, seed_everything, train

TOPICS = ("garden", "kitchen", "music", "travel", "games", "painting", "sports", "space")
TOPIC_WORDS = {
    "garden": "seed spade soil rose hedge compost lawn pot",
    "kitchen": "pan knife oven spice dough bowl whisk grill",
    "music": "string piano drum chord tune tuner flute stand",
    "travel": "map tent suitcase compass boots guide lamp rope",
    "games": "dice board card puzzle token chess tile quiz",
    "painting": "brush canvas oil easel pigment frame sketch varnish",
    "sports": "ball racket shoes glove net whistle goal bat",
    "space": "star lens orbit rocket planet mount atlas comet",
}
PLAIN = ["new", "small", "large", "classic", "light", "strong", "simple", "set", "box", "pack", "blue", "fine"]
FOLLOWERS = 3  # items that go with each item


class Shop(NamedTuple):
    """Topics (I,), descriptions, what is new at the last event (I,), and histories (U, T): events in order of time."""

    topics: np.ndarray
    texts: list[str]
    new: np.ndarray
    events: np.ndarray


def shop(
    seed: int, order: float = 0.5, users: int = 1200, items: int = 320, length: int = 16, new: float = 0.1
) -> Shop:
    """A shop whose users all come at the same T moments; a share `new` of the items enters at the last of them.

    `order` is the share of events that follow from the one before. At the last event every fifth user takes a new item
    of a topic by taste.
    """
    rng = np.random.default_rng(seed)
    topics = rng.integers(len(TOPICS), size=items)
    texts = []
    for topic in topics:
        own = rng.choice(TOPIC_WORDS[TOPICS[topic]].split(), 3, replace=False)
        other = rng.choice(TOPIC_WORDS[TOPICS[rng.integers(len(TOPICS))]].split(), 1)
        texts.append(" ".join(rng.permutation([*own, *other, *rng.choice(PLAIN, 3, replace=False)])))
    is_new = rng.permutation(items) < round(new * items)
    old = np.flatnonzero(~is_new)
    popularity = 1 / (1 + rng.permutation(items)) ** 0.7
    tastes = rng.dirichlet(np.full(len(TOPICS), 0.3), users)
    by_taste = tastes[:, topics] * popularity  # (U, I)
    follows = rng.choice(old, (items, FOLLOWERS))
    events, taken = np.zeros((users, length), int), np.zeros((users, items), bool)
    everyone = np.arange(users)
    for t in range(length):
        last = t == length - 1
        weights = np.where(taken | is_new, 0, by_taste) + 1e-12 * ~is_new
        chosen = drawn(weights, rng)
        if t:
            going = follows[events[:, t - 1], rng.integers(FOLLOWERS, size=users)]
            chosen = np.where((rng.random(users) < order) & ~taken[everyone, going], going, chosen)
        if last and is_new.any():
            fresh = drawn(np.where(is_new, by_taste, 0) + 1e-12 * is_new, rng)
            chosen = np.where(rng.random(users) < 0.2, fresh, chosen)
        events[:, t] = chosen
        taken[everyone, chosen] = True
    return Shop(topics, texts, is_new, events)


def drawn(weights: Float[np.ndarray, "U I"], rng: np.random.Generator) -> Int[np.ndarray, " U"]:
    """One column for each row, by its weights."""
    sums = weights.cumsum(1)
    return (sums < rng.random((len(weights), 1)) * sums[:, -1:]).sum(1)


# ---------------------------------------------------------------- how to judge


def ranks(scores: Float[np.ndarray, "U I"], wanted: Sequence[int], seen: Sequence[Sequence[int]]) -> np.ndarray:
    """The place (from 1) of what each user took, among what the user has not had before.

    Of those with an equal score half stand before it.
    """
    scores = np.array(scores, float)
    for row, had in zip(scores, seen, strict=True):
        row[list(had)] = -np.inf
    own = scores[np.arange(len(scores)), wanted][:, None]
    return 1 + (scores > own).sum(1) + ((scores == own).sum(1) - 1) / 2


def hit_rate(places: Sequence[float], k: int = 10) -> float:
    """The share of users for whom what they took is among the first k."""
    return float(np.mean(np.asarray(places) <= k))


def ndcg(places: Sequence[float], k: int = 10) -> float:
    """Mean of 1 / log₂(1 + place), 0 beyond k: a hit counts more, the higher it stands.

    Source: Järvelin and Kekäläinen 2002, with one relevant item a user.
    """
    places = np.asarray(places, float)
    return float(np.mean(np.where(places <= k, 1 / np.log2(1 + places), 0.0)))


# ---------------------------------------------------------------- five ways to rank


def by_popularity(histories: Int[np.ndarray, "U T"], items: int) -> Float[np.ndarray, "U I"]:
    """How often each item was taken: the same for every user."""
    return np.tile(np.bincount(histories.ravel(), minlength=items).astype(float), (len(histories), 1))


def by_content(histories: Int[np.ndarray, "U T"], texts: Sequence[str]) -> Float[np.ndarray, "U I"]:
    """How near each description is to the mean of those that the user took, in TF-IDF (cosine)."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectors = TfidfVectorizer().fit_transform(texts).toarray()
    return vectors[histories].mean(1) @ vectors.T


def matrix(histories: Int[np.ndarray, "U T"], items: int) -> Float[np.ndarray, "U I"]:
    """1 where a user took an item."""
    taken = np.zeros((len(histories), items))
    taken[np.arange(len(histories))[:, None], histories] = 1
    return taken


def solved(
    fixed: Float[np.ndarray, "I D"], taken: Float[np.ndarray, "U I"], alpha: float, penalty: float
) -> np.ndarray:
    """One side of the factorisation, the other being fixed: a small least-squares problem for each row."""
    D = fixed.shape[1]
    left = (
        fixed.T @ fixed + penalty * np.eye(D) + alpha * np.einsum("ui,id,ie->ude", taken, fixed, fixed, optimize=True)
    )
    return np.linalg.solve(left, ((1 + alpha) * taken @ fixed)[:, :, None])[:, :, 0]


def factorise(
    taken: Float[np.ndarray, "U I"], width: int = 12, rounds: int = 6, alpha: float = 8.0, penalty: float = 5.0, seed=0
) -> tuple[np.ndarray, np.ndarray]:
    """Vectors of users (U, D) and items (I, D) whose products are near 1 where something was taken, near 0 elsewhere.

    Alternating least squares, a taken item counting 1 + α times (Hu, Koren and Volinsky 2008, equations 4 and 5).
    """
    items = np.random.default_rng(seed).normal(scale=0.1, size=(taken.shape[1], width))
    for _ in range(rounds):
        users = solved(items, taken, alpha, penalty)
        items = solved(users, taken.T, alpha, penalty)
    return users, items


def by_factors(histories: Int[np.ndarray, "U T"], items: int, seed: int = 0) -> Float[np.ndarray, "U I"]:
    """Matrix factorisation: taste, learnt from what others took as well."""
    users, vectors = factorise(matrix(histories, items), seed=seed)
    return users @ vectors.T


def by_last(histories: Int[np.ndarray, "U T"], items: int) -> Float[np.ndarray, "U I"]:
    """Counting pairs: how often each item came right after the user's last one; popularity decides between equals."""
    pairs = np.zeros((items, items))
    np.add.at(pairs, (histories[:, :-1].ravel(), histories[:, 1:].ravel()), 1)
    return pairs[histories[:, -1]] + 1e-4 * by_popularity(histories, items)


def learn(
    histories: Int[np.ndarray, "U T"],
    items: int,
    steps: int,
    seed: int = 0,
    on_step: Callable[[dict], object] = lambda row: None,
) -> tuple[Gpt, list[dict]]:
    """The course's GPT with items for words: the next of each history from those before it, and one row a step."""
    seed_everything(seed)
    config = GptConfig(items, width=64, layers=2, heads=4, ff_width=128, max_length=histories.shape[1], dropout=0.1)
    model, rows = Gpt(config), torch.from_numpy(histories)

    def batches() -> Iterator[Tensor]:
        generator = torch.Generator().manual_seed(seed)
        while True:
            yield rows[torch.randint(len(rows), (128,), generator=generator)]

    def next_item(model: Gpt, ids: Tensor) -> dict[str, Tensor]:
        return {"next item": F.cross_entropy(model(ids)[:, :-1].transpose(1, 2), ids[:, 1:])}

    return model, train(model, batches(), next_item, TrainingConfig(steps, 5e-3, seed=seed), on_step)


@torch.no_grad()
def by_sequence(model: Gpt, histories: Int[np.ndarray, "U T"]) -> Float[np.ndarray, "U I"]:
    """What the GPT expects after the last item."""
    return model(torch.from_numpy(histories))[:, -1].numpy()


METHODS = ("popularity", "content", "factors", "pairs", "GPT")


def scores(
    data: Shop, steps: int = 400, seed: int = 0, on_step=lambda row: None
) -> dict[str, Float[np.ndarray, "U I"]]:
    """Every method's scores for the last event, learnt from those before it."""
    histories, items = data.events[:, :-1], len(data.texts)
    return {
        "popularity": by_popularity(histories, items),
        "content": by_content(histories, data.texts),
        "factors": by_factors(histories, items, seed),
        "pairs": by_last(histories, items),
        "GPT": by_sequence(learn(histories, items, steps, seed, on_step)[0], histories),
    }


def figures(data: Shop, found: dict[str, np.ndarray]) -> dict[str, dict[str, float]]:
    """Hit rate and NDCG at 10 of each method, on all last events and on those with old and with new items."""
    histories, wanted = data.events[:, :-1], data.events[:, -1]
    fresh, told = data.new[wanted], {}
    for name, table in found.items():
        places = ranks(table, wanted, histories)
        told[name] = {"hit": hit_rate(places), "ndcg": ndcg(places), "old": hit_rate(places[~fresh])}
        if fresh.any():
            told[name]["new"] = hit_rate(places[fresh])
    return told


def two_splits(data: Shop, rng: np.random.Generator) -> dict[str, float]:
    """Hit rate at 10 of one method, neighbours in the same histories, when the last or any event is left out."""
    told, items, users = {}, len(data.texts), np.arange(len(data.events))
    events = data.events[:, :-1]  # before the new items came
    for split in ("last", "random"):
        last = np.full(len(events), events.shape[1] - 1)
        out = last if split == "last" else rng.integers(1, events.shape[1] - 1, len(events))
        kept = np.array([np.delete(row, i) for row, i in zip(events, out, strict=True)])
        taken = matrix(kept, items)
        together = taken.T @ taken
        np.fill_diagonal(together, 0)
        near = together / np.sqrt(np.outer(taken.sum(0), taken.sum(0)) + 1)
        told[split] = hit_rate(ranks(taken @ near, events[users, out], kept))
    return told


# ---------------------------------------------------------------- real texts: more like this


def same_topic(vectors: Float[np.ndarray, "N D"], topics: Sequence, k: int = 10) -> Float[np.ndarray, " N"]:
    """For each text the share of its k nearest (cosine) that have its topic."""
    vectors, topics = np.asarray(vectors, float), np.asarray(topics)
    near = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    near = near @ near.T
    np.fill_diagonal(near, -np.inf)
    return (topics[np.argsort(-near, 1)[:, :k]] == topics[:, None]).mean(1)


def _hits(rows: list[dict], order: float, method: str) -> float:
    return claims.row(rows, order=order)["methods"][method]["hit"]


APPLICATIONS = {
    "product recommendation": {
        "field": "recommendation",
        "task": "the next item among the first ten",
        "data": "a shop made by rules, half of the events in order",
        "model": "GPT over items",
        "baseline": "popularity",
        "result": "06b-recommendation",
        "better": "higher",
        "metric": "hit rate@10",
        "ours": lambda rows: _hits(rows, 0.5, "GPT"),
        "theirs": lambda rows: _hits(rows, 0.5, "popularity"),
        "earnest": "Real logs with times, a candidate step before the ranking, and a test on live users.",
    },
    "personalised recommendation": {
        "field": "recommendation",
        "task": "the next item among the first ten",
        "data": "a shop made by rules, taste alone",
        "model": "matrix factorisation",
        "baseline": "popularity",
        "result": "06b-recommendation",
        "better": "higher",
        "metric": "hit rate@10",
        "ours": lambda rows: _hits(rows, 0.0, "factors"),
        "theirs": lambda rows: _hits(rows, 0.0, "popularity"),
        "earnest": "Millions of users, factors that are kept up to date, and care for those of whom little is known.",
    },
    "content recommendation": {
        "field": "recommendation",
        "task": "posts of the same newsgroup among the nearest ten",
        "data": "20 Newsgroups",
        "model": "MiniLM, mean of its states",
        "baseline": "TF-IDF",
        "result": "06b-more-like-this",
        "better": "higher",
        "metric": "share of the same topic",
        "ours": lambda rows: rows[0]["minilm"],
        "theirs": lambda rows: rows[0]["tfidf"],
        "earnest": "Judgements by readers of what is alike, and an index for millions of texts.",
    },
}
