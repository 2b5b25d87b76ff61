"""Explanations side by side: every method on many texts at once, and the two tests of `faithfulness` over them.

B texts, T tokens.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from lmcourse.explain import attributions, faithfulness
from lmcourse.finetuning.heads import BertWithHead
from lmcourse.inference import Predictor


@dataclass(frozen=True, eq=False)
class Given:
    """Texts as a model reads them, and what is to be explained of each."""

    ids: Int[Tensor, "B T"]
    mask: Bool[Tensor, "B T"]
    words: Bool[Tensor, "B T"]  # what may be masked: neither [CLS] nor [SEP] nor padding
    target: Int[Tensor, " B"]  # the class that the model says
    pad_id: int
    mask_id: int

    def row(self, i: int) -> "Given":
        """One text, without padding."""
        end = int(self.mask[i].sum())
        cut = (part[i : i + 1, :end] for part in (self.ids, self.mask, self.words))
        return Given(*cut, self.target[i : i + 1], self.pad_id, self.mask_id)


def read(predictor: Predictor, texts: Sequence[str]) -> Given:
    """The texts, and the class that the model gives each."""
    ids, mask = predictor.tokens(list(texts)).batch(list(range(len(texts))))
    first, last, hidden = (predictor.tokenizer.token_to_id(name) for name in ("[CLS]", "[SEP]", "[MASK]"))
    with torch.no_grad():
        target = predictor.model(ids, mask).argmax(1)
    words = mask & (ids != first) & (ids != last)
    return Given(ids, mask, words, target, predictor.model.bert.config.pad_id, hidden)


def integrated(model: BertWithHead, given: Given, steps: int = 12) -> tuple[Float[Tensor, "B T"], Float[Tensor, " B"]]:
    """Integrated gradients from a text that says nothing, and what is missing for completeness."""
    start = attributions.nothing_said(given.ids, ~given.words, given.pad_id)
    return attributions.integrated_gradients(model, given.ids, given.mask, given.target, start, steps)


@torch.no_grad()
def leave_one_out(model: BertWithHead, given: Given) -> Float[Tensor, "B T"]:
    """By how much the target's logit falls when one word alone is masked (Li, Monroe and Jurafsky 2016, section 3)."""
    found = torch.zeros(given.ids.shape)
    for i in range(len(given.ids)):
        text = given.row(i)
        places = text.words[0].nonzero()[:, 0]
        rows = text.ids.repeat(len(places) + 1, 1)
        rows[torch.arange(len(places)), places] = text.mask_id  # the last row stays whole
        logits = model(rows, torch.ones_like(rows, dtype=torch.bool))[:, text.target[0]]
        found[i, places] = logits[-1] - logits[:-1]
    return found


Method = Callable[[BertWithHead, Given], Float[Tensor, "B T"]]
METHODS: dict[str, Method] = {
    "attention": lambda model, given: attributions.attention_to_words(model, given.ids, given.mask),
    "gradient × input": lambda model, given: attributions.gradient_x_input(model, given.ids, given.mask, given.target),
    "integrated gradients": lambda model, given: integrated(model, given)[0],
    "leave one out": leave_one_out,
}
RANDOM = "random order"


def areas(predictor: Predictor, texts: Sequence[str], seed: int = 0) -> dict[str, dict[str, list[float]]]:
    """For each method, and a random order, the areas of the `deletion` and the `insertion` curve of every text."""
    given, model = read(predictor, texts), predictor.model
    scores = {name: method(model, given) for name, method in METHODS.items()}
    scores[RANDOM] = torch.rand(given.ids.shape, generator=torch.Generator().manual_seed(seed))
    found = {name: {"deletion": [], "insertion": []} for name in scores}
    for i in range(len(texts)):
        text = given.row(i)
        for name, all_scores in scores.items():
            order = all_scores[i : i + 1, : text.ids.shape[1]]
            for insert, values in zip((False, True), found[name].values(), strict=True):
                line = faithfulness.curve(
                    model, text.ids, order, text.words, int(text.target), text.mask_id, insert=insert
                )
                values.append(faithfulness.area(line))
    return found


def forgetting(predictor: Predictor, texts: Sequence[str], blocks: Sequence[int], seed: int = 0) -> dict:
    """For each method the likeness (mean rank correlation over texts) to its explanation of a model that forgot.

    One figure for each number of `blocks` that forget, counted from the top; the head and the pooler always do.
    """
    from scipy.stats import spearmanr

    given, model = read(predictor, texts), predictor.model
    before = {name: method(model, given) for name, method in METHODS.items()}
    found: dict[str, list[float]] = {name: [] for name in METHODS}
    for number in blocks:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            other = faithfulness.randomised(model, number)
        for name, method in METHODS.items():
            after = method(other, given)
            alike = [
                spearmanr(a[w].numpy(), b[w].numpy()).statistic
                for a, b, w in zip(before[name], after, given.words, strict=True)
                if w.sum() > 2
            ]
            found[name].append(float(np.nanmean(alike)))
    return found
