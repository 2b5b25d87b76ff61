"""The concepts of section 2 as a graph: what each is, which code is it, and where the arrows lead."""

import inspect
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise

import ipywidgets

from lmcourse import plots
from lmcourse.widgets.book import chinese, table
from lmcourse.widgets.explorer import Explorer, clickable, line


@dataclass(frozen=True)
class Concept:
    """A box of the graph: its names, what it is, the code that is it, and where it is drawn."""

    name: str
    chinese: str
    meaning: str
    code: str  # module:object
    goes_in: str
    comes_out: str
    at: tuple[float, float]

    def source(self) -> tuple[str, str]:
        """The code, called with what, and the first sentence of its docstring."""
        module, name = self.code.split(":")
        found = getattr(import_module(module), name)
        return f"{module}.{name}({', '.join(inspect.signature(found).parameters)})", inspect.getdoc(found).splitlines()[
            0
        ]


CONCEPTS = {
    concept.name: concept
    for concept in (
        Concept(
            "data set", "数据集", "texts, with or without labels", "lmcourse.data.corpora:load",
            "a name", "rows: text, label, document", (0, 1),
        ),
        Concept(
            "pretraining", "预训练", "foretell what is hidden in text", "lmcourse.pretraining.run:pretrain",
            "text", "a folder with a trunk's weights", (1, 2),
        ),
        Concept(
            "fine-tuning", "微调", "go on with the labels of one task", "lmcourse.finetuning.run:finetune",
            "a trunk, and labelled texts", "a model that answers", (1, 0),
        ),
        Concept(
            "general knowledge", "通用知识", "what the pretrained trunk knows", "lmcourse.models.weights:load_encoder",
            "a folder", "the trunk: token ids (B, T) to vectors (B, T, D)", (2, 2),
        ),
        Concept(
            "specific knowledge", "特定知识", "what a task's labels added", "lmcourse.finetuning.heads:BertWithHead",
            "vectors (B, T, D)", "logits (B, C)", (2, 0.6),
        ),
        Concept(
            "transfer learning", "迁移学习", "use what was learnt elsewhere", "lmcourse.finetuning.run:build",
            "a trunk and the names of classes", "a trunk with a new head", (3, 1.3),
        ),
        Concept(
            "downstream task", "下游任务", "the task for which all this is done", "lmcourse.inference:evaluate",
            "a model, and texts that nobody learnt from", "a figure with its interval", (4, 0),
        ),
    )
}  # fmt: skip
DRAWN = (
    ("data set", "pretraining"),
    ("data set", "fine-tuning"),
    ("fine-tuning", "downstream task"),
    ("pretraining", "general knowledge"),
    ("fine-tuning", "specific knowledge"),
    ("general knowledge", "transfer learning"),
    ("specific knowledge", "transfer learning"),
)
MISSING = (("pretraining", "fine-tuning"), ("transfer learning", "downstream task"))


def way(arrows, start: str, end: str) -> list[str]:
    """The shortest way from one concept to another along the arrows; empty when there is none."""
    ways = [[start]]
    for found in ways:  # the list grows while it is read
        for a, b in arrows:
            if a == found[-1] and b not in found:
                ways.append([*found, b])
                if b == end:
                    return ways[-1]
    return []


def draw(ax, arrows, shown: list[str] = (), chosen: str = "") -> None:
    """The graph: the arrows that the document lacks are dashed, a way is thick, a chosen box is filled."""
    steps, boxes = list(pairwise(shown)), {}
    for name, concept in CONCEPTS.items():
        box = {
            "boxstyle": "round,pad=0.4",
            "facecolor": plots.SKY if name == chosen else plots.CARD,
            "edgecolor": plots.INK,
        }
        text = ax.text(*concept.at, name.replace(" ", "\n"), ha="center", va="center", fontsize=9, bbox=box)
        boxes[name] = text.get_bbox_patch()
    for a, b in arrows:
        colour = plots.ORANGE if (a, b) in steps else plots.GREY
        style = {"color": colour, "linewidth": 2.5 if (a, b) in steps else 1.3, "shrinkA": 2, "shrinkB": 2}
        style |= {"arrowstyle": "-|>", "linestyle": "--" if (a, b) in MISSING else "-"}
        style |= {"patchA": boxes[a], "patchB": boxes[b]}  # from edge to edge
        ax.annotate("", CONCEPTS[b].at, CONCEPTS[a].at, arrowprops=style)
    ax.set(xlim=(-0.5, 4.5), ylim=(-0.6, 2.6))
    ax.axis("off")


def in_words(arrows) -> str:
    """The arrows as text."""
    return "; ".join(f"{a} → {b}" for a, b in arrows)


def concept_explorer() -> Explorer:
    """Choose a concept, in the list or in the picture: what it is and which code.

    Tick arrows: does pretraining reach the task, and on which way?
    """

    def show(concept: str, weights: bool, into: bool) -> str:
        arrows = [*DRAWN, *(arrow for arrow, kept in zip(MISSING, (weights, into), strict=True) if kept)]
        found, c = way(arrows, "pretraining", "downstream task"), CONCEPTS[concept]
        told = (
            f"Pretraining reaches the task: {' → '.join(found)}." if found else "Pretraining does not reach the task."
        )
        signature, said = c.source()
        fig, ax = plots.figure(height=3.4)
        draw(ax, arrows, found, concept)
        rows = [
            ("what it is", c.meaning),
            ("in the document", chinese(c.chinese)),
            ("the code", signature),
            ("its first sentence", said),
            ("goes in", c.goes_in),
            ("comes out", c.comes_out),
        ]
        alt = f"The graph of section 2. {in_words(arrows)}. {told}"
        picture = clickable(fig, ax, alt, "concept", [each.at for each in CONCEPTS.values()])
        return line(f"{concept}: {c.meaning}. {told}") + picture + table(("", concept), rows)

    controls = {
        "concept": ipywidgets.Dropdown(description="concept", options=list(CONCEPTS)),
        "weights": ipywidgets.Checkbox(description="arrow: pretraining → fine-tuning", value=False),
        "into": ipywidgets.Checkbox(description="arrow: transfer learning → downstream task", value=False),
    }
    return Explorer("Where do the arrows lead?", controls, show)
