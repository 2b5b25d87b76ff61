"""Explorer: what a pretrained model puts into a gap, beside what is common anywhere."""

from html import escape

import ipywidgets
import numpy as np
import torch

from lmcourse.models.bert import BertForPreTraining
from lmcourse.widgets.explorer import Explorer, line
from lmcourse.widgets.review import bars

EXAMPLES = {
    "a preposition": "He was born [MASK] London.",
    "a verb": "The book [MASK] written by a young author.",
    "a meaning": "The film was so boring that I fell [MASK].",
    "two gaps": "The [MASK] of the country [MASK] elected.",
}
MOST = 3  # gaps


@torch.no_grad()
def guesses(model: BertForPreTraining, tokenizer, text: str, best: int = 5) -> list[list[tuple[str, float]]]:
    """For each [MASK] of a text the likeliest pieces with their probabilities."""
    device = model.mlm_bias.device
    ids = torch.tensor([tokenizer.encode(text).ids[: model.bert.config.max_length]], device=device)
    selected = ids == tokenizer.token_to_id("[MASK]")
    logits, _ = model.eval()(ids, selected=selected)
    found = logits.float().softmax(-1).topk(best)
    return [
        [(tokenizer.id_to_token(i), p) for i, p in zip(row.tolist(), shares.tolist(), strict=True)]
        for row, shares in zip(found.indices, found.values, strict=True)
    ]


def fill_mask(model: BertForPreTraining, tokenizer, shares: np.ndarray) -> Explorer:
    """The reader's sentence with gaps; `shares` (V) are the pieces' probabilities anywhere, the unigram."""
    text = ipywidgets.Text(EXAMPLES["a preposition"], description="Your sentence, with [MASK]")
    example = ipywidgets.Dropdown(options=list(EXAMPLES), description="Example")
    example.observe(lambda change: setattr(text, "value", EXAMPLES[change["new"]]), names="value")
    common = [(tokenizer.id_to_token(int(i)), float(shares[i])) for i in np.argsort(-shares)[:5]]

    def draw(example: str, text: str) -> str:
        found = guesses(model, tokenizer, text)[:MOST]
        if not found:
            return line("Write [MASK] where a word is missing.")
        said = "; ".join(f"gap {k}: {gap[0][0]} ({gap[0][1]:.1%})" for k, gap in enumerate(found, start=1))
        shown = [(f"gap {k}", gap) for k, gap in enumerate(found, start=1)] + [("anywhere", common)]
        columns = "".join(
            f"<div><p><b>{escape(name)}</b></p>{bars(*map(list, zip(*gap, strict=True)))}</div>" for name, gap in shown
        )
        pieces = " ".join(f"<code>{escape(piece)}</code>" for piece in tokenizer.encode(text).tokens)
        read = f"<p style='overflow-wrap:anywhere'>The model reads {pieces}</p>"
        return (
            line(f"Likeliest in {said}.") + read + f"<div style='display:flex;flex-wrap:wrap;gap:1.5em'>{columns}</div>"
        )

    return Explorer("Fill the gap", {"example": example, "text": text}, draw)
