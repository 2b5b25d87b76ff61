"""Explorers of chapter 08b: why a classifier says what it says of the reader's sentence; and secrets by repetition."""

from html import escape

import ipywidgets
import numpy as np

from lmcourse import plots
from lmcourse.applications.memorisation import SPACE, TIMES
from lmcourse.experiments import stored
from lmcourse.explain import comparison
from lmcourse.inference import Predictor
from lmcourse.widgets.explorer import Explorer, line

SENTENCE = "The plot is thin, but the actors are wonderful."


def attribution_explorer(predictor: Predictor, text: str = SENTENCE) -> Explorer:
    """Type a sentence and choose a method: each word with its share of the answer, in blue for it, orange against."""

    def draw(text: str, method: str, steps: int) -> str:
        if not text.strip():
            return line("Type a sentence about a film.")
        given = comparison.read(predictor, [text])
        if method == "integrated gradients":
            scores, gap = comparison.integrated(predictor.model, given, steps)
            left = f" For completeness {float(gap):+.3f} is missing, of {float(scores.sum() + gap):+.3f}."
        else:
            scores = comparison.METHODS[method](predictor.model, given)
            left = f" ({steps} steps are for integrated gradients only.)"
        kept = given.words[0]
        pieces = [predictor.tokenizer.id_to_token(i) for i in given.ids[0][kept].tolist()]
        if not pieces:
            return line("Type a sentence about a film.")
        scores = scores[0][kept].detach().numpy()
        said = predictor.probabilities([text])[0]
        best = int(scores.argmax())
        told = f"{predictor.labels[said.argmax()]}: {said.max():.1%}. Most for it by {method}: {pieces[best]} "
        told += f"({scores[best]:+.3f})"
        if scores.min() < 0:
            told += f"; most against it: {pieces[int(scores.argmin())]} ({scores.min():+.3f})"
        return line(f"{told}.{left}") + coloured(pieces, scores)

    controls = {
        "text": ipywidgets.Textarea(text, description="Your sentence", rows=2),
        "method": ipywidgets.Dropdown(
            options=list(comparison.METHODS), value="integrated gradients", description="Method"
        ),
        "steps": ipywidgets.IntSlider(16, 1, 64, description="Steps of integrated gradients"),
    }
    return Explorer("Why does it say that?", controls, draw)


def coloured(pieces: list[str], scores: np.ndarray) -> str:
    """Each piece with its figure below it; the ground is the stronger the larger the figure, of either sign."""
    largest, spans = max(float(np.abs(scores).max()), 1e-9), ""
    for piece, score in zip(pieces, scores.tolist(), strict=True):
        strength = 0.45 * abs(score) / largest
        colour = plots.BLUE if score >= 0 else plots.ORANGE
        ground = mixed(colour, strength)
        spans += (
            f"<span style='display:inline-block;text-align:center;padding:.2em .4em;margin:.1em;border-radius:4px;"
            f"color:{plots.INK};background:{ground}'>{escape(piece)}<br><small>{score:+.3f}</small></span>"
        )
    return f"<div style='background:{plots.CARD};padding:.5em;overflow-wrap:anywhere'>{spans}</div>"


def mixed(colour: str, strength: float) -> str:
    """So much of a colour on the card's ground."""
    ink, card = (np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)]) for code in (colour, plots.CARD))
    return "#" + "".join(f"{round(each):02x}" for each in strength * ink + (1 - strength) * card)


def exposure_explorer() -> Explorer:
    """Choose how often a secret stands in the training text: the exposure of each, and the guesses that are left."""
    rows, whole = stored("08b-secrets")["rows"], float(np.log2(SPACE))

    def draw(text: str, times: str) -> str:
        fig, ax = plots.figure(height=2.8)
        here = [value for row in rows if row["text"] == text for value in row["exposure"][times]]
        for at, often in enumerate(map(str, TIMES)):
            values = [value for row in rows if row["text"] == text for value in row["exposure"][often]]
            colour = plots.ORANGE if often == times else plots.BLUE
            ax.plot(at + np.linspace(-0.2, 0.2, len(values)), values, "o", color=colour, alpha=0.7)
        ax.axhline(whole, linestyle=":", color=plots.GREY)
        ax.set_xticks(range(len(TIMES)), TIMES)
        ax.set(xlabel="times planted", ylabel="exposure in bits", ylim=(-0.5, whole + 1))
        guesses, first = SPACE / 2 ** float(np.median(here)), sum(value > whole - 1e-6 for value in here)
        told = f"Planted {times} times, text {text}: of {len(here)} secrets {first} are the model's first guess; "
        told += (
            f"on average {np.mean(here):.1f} of {whole:.1f} bits are exposed, and half of the secrets are among the "
        )
        told += f"first {guesses:,.0f} guesses of {SPACE:,}."
        alt = f"Exposure of each secret by times planted, up to {whole:.1f} bits, the dotted line. {told}"
        return line(told) + plots.html(fig, alt=alt)

    controls = {
        "text": ipywidgets.Dropdown(options=["as it is", "deduplicated"], description="Training text"),
        "times": ipywidgets.Dropdown(options=[str(times) for times in TIMES], value="4", description="Times planted"),
    }
    return Explorer("How often must a secret be repeated?", controls, draw)
