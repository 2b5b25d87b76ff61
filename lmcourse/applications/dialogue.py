"""A railway desk: questions and answers made by rules, for a GPT that must copy what it answers from the board.

A dialogue is a board of three trains, a traveller's question, and the desk's answer. Station, time, platform and price
of a train are drawn anew for every board: no answer can be known by heart, it has to be found and copied. B dialogues,
T tokens, V vocabulary.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, product
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional as F

from lmcourse.data.batches import at_random, pad
from lmcourse.models.generation import generate, greedy, sample
from lmcourse.models.gpt import Gpt, GptConfig
from lmcourse.models.layers import enlarge
from lmcourse.pretraining.induction import LARGER
from lmcourse.training.loop import TrainingConfig, seed_everything, train

STATIONS = ("Basel", "Bern", "Dijon", "Genoa", "Ghent", "Lille", "Lyon", "Metz", "Milan", "Nice", "Tours", "Turin")
TIMES = tuple(f"{hour}:{minute}" for hour in range(6, 22) for minute in ("05", "35"))
PLATFORMS = tuple(f"platform-{n}" for n in range(1, 13))
PRICES = tuple(f"€{n}" for n in range(9, 69, 3))
TRAINS = 3  # on a board
ABSENT = 0.2  # share of the questions about a train that is not on the board

# What a question of each kind sounds like, and its right answers; {s} is the station, {v} what is asked for.
QUESTIONS = {
    "time": ("when does the train to {s} leave ?", "what time is the train to {s} ?"),
    "platform": ("from where does the train to {s} leave ?", "which platform is the train to {s} ?"),
    "price": ("how much is a ticket to {s} ?", "what does a ticket to {s} cost ?"),
    "opening": ("when does the desk open ?", "what time do you open ?"),
    "lost": ("i have lost my bag .", "where is lost property ?"),
    "thanks": ("thank you .", "thanks a lot ."),
}
ANSWERS = {
    "time": ("the train to {s} leaves at {v} .", "it leaves for {s} at {v} ."),
    "platform": ("the train to {s} leaves from {v} .", "for {s} please go to {v} ."),
    "price": ("a ticket to {s} costs {v} .", "it is {v} to {s} ."),
    "opening": ("the desk opens at six .", "we open at six ."),
    "lost": ("please ask at the office .", "the office keeps what is found ."),
    "thanks": ("have a good journey .", "you are welcome ."),
}
NONE = ("there is no train to {s} today .", "sorry , no train goes to {s} .")
SLOTS = ("time", "platform", "price")
PAD, BOARD, ASK, SAY, END = "[PAD]", "board:", "traveller:", "desk:", "[END]"


class Train(NamedTuple):
    """A row of the board."""

    station: str
    time: str
    platform: str
    price: str


class Dialogue(NamedTuple):
    """A board, the kind and the station of a question ("" where it needs none), and which wordings were chosen."""

    board: tuple[Train, ...]
    kind: str
    station: str
    asked: int
    said: int


def prompt(dialogue: Dialogue) -> list[str]:
    """What the desk has before it speaks: the board, and the question."""
    rows = [word for each in dialogue.board for word in each]
    question = QUESTIONS[dialogue.kind][dialogue.asked].format(s=dialogue.station)
    return [BOARD, *rows, ASK, *question.split(), SAY]


def value(dialogue: Dialogue) -> str | None:
    """What is asked for, as it stands on the board; None where no such train is there, or nothing is asked for."""
    found = [row for row in dialogue.board if row.station == dialogue.station and dialogue.kind in SLOTS]
    return getattr(found[0], dialogue.kind) if found else None


def answers(dialogue: Dialogue) -> list[list[str]]:
    """All right answers, by rule."""
    found = value(dialogue)
    wordings = NONE if dialogue.kind in SLOTS and found is None else ANSWERS[dialogue.kind]
    return [wording.format(s=dialogue.station, v=found).split() for wording in wordings]


def answer(dialogue: Dialogue) -> list[str]:
    """The right answer that was said."""
    return answers(dialogue)[dialogue.said]


# ---------------------------------------------------------------- dialogues to learn from, and to be tested on


def held_out(seed: int) -> set[tuple[str, str]]:
    """Nine of the 36 pairs of station and kind of question; each station keeps two kinds or all three."""
    stations = np.random.default_rng(seed).permutation(STATIONS).tolist()
    return {(stations[i], SLOTS[j]) for i, j in product(range(12), range(3)) if (i + j) % 4 == 0}


def random_dialogues(rng: np.random.Generator) -> Iterator[Dialogue]:
    """Dialogues without end: three quarters of the questions need the board."""

    def drawn(values: Sequence[str]) -> str:
        return values[rng.integers(len(values))]

    kinds = (*SLOTS, *SLOTS, *SLOTS, "opening", "lost", "thanks")
    while True:
        stations = rng.permutation(STATIONS)[: TRAINS + 1].tolist()
        board = tuple(Train(s, drawn(TIMES), drawn(PLATFORMS), drawn(PRICES)) for s in stations[1:])
        kind = drawn(kinds)
        asked = stations[0] if rng.random() < ABSENT else stations[rng.integers(1, TRAINS + 1)]
        yield Dialogue(board, kind, asked if kind in SLOTS else "", int(rng.integers(2)), int(rng.integers(2)))


def corpus(seed: int, train: int = 20_000, test: int = 200) -> dict[str, list[Dialogue]]:
    """Dialogues: `train`, and four tests.

    `seen`: station and kind of question stand together in training, on other boards; `new`: they never do; `absent`:
    the train is not on the board; `fixed`: no board is needed.
    """
    never, sizes = held_out(seed), {"train": train, "seen": test, "new": test, "absent": test, "fixed": test}
    parts: dict[str, list[Dialogue]] = {name: [] for name in sizes}
    for dialogue in random_dialogues(np.random.default_rng([seed, 1])):
        there = value(dialogue) is not None
        if (dialogue.station, dialogue.kind) in never:
            part = "new" if there else ""
        elif len(parts["train"]) < train:
            part = "train"
        else:
            part = "fixed" if dialogue.kind not in SLOTS else "seen" if there else "absent"
        if part and len(parts[part]) < sizes[part]:
            parts[part].append(dialogue)
        if all(len(parts[name]) == size for name, size in sizes.items()):
            return parts


def words() -> list[str]:
    """All words, the padding first: the place of each is its id."""
    wordings = [*NONE, *chain(*QUESTIONS.values()), *chain(*ANSWERS.values())]
    told = {word for wording in wordings for word in wording.split() if "{" not in word}
    return [PAD, BOARD, ASK, SAY, END, *sorted({*told, *STATIONS, *TIMES, *PLATFORMS, *PRICES})]


WORDS = words()
IDS = {word: number for number, word in enumerate(WORDS)}


# ---------------------------------------------------------------- the model


def batch_of(dialogues: Sequence[Dialogue]) -> tuple[Int[Tensor, "B T"], Bool[Tensor, "B T"]]:
    """Ids of dialogues, and which of them belong to the answer or its end: those are what is learnt."""
    asked, said = [prompt(d) for d in dialogues], [[*answer(d), END] for d in dialogues]
    ids, real = pad([[IDS[word] for word in (*a, *b)] for a, b in zip(asked, said, strict=True)], IDS[PAD])
    begins = torch.tensor([len(a) for a in asked])[:, None]
    return ids, real & (torch.arange(ids.size(1)) >= begins)


def losses(model: Gpt, dialogues: Sequence[Dialogue]) -> dict[str, Float[Tensor, ""]]:
    """Mean nats of the words of the answers: nobody can foretell a board, and its noise would drown the rest."""
    ids, learnt = batch_of(dialogues)
    foretells = learnt.roll(-1, 1)  # the places before; no answer stands at the first one
    return {"answer": F.cross_entropy(model(ids, selected=foretells), ids[learnt])}


def learn(
    dialogues: Sequence[Dialogue],
    steps: int,
    seed: int = 0,
) -> tuple[Gpt, list[dict]]:
    """A GPT of two layers trained on some dialogues, and one row a step."""
    seed_everything(seed)
    model = Gpt(GptConfig(len(WORDS), width=64, layers=2, heads=4, ff_width=256, max_length=48, dropout=0.0))
    enlarge(model, LARGER)
    batches = at_random(dialogues, 64, seed)
    return model, train(model, batches, losses, TrainingConfig(steps, 3e-3, seed=seed))


def reply(
    model: Gpt, prompts: Sequence[list[str]], choose: Callable[[Tensor], Tensor] = greedy, longest: int = 12
) -> list[list[str]]:
    """The desk's words after some prompts; those of equal length are read together."""
    made: list[list[str]] = [[] for _ in prompts]
    for length in sorted({len(each) for each in prompts}):
        rows = [i for i, each in enumerate(prompts) if len(each) == length]
        start = torch.tensor([[IDS[word] for word in prompts[i]] for i in rows])
        texts = generate(lambda ids, cache: model(ids, cache=cache), start, longest, choose, end=IDS[END])
        for i, text in zip(rows, texts[:, length:].tolist(), strict=True):
            made[i] = [WORDS[token] for token in text if token != IDS[END]]
    return made


def right(dialogues: Sequence[Dialogue], made: Sequence[list[str]]) -> float:
    """The share of the answers that are right to the last word, in either wording."""
    return float(np.mean([text in answers(d) for d, text in zip(dialogues, made, strict=True)]))


def invented(dialogues: Sequence[Dialogue], made: Sequence[list[str]]) -> float:
    """The share of the answers that state a time, platform or price which is not the one asked for."""
    states = {*TIMES, *PLATFORMS, *PRICES}
    return float(np.mean([bool(({*text} & states) - {value(d)}) for d, text in zip(dialogues, made, strict=True)]))


def sampled(model: Gpt, dialogues: Sequence[Dialogue], temperature: float, times: int, seed: int) -> dict[str, float]:
    """`right`: share of right answers when each question is asked `times` times; `different`: answers to a question."""
    generator = torch.Generator().manual_seed(seed)
    again = [dialogue for dialogue in dialogues for _ in range(times)]
    made = reply(model, [prompt(d) for d in again], lambda logits: sample(logits, generator, temperature))
    groups = zip(*[iter(map(" ".join, made))] * times, strict=True)
    return {"right": right(again, made), "different": float(np.mean([len({*group}) for group in groups]))}


# ---------------------------------------------------------------- the baseline that a programmer would write


class Forms:
    """Forms with gaps: known dialogues without their names and figures, and a rule that fills the gaps again."""

    def __init__(self, dialogues: Sequence[Dialogue]):
        self.known: dict[tuple, str] = {}
        for dialogue in dialogues:
            gaps = {dialogue.station: "{s}", value(dialogue): "{v}"}
            form = " ".join(gaps.get(word, word) for word in answer(dialogue))
            self.known.setdefault(self._key(prompt(dialogue)), form)

    @staticmethod
    def _key(words: Sequence[str]) -> tuple:
        """The question with gaps, and whether its station is on the board."""
        at = words.index(ASK)
        question = words[at + 1 : -1]
        station = next((word for word in question if word in STATIONS), "")
        return " ".join("{s}" if word == station else word for word in question), station in words[:at]

    def reply(self, prompts: Sequence[list[str]]) -> list[list[str]]:
        """The form of the question, filled with what stands behind its station on the board."""
        made = []
        for words in prompts:
            form, at = self.known.get(self._key(words), ""), words.index(ASK)
            station = next((word for word in words[at:] if word in STATIONS), "")
            row = words[words.index(station) : words.index(station) + 4] if station in words[:at] else []
            fits = [word for word in row if word in self._wanted(words[at:])]
            made.append(form.format(s=station, v=fits[0] if fits else "").split())
        return made

    @staticmethod
    def _wanted(question: Sequence[str]) -> tuple[str, ...]:
        """The figures of which one is asked for."""
        if {"much", "cost"} & {*question}:
            return PRICES
        return PLATFORMS if {"from", "platform"} & {*question} else TIMES


def example(seed: int = 0, kind: str = "time", known: bool = True) -> Dialogue:
    """One dialogue of a kind, about a train that is on the board or not (of no train, where it opens or closes)."""
    found = random_dialogues(np.random.default_rng([seed, 3]))
    return next(d for d in found if d.kind == kind and (kind not in SLOTS or (value(d) is not None) == known))
