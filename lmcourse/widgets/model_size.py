"""Explorer of chapter 01: the sizes of a model, and what follows: parameters, memory, operations, days."""

import ipywidgets

from lmcourse import plots
from lmcourse.models import sizes
from lmcourse.widgets.book import course_table, table
from lmcourse.widgets.explorer import Explorer, line

KINDS = ("BERT", "GPT")
WIDTHS = (128, 256, 512, 768, 1024, 2048, 4096, 8192, 12288)
VOCABULARIES = (8_192, 30_522, 50_257, 128_000)


def configuration(kind: str, layers: int, width: int, vocabulary: int):
    """The configuration of a BERT or a GPT of these sizes, with heads of 64 and a feed-forward part of 4 D."""
    from lmcourse.models.bert import BertConfig
    from lmcourse.models.gpt import GptConfig

    make = {"BERT": BertConfig, "GPT": GptConfig}[kind]
    return make(vocab_size=vocabulary, width=width, layers=layers, heads=width // 64, ff_width=4 * width)


def in_words(number: float) -> str:
    """A large number with a word for its size: 110 million."""
    for power, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if number >= power:
            return f"{number / power:.3g} {word}"
    return f"{number:,.0f}"


def model_size_explorer(utilisation: float = 0.4) -> Explorer:
    """Choose sizes, tokens and a device: what the model holds, what training it takes. No device but yours is here."""
    devices = {row["device"]: float(row["peak_tflops"]) for row in course_table("hardware")}

    def draw(kind: str, layers: int, width: int, vocabulary: int, tokens: float, device: str, number: int) -> str:
        config = configuration(kind, layers, width, vocabulary)
        parameters, found = sizes.count(config), 10.0**tokens
        operations = sizes.training_flops(parameters, found)
        days = sizes.training_days(operations, devices[device], number, utilisation)
        memory = sizes.training_bytes(parameters)
        said = (
            f"{in_words(parameters)} parameters. Weights in 2 bytes each: {2 * parameters / 1e9:.3g} GB; training in "
            f"float32 keeps {sum(memory.values()) / 1e9:.3g} GB. {in_words(found)} tokens take {operations:.2g} "
            f"operations: {days:.3g} days on {number} × {device} at {utilisation:.0%} of the peak (not run here)."
        )
        fig, (left, right) = plots.figure(columns=2, height=2.6)
        parts = {name: count / 1e6 for name, count in sizes.parts(config).items()}
        left.barh([*parts], [*parts.values()], color=plots.BLUE)
        left.set(title="parameters, millions")
        kept = {name: value / 1e9 for name, value in memory.items()}
        right.barh([*kept], [*kept.values()], color=plots.ORANGE)
        right.set(title="training keeps, GB")
        alt = "; ".join(f"{name} {value:.3g}" for name, value in (*parts.items(), *kept.items()))
        rows = [(name, f"{count:,}") for name, count in sizes.parts(config).items()]
        shown = table(("part", "parameters"), [*rows, ("all", f"{parameters:,}")])
        return line(said) + plots.html(fig, alt=alt) + shown

    controls = {
        "kind": ipywidgets.Dropdown(description="kind", options=KINDS),
        "layers": ipywidgets.IntSlider(description="layers", value=12, min=1, max=96),
        "width": ipywidgets.Dropdown(description="width", options=WIDTHS, value=768),
        "vocabulary": ipywidgets.Dropdown(description="vocabulary", options=VOCABULARIES, value=30_522),
        "tokens": ipywidgets.FloatSlider(description="tokens (power of ten)", value=9.5, min=6, max=13, step=0.5),
        "device": ipywidgets.Dropdown(description="device", options=list(devices), value="NVIDIA A100 SXM"),
        "number": ipywidgets.IntSlider(description="devices", value=8, min=1, max=1024),
    }
    return Explorer("From sizes to parameters, memory and days", controls, draw)
