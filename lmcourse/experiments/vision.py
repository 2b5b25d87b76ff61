"""Rows of chapter 06a, pictures: patches and their places, labels, boxes, painting, filling in."""

import time

from lmcourse.experiments import Experiment, grid, stored
from lmcourse.experiments.claims import Claim, row

THREE = [0, 1, 2]
EACH = [1, 5, 10, 50, 125]  # labelled images of each digit; 125 is nearly all


def places(order: str, seed: int) -> dict:
    """Accuracy of a ViT whose patches stand in one of three orders, or in order but without positions."""
    import numpy as np

    from lmcourse.applications.vision import Digits, P, accuracy, classifier, orders, parts, reordered

    start, data = time.perf_counter(), parts(seed)
    rng = np.random.default_rng([seed, 1])
    once = rng.permutation(P)

    def change(images, rng):
        known = {"one for all": once, "each its own": orders(len(images), rng)}
        return reordered(images, known[order]) if order in known else images

    model = classifier(data["train"], 300, seed, vary=change, positions=order != "no positions")
    test = Digits(change(data["test"].images, rng), data["test"].labels)
    return {"n": len(test.labels), "accuracy": accuracy(model, test), "seconds": time.perf_counter() - start}


def splits(seed: int) -> dict:
    """Accuracy of three classifiers of pixels on a stretch of the file, and on as many images drawn at random.

    And how often an SVM tells test images of either kind from as many training images.
    """
    from lmcourse.applications.vision import accuracy, flat, parts, rivals, told_apart

    found = {}
    for kind in ("stretch", "mixed"):
        data = parts(seed, mixed=kind == "mixed")
        train = data["train"]
        found[kind] = {
            name: accuracy(model.fit(flat(train.images), train.labels), data["test"])
            for name, model in rivals().items()
        }
        test = data["test"].images
        found[kind]["told apart"] = told_apart(train.images[: len(test)], test)
    return {"n": len(data["test"].labels), **found}


def few_labels(labels: int, seed: int) -> dict:
    """Accuracy of a ViT and of three classifiers of pixels from so many images of each digit."""
    from lmcourse.applications.vision import accuracy, classifier, flat, parts, rivals

    start, data = time.perf_counter(), parts(seed)
    train, test = data["train"].few(labels, seed), data["test"]
    found = {name: accuracy(m.fit(flat(train.images), train.labels), test) for name, m in rivals().items()}
    found["ViT"] = accuracy(classifier(train, 400, seed), test)
    return {"n": len(test.labels), **found, "seconds": time.perf_counter() - start}


def hidden(seed: int, each: tuple[int, ...] = (1, 5, 10, 50)) -> dict:
    """Accuracy of a ViT that has filled in hidden patches before, from so many labelled images of each digit.

    It is trained as that of `few_labels` is. And the squared error of hidden pixels, beside that of the nearest
    training image and of the mean image.
    """
    import numpy as np

    from lmcourse.applications import vision as v

    start, data = time.perf_counter(), v.parts(seed)
    known, test = data["train"].images, data["test"]
    model = v.filler(known, 2000, seed)
    away = v.chosen(len(test.labels), 12, np.random.default_rng([seed, 2]))
    made = {
        "model": v.filled(model, test.images, away),
        "nearest": v.nearest_filled(known, test.images, away),
        "mean image": np.broadcast_to(known.mean(0), test.images.shape).copy(),
    }
    found = {}
    for labels in each:
        vit = v.classifier(data["train"].few(labels, seed), 400, seed, start=model.vit)
        found[str(labels)] = v.accuracy(vit, test)
    errors = {name: v.hidden_error(images, test.images, away) for name, images in made.items()}
    return {"n": len(test.labels), **found, "errors": errors, "seconds": time.perf_counter() - start}


def detection(seed: int) -> dict:
    """mAP on four kinds of canvases: of a detector, of connected components, of a detector whose crops an SVM names.

    Of the first two also where classes do not count, and of the detector without suppression.
    """
    from lmcourse.applications import boxes as b
    from lmcourse.applications.vision import parts

    start, data = time.perf_counter(), parts(seed)
    model, judge = b.detector(data["train"], 1200, seed), b.crop_judge(data["train"], seed)
    found = {}
    for number, (kind, (gap, noise)) in enumerate(b.KNOBS.items()):
        tuned = b.best_settings(judge, b.scenes(data["validation"], 100, [seed, number, 0], gap, noise))
        test = b.scenes(data["test"], 200, [seed, number, 1], gap, noise)
        said = {"detector": b.detect(model, test), "components": b.components(judge, test, **tuned)}
        said["two stages"] = b.named(judge, said["detector"], test)
        said["not suppressed"] = b.detect(model, test, most=None)
        found[kind] = {name: b.mean_average_precision(each, test) for name, each in said.items()}
        where = [*map(b.blind, test)]
        for name in ("detector", "components"):
            found[kind][f"{name}, where"] = b.mean_average_precision([*map(b.blind, said[name])], where)
        found[kind] |= tuned
    return {**found, "seconds": time.perf_counter() - start}


def painting(seed: int) -> dict:
    """What a GPT over pixels paints, beside pixels drawn by themselves and real images.

    Nats a pixel of held-out images; the share that a judge recognises, who has learnt from other images; how often
    they are told from real ones; the median distance to the nearest training image, the share of copies; variety.
    """
    import numpy as np

    from lmcourse.applications import vision as v

    start, data = time.perf_counter(), v.parts(seed)
    model, shares = v.painter(data["train"], 700, seed), v.PixelShares.of(data["train"])
    greys = {name: v.Digits(v.from_levels(v.to_levels(part.images)), part.labels) for name, part in data.items()}
    known, unseen = greys["train"], v.Digits(*map(np.concatenate, zip(greys["validation"], greys["test"], strict=True)))
    judge = v.rivals()["SVM"].fit(v.flat(unseen.images), unseen.labels)
    made = {
        "GPT": v.Digits(v.paint(model, unseen.labels, seed), unseen.labels),
        "pixels": v.Digits(shares.paint(unseen.labels, seed), unseen.labels),
        "real": unseen,
    }
    found, order = {}, np.random.default_rng(seed).permutation(len(known.labels))
    some, others = (known.images[order[part * len(unseen.labels) :][: len(unseen.labels)]] for part in (0, 1))
    for name, digits in made.items():
        away = v.nearest(digits.images, known.images)
        found[name] = {
            "recognised": v.recognised(judge, known if name == "real" else digits),
            "told apart": v.told_apart(some, digits.images),
            "nearest": float(np.median(away)),
            "copies": float(np.mean(away == 0)),
            "variety": v.variety(digits),
        }
    found["real"]["same hands"] = v.told_apart(some, others)
    found["GPT"]["nats"] = v.mean_nats(model, data["test"])
    found["pixels"]["nats"] = float(shares.nats(data["test"]).mean())
    return {**found, "seconds": time.perf_counter() - start}


EXPERIMENTS = {
    "06a-splits": Experiment("Does it matter where the test images come from?", splits, grid(seed=[0, 1, 2, 3, 4])),
    "06a-places": Experiment(
        "What does a ViT need to know of where a patch stood?",
        places,
        grid(order=["as it is", "one for all", "each its own", "no positions"], seed=THREE),
    ),
    "06a-labels": Experiment("Which classifier needs how many labels?", few_labels, grid(labels=EACH, seed=THREE)),
    "06a-hidden": Experiment("Does filling in hidden patches help where labels are few?", hidden, grid(seed=THREE)),
    "06a-detection": Experiment("Who finds more on which canvas?", detection, grid(seed=THREE)),
    "06a-painting": Experiment("What does a GPT over pixels paint?", painting, grid(seed=THREE)),
}

CLAIMS = {
    "06a.hands": Claim(
        "A stretch of the file can be told from the rest, a random part cannot (how often it is told, stretch − mixed)",
        "06a-splits",
        lambda rows: rows[0]["stretch"]["told apart"] - rows[0]["mixed"]["told apart"],
        low=0.15,
    ),
    "06a.stretch": Claim(
        "The SVM is right less often on a stretch than on a mixture (mixed − stretch)",
        "06a-splits",
        lambda rows: rows[0]["mixed"]["SVM"] - rows[0]["stretch"]["SVM"],
        low=0.0,
    ),
    "06a.one-order": Claim(
        "One other order of the patches for all costs a ViT next to nothing (as it is − one for all)",
        "06a-places",
        lambda rows: row(rows, order="as it is")["accuracy"] - row(rows, order="one for all")["accuracy"],
        low=-0.06,
        high=0.06,
    ),
    "06a.own-order": Claim(
        "An order of its own for each image costs much (as it is − each its own)",
        "06a-places",
        lambda rows: row(rows, order="as it is")["accuracy"] - row(rows, order="each its own")["accuracy"],
        low=0.15,
    ),
    "06a.no-positions": Claim(
        "Without positions it is as if each image had an order of its own (no positions − each its own)",
        "06a-places",
        lambda rows: row(rows, order="no positions")["accuracy"] - row(rows, order="each its own")["accuracy"],
        low=-0.1,
        high=0.1,
    ),
    "06a.svm-few": Claim(
        "From ten labels of each digit an SVM is ahead of a ViT (SVM − ViT)",
        "06a-labels",
        lambda rows: row(rows, labels=10)["SVM"] - row(rows, labels=10)["ViT"],
        low=0.04,
    ),
    "06a.svm-all": Claim(
        "And from all labels (SVM − ViT)",
        "06a-labels",
        lambda rows: row(rows, labels=125)["SVM"] - row(rows, labels=125)["ViT"],
        low=0.01,
    ),
    "06a.components": Claim(
        "Where digits stand apart, connected components are ahead of the detector (mAP, components − detector)",
        "06a-detection",
        lambda rows: rows[0]["apart"]["components"] - rows[0]["apart"]["detector"],
        low=0.03,
    ),
    "06a.where": Claim(
        "Where they touch, the detector's boxes are better if classes do not count (detector − components)",
        "06a-detection",
        lambda rows: rows[0]["touching"]["detector, where"] - rows[0]["touching"]["components, where"],
        low=0.0,
    ),
    "06a.suppression": Claim(
        "Suppression changes next to nothing for a detector with one cell a digit (with − without)",
        "06a-detection",
        lambda rows: rows[0]["apart"]["detector"] - rows[0]["apart"]["not suppressed"],
        low=-0.03,
        high=0.03,
    ),
    "06a.nats": Claim(
        "A GPT over pixels holds unseen images more possible than pixels by themselves do (nats a pixel, pixels − GPT)",
        "06a-painting",
        lambda rows: rows[0]["pixels"]["nats"] - rows[0]["GPT"]["nats"],
        low=0.08,
    ),
    "06a.judge": Claim(
        "The judge recognises pixels drawn by themselves more often than what the GPT paints (pixels − GPT)",
        "06a-painting",
        lambda rows: rows[0]["pixels"]["recognised"] - rows[0]["GPT"]["recognised"],
        low=0.01,
    ),
    "06a.told-apart": Claim(
        "But they are told from real images more often (pixels − GPT)",
        "06a-painting",
        lambda rows: rows[0]["pixels"]["told apart"] - rows[0]["GPT"]["told apart"],
        low=0.1,
    ),
    "06a.no-copies": Claim(
        "The GPT's images lie no nearer to the training images than real ones do (median distance, GPT by real)",
        "06a-painting",
        lambda rows: rows[0]["GPT"]["nearest"] / rows[0]["real"]["nearest"],
        low=0.95,
        high=1.4,
    ),
    "06a.filled": Claim(
        "A ViT fills in hidden pixels better than the mean image does (squared error, ViT by mean image)",
        "06a-hidden",
        lambda rows: rows[0]["errors"]["model"] / rows[0]["errors"]["mean image"],
        high=0.85,
    ),
    "06a.no-gain": Claim(
        "To have filled in costs some points from ten labels of each digit (filled in before − random weights)",
        "06a-hidden",
        lambda rows: rows[0]["10"] - row(stored("06a-labels")["rows"], labels=10, seed=rows[0]["seed"])["ViT"],
        high=-0.03,
    ),
}
