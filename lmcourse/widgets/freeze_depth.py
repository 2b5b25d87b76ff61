"""Explorer: what a recipe of freezing lets learn, what it needs, and what it reached in the stored runs."""

import ipywidgets
import numpy as np

from lmcourse import plots
from lmcourse.finetuning.freezing import Freeze, parse_freeze
from lmcourse.finetuning.heads import BertWithHead
from lmcourse.widgets.explorer import Explorer

# float32 originals, as everywhere in the course: a weight, and where it learns also its gradient and Adam's two means
BYTES = {"weights": 4, "gradients": 4, "Adam": 8}


def parts(model: BertWithHead, freeze: Freeze) -> list[dict]:
    """The parts of a model from the bottom up: `{part, weights, learns}`; the pooler belongs to the head."""
    bert = model.bert
    learns = [not freeze.embeddings]
    learns += [not freeze.first <= i < freeze.end for i in range(len(bert.blocks))]
    names = ["embeddings", *(f"block {i}" for i in range(len(bert.blocks))), "pooler + head"]
    weights = [sum(w.numel() for w in module.parameters()) for module in (bert.embeddings, *bert.blocks)]
    weights.append(sum(w.numel() for module in (bert.pooler, model.head) for w in module.parameters()))
    rows = zip(names, weights, [*learns, True], strict=True)
    return [{"part": name, "weights": count, "learns": learnt} for name, count, learnt in rows]


def summary(model: BertWithHead, recipe: str) -> dict:
    """What a recipe means for a model: weights that learn, memory for training in MB, blocks that a step runs.

    What lies above the kept activations is run forward, and backward down to the lowest part that learns: through
    whatever is frozen above it.
    """
    layers = len(model.bert.blocks)
    freeze = parse_freeze(recipe, layers)
    rows = parts(model, freeze)
    total, learning = sum(row["weights"] for row in rows), sum(row["weights"] for row in rows if row["learns"])
    return {
        "recipe": recipe,
        "learning": learning,
        "share": learning / total,
        "megabytes": (total * BYTES["weights"] + learning * (BYTES["gradients"] + BYTES["Adam"])) / 1e6,
        "blocks": layers - (freeze.prefix or 0),
    }


def _stack(ax, rows: list[dict]) -> None:
    """The model as a stack, bottom first: what learns is filled, what is frozen is hatched."""
    for y, row in enumerate(rows):
        look = {"color": plots.ORANGE} if row["learns"] else {"facecolor": plots.GRID, "hatch": "///"}
        ax.barh(y, 1, height=0.82, edgecolor=plots.CARD, **look)
        told = f"{row['part']}: {row['weights'] / 1e6:.2f} M, {'learns' if row['learns'] else 'frozen'}"
        ink = "white" if row["learns"] else plots.INK
        ground = {"facecolor": plots.ORANGE if row["learns"] else plots.GRID, "edgecolor": "none", "pad": 1.5}
        ax.text(0.5, y, told, ha="center", va="center", color=ink, fontsize=9, bbox=ground)
    ax.set_axis_off()


def _scores(ax, rows: list[dict], recipe: str) -> str:
    """The stored accuracies of every recipe, the chosen one marked; returns what is told of that one."""
    runs = {}
    for row in rows:
        runs.setdefault(row["freeze"], []).append(row["validation"])
    runs = dict(sorted(runs.items(), key=lambda item: np.mean(item[1])))
    for y, (name, scores) in enumerate(runs.items()):
        colour = plots.ORANGE if name == recipe else plots.BLUE
        ax.plot(scores, [y] * len(scores), "o", color=colour, alpha=0.4, markeredgewidth=0)
        ax.plot(np.mean(scores), y, "D", color=colour, markersize=9 if name == recipe else 6)
    ax.set_yticks(range(len(runs)), runs)
    ax.set(xlabel="validation accuracy (diamond: mean)", ylabel="frozen")
    if recipe not in runs:
        return "This recipe has no stored run."
    return f"Stored runs: {np.mean(runs[recipe]):.3f} in the mean of {len(runs[recipe])} seeds."


def freeze_depth(model: BertWithHead, rows: list[dict]) -> Explorer:
    """The recipe by kind and depth; `rows` are those of the stored result 05a-freeze-depth."""
    layers = len(model.bert.blocks)

    def draw(kind: str, depth: int) -> str:
        depth = min(depth, layers)
        recipe = {"lowest": str(depth), "last": f"last:{depth}"}.get(kind, kind)
        if recipe in ("last:0", str(layers)):
            recipe = {"last:0": "none"}.get(recipe, "encoder")
        found = summary(model, recipe)
        fig, (left, right) = plots.figure(columns=2, height=3.6)
        _stack(left, parts(model, parse_freeze(recipe, layers)))
        left.set_title(f"freeze={recipe}")
        stored = _scores(right, rows, recipe)
        right.set_title("what was reached")
        told = (
            f"With freeze={recipe}, {found['learning']:,} weights learn ({found['share']:.1%}); training holds "
            f"{found['megabytes']:.0f} MB of weights, gradients and Adam's means; each step runs {found['blocks']} "
            f"of {layers} blocks, forward and backward. {stored}"
        )
        alt = f"Left: the model as a stack with what learns and what is frozen. Right: stored accuracies. {told}"
        return plots.html(fig, alt) + f"<p role='status'>{told}</p>"

    kinds = [
        ("the lowest layers", "lowest"),
        ("the last layers (the document)", "last"),
        ("nothing", "none"),
        ("the whole encoder: head only", "encoder"),
    ]
    controls = {
        "kind": ipywidgets.Dropdown(options=kinds, description="Freeze"),
        "depth": ipywidgets.IntSlider(
            min(3, layers), 0, layers, description="How many layers", continuous_update=False
        ),
    }
    return Explorer("Which part learns?", controls, draw)
