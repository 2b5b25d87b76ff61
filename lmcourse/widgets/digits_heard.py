"""Explorer of chapter 06b: digits that the reader types, said by a voice made by rules, and what a recogniser hears."""

import ipywidgets
import numpy as np

from lmcourse import plots
from lmcourse.applications import speech
from lmcourse.errors import InputError
from lmcourse.widgets.explorer import Explorer, line

LONGEST = 6


def digits_of(typed: str) -> tuple[int, ...]:
    """The digits of what was typed. Errors: InputError when it is not one to six digits."""
    kept = "".join(typed.split())
    if not 1 <= len(kept) <= LONGEST or not kept.isascii() or not kept.isdigit():
        raise InputError("this cannot be said", repr(typed[:20]), f"type 1 to {LONGEST} digits, such as 407")
    return tuple(map(int, kept))


def digits_heard_explorer(model: speech.Recogniser, seed: int = 0) -> Explorer:
    """Type digits, choose a voice and a room: the spectrogram, the token of each 30 ms, and what that comes to."""

    def draw(typed: str, pitch: int, size: int, noise: int) -> str:
        digits = digits_of(typed)
        speaker = speech.Speaker(pitch, size / 100, 1.0, noise / 100)
        said = speech.say(digits, speaker, np.random.default_rng([seed, *digits]))
        best = speech.likeliest(model, [said.picture])[0]
        heard = [i - 1 for i in speech.collapse(best)]
        errors = speech.word_errors(digits, heard)
        text, back = " ".join(speech.english(digits)), " ".join(speech.english(heard)) or "nothing"
        fig, (top, low) = plots.figure(rows=2, height=1.9)
        spectrogram(top, said.picture)
        low.step(np.arange(len(best)) * 0.03, best, where="post", color=plots.BLUE)
        tokens = sorted({0, *best})  # a label where there is a peak
        low.set_yticks(tokens, ["blank", *speech.english([i - 1 for i in tokens[1:]])], fontsize=8)
        low.set(xlabel="seconds", ylim=(-0.5, 10.5), title="The likeliest token of each 30 ms")
        rate = f"{errors} word error{'s' * (errors != 1)}, a rate of {errors / len(digits):.2f}"
        told = f"Said: {text}. Heard: {back}. {rate}."
        path = " ".join("-" if i == 0 else str(i - 1) for i in best)
        return line(told) + plots.html(fig, alt=f"{told} Token of each 30 ms, - for the blank: {path}.")

    controls = {
        "typed": ipywidgets.Text(description="digits", value="407", placeholder="407"),
        "pitch": ipywidgets.IntSlider(description="pitch in Hz", value=120, min=70, max=260, step=10),
        "size": ipywidgets.IntSlider(description="resonances in % of the table's", value=100, min=80, max=125),
        "noise": ipywidgets.IntSlider(
            description="noise in % (learnt with up to 30)", value=10, min=0, max=150, step=5
        ),
    }
    return Explorer("What does the recogniser hear?", controls, draw)


def spectrogram(ax, picture: np.ndarray, title: str = "Log-mel spectrogram"):
    """A picture (T, M) with time to the right and the bands upwards."""
    seconds = len(picture) * speech.HOP / speech.RATE
    ax.imshow(picture.T, origin="lower", aspect="auto", cmap="magma", extent=(0, seconds, 0, speech.MELS))
    ax.set(xlabel="seconds", ylabel="mel band", title=title)
    ax.grid(visible=False)
    return ax
