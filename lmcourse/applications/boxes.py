"""Object detection: digits pasted on a canvas, a detector that says what is where in one look, and how it is judged.

A box is (left, top, right, bottom) in pixels, the last two just outside. B canvases, G objects, K boxes that were said,
P cells of a canvas.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional as F

from lmcourse.applications.finance import average_precision
from lmcourse.applications.vision import C, Digits, W, begin, channels, flat, rivals
from lmcourse.models.vit import Vit, VitConfig
from lmcourse.training.loop import TrainingConfig, seed_everything, train

CANVAS, CELL = 24, 4  # pixels a side
GRID = CANVAS // CELL
LARGEST = 10  # pixels that a box may be said to be wide
INK = 0.3  # from which grey on a pixel belongs to its digit
GAPS, NOISE = (-1, 0, 1, 2), 0.3  # what a detector learns from: pixels between two squares, and the most noise
KNOBS = {"apart": (2, 0.0), "touching": (-1, 0.0), "apart, noise": (2, NOISE), "touching, noise": (-1, NOISE)}


class Scene(NamedTuple):
    """A canvas, and the tight box and the class of each of its digits."""

    image: Float[np.ndarray, "CANVAS CANVAS"]
    boxes: Float[np.ndarray, "G 4"]
    labels: Int[np.ndarray, " G"]


class Found(NamedTuple):
    """What a detector says of one canvas: boxes, their classes, and how sure it is of each."""

    boxes: Float[np.ndarray, "K 4"]
    labels: Int[np.ndarray, " K"]
    scores: Float[np.ndarray, " K"]

    def above(self, score: float) -> "Found":
        """Those that it is as sure of, at least."""
        return Found(*(part[self.scores >= score] for part in self))


def tight(image: Float[np.ndarray, "H V"]) -> tuple[int, int, int, int]:
    """The smallest box around the ink of an image."""
    rows, columns = np.flatnonzero((image > INK).any(1)), np.flatnonzero((image > INK).any(0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def compose(digits: Digits, rng: np.random.Generator, gap: int = 2, noise: float = 0.0) -> Scene:
    """One to three digits on a canvas, their squares at least `gap` pixels apart (−1: they overlap by one)."""
    image, corners, boxes, labels = np.zeros((CANVAS, CANVAS), np.float32), [], [], []
    for i in rng.integers(0, len(digits.labels), rng.integers(1, 4)):
        for x, y in rng.integers(0, CANVAS - W + 1, (40, 2)):
            if all(max(abs(x - a), abs(y - b)) >= W + gap for a, b in corners):
                place = image[y : y + W, x : x + W]
                np.maximum(place, digits.images[i], out=place)
                corners.append((x, y))
                boxes.append(np.add(tight(digits.images[i]), (x, y, x, y)))
                labels.append(digits.labels[i])
                break
    image = image + noise * rng.normal(size=image.shape).astype(np.float32)
    return Scene(image.clip(0, 1), np.array(boxes, float), np.array(labels))


def scenes(digits: Digits, many: int, seed, gap: int, noise: float) -> list[Scene]:
    """Canvases of one kind."""
    rng = np.random.default_rng(seed)
    return [compose(digits, rng, gap, noise) for _ in range(many)]


# ---------------------------------------------------------------- boxes


def iou(a: Float[np.ndarray, "N 4"], b: Float[np.ndarray, "M 4"]) -> Float[np.ndarray, "N M"]:
    """Intersection over union of each box of `a` with each of `b`."""
    a, b = np.asarray(a, float)[:, None], np.asarray(b, float)[None]
    sides = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    shared = sides.clip(0).prod(-1)  # boxes that do not meet share nothing
    return shared / ((a[..., 2:] - a[..., :2]).prod(-1) + (b[..., 2:] - b[..., :2]).prod(-1) - shared)


def suppress(boxes: Float[np.ndarray, "K 4"], scores: Float[np.ndarray, " K"], most: float = 0.5) -> list[int]:
    """Non-maximum suppression: the surest box stays, those that overlap it by more than `most` go, and so on."""
    kept: list[int] = []
    overlap = iou(boxes, boxes)
    for i in np.argsort(-scores, kind="stable").tolist():
        if not kept or overlap[i, kept].max() <= most:
            kept.append(i)
    return kept


def hits(found: Found, scene: Scene, least: float = 0.5) -> Bool[np.ndarray, " K"]:
    """Whether each said box finds a digit of its class that no surer one has found, by an IoU of at least `least`."""
    right = np.zeros(len(found.scores), bool)
    free = np.ones(len(scene.labels), bool)
    overlap = iou(found.boxes, scene.boxes)
    for i in np.argsort(-found.scores, kind="stable"):
        may = overlap[i] * (free & (scene.labels == found.labels[i]))
        if may.max() >= least:
            right[i], free[may.argmax()] = True, False
    return right


def average_precisions(said: Sequence[Found], truth: Sequence[Scene], least: float = 0.5) -> dict[int, float]:
    """Average precision of each class that occurs: boxes of all canvases in one list, the surest first.

    An object that is never found counts as a precision of 0. Source: Everingham et al. 2010, section 4.2, without the
    smoothing of the curve.
    """
    right = np.concatenate([hits(f, s, least) for f, s in zip(said, truth, strict=True)])
    scores, labels = np.concatenate([f.scores for f in said]), np.concatenate([f.labels for f in said])
    wanted = np.concatenate([s.labels for s in truth])
    figures = {}
    for c in np.unique(wanted):
        here = labels == c
        share = right[here].sum() / (wanted == c).sum()
        figures[int(c)] = float(share * average_precision(right[here], scores[here])) if share else 0.0
    return figures


def mean_average_precision(said: Sequence[Found], truth: Sequence[Scene], least: float = 0.5) -> float:
    """mAP: the mean of the average precisions of the classes."""
    return float(np.mean([*average_precisions(said, truth, least).values()]))


def blind(kind):
    """The same `Scene` or `Found` with all classes alike: what is left to judge is where."""
    return kind._replace(labels=np.zeros_like(kind.labels))


# ---------------------------------------------------------------- a detector

CONFIG = VitConfig(CANVAS, CELL, channels=1, classes=1 + 4 + C, width=64, layers=3, heads=4, ff_width=256)


def read(model: Vit, images: Float[Tensor, "B 1 CANVAS CANVAS"]) -> Float[Tensor, "B P 15"]:
    """What the last layer says of each cell: is a digit's centre here, its box, its class. No class token is asked."""
    return model.head(model.states(images)[:, 1:])


def encode(scene: Scene) -> tuple[Bool[np.ndarray, " P"], Float[np.ndarray, "P 4"], Int[np.ndarray, " P"]]:
    """What is to be said of each cell: whether a centre lies in it, where in the cell, how large, and which class."""
    there, box, label = np.zeros(GRID**2, bool), np.zeros((GRID**2, 4), np.float32), np.zeros(GRID**2, np.int64)
    centre = (scene.boxes[:, :2] + scene.boxes[:, 2:]) / 2 / CELL
    cell = np.minimum(centre.astype(int), GRID - 1)
    at = cell[:, 1] * GRID + cell[:, 0]
    there[at], label[at] = True, scene.labels
    box[at] = np.concatenate([centre - cell, (scene.boxes[:, 2:] - scene.boxes[:, :2]) / LARGEST], 1)
    return there, box, label


def decode(box: Float[np.ndarray, "P 4"]) -> Float[np.ndarray, "P 4"]:
    """The box in pixels that each cell says."""
    cells = np.stack([np.arange(GRID**2) % GRID, np.arange(GRID**2) // GRID], 1)
    centre, half = (cells + box[:, :2]) * CELL, box[:, 2:] * LARGEST / 2
    return np.concatenate([centre - half, centre + half], 1)


def losses(model: Vit, batch: Sequence[Scene]) -> dict[str, Tensor]:
    """Three losses an object: is one here (all cells), where exactly, and which one (cells that hold a centre)."""
    said = read(model, channels(np.array([scene.image for scene in batch])))
    there, box, label = (torch.from_numpy(np.array(part)) for part in zip(*map(encode, batch), strict=True))
    objects = there.sum()
    return {
        "object": F.binary_cross_entropy_with_logits(said[..., 0], there.float(), reduction="sum") / objects,
        "box": (said[..., 1:5].sigmoid() - box)[there].abs().sum(-1).mean(),
        "class": F.cross_entropy(said[..., 5:][there], label[there]),
    }


def detector(digits: Digits, steps: int, seed: int, on_step=lambda row: None) -> Vit:
    """A ViT trained to say what is where, on canvases of all kinds that it never sees twice."""
    seed_everything(seed)
    model, rng = begin(Vit(CONFIG), 10), np.random.default_rng(seed)

    def batches() -> Iterator[list[Scene]]:
        while True:
            yield [compose(digits, rng, rng.choice(GAPS), rng.uniform(0, NOISE)) for _ in range(32)]

    train(model, batches(), losses, TrainingConfig(steps, 2e-3, seed=seed), on_step)
    return model


@torch.no_grad()
def detect(model: Vit, canvases: Sequence[Scene], most: float | None = 0.5, least: float = 0.01) -> list[Found]:
    """What the model says of each canvas; of the same class, no two boxes that overlap by more than `most`.

    How sure it is: the probability of an object here times that of its class. None suppresses nothing.
    """
    said = read(model, channels(np.array([scene.image for scene in canvases])))
    sure = (said[..., :1].sigmoid() * said[..., 5:].softmax(-1)).max(-1)
    answers = []
    for box, label, score in zip(
        said[..., 1:5].sigmoid().numpy(), sure.indices.numpy(), sure.values.numpy(), strict=True
    ):
        found = Found(decode(box), label, score).above(least)
        answers.append(found if most is None else suppressed(found, most))
    return answers


def suppressed(found: Found, most: float = 0.5) -> Found:
    """The boxes that `suppress` leaves, each class for itself."""
    kept = []
    for c in np.unique(found.labels):
        here = np.flatnonzero(found.labels == c)
        kept += here[suppress(found.boxes[here], found.scores[here], most)].tolist()
    return Found(*(part[np.sort(kept).astype(int)] for part in found))


# ---------------------------------------------------------------- the baseline: ink that hangs together


def centred(crop: Float[np.ndarray, "H V"]) -> Float[np.ndarray, "W W"]:
    """A crop in the middle of a square of 8 × 8; what does not fit is cut off."""
    square = np.zeros((W, W), np.float32)
    crop = crop[max(0, len(crop) - W) // 2 :, max(0, crop.shape[1] - W) // 2 :][:W, :W]
    y, x = (W - len(crop)) // 2, (W - crop.shape[1]) // 2
    square[y : y + len(crop), x : x + crop.shape[1]] = crop
    return square


def crop_judge(digits: Digits, seed: int = 0):
    """An SVM of digits that are cut out tightly and centred, clean and noisy."""
    rng = np.random.default_rng(seed)
    noisy = digits.images + NOISE * rng.normal(size=digits.images.shape).astype(np.float32)
    cuts = [(slice(top, bottom), slice(left, right)) for left, top, right, bottom in map(tight, digits.images)]
    both = (digits.images, noisy.clip(0, 1))
    crops = [centred(image[cut]) for images in both for image, cut in zip(images, cuts, strict=True)]
    return rivals()["SVM"].fit(flat(np.array(crops)), np.tile(digits.labels, 2))


def components(judge, canvases: Sequence[Scene], ink: float = INK, blur: float = 0.0, smallest: int = 6) -> list[Found]:
    """Pixels above `ink` that touch, by a side or a corner, are one digit; the judge says which.

    `blur`: by how many pixels the canvas is blurred before, against noise.
    """
    from scipy.ndimage import find_objects, gaussian_filter, label

    answers = []
    for scene in canvases:
        pieces, _ = label(gaussian_filter(scene.image, blur) > ink, np.ones((3, 3)))
        cuts = [cut for i, cut in enumerate(find_objects(pieces), 1) if (pieces[cut] == i).sum() >= smallest]
        boxes = np.array([(x.start, y.start, x.stop, y.stop) for y, x in cuts], float).reshape(-1, 4)
        crops = np.array([centred(scene.image[cut]) for cut in cuts], np.float32).reshape(-1, W, W)
        margins = judge.decision_function(flat(crops)) if cuts else np.zeros((0, C))
        answers.append(Found(boxes, margins.argmax(1), margins.max(1)))
    return answers


def named(judge, said: Sequence[Found], canvases: Sequence[Scene]) -> list[Found]:
    """The same boxes, each as sure as before, with the class that a judge sees in the crop: two stages.

    Source: Girshick et al. 2014, "Rich Feature Hierarchies", section 2.
    """
    answers = []
    for found, scene in zip(said, canvases, strict=True):
        corners = np.rint(found.boxes).astype(int).clip(0, CANVAS)
        crops = [centred(scene.image[top:bottom, left:right]) for left, top, right, bottom in corners]
        labels = judge.predict(flat(np.array(crops))) if crops else found.labels
        answers.append(found._replace(labels=labels))
    return answers


def best_settings(judge, canvases: Sequence[Scene]) -> dict[str, float]:
    """The threshold and the blur with the highest mAP on some (validation) canvases."""
    grid = [{"ink": ink, "blur": blur} for ink in (0.2, 0.3, 0.4, 0.5, 0.7) for blur in (0.0, 0.7)]
    return max(grid, key=lambda setting: mean_average_precision(components(judge, canvases, **setting), canvases))
