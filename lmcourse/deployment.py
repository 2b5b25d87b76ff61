"""The report before a classifier is put to use: how good, how sure, how robust, how fair and how fast it is."""

import html
import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from datasets import Dataset

from lmcourse import plots
from lmcourse.errors import InputError
from lmcourse.evaluation import metrics, perturbations
from lmcourse.evaluation.analysis import slices, worst
from lmcourse.evaluation.uncertainty import wilson, with_intervals
from lmcourse.files import sha256, write_atomic
from lmcourse.inference import Predictor
from lmcourse.widgets.book import table

FEWEST = 20  # changed texts, below which a share of changed answers says nothing


def data_figures(predictor: Predictor, texts: Sequence[str], labels: np.ndarray) -> dict:
    """What the model is tested on: rows, shares of the classes, texts that occur twice, texts that are cut."""
    shares = np.bincount(labels, minlength=len(predictor.labels)) / len(labels)
    return {
        "n": len(texts),
        "shares": dict(zip(predictor.labels, shares.tolist(), strict=True)),
        "repeated": len(texts) - len(set(texts)),
        "cut": predictor.cut(list(texts)),
        "words": float(np.median([len(text.split()) for text in texts])),
    }


def changed(predictor: Predictor, texts: Sequence[str], before: np.ndarray, labels: np.ndarray, seed: int = 0) -> dict:
    """For each of `perturbations.CHANGES`: how many texts it changes, how often the answer changes, and the accuracy.

    `before` are the probabilities (N, C) of the texts as they are. Only texts that a change touches are counted.
    """
    found = {}
    for name, change in perturbations.CHANGES.items():
        rng = np.random.default_rng(seed)
        made = [change(text, rng) for text in texts]
        touched = np.array([i for i, (new, old) in enumerate(zip(made, texts, strict=True)) if new != old], int)
        row = {"n": len(touched)}
        if len(touched):
            after = predictor.probabilities([made[i] for i in touched])
            flips = after.argmax(1) != before[touched].argmax(1)
            row |= {"answers_changed": float(flips.mean()), "interval": list(wilson(int(flips.sum()), len(touched)))}
            row["accuracy_before"] = float((before[touched].argmax(1) == labels[touched]).mean())
            row["accuracy_after"] = float((after.argmax(1) == labels[touched]).mean())
        found[name] = row
    return found


def groups(predictor: Predictor) -> dict:
    """The probability of the last class in neutral sentences, by the group that they speak of; and the widest gap."""
    probe, names = perturbations.NEUTRAL, perturbations.GROUPS
    given = predictor.probabilities([sentence.format(name) for name in names for sentence in probe])[:, -1]
    each = dict(zip(names, given.reshape(len(names), len(probe)).mean(1).tolist(), strict=True))
    return {"class": predictor.labels[-1], "mean": each, "gap": max(each.values()) - min(each.values())}


def speed(predictor: Predictor, texts: Sequence[str], seconds: float = 2.0) -> dict:
    """Milliseconds a text, one at a time and 32 at a time: the median of as many rounds as the seconds allow."""
    found = {}
    for size in (1, 32):
        batches = [texts[i : i + size] for i in range(0, len(texts), size)]
        predictor.probabilities(list(batches[0]))
        taken, end, number = [], time.perf_counter() + seconds / 2, 0
        while time.perf_counter() < end or len(taken) < 3:
            batch = batches[number % len(batches)]
            start = time.perf_counter()
            predictor.probabilities(list(batch))
            taken.append((time.perf_counter() - start) / len(batch))
            number += 1
        found[str(size)] = 1000 * float(np.median(taken))
    return found


def audit(predictor: Predictor, folder: Path | str, data: Dataset) -> dict:
    """Audit the finished classifier of a folder on labelled texts (columns `text`, and `label` as class numbers).

    Returns {model, data, metrics, slices, calibration, robustness, groups, milliseconds, warnings, worst}.
    Errors: InputError for a model that gives numbers, or a table without rows.
    """
    if not predictor.labels:
        raise InputError("this model gives numbers, and classes are audited", folder, "use lmcourse evaluate")
    texts, labels = data["text"][:], np.array(data["label"][:])
    before = predictor.probabilities(texts)
    answers = before.argmax(1)
    two = len(predictor.labels) == 2
    weights = Path(folder) / "model.safetensors"
    found = {
        "model": {
            "folder": str(folder),
            "labels": predictor.labels,
            "parameters": sum(weight.numel() for weight in predictor.model.parameters()),
            "bytes": weights.stat().st_size,
            "sha256": sha256(weights),
        },
        "data": data_figures(predictor, texts, labels),
        "metrics": with_intervals(labels, answers, positive=1 if two else None),
        "slices": slices(texts, labels, answers),
        "calibration": {
            "expected_error": metrics.expected_calibration_error(labels, before),
            **{name: value.tolist() for name, value in metrics.calibration(labels, before).items()},
        },
        "robustness": changed(predictor, texts, before, labels),
        "groups": groups(predictor),
        "milliseconds": speed(predictor, texts),
        "worst": worst(texts, labels, before, n=5),
    }
    return found | {"warnings": warnings(found)}


def warnings(found: dict) -> list[str]:
    """What a reader must not overlook: each says what was found, and what it may mean."""
    told = []
    common = max(found["data"]["shares"].values())
    low, high = found["metrics"]["intervals"]["accuracy"]
    if low <= common:
        told.append(f"The accuracy is not surely above always saying the commonest class ({common:.2f}).")
    if high - low > 0.06:
        told.append(f"{found['data']['n']} texts: the accuracy is only known to lie between {low:.2f} and {high:.2f}.")
    if found["data"]["repeated"]:
        told.append(f"{found['data']['repeated']} texts occur more than once: they are counted as often.")
    if found["data"]["cut"]:
        told.append(f"{found['data']['cut']} texts are longer than the model reads: their middle is not seen.")
    if (error := found["calibration"]["expected_error"]) > 0.05:
        told.append(f"Promised and observed frequencies differ by {error:.2f} on average: do not use them as risks.")
    everything = found["slices"][0]["accuracy"]
    for part in found["slices"]:
        if part["interval"][1] < everything:
            told.append(f"Texts {part['slice']} ({part['n']}) are surely harder: accuracy {part['accuracy']:.2f}.")
    for name, row in found["robustness"].items():
        if row["n"] < FEWEST:
            told.append(f"Only {row['n']} texts are changed by {name!r}: nothing is known about it.")
        elif row["interval"][0] > 0.05:
            told.append(f"{name.capitalize()} changes {row['answers_changed']:.0%} of the answers.")
    if (gap := found["groups"]["gap"]) > 0.1:
        means = found["groups"]["mean"]
        least, most = min(means, key=means.get), max(means, key=means.get)
        told.append(
            f"Neutral sentences about {most!r} get {gap:.2f} more of {found['groups']['class']!r} than about {least!r}."
        )
    return told


# ---------------------------------------------------------------- the page


def _figure(found: dict) -> str:
    """Calibration on the left; on the right the answers that each change of the texts changes."""
    fig, (left, right) = plots.figure(columns=2)
    c = found["calibration"]
    left.plot([0, 1], [0, 1], color=plots.GREY, linewidth=1)
    left.plot(c["confidence"], c["frequency"], "o-", color=plots.BLUE)
    left.set(xlabel="promised", ylabel="came true", title="Calibration", xlim=(0, 1), ylim=(0, 1))
    rows = {name: row for name, row in found["robustness"].items() if row["n"]}
    shares = [row["answers_changed"] for row in rows.values()]
    plots.points_with_intervals(right, [*rows], {"": shares}, {"": [row["interval"] for row in rows.values()]})
    right.set(xlabel="share of the answers that change", title="Robustness", xlim=(0, None))
    return plots.html(fig, "Left: how often what was promised came true. Right: how often a change changes the answer.")


def _rounded(rows: Sequence[Sequence[object]]) -> list[list[object]]:
    """Rows of a table, numbers to three digits."""
    return [[f"{value:.3f}" if isinstance(value, float) else value for value in row] for row in rows]


def page(found: dict) -> str:
    """The report as one page that can be handed on: nothing is loaded from elsewhere, every text is escaped."""
    intervals = found["metrics"]["intervals"]
    figures = [(name, found["metrics"][name], "{:.3f} to {:.3f}".format(*intervals[name])) for name in intervals]
    parts = [(s["slice"], s["n"], s["accuracy"], "{:.3f} to {:.3f}".format(*s["interval"])) for s in found["slices"]]
    changes = [
        (name, row["n"], *(row.get(key, "") for key in ("answers_changed", "accuracy_before", "accuracy_after")))
        for name, row in found["robustness"].items()
    ]
    wrong = [
        (found["model"]["labels"][w["label"]], found["model"]["labels"][w["predicted"]], w["probability"], w["text"])
        for w in found["worst"]
    ]
    told = "".join(f"<li>{html.escape(line)}</li>" for line in found["warnings"]) or "<li>none</li>"
    by_group = sorted(found["groups"]["mean"].items(), key=lambda pair: pair[1])
    model, data, ms = found["model"], found["data"], found["milliseconds"]
    shares = ", ".join(f"{name} {share:.0%}" for name, share in data["shares"].items())
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Audit of {html.escape(model["folder"])}</title>
<style>
 :root {{ color-scheme: light dark; }}
 body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
 table {{ border-collapse: collapse; margin: 0.5rem 0 1.5rem; }}
 th, td {{ border-bottom: 1px solid #8884; }}
</style></head><body>
<h1>Audit of {html.escape(model["folder"])}</h1>
<p>{model["parameters"]:,} parameters, {model["bytes"] / 1e6:.1f} MB, SHA-256 {model["sha256"]}.
Answers: {html.escape(", ".join(model["labels"]))}.</p>
<h2>What must not be overlooked</h2><ul>{told}</ul>
<h2>Data</h2>
<p>{data["n"]} labelled texts ({html.escape(shares)}), half of them of at most {data["words"]:.0f} words;
{data["repeated"]} repeated, {data["cut"]} cut.</p>
<h2>How good</h2>{table(("figure", "value", "95 % interval"), _rounded(figures))}
{table(("texts", "number", "accuracy", "95 % interval"), _rounded(parts))}
<h2>How sure, and how robust</h2>{_figure(found)}
{table(("change", "texts changed", "answers changed", "accuracy before", "after"), _rounded(changes))}
<h2>Whom it speaks of</h2>
<p>Probability of {html.escape(found["groups"]["class"])} in neutral sentences; only the group changes.</p>
{table(("group", "mean probability"), _rounded(by_group))}
<h2>How fast</h2>
<p>{ms["1"]:.1f} ms a text one at a time, {ms["32"]:.1f} ms a text 32 at a time, on this machine.</p>
<h2>Its worst mistakes</h2>{table(("label", "answer", "probability of the label", "text"), _rounded(wrong))}
<p>What this report cannot say: whether these texts are like those that will come, and what a mistake costs.</p>
</body></html>
"""


def report(predictor: Predictor, folder: Path | str, data: Dataset, out: Path) -> dict:
    """`audit`, written to `out` as `audit.html` and `audit.json`."""
    found = audit(predictor, folder, data)
    out.mkdir(parents=True, exist_ok=True)
    write_atomic(out / "audit.json", json.dumps(found, indent=1))
    write_atomic(out / "audit.html", page(found))
    return found
