"""Explorer: does B follow A? The reader against a rule that only counts shared words."""

from collections.abc import Iterable
from html import escape

import ipywidgets
import numpy as np

from lmcourse.pretraining.baselines import Counts, OverlapRule, overlap
from lmcourse.pretraining.objectives import Batch, Vocabulary
from lmcourse.widgets.explorer import Explorer, line

UNSAID, ANSWERS = "not answered", ("B follows A", "B is from elsewhere")


def pairs(tokenizer, batches: Iterable[Batch], counts: Counts, rule: OverlapRule) -> list[dict]:
    """Each pair of some batches, unmasked: texts a and b, the label (0: B follows A), and the rule's answer."""
    vocabulary, found = Vocabulary.of(tokenizer), []
    for batch in batches:
        words = batch.ids.masked_scatter(batch.selected, batch.targets)
        shares = overlap(counts, batch, vocabulary)
        for i in np.flatnonzero(batch.label.numpy() >= 0).tolist():
            a, b = (
                tokenizer.decode(words[i][batch.mask[i] & (batch.segments[i] == segment)].tolist())
                for segment in (0, 1)
            )
            said = int(shares[i] < rule.threshold)
            found.append({"a": a, "b": b, "label": int(batch.label[i]), "rule": said, "shared": float(shares[i])})
    return found


def nsp_game(pairs: list[dict]) -> Explorer:
    """The pairs one after the other; what is answered is told, and the score kept for as long as the kernel runs."""
    given: dict[int, int] = {}
    number = ipywidgets.IntSlider(1, 1, len(pairs), description="pair")
    answer = ipywidgets.Dropdown(options=[UNSAID, *ANSWERS], description="your answer")

    def turn(change: dict) -> None:
        answer.value = [UNSAID, *ANSWERS][given.get(change["new"], -1) + 1]

    number.observe(turn, names="value")

    def draw(number: int, answer: str) -> str:
        pair = pairs[number - 1]
        if answer in ANSWERS:
            given[number] = ANSWERS.index(answer)
        shown = "".join(f"<p><b>{name.upper()}</b>&ensp;{escape(pair[name])}</p>" for name in ("a", "b"))
        if answer == UNSAID:
            return line(f"Pair {number} of {len(pairs)}: does B follow A?") + shown
        yours = sum(pairs[n - 1]["label"] == said for n, said in given.items())
        rules = sum(pairs[n - 1]["label"] == pairs[n - 1]["rule"] for n in given)
        right = "Right" if given.get(number) == pair["label"] else "Not so"
        told = (
            f"{right}: {ANSWERS[pair['label']]}. Shared words ({pair['shared']:.0%} of B): "
            f"{ANSWERS[pair['rule']]}. So far: you {yours} of {len(given)}, shared words {rules} of {len(given)}."
        )
        return line(told) + shown

    return Explorer("Does B follow A?", {"number": number, "answer": answer}, draw)
