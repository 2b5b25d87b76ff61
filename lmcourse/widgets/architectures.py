"""Explorer of chapter 07: two models of the papers side by side."""

import ipywidgets
import numpy as np

from lmcourse import plots
from lmcourse.models import sizes
from lmcourse.widgets.book import table
from lmcourse.widgets.explorer import Explorer, line

KINDS = {
    "BertConfig": ("encoder", "both directions"),
    "AlbertConfig": ("encoder", "both directions"),
    "GptConfig": ("decoder", "to the left only (causal)"),
    "Seq2SeqConfig": ("encoder–decoder", "encoder: both directions; decoder: to the left, and the encoder's text"),
    "VitConfig": ("encoder of image patches", "all patches"),
}
CONTEXTS = (16, 128, 512, 1024, 2048)


def facts(model: sizes.Published, context: int) -> dict[str, str]:
    """What the explorer says of a model, by name."""
    c = model.config
    kind, reads = KINDS[type(c).__name__]
    shared = hasattr(c, "embedding_width")
    vocabulary = f"{c.vocab_size:,}" if hasattr(c, "vocab_size") else "none"
    flops = sizes.flops(c, seen(model, context))
    return {
        "published": f"{model.year}, {model.source}",
        "kind": kind,
        "a token sees": reads,
        "layers × width (heads, feed-forward)": f"{c.layers} × {c.width:,} ({c.heads}, {c.ff_width:,})",
        "vocabulary": vocabulary + (f", vectors of width {c.embedding_width}" if shared else ""),
        "blocks that are stored": f"1, used {c.layers} times" if shared else str(sizes.uses(c)["feed-forward"]),
        "parameters, counted": f"{sizes.count(c):,}",
        "parameters, published": model.parameters + (f": {model.note}" if model.note else ""),
        "tokens of the text": f"{seen(model, context):,}",
        "operations a token": f"{sum(flops.values()) / 1e9:.3g} billion",
    }


def seen(model: sizes.Published, context: int) -> int:
    """The length of text that is looked at: what was asked for, as far as the model has positions."""
    c = model.config
    if type(c).__name__ == "VitConfig":  # all its patches, and the class token
        return c.length
    return min(context, getattr(c, "max_length", context))


def architecture_explorer(first: str = "BERT-base", second: str = "ALBERT-base") -> Explorer:
    """Choose two published models: their sizes, their parameters by part, what a token costs, and why counts differ."""
    models = {model.name: model for model in sizes.published()}

    def draw(first: str, second: str, context: int) -> str:
        chosen = [models[first], models[second]]
        names = [first, second] if first != second else [first, f"{second} (again)"]
        told = [facts(model, context) for model in chosen]
        counts = [sizes.count(model.config) for model in chosen]
        costs = [sum(sizes.flops(model.config, seen(model, context)).values()) for model in chosen]
        asked = f"{context:,} tokens"
        if short := {m.name: seen(m, context) for m in chosen if seen(m, context) != context}:
            asked += " (" + ", ".join(f"{name} reads {length:,}" for name, length in short.items()) + ")"
        words = (
            f"Texts of {asked}. "
            f"{first}: {counts[0] / 1e6:,.0f} million parameters, {costs[0] / 1e9:.3g} billion operations a token; "
            f"{second}: {counts[1] / 1e6:,.0f} million, {costs[1] / 1e9:.3g} billion. "
            f"That is {ratio(counts[1], counts[0])} the parameters and {ratio(costs[1], costs[0])} the operations."
        )
        rows = [(name, *(column[name] for column in told)) for name in told[0]]
        return line(words) + bars(names, chosen, context) + table(("", *names), rows)

    options = list(models)
    controls = {
        "first": ipywidgets.Dropdown(description="first model", options=options, value=first),
        "second": ipywidgets.Dropdown(description="second model", options=options, value=second),
        "context": ipywidgets.Dropdown(description="tokens of the text", options=CONTEXTS, value=512),
    }
    return Explorer("Two models side by side", controls, draw)


def ratio(second: float, first: float) -> str:
    """How many times, or which share."""
    times = second / first
    return f"{times:.3g} times" if times >= 1 else f"1/{1 / times:.3g} of"


def bars(names: list[str], chosen: list[sizes.Published], context: int) -> str:
    """Parameters by part, and operations of a token by part, of each model."""
    found = {
        "parameters, millions": [{k: v / 1e6 for k, v in sizes.parts(m.config).items()} for m in chosen],
        "operations a token, billions": [
            {k: v / 1e9 for k, v in sizes.flops(m.config, seen(m, context)).items()} for m in chosen
        ],
    }
    fig, axes = plots.figure(columns=2, height=3.2)
    alts = []
    for ax, (title, columns) in zip(axes, found.items(), strict=True):
        bottom = np.zeros(2)
        for i, part in enumerate(columns[0]):
            heights = np.array([column[part] for column in columns])
            hatch = ("", "//", "..", "xx")[i]  # colour is never the only difference
            ax.bar(names, heights, 0.6, bottom, color=plots.COLOURS[i], label=part, hatch=hatch, edgecolor=plots.CARD)
            bottom += heights
        ax.set_title(title)
        ax.grid(axis="x", visible=False)
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2, fontsize=8)
        alts += [
            f"{title}: {name}: " + ", ".join(f"{part} {value:.3g}" for part, value in column.items())
            for name, column in zip(names, columns, strict=True)
        ]
    return plots.html(fig, alt="; ".join(alts) + ".")
