"""Explorer: type a review, and see what a fine-tuned model makes of it."""

from html import escape

import ipywidgets

from lmcourse import plots
from lmcourse.inference import Predictor
from lmcourse.widgets.explorer import Explorer, line

# Each one asks the model something else; the first stands there at the start.
EXAMPLES = {
    "praise": "A warm and funny film, and the actors are wonderful.",
    "praise in negative words": "I did not want it to end.",
    "a negation": "This is not a warm and funny film.",
    "irony": "Two hours of my life well spent, if you like watching paint dry.",
    "a weather report": "Tomorrow: light rain in the north, 12 degrees.",
    "another language": "Ein warmer und lustiger Film.",
}


def bars(names: list[str], probabilities: list[float]) -> str:
    """A row a class: its name, a bar as long as its probability, and the figure."""
    rows = ""
    for i, (name, p) in enumerate(zip(names, probabilities, strict=True)):
        colour = plots.COLOURS[(i + 1) % 2] if len(names) == 2 else plots.COLOURS[i % len(plots.COLOURS)]
        bar = f"<div aria-hidden='true' style='width:{100 * p:.1f}%;height:1.1em;background:{colour}'></div>"
        rows += (
            f"<tr><th scope='row' style='text-align:left'>{escape(name)}</th>"
            f"<td style='width:18em'>{bar}</td><td style='text-align:right'>{p:.1%}</td></tr>"
        )
    return f"<table style='border-collapse:separate;border-spacing:.6em .3em'>{rows}</table>"


def review(predictor: Predictor) -> Explorer:
    """The classes' probabilities of a text as it is typed, or of an example; the text is shown only as text."""
    text = ipywidgets.Textarea(EXAMPLES["praise"], description="Your review", rows=3)
    example = ipywidgets.Dropdown(options=list(EXAMPLES), description="Example")
    example.observe(lambda change: setattr(text, "value", EXAMPLES[change["new"]]), names="value")

    def draw(example: str, text: str) -> str:
        if not text.strip():
            return line("Type a sentence about a film.")
        [probabilities] = predictor.probabilities([text])
        [ids] = predictor.tokens([text]).sequences
        # Each piece escaped by itself: whatever is typed appears as text.
        pieces = " ".join(f"<code>{escape(predictor.tokenizer.id_to_token(i))}</code>" for i in ids)
        told = f"<p style='overflow-wrap:anywhere'>The model reads {len(ids)} tokens: {pieces}</p>"
        best = line(f"{predictor.labels[probabilities.argmax()]}: {probabilities.max():.1%}")
        return best + bars(predictor.labels, probabilities.tolist()) + told

    return Explorer("Type a review", {"example": example, "text": text}, draw)
