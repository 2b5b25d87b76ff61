"""Explorer of chapter 06a: ask a railway desk that is a GPT, at any temperature."""

from collections import Counter

import ipywidgets
import numpy as np
import torch

from lmcourse.applications import dialogue
from lmcourse.models.generation import sample
from lmcourse.models.gpt import Gpt
from lmcourse.widgets.book import table
from lmcourse.widgets.explorer import Explorer, line

TIMES = 8  # how often a question is asked


def railway_desk_explorer(model: Gpt, never: set[tuple[str, str]], seed: int = 0) -> Explorer:
    """Choose a question, a station and a temperature: the board, and the answers of eight times with what is right.

    `never` holds the pairs of station and kind of question that were kept from the model.
    """

    def drawn(board: int) -> tuple[dialogue.Train, ...]:
        return next(dialogue.random_dialogues(np.random.default_rng([seed, 4, board]))).board

    def draw(kind: str, station: str, temperature: int, board: int) -> str:
        rows = drawn(board)
        asked = dialogue.Dialogue(rows, kind, station if kind in dialogue.SLOTS else "", 0, 0)
        choose, words = torch.Generator().manual_seed(seed), dialogue.prompt(asked)
        made = dialogue.reply(model, [words] * TIMES, lambda logits: sample(logits, choose, temperature / 100))
        right = [" ".join(words) for words in dialogue.answers(asked)]
        counts = Counter(map(" ".join, made))
        good = sum(times for said, times in counts.items() if said in right)
        new = "never asked of this station in training" if (station, kind) in never else "asked in training too"
        question = dialogue.QUESTIONS[kind][0].format(s=station)
        told = f"“{question}” ({new}): {good} of {TIMES} answers are right, {len(counts)} different ones were given."
        given = [(said or "(nothing)", times, "✓" if said in right else "✗") for said, times in counts.most_common()]
        return line(told) + table(dialogue.Train._fields, rows) + table(("answer", "times", "right"), given)

    controls = {
        "kind": ipywidgets.Dropdown(description="question", options=list(dialogue.QUESTIONS)),
        "station": ipywidgets.Dropdown(
            description="station", options=list(dialogue.STATIONS), value=drawn(1)[0].station
        ),
        "temperature": ipywidgets.IntSlider(
            description="temperature in hundredths", value=100, min=10, max=400, step=10
        ),
        "board": ipywidgets.IntSlider(description="board number", value=1, min=1, max=50),
    }
    return Explorer("Ask the desk", controls, draw)
