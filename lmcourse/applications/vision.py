"""Pictures of digits as patches: classified, painted pixel by pixel, and filled in where they are hidden.

scikit-learn's digits, grey from 0 to 1. B images of W × W pixels, P patches of S × S pixels, C classes.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lmcourse.experiments import stored
from lmcourse.experiments.claims import row
from lmcourse.models.generation import generate, sample
from lmcourse.models.gpt import Gpt, GptConfig
from lmcourse.models.vit import Vit, VitConfig
from lmcourse.pretraining.induction import nats
from lmcourse.training.loop import TrainingConfig, seed_everything, train

W, S, C = 8, 2, 10
P = (W // S) ** 2
CONFIG = VitConfig(image_size=W, patch_size=S, channels=1, classes=C, width=48, layers=2, heads=4, ff_width=192)
STRETCH = 359  # images of the test: a fifth of the file
LARGER = 4.0  # times a ViT's or a GPT's first weights, which are meant for 768 columns


class Digits(NamedTuple):
    """Images and what they show."""

    images: Float[np.ndarray, "B W W"]
    labels: Int[np.ndarray, " B"]

    def few(self, each: int, seed: int) -> "Digits":
        """So many images of each digit, drawn."""
        rng = np.random.default_rng(seed)
        at = np.concatenate([rng.permutation(np.flatnonzero(self.labels == c))[:each] for c in range(C)])
        return Digits(self.images[at], self.labels[at])


def parts(seed: int, mixed: bool = False) -> dict[str, Digits]:
    """Training, validation and test images: stretches of the file, of which the seed says where the test's begins.

    Who wrote a digit is not given. The file goes from hand to hand, it seems, so a stretch of it shares fewer hands
    with the rest than images `mixed` at random do. The tests of the seeds 0 to 4 share no image.
    """
    from sklearn.datasets import load_digits

    found = load_digits()
    order = np.roll(np.arange(len(found.target)), -STRETCH * (seed % 5))
    if mixed:
        order = np.random.default_rng(seed).permutation(len(order))
    cut = {"train": order[540:], "validation": order[STRETCH:540], "test": order[:STRETCH]}
    return {name: Digits((found.images[at] / 16).astype(np.float32), found.target[at]) for name, at in cut.items()}


def rivals() -> dict[str, object]:
    """scikit-learn's classifiers of pixels, not yet fitted, by name."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.svm import SVC

    return {
        "SVM": SVC(C=10),
        "logistic regression": LogisticRegression(max_iter=1000),
        "nearest neighbour": KNeighborsClassifier(1),
    }


def flat(images: Float[np.ndarray, "B W W"]) -> Float[np.ndarray, "B pixels"]:
    """Each image as one row of pixels."""
    return np.asarray(images).reshape(len(images), -1)


def channels(images: Float[np.ndarray, "B W W"]) -> Float[Tensor, "B 1 W W"]:
    """Images as a ViT reads them, with one channel."""
    return torch.from_numpy(np.ascontiguousarray(images, dtype=np.float32))[:, None]


# ---------------------------------------------------------------- patches


def patches(images: Float[np.ndarray, "B W W"], size: int = S) -> Float[np.ndarray, "B P S*S"]:
    """Images cut into squares, row by row, each square's pixels as one row."""
    n = images.shape[-1] // size
    return images.reshape(-1, n, size, n, size).transpose(0, 1, 3, 2, 4).reshape(-1, n * n, size * size)


def joined(squares: Float[np.ndarray, "B P S*S"]) -> Float[np.ndarray, "B W W"]:
    """What `patches` has cut, put together."""
    n, size = (round(length**0.5) for length in squares.shape[1:])
    return squares.reshape(-1, n, n, size, size).transpose(0, 1, 3, 2, 4).reshape(-1, n * size, n * size)


def reordered(images: Float[np.ndarray, "B W W"], order: Int[np.ndarray, "B P"]) -> Float[np.ndarray, "B W W"]:
    """Images with their patches in another order: of each image its own, or (P,) the same for all."""
    return joined(np.take_along_axis(patches(images), np.broadcast_to(order, (len(images), P))[..., None], 1))


def orders(B: int, rng: np.random.Generator) -> Int[np.ndarray, "B P"]:
    """An order of the patches for each of B images, by chance."""
    return rng.permuted(np.tile(np.arange(P), (B, 1)), axis=1)


# ---------------------------------------------------------------- classification


def begin(model: nn.Module, places: float = 40.0) -> nn.Module:
    """A new model with first weights that suit its small width, and positions `places` times as large.

    A place must be heard beside what stands there: with small positions a `Filler` says the mean image for long.
    """
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.ndim >= 2:
                weight *= places if name.startswith("positions") else LARGER
    return model


def drawn(rows: int, batch_size: int, rng: np.random.Generator) -> Iterator[Int[np.ndarray, " B"]]:
    """Numbers of rows without end: all in random order, then all again."""
    while True:
        order = rng.permutation(rows)
        yield from (order[at : at + batch_size] for at in range(0, rows, batch_size))


def classifier(
    digits: Digits,
    steps: int,
    seed: int,
    start: Vit | None = None,
    vary: Callable[[np.ndarray, np.random.Generator], np.ndarray] = lambda images, rng: images,
    positions: bool = True,
) -> Vit:
    """A ViT trained on some digits; with `start` it begins with that one's weights, but for the last layer.

    `vary` may change the images of each batch. Without `positions` all patches get the same vector added: none.
    """
    seed_everything(seed)
    model, rng = begin(Vit(CONFIG)), np.random.default_rng(seed)
    if start is not None:
        known = {name: weight for name, weight in start.state_dict().items() if not name.startswith("head.")}
        model.load_state_dict(known, strict=False)
    if not positions:
        model.positions.requires_grad_(False).zero_()

    def losses(model: Vit, at: np.ndarray) -> dict[str, Tensor]:
        logits = model(channels(vary(digits.images[at], rng)))
        return {"class": F.cross_entropy(logits, torch.from_numpy(digits.labels[at]))}

    train(model, drawn(len(digits.labels), 64, rng), losses, TrainingConfig(steps, 3e-3, seed=seed))
    return model


@torch.no_grad()
def classes(model: Vit, images: Float[np.ndarray, "B W W"]) -> Int[np.ndarray, " B"]:
    """The likeliest digit of each image."""
    return model(channels(images)).argmax(-1).numpy()


def accuracy(model, digits: Digits) -> float:
    """The share of digits that a ViT, or a classifier of scikit-learn's, names rightly."""
    said = classes(model, digits.images) if isinstance(model, Vit) else model.predict(flat(digits.images))
    return float(np.mean(said == digits.labels))


# ---------------------------------------------------------------- filling in what is hidden

HIDDEN = -1.0  # what stands where a patch is hidden: no pixel is as dark


class Filler(nn.Module):
    """A ViT that says the pixels of every patch, one layer behind its last block (SimMIM, Xie et al. 2022)."""

    def __init__(self, config: VitConfig = CONFIG):
        super().__init__()
        self.vit = begin(Vit(config))
        self.pixels = nn.Linear(config.width, config.patch_size**2)

    def forward(self, images: Float[Tensor, "B 1 W W"]) -> Float[Tensor, "B P S*S"]:
        return self.pixels(self.vit.states(images)[:, 1:])


def hide(images: Float[np.ndarray, "B W W"], hidden: Bool[np.ndarray, "B P"]) -> Float[np.ndarray, "B W W"]:
    """Images whose hidden patches hold nothing but `HIDDEN`: to the patch layer all of them look alike."""
    return joined(np.where(hidden[..., None], np.float32(HIDDEN), patches(images)))


def chosen(B: int, many: int, rng: np.random.Generator) -> Bool[np.ndarray, "B P"]:
    """So `many` patches of each of B images, by chance."""
    return orders(B, rng) < many


def filling(model: Filler, images: Float[np.ndarray, "B W W"], hidden: Bool[np.ndarray, "B P"]) -> dict[str, Tensor]:
    """Mean squared error of the hidden pixels; what can be seen teaches nothing (He et al. 2022, section 3)."""
    error = model(channels(hide(images, hidden))) - torch.from_numpy(patches(images))
    return {"hidden": (error**2)[torch.from_numpy(hidden)].mean()}


def filler(images: Float[np.ndarray, "B W W"], steps: int, seed: int, many: int = 3 * P // 4) -> Filler:
    """A `Filler` trained on images without labels, of each of which `many` patches are hidden, others each time."""
    seed_everything(seed)
    model, rng = Filler(), np.random.default_rng(seed)

    def losses(model: Filler, at: np.ndarray) -> dict[str, Tensor]:
        return filling(model, images[at], chosen(len(at), many, rng))

    train(model, drawn(len(images), 64, rng), losses, TrainingConfig(steps, 3e-3, seed=seed))
    return model


@torch.no_grad()
def filled(model: Filler, images: Float[np.ndarray, "B W W"], hidden: Bool[np.ndarray, "B P"]) -> np.ndarray:
    """Images with what the model says where something is hidden."""
    said = model(channels(hide(images, hidden))).numpy()
    return joined(np.where(hidden[..., None], said, patches(images)))


def nearest_filled(known: np.ndarray, images: np.ndarray, hidden: Bool[np.ndarray, "B P"]) -> np.ndarray:
    """The baseline: what is hidden, from that of the known images which is nearest in what can be seen."""
    seen, pieces, rows = ~hidden[..., None], patches(known), []
    for image, there in zip(patches(images), seen, strict=True):
        best = (((pieces - image) ** 2) * there).sum((1, 2)).argmin()
        rows.append(np.where(there, image, pieces[best]))
    return joined(np.array(rows))


def hidden_error(made: np.ndarray, images: np.ndarray, hidden: Bool[np.ndarray, "B P"]) -> float:
    """Mean squared error of the pixels that were hidden."""
    return float(((patches(made) - patches(images)) ** 2)[hidden].mean())


# ---------------------------------------------------------------- generation

LEVELS = 4  # greys; the token LEVELS + c begins an image of class c


def to_levels(images: Float[np.ndarray, "B W W"]) -> Int[np.ndarray, "B W*W"]:
    """The nearest of `LEVELS` greys of each pixel, row by row: an image as a text of 64 tokens."""
    return np.rint(flat(images) * (LEVELS - 1)).astype(np.int64)


def from_levels(levels: Int[np.ndarray, "B W*W"]) -> Float[np.ndarray, "B W W"]:
    """Greys from 0 to 1."""
    return (np.asarray(levels) / (LEVELS - 1)).astype(np.float32).reshape(-1, W, W)


def sentences(digits: Digits) -> Int[Tensor, "B 1+W*W"]:
    """Each image as tokens, behind that of its class."""
    return torch.from_numpy(np.column_stack([LEVELS + digits.labels, to_levels(digits.images)]))


@torch.no_grad()
def mean_nats(model: Gpt, digits: Digits) -> float:
    """Nats a pixel of some digits."""
    return float(nats(model.eval(), sentences(digits)).mean())


def painter(digits: Digits, steps: int, seed: int) -> Gpt:
    """A GPT trained to foretell each pixel of images of known class."""
    seed_everything(seed)
    sizes = {"width": 64, "layers": 2, "heads": 4, "ff_width": 256, "dropout": 0.1}
    model, rng = begin(Gpt(GptConfig(LEVELS + C, max_length=1 + W * W, **sizes)), 10), np.random.default_rng(seed)
    ids = sentences(digits)

    def losses(model: Gpt, at: np.ndarray) -> dict[str, Tensor]:
        return {"pixels": nats(model, ids[at]).mean()}

    train(model, drawn(len(ids), 32, rng), losses, TrainingConfig(steps, 3e-3, seed=seed))
    return model


def paint(model: Gpt, labels: Sequence[int], seed: int) -> Float[np.ndarray, "B W W"]:
    """Images of the wanted classes, pixel by pixel, each drawn from what the model holds possible."""
    generator = torch.Generator().manual_seed(seed)
    choose = partial(sample, generator=generator)
    start = LEVELS + torch.as_tensor(np.asarray(labels))[:, None]
    ids = generate(lambda ids, cache: model(ids, cache=cache), start, W * W, lambda logits: choose(logits[:, :LEVELS]))
    return from_levels(ids[:, 1:].numpy())


class PixelShares(NamedTuple):
    """The baseline: how often each pixel of each class has each grey, as if pixels knew nothing of each other."""

    shares: Float[np.ndarray, "C W*W LEVELS"]

    @classmethod
    def of(cls, digits: Digits) -> "PixelShares":
        """Counted, with half an image of each grey added."""
        there = to_levels(digits.images)[..., None] == np.arange(LEVELS)
        counts = np.array([there[digits.labels == c].sum(0) for c in range(C)]) + 0.5
        return cls(counts / counts.sum(-1, keepdims=True))

    def paint(self, labels: Sequence[int], seed: int) -> Float[np.ndarray, "B W W"]:
        """Images of the wanted classes, each pixel drawn for itself."""
        above = np.random.default_rng(seed).random((len(labels), W * W, 1)) > self.shares[labels].cumsum(-1)
        return from_levels(np.minimum(above.sum(-1), LEVELS - 1))

    def nats(self, digits: Digits) -> Float[np.ndarray, "B W*W"]:
        """−ln P of each pixel."""
        at = to_levels(digits.images)[..., None]
        return -np.log(np.take_along_axis(self.shares[digits.labels], at, -1)[..., 0])


def recognised(judge, digits: Digits) -> float:
    """The share of images that a judge takes for what they were meant to be."""
    return float(np.mean(judge.predict(flat(digits.images)) == digits.labels))


def told_apart(real: np.ndarray, made: np.ndarray) -> float:
    """How often an SVM tells real images from as many made ones, on folds held out: 0.5 if it cannot.

    Source: Lopez-Paz and Oquab 2017, "Revisiting Classifier Two-Sample Tests".
    """
    from sklearn.model_selection import StratifiedKFold, cross_val_score

    from_both = np.concatenate([flat(real), flat(made)])
    kind = np.repeat([0, 1], [len(real), len(made)])
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    return float(cross_val_score(rivals()["SVM"], from_both, kind, cv=folds).mean())


def nearest(images: np.ndarray, known: np.ndarray) -> Float[np.ndarray, " B"]:
    """The distance of each image to the nearest of the known ones: 0 for a copy."""
    from sklearn.metrics import pairwise_distances

    return pairwise_distances(flat(images), flat(known)).min(1)


def variety(digits: Digits) -> float:
    """The mean distance between two images of a class, mean over the classes."""
    from scipy.spatial.distance import pdist

    return float(np.mean([pdist(flat(digits.images[digits.labels == c])).mean() for c in range(C)]))


APPLICATIONS = {
    "classification": {
        "field": "vision (计算机视觉)",
        "task": "which digit is in the image?",
        "data": "scikit-learn's digits, 8×8 pixels",
        "model": "vision Transformer",
        "baseline": "support vector machine on pixels",
        "result": "06a-labels",
        "metric": "accuracy from all labels",
        "better": "higher",
        "ours": lambda rows: row(rows, labels=125)["ViT"],
        "theirs": lambda rows: row(rows, labels=125)["SVM"],
        "earnest": "Photographs in colour, a model pretrained on millions of them, and a test by another camera.",
    },
    "detection": {
        "field": "vision (计算机视觉)",
        "task": "which digits are where?",
        "data": "digits pasted on a canvas, touching and noisy",
        "model": "one-stage detector on a vision Transformer",
        "baseline": "connected components and a support vector machine",
        "result": "06a-detection",
        "metric": "mAP at an overlap of one half",
        "better": "higher",
        "ours": lambda rows: rows[0]["touching, noise"]["detector"],
        "theirs": lambda rows: rows[0]["touching, noise"]["components"],
        "earnest": "Photographs with boxes drawn by people who agree, and things of every size that hide each other.",
    },
    "generation": {
        "field": "vision (计算机视觉)",
        "task": "paint a digit of a given class",
        "data": "scikit-learn's digits in four greys",
        "model": "GPT over pixels",
        "baseline": "each pixel for itself, by class",
        "result": "06a-painting",
        "metric": "nats a pixel of images never seen",
        "better": "lower",
        "ours": lambda rows: rows[0]["GPT"]["nats"],
        "theirs": lambda rows: rows[0]["pixels"]["nats"],
        "earnest": "Millions of images whose makers agreed, a model of thousands of tokens an image, and human judges.",
    },
    "masked images": {
        "field": "vision (计算机视觉)",
        "task": "which digit is it, from ten labels of each?",
        "data": "scikit-learn's digits, most without labels",
        "model": "vision Transformer that has filled in hidden patches",
        "baseline": "the same, from random weights",
        "result": "06a-hidden",
        "metric": "accuracy",
        "better": "higher",
        "ours": lambda rows: rows[0]["10"],
        "theirs": lambda rows: row(stored("06a-labels")["rows"], labels=10, seed=rows[0]["seed"])["ViT"],
        "earnest": "Far more images without labels than with; with as few pixels as here a simple model needs none.",
    },
}
