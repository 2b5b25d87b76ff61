"""Explorer: the pipeline with a budget. How many labels, how many of them wrong, how much of the encoder learns?"""

import time

import ipywidgets

from lmcourse import plots
from lmcourse.widgets.explorer import LongRun, line

FREEZE = {
    "head only": "encoder",
    "head and top layer": "5",
    "head and top 2 layers": "4",
    "head and upper half": "3",
    "everything": "none",
}


def figures(predictor, test, **setting) -> dict:
    """A run's row on the board: its setting, its test accuracy with interval, and TF-IDF's from the same labels."""
    from lmcourse.evaluation.uncertainty import wilson
    from lmcourse.training.precision import choose_precision

    answers = predictor.outputs(test["text"][:], choose_precision()).argmax(1)
    right = int((answers == test["label"][:]).sum())
    return {**setting, "accuracy": right / len(test), "interval": wilson(right, len(test))}


def pipeline_board(parts: dict, labels: list[str], runs: list[dict], encoder: str = "minilm", seed: int = 0) -> LongRun:
    """The board on `parts` (train, validation, test) with class numbers; `runs` are rows of earlier runs.

    A row: labels, wrong (share), learns (a key of FREEZE), accuracy, interval, tfidf, seconds.
    """
    from lmcourse.data import corpora
    from lmcourse.evaluation.baselines import tfidf_classifier
    from lmcourse.finetuning.labels import with_wrong_labels
    from lmcourse.finetuning.run import FinetuneConfig, finetune

    train, test, runs = parts["train"].shuffle(seed=seed), parts["test"], list(runs)
    chosen_on = (parts["validation"]["text"][:], parts["validation"]["label"][:])  # TF-IDF's regularisation

    def plan(budget: int, wrong: int, learns: str) -> str:
        words = f"Next: {budget} labels, {wrong} % of them wrong, {learns} learns."
        return line(words) + (table(runs) if runs else "<p>No run yet.</p>")

    def work(tell, budget: int, wrong: int, learns: str) -> None:
        start = time.perf_counter()
        data = train.select(range(min(budget, len(train))))
        noisy = with_wrong_labels(data["label"][:], wrong / 100, len(labels), seed)
        with corpora.quiet():
            data = data.remove_columns("label").add_column("label", noisy)
        freeze = FREEZE[learns]
        # As many steps for few labels as for 400, so that labels are compared and not steps.
        epochs = 30 if freeze == "encoder" else min(20, max(3, round(1600 / len(data))))
        config = FinetuneConfig(encoder=encoder, freeze=freeze, epochs=epochs, max_length=64, seed=seed)
        rows = []

        def on_step(row: dict) -> bool:
            rows.append(row)
            return tell(lambda: losses(rows), row["seconds_left"])

        predictor, _ = finetune(config, data, labels, on_step=on_step)
        stopped = tell(lambda: losses(rows))
        tfidf = tfidf_classifier(data["text"][:], noisy, chosen_on).score(test["text"][:], test["label"][:])
        setting = {"labels": len(data), "wrong": wrong / 100, "learns": learns + (", stopped" if stopped else "")}
        row = figures(predictor, test, **setting, tfidf=float(tfidf))
        runs.append(row | {"seconds": time.perf_counter() - start})

    sizes = [n for n in (50, 100, 200, 400, 800, 1600, 3200) if n <= len(train)] or [len(train)]
    controls = {
        "budget": ipywidgets.Dropdown(
            description="labels", options=sizes, value=min(sizes, key=lambda n: abs(n - 400))
        ),
        "wrong": ipywidgets.IntSlider(description="wrong labels, %", value=0, min=0, max=50, step=5),
        "learns": ipywidgets.Dropdown(description="what learns", options=list(FREEZE), value="head and upper half"),
    }
    return LongRun("Pipeline board", controls, plan, work)


def losses(rows: list[dict]) -> str:
    """How a run stands: its training loss so far."""
    fig, ax = plots.figure(height=2.6)
    plots.history(ax, [row["step"] for row in rows], [row["loss"] for row in rows])
    last = rows[-1]
    ax.plot(last["step"], last["loss"], "o", color=plots.BLUE)
    ax.set(xlim=(0, max(10, 1.03 * last["step"])))
    ax.set_ylim(bottom=0)
    ax.set_title(f"step {last['step']}" + (f", epoch {last['epoch']:.1f}" if "epoch" in last else ""))
    return plots.html(fig, f"Training loss at step {last['step']}: {last['loss']:.2f} nats.")


def table(runs: list[dict], most: int = 8) -> str:
    """The runs so far as a figure, newest on top: the encoder with its interval, TF-IDF beside it."""
    shown = runs[-most:]
    fig, ax = plots.figure(height=1.3 + 0.55 * len(shown))
    for y, run in enumerate(shown):
        ax.hlines(y, *run["interval"], color=plots.BLUE)
    y, accuracy = range(len(shown)), [run["accuracy"] for run in shown]
    ax.plot(accuracy, y, "o", color=plots.BLUE, markersize=8, label="encoder, with 95 % interval")
    ax.plot([run["tfidf"] for run in shown], y, "s", color=plots.ORANGE, markersize=8, label="TF-IDF, same labels")
    setting = "{} labels, {:.0f} % wrong\n{}, {:.0f} s".format
    names = [setting(r["labels"], 100 * r["wrong"], r["learns"], r["seconds"]) for r in shown]
    ax.set_yticks(list(y), names)
    ax.set_ylim(-0.6, len(shown) - 0.4)
    ax.margins(x=0.1)
    ax.grid(axis="y", visible=False)
    ax.set(xlabel="test accuracy", title="Runs so far, the newest on top")
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    told = "; ".join(f"{n}: {r['accuracy']:.2f}, TF-IDF {r['tfidf']:.2f}" for n, r in zip(names, shown, strict=True))
    return plots.html(fig, f"Test accuracy of each run. {told}.")
