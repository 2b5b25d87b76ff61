"""Pictures and words: scikit-learn's digits with captions made by rules, and one space for both (CLIP).

B pictures with their captions, P pixels, T words, E numbers of a vector, C captions. Source: Radford et al. 2021,
"Learning Transferable Visual Models From Natural Language Supervision", section 2 and figure 3.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lmcourse.data.batches import pad
from lmcourse.models.bert import Bert, BertConfig
from lmcourse.models.layers import enlarge, mean_state
from lmcourse.models.vit import Vit, VitConfig
from lmcourse.training.loop import TrainingConfig, seed_everything, train

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
WEIGHTS = ("thin", "medium", "bold")
LEANS = ("left-leaning", "upright", "right-leaning")
IDS = {word: number for number, word in enumerate(("[PAD]", "a", *WEIGHTS, *LEANS, *DIGITS))}
CAPTIONS = [*product(range(3), range(3), range(10))]  # weight, lean, digit
SIDE, WIDTH, E = 8, 48, 24  # pixels of a side, width of both models, numbers of a vector
BATCH, MENTIONED = 128, 0.7  # pictures of a batch at most; how often weight, and lean, are mentioned


# ---------------------------------------------------------------- pictures and their captions


def ink(pictures: Float[np.ndarray, "B P"]) -> Float[np.ndarray, " B"]:
    """Mean darkness of each picture, from 0 to 1."""
    return pictures.mean(1)


def lean(pictures: Float[np.ndarray, "B P"]) -> Float[np.ndarray, " B"]:
    """How far each picture leans to the right: columns that the ink moves for each row upwards (its shear)."""
    images = pictures.reshape(-1, SIDE, SIDE)
    total = images.sum((1, 2))
    row, column = np.arange(SIDE)[:, None], np.arange(SIDE)[None, :]
    row_mean, column_mean = ((images * at).sum((1, 2)) / total for at in (row, column))
    up, right = row_mean[:, None, None] - row, column - column_mean[:, None, None]
    return (images * up * right).sum((1, 2)) / (images * up**2).sum((1, 2))


class Pictures(NamedTuple):
    """Pictures (B, P) from 0 to 1, and weight, lean and digit of each (B, 3) as numbers."""

    pixels: Float[np.ndarray, "B P"]
    said: Int[np.ndarray, "B 3"]

    def take(self, at) -> "Pictures":
        """Some of the pictures."""
        return Pictures(self.pixels[at], self.said[at])


def pictures(seed: int) -> tuple[Pictures, Pictures]:
    """Two thirds of scikit-learn's digits to learn from, and the rest.

    "bold" is a third of the sevens of the training part, and a third of its ones: the words are relative to the digit.
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    data = load_digits()
    parts = train_test_split(data.data / 16, data.target, test_size=1 / 3, random_state=seed, stratify=data.target)
    x, x_test, y, y_test = parts
    found = []
    for pixels, digits in ((x, y), (x_test, y_test)):
        said = np.zeros((len(pixels), 3), int)
        said[:, 2] = digits
        for column, measure in enumerate((ink, lean)):
            for digit in range(10):
                limits = np.quantile(measure(x[y == digit]), [1 / 3, 2 / 3])
                said[digits == digit, column] = np.searchsorted(limits, measure(pixels[digits == digit]))
        found.append(Pictures(pixels, said))
    return found[0], found[1]


def words(said: Sequence[int | None]) -> list[str]:
    """The caption of weight, lean and digit; what is None is not mentioned."""
    names = zip((WEIGHTS, LEANS, DIGITS), said, strict=True)
    return ["a", *(kinds[number] for kinds, number in names if number is not None)]


def ids_of(captions: Sequence[Sequence[str]]) -> tuple[Int[Tensor, "B T"], Bool[Tensor, "B T"]]:
    """Word ids and where they are no padding."""
    return pad([[IDS[word] for word in caption] for caption in captions])


def held_out(seed: int) -> dict:
    """What is kept from training: one digit, and of every other one weight, as (weight, digit)."""
    absent = (5 + 3 * seed) % 10
    return {"absent": absent, "pairs": {((digit + seed) % 3, digit) for digit in range(10) if digit != absent}}


def kinds(data: Pictures, kept: dict) -> np.ndarray:
    """Of each picture: "seen", "new" (its weight and digit never stood together) or "absent" (nor did its digit)."""
    new = np.array([(weight, digit) in kept["pairs"] for weight, _, digit in data.said.tolist()])
    return np.where(data.said[:, 2] == kept["absent"], "absent", np.where(new, "new", "seen"))


# ---------------------------------------------------------------- the model


class Clip(nn.Module):
    """A ViT for pictures, a BERT for captions, each with a layer into E numbers, and one temperature."""

    def __init__(self):
        super().__init__()
        sizes = {"width": WIDTH, "heads": 4, "ff_width": 2 * WIDTH, "dropout": 0.0}
        self.vit = Vit(VitConfig(image_size=SIDE, patch_size=2, channels=1, classes=E, layers=2, **sizes))
        self.bert = Bert(BertConfig(vocab_size=len(IDS), layers=1, max_length=4, **sizes))
        self.project = nn.Linear(WIDTH, E)
        enlarge(self, 3)
        self.log_scale = nn.Parameter(torch.tensor(float(np.log(1 / 0.07))))  # section 2.5

    def pictures(self, pixels: Float[Tensor, "B P"]) -> Float[Tensor, "B E"]:
        """A vector of length 1 for each picture."""
        return F.normalize(self.vit(pixels.view(-1, 1, SIDE, SIDE)), dim=1)

    def captions(self, ids: Int[Tensor, "B T"], mask: Bool[Tensor, "B T"]) -> Float[Tensor, "B E"]:
        """A vector of length 1 for each caption: the mean of its words' states, through a layer."""
        return F.normalize(self.project(mean_state(self.bert(ids, mask=mask), mask)), dim=1)

    @torch.no_grad()
    def scores(self, pixels: np.ndarray, captions: Sequence[Sequence[str]]) -> Float[np.ndarray, "B C"]:
        """The cosine of every picture with every caption."""
        seen = self.pictures(torch.from_numpy(pixels).float())
        return (seen @ self.captions(*ids_of(captions)).T).numpy()


def info_nce(logits: Float[Tensor, "B B"]) -> Float[Tensor, ""]:
    """Half of each cross-entropy: which caption belongs to a picture (rows), which picture to a caption (columns)."""
    own = torch.arange(len(logits))
    return (F.cross_entropy(logits, own) + F.cross_entropy(logits.T, own)) / 2


def losses(model: Clip, batch: tuple[Tensor, Tensor, Tensor]) -> dict[str, Tensor]:
    """`info_nce` of a batch of pixels, word ids and mask."""
    pixels, ids, mask = batch
    cosines = model.pictures(pixels) @ model.captions(ids, mask).T
    return {"contrastive": info_nce(model.log_scale.exp().clamp(max=100) * cosines)}


def batches(data: Pictures, seed: int) -> Iterator[tuple]:
    """Pictures, each with a caption in which weight and lean are mentioned by chance; no caption stands twice.

    Two equal captions in one batch would be each other's wrong answer.
    """
    rng = np.random.default_rng(seed)
    while True:
        at = rng.choice(len(data.said), min(BATCH, len(data.said)), replace=False)
        speak = np.column_stack([rng.random((len(at), 2)) < MENTIONED, np.ones(len(at), bool)])
        said = np.where(speak, data.said[at], -1)
        _, first = np.unique(said, axis=0, return_index=True)
        captions = [words([None if n < 0 else n for n in row]) for row in said[first].tolist()]
        yield torch.from_numpy(data.pixels[at[first]]).float(), *ids_of(captions)


def learn(data: Pictures, steps: int, seed: int) -> tuple[Clip, list[dict]]:
    """A `Clip` trained on pictures and their captions, and one row a step."""
    seed_everything(seed)
    model = Clip()
    return model, train(model, batches(data, seed), losses, TrainingConfig(steps, 3e-3, seed=seed))


# ---------------------------------------------------------------- what it is measured by


class Parts:
    """The baseline: a classifier of pixels for each of weight, lean and digit, whose logs are added up.

    They are logistic regressions, or, with `kernels`, support vector machines with calibrated probabilities, which may
    bend.
    """

    def __init__(self, data: Pictures, kernels: bool = False):
        from sklearn.calibration import CalibratedClassifierCV
        from sklearn.linear_model import LogisticRegression
        from sklearn.svm import SVC

        def model():
            return CalibratedClassifierCV(SVC(C=10), ensemble=False) if kernels else LogisticRegression(max_iter=400)

        self.models = [model().fit(data.pixels, said) for said in data.said.T]

    def logs(self, pixels: np.ndarray) -> list[np.ndarray]:
        """ln P of each weight, lean and digit; a digit that was never seen gets next to nothing."""
        found = []
        for model, size in zip(self.models, (3, 3, 10), strict=True):
            p = np.full((len(pixels), size), 1e-9)
            p[:, model.classes_] = model.predict_proba(pixels)
            found.append(np.log(p))
        return found

    def scores(self, pixels: np.ndarray) -> Float[np.ndarray, "B C"]:
        """The score of each of CAPTIONS."""
        weight, lean_, digit = self.logs(pixels)
        return np.stack([weight[:, w] + lean_[:, s] + digit[:, d] for w, s, d in CAPTIONS], 1)


def places(scores: Float[np.ndarray, "B C"], right: Int[np.ndarray, " B"]) -> Int[np.ndarray, " B"]:
    """How many captions score higher than the right one: 0 is the first place."""
    own = np.take_along_axis(scores, right[:, None], 1)
    return (scores > own).sum(1)


def recall(scores: Float[np.ndarray, "B C"], right: Int[np.ndarray, " B"], k: int) -> float:
    """The share of rows whose right answer is among the first k."""
    return float((places(scores, right) < k).mean())


def found_pictures(scores: Float[np.ndarray, "B C"], right: Int[np.ndarray, " B"], k: int) -> float:
    """The share of captions with a picture of theirs among the k that score highest (those without one left out)."""
    asked = np.unique(right)
    first = np.argsort(-scores[:, asked], axis=0)[:k]
    return float((right[first] == asked).any(0).mean())


def figures(model: Clip, data: Pictures, kept: dict, baselines: dict[str, Parts]) -> dict:
    """Retrieval among all CAPTIONS and classification of the digit, of the model ("CLIP") and of each baseline.

    `recall@k`: captions of pictures; `pictures@k`: pictures of captions; `seen`, `new`: recall@1 by kind of picture;
    `digit …`: the share of digits that are right, which the model does zero-shot.
    """
    right = np.array([CAPTIONS.index(tuple(said)) for said in data.said.tolist()])
    kind, digits = kinds(data, kept), data.said[:, 2]
    named = model.scores(data.pixels, [words((None, None, digit)) for digit in range(10)]).argmax(1)
    judged = {"CLIP": (model.scores(data.pixels, [words(caption) for caption in CAPTIONS]), named)}
    for name, parts in baselines.items():
        judged[name] = parts.scores(data.pixels), parts.logs(data.pixels)[2].argmax(1)
    there = kind != "absent"
    found = {"absent": kept["absent"], "n": {k: int((kind == k).sum()) for k in ("seen", "new", "absent")}}
    for name, (scores, guessed) in judged.items():
        found[name] = {f"recall@{k}": recall(scores[there], right[there], k) for k in (1, 5)}
        found[name] |= {f"pictures@{k}": found_pictures(scores[there], right[there], k) for k in (1, 5)}
        found[name] |= {part: recall(scores[kind == part], right[kind == part], 1) for part in ("seen", "new")}
        found[name] |= {f"digit {k}": float((guessed == digits)[kind == k].mean()) for k in ("seen", "new", "absent")}
    return found
