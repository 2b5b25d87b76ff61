"""Explorer: a sentence as the model reads it in MLM, with what was hidden."""

from html import escape

import ipywidgets
import numpy as np

from lmcourse import plots
from lmcourse.pretraining.objectives import Vocabulary, mask_tokens
from lmcourse.widgets.explorer import Explorer, line

SENTENCE = "The students were reading a long and wonderfully written chapter about misunderstood languages."
LOOKS = {  # what became of a piece: colour and kind of its frame
    "hidden": (plots.ORANGE, "solid"),
    "replaced": (plots.PINK, "double"),
    "stays, but is asked": (plots.BLUE, "dashed"),
}


def fates(ids: np.ndarray, inputs: np.ndarray, selected: np.ndarray, mask: int) -> list[str]:
    """What became of each piece, in words; empty for those that were not selected."""
    words = np.where(inputs == mask, "hidden", np.where(inputs == ids, "stays, but is asked", "replaced"))
    return np.where(selected, words, "").tolist()


def chip(piece: str, was: str, fate: str) -> str:
    """One piece as a small label; below it what stood there, where the model is asked."""
    colour, kind = LOOKS.get(fate, ("transparent", "solid"))
    below = f"<br><small>{escape(was)}</small>" if fate else "<br><small>&nbsp;</small>"
    frame = f"border:2.5px {kind} {colour};border-radius:6px"
    style = f"display:inline-block;text-align:center;padding:0 5px;margin:2px;{frame}"
    return f"<span style='{style}' title='{fate}'><code>{escape(piece)}</code>{below}</span>"


def masking(tokenizer, text: str = SENTENCE) -> Explorer:
    """A text, the share that is selected, whole words or single pieces, and the throw of the dice."""
    vocabulary = Vocabulary.of(tokenizer)

    def draw(text: str, percent: int, whole: bool, throw: int) -> str:
        ids = np.array([tokenizer.encode(text).ids])
        inputs, selected = mask_tokens(ids, vocabulary, np.random.default_rng(throw), percent / 100, whole)
        told = fates(ids[0], inputs[0], selected[0], vocabulary.mask)
        pieces = [[tokenizer.id_to_token(i) for i in row.tolist()] for row in (inputs[0], ids[0])]
        chips = "".join(chip(*parts) for parts in zip(*pieces, told, strict=True))
        text_pieces = int((~vocabulary.special[ids]).sum())
        counts = ", ".join(f"{told.count(fate)} {fate}" for fate in LOOKS)
        share = f" ({selected.sum() / text_pieces:.0%})" if text_pieces else ""
        unit = "whole words" if whole else "single pieces"
        said = f"{percent} % of {unit}: {selected.sum()} of {text_pieces} pieces are selected{share}: {counts}."
        key = " · ".join(
            f"<span style='border:2.5px {kind} {colour};border-radius:6px;padding:0 5px'>{fate}</span>"
            for fate, (colour, kind) in LOOKS.items()
        )
        below = "<p>The upper line is what the model reads, the lower one what it is asked for.</p>"
        return line(said) + f"<div style='line-height:1.5'>{chips}</div>{below}<p>{key}</p>"

    controls = {
        "text": ipywidgets.Textarea(text, description="Your sentence", rows=2),
        "percent": ipywidgets.IntSlider(15, 0, 90, 5, description="selected, %"),
        "whole": ipywidgets.Checkbox(True, description="whole words"),
        "throw": ipywidgets.IntSlider(11, 0, 30, description="throw of the dice"),
    }
    return Explorer("Masking", controls, draw)
