"""The course's own BERT: the run that made it, the weights kept on its way, and what is committed of it.

`python -m lmcourse.course_bert` pretrains into `out/course` (killed, it goes on where it stopped) and writes
`data/course`: weights in float16, tokenizer, figures, curve and a card.
"""

import json
import shlex
import sys
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path

import numpy as np

from lmcourse import plots
from lmcourse.data import stores
from lmcourse.data.tokenizer import save_tokenizer
from lmcourse.errors import CourseError
from lmcourse.evaluation.uncertainty import wilson
from lmcourse.experiments import stored
from lmcourse.files import PROJECT, sha256, whole_folder, write_manifest
from lmcourse.models.bert import BertForPreTraining
from lmcourse.models.weights import load_pretraining, save_model
from lmcourse.pretraining import baselines
from lmcourse.pretraining.examples import Examples
from lmcourse.pretraining.run import PRESETS, PretrainConfig, Task, evaluate, figures, pretrain
from lmcourse.training.checkpoints import latest

OUT, SHIPPED = PROJECT / "out" / "course", PROJECT / "data" / "course"
CORPORA = ("wiki", "movies", "amazon", "editorials", "tweets", "books", "reuters", "newsgroups")
# A rate a little below the best of the trials: a long run stays near its highest rate for longer. No dropout: with
# 0.1, after 16,000 steps, the loss was hardly lower where it had read, so that what it lacked was not restraint.
CONFIG = PretrainConfig(CORPORA, steps=28_000, learning_rate=7e-4, dropout=0.0, whole_words=False)
STOPS = (1_000, 4_000, 12_000)  # steps after which the weights are kept, to see what each stretch was worth


def kept(step: int) -> Path:
    """The folder of the weights after that many steps; STOPS and the last one are kept."""
    return OUT / "kept" / f"step-{step:08d}"


def make() -> Path:
    """Pretrain, or go on with it, and write `data/course`."""
    task = Task.of(CONFIG)
    for stop in (*STOPS, CONFIG.steps):
        state = latest(OUT)
        if state is None or state.step < stop:
            pretrain(CONFIG, OUT, stop_after=stop, resume=state is not None, on_step=tell)
            state = latest(OUT)
        if state.step == stop:
            model = task.model()
            model.load_state_dict(state.weights)
            with whole_folder(kept(stop)) as folder:
                _write(model, task, folder)
    return ship(task)


def tell(row: dict) -> None:
    """Every hundred steps a line on stderr."""
    if row["step"] % 100 == 0:
        told = f"mlm {row['mlm']:.3f}, nsp {row['nsp']:.3f}, {row['seconds_left']:.0f} s left"
        print(f"step {row['step']} of {CONFIG.steps}: {told}", file=sys.stderr, flush=True)


def _write(model: BertForPreTraining, task: Task, folder: Path, **extra) -> None:
    save_model(model, folder, "BertForPreTraining", **extra)
    save_tokenizer(task.tokenizer, folder, model.bert.config.max_length)
    write_manifest(folder)


def ship(task: Task) -> Path:
    """Write `data/course` from the finished run; its figures are those of the float16 weights that are committed."""
    model, history, examples = load_pretraining(kept(CONFIG.steps)), latest(OUT).history, unread(task)
    with whole_folder(SHIPPED) as folder:
        _write(model.half(), task, folder, dtype="float32")
        results = {
            "config": asdict(CONFIG),
            "steps": [{"step": step, **held_out(load_pretraining(kept(step)), examples)} for step in STOPS],
            "baselines": rivals(task, examples),
            "documents": {"held_out": len(task.validation.data), "unread": len(examples.data)},
            "epoch": epoch(task),
            "seconds": history[-1]["seconds"],
            "weights": sha256(folder / "model.safetensors"),
        }
        shipped = load_pretraining(folder)
        results["steps"].append({"step": CONFIG.steps, **held_out(shipped, examples)})
        results["kinds"] = by_kind(shipped, examples)
        results["whole_words"] = evaluate(shipped, replace(examples, whole_words=True))
        (folder / "results.json").write_text(json.dumps(results, indent=1))
        (folder / "history.json").write_text(json.dumps(thinned(history)))
        (folder / "curve.png").write_bytes(plots.png(curve(results, thinned(history))))
        (folder / "README.md").write_text(card(results))
        write_manifest(folder)
    return SHIPPED


def unread(task: Task) -> Examples:
    """The held-out documents that don't repeat what was learnt from: posts quote, agencies report twice."""
    return replace(task.validation, data=stores.apart(task.validation.data, task.train.data))


def held_out(model: BertForPreTraining, examples: Examples) -> dict:
    """A model's figures on some documents: all masked positions, those at [MASK], pairs, and their order."""
    given = baselines.answers(model, examples.batches(epochs=1))
    found, order = figures(given), evaluate(model, replace(examples, pairs="sop"))
    seen = [baselines.seen(batch, examples.vocabulary) for batch in examples.batches(epochs=1)]
    at_mask = np.concatenate(seen) == 0
    masked = figures(given | {name: given[name][at_mask] for name in ("nats", "hits", "text")})
    for name, (figure, there) in {
        "at_mask": ("mlm", masked),
        "at_mask_accuracy": ("mlm_accuracy", masked),
        "order_accuracy": ("nsp_accuracy", order),
    }.items():
        found[name], found["intervals"][name] = there[figure], there["intervals"][figure]
    return found


def by_kind(model: BertForPreTraining, examples: Examples) -> dict[str, dict]:
    """A model's figures on the documents of each corpus by itself."""
    kinds = examples.data["kind"][:]
    rows = {kind: [i for i, other in enumerate(kinds) if other == kind] for kind in dict.fromkeys(kinds)}
    return {kind: evaluate(model, replace(examples, data=examples.data.select(own))) for kind, own in rows.items()}


def rivals(task: Task, examples: Examples) -> dict:
    """What counting gives on the same positions and pairs; the overlap's threshold is chosen on training pairs."""
    counts = baselines.count(task.train.data, task.train.vocabulary)
    held = baselines.held_against(counts, task.train.vocabulary, examples.batches(epochs=1))
    found = {}
    for name in ("unigram", "bigram", "copier"):
        nats, hits, masked = held[name], held[f"{name}_hits"], held["seen"] == 0
        row = {"mlm": nats, "mlm_accuracy": hits, "at_mask": nats[masked], "at_mask_accuracy": hits[masked]}
        found[name] = {key: float(values.mean()) for key, values in row.items()}
    learnt = baselines.held_against(counts, task.train.vocabulary, islice(task.train.batches(epochs=1), 200))
    rule = baselines.OverlapRule.fit(learnt["overlap"], learnt["label"])
    right = rule.right(held["overlap"], held["label"])
    found["overlap"] = {"nsp_accuracy": float(right.mean()), "interval": wilson(int(right.sum()), len(right))}
    return found


def epoch(task: Task) -> dict:
    """Batches and real tokens of one pass over the training documents, and the tokens that each corpus has in them."""
    kinds: dict[str, int] = {}
    for kind, tokens in zip(task.train.data["kind"], task.train.data["tokens"], strict=True):
        kinds[kind] = kinds.get(kind, 0) + tokens
    sizes = [int(batch.mask.sum()) for batch in task.train.batches(epochs=1)]
    return {"batches": len(sizes), "tokens": sum(sizes), "kinds": kinds}


def thinned(history: list[dict], points: int = 400) -> list[dict]:
    """Means of neighbouring rows, each at the last of their steps."""
    found = []
    for part in np.array_split(np.arange(len(history)), min(points, len(history))):
        rows = [history[i] for i in part]
        means = {name: float(np.mean([row[name] for row in rows])) for name in ("mlm", "nsp", "rate", "norm")}
        found.append({"step": rows[-1]["step"], "seconds": rows[-1]["seconds"], **means})
    return found


def curve(results: dict, history: list[dict]):
    """Loss while training, and on held-out documents where the weights were kept, beside what counting gives."""
    fig, (left, right) = plots.figure(columns=2)
    steps, at = [row["step"] for row in history], [row["step"] for row in results["steps"]]
    left.plot(steps, [row["mlm"] for row in history], color=plots.GREY, linewidth=1, label="training")
    left.plot(at, [row["mlm"] for row in results["steps"]], "o-", color=plots.BLUE, label="held out")
    for k, name in enumerate(("unigram", "bigram"), start=1):
        level = results["baselines"][name]["mlm"]
        left.axhline(level, linestyle=plots.LINES[k], color=plots.COLOURS[k], linewidth=1.5, label=name)
    left.set(xlabel="step", ylabel="nats a masked token", title="masked words")
    left.set(ylim=(None, left.get_ylim()[1] + 1.5))  # room for the legend above the lines, here and at the right
    left.locator_params(axis="x", nbins=4)
    left.legend(ncols=2, loc="upper right")
    right.plot(at, [row["nsp_accuracy"] for row in results["steps"]], "o-", color=plots.BLUE, label="next or not")
    right.plot(
        at, [row["order_accuracy"] for row in results["steps"]], "s-", color=plots.ORANGE, label="swapped or not"
    )
    overlap = results["baselines"]["overlap"]["nsp_accuracy"]
    right.axhline(overlap, linestyle=plots.LINES[1], color=plots.GREEN, linewidth=1.5, label="shared words")
    right.axhline(0.5, linestyle=":", color=plots.GREY)
    right.set(xlabel="step", ylabel="right on held-out pairs", title="pairs")
    right.set(xlim=left.get_xlim(), ylim=(None, right.get_ylim()[1] + 0.12))
    right.locator_params(axis="x", nbins=4)
    right.legend()
    return fig


def command() -> str:
    """The same run without stops, as a command."""
    options = {"corpus": ",".join(CONFIG.corpora), "preset": CONFIG.preset, "steps": CONFIG.steps}
    options |= {"learning-rate": CONFIG.learning_rate, "dropout": CONFIG.dropout, "vocab-size": CONFIG.vocab_size}
    words = [word for name, value in (options | {"out": "out/course"}).items() for word in (f"--{name}", f"{value}")]
    return shlex.join(["lmcourse", "pretrain", "--single-pieces", *words])


def card(results: dict) -> str:
    """The model's card, in Markdown: `course_bert.md` with the results' numbers."""
    last, rivals, epoch = results["steps"][-1], results["baselines"], results["epoch"]

    def told(name: str, digits: int = 3, row: dict = last) -> str:
        low, high = row["intervals"][name]
        return f"{row[name]:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"

    budget = "\n".join(
        f"| {row['step']:,} | {row['mlm']:.2f} | {row['at_mask']:.2f} | {row['mlm_accuracy']:.3f} "
        f"| {row['nsp_accuracy']:.3f} | {row['order_accuracy']:.3f} |"
        for row in results["steps"]
    )
    kinds = "\n".join(
        f"| {kind} | {row['tokens']:,} | {row['mlm']:.2f} | {row['mlm_accuracy']:.3f} "
        f"({row['intervals']['mlm_accuracy'][0]:.3f} to {row['intervals']['mlm_accuracy'][1]:.3f}) |"
        for kind, row in results["kinds"].items()
    )
    trials = "\n".join(
        f"| {row['preset']} | {row['vocab_size']:,} | {row['learning_rate']:g} | {len(row['corpora'].split(','))} "
        f"| {row['mlm']:.2f} | {row['unigram']:.2f} | {row['unigram'] - row['mlm']:+.2f} | {row['seconds']:.0f} |"
        for row in stored("04c-trials")["rows"]
    )
    template = Path(__file__).with_suffix(".md").read_text(encoding="utf-8")
    return template.format(
        config=results["config"] | {"corpora": ", ".join(results["config"]["corpora"])},
        command=command(),
        sizes=PRESETS[results["config"]["preset"]],
        epochs=results["config"]["steps"] / epoch["batches"],
        tokens=epoch["tokens"] * results["config"]["steps"] / epoch["batches"] / 1e6,
        epoch=epoch,
        minutes=results["seconds"] / 60,
        mlm=told("mlm", 2),
        at_mask=told("at_mask", 2),
        accuracy=told("mlm_accuracy"),
        mask_accuracy=told("at_mask_accuracy"),
        whole_mlm=told("mlm", 2, results["whole_words"]),
        whole_accuracy=told("mlm_accuracy", 3, results["whole_words"]),
        nsp=told("nsp_accuracy"),
        order=told("order_accuracy"),
        rivals=rivals,
        overlap="{:.3f} ({:.3f} to {:.3f})".format(rivals["overlap"]["nsp_accuracy"], *rivals["overlap"]["interval"]),
        documents=results["documents"],
        repeating=results["documents"]["held_out"] - results["documents"]["unread"],
        last=last,
        budget=budget,
        kinds=kinds,
        trials=trials,
        weights=results["weights"],
    )


if __name__ == "__main__":
    try:
        print(make())
    except CourseError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
