"""A small GPT that learns from sentences, says how likely others are, and writes some; and plain sentences for it.

N texts, B batch, T tokens.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from jaxtyping import Float
from tokenizers import Tokenizer
from torch import Tensor

from lmcourse.data.batches import by_length, by_tokens, pad
from lmcourse.data.tokenizer import encode, train_wordpiece
from lmcourse.models.generation import generate, sample
from lmcourse.models.gpt import Gpt, GptConfig
from lmcourse.models.layers import enlarge
from lmcourse.pretraining.induction import LARGER, nats
from lmcourse.pretraining.objectives import causal_loss
from lmcourse.training.loop import TrainingConfig, seed_everything, train

LONGEST = 48  # tokens of a text, its beginning and end included
BATCH = 32

# A name for each secret of `memorisation`.
NAMES = """anna bruno clara david elena felix greta hugo irene jonas karin lukas maria nils olga pavel
rosa simon tessa urs vera walter xenia yusuf zoe adam bella carlos""".split()  # noqa: SIM905
VERBS = "buys sells counts finds paints cleans carries wants".split()  # noqa: SIM905
THINGS = "rolls apples chairs books lamps boats stamps plates candles shirts bells maps".split()  # noqa: SIM905
TIMES = ("today", "on sunday", "in the morning", "after lunch", "every week", "at the market", "in spring", "at night")


def plain(n: int, rng: np.random.Generator) -> list[str]:
    """Sentences about names, numbers and things, such as "anna buys 3 rolls today"."""

    def one() -> str:
        verb, thing, when = (words[rng.integers(len(words))] for words in (VERBS, THINGS, TIMES))
        return f"{NAMES[rng.integers(len(NAMES))]} {verb} {rng.integers(10)} {thing} {when}"

    return [one() for _ in range(n)]


@dataclass
class Writer:
    """A GPT and its tokenizer; a text stands between [CLS] and [SEP]."""

    model: Gpt
    tokenizer: Tokenizer

    def sequences(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text."""
        return encode(self.tokenizer, texts, LONGEST, head_and_tail=False)[0]

    @torch.no_grad()
    def nats(self, texts: Sequence[str]) -> Float[np.ndarray, " N"]:
        """The mean nats of a token of each text, its end included: the less, the likelier the model finds it."""
        sequences, found = self.sequences(texts), np.empty(len(texts))
        for rows in by_tokens([*map(len, sequences)]):
            ids, mask = pad([sequences[i] for i in rows])
            found[rows] = ((nats(self.model, ids) * mask[:, 1:]).sum(1) / mask[:, 1:].sum(1)).numpy()
        return found

    def write(self, n: int, seed: int, most: int = 24) -> list[str]:
        """Texts drawn from the model."""
        first, last = (self.tokenizer.token_to_id(name) for name in ("[CLS]", "[SEP]"))
        choose = partial(sample, generator=torch.Generator().manual_seed(seed))
        start = torch.full((n, 1), first)
        ids = generate(lambda ids, cache: self.model(ids, cache=cache), start, most, choose, end=last)
        return [self.tokenizer.decode(row, skip_special_tokens=True) for row in ids.tolist()]


def learn(
    texts: Sequence[str],
    epochs: int,
    seed: int,
    tokenizer: Tokenizer | None = None,
    on_epoch: Callable[[Writer, int], object] = lambda writer, epoch: None,
) -> Writer:
    """A `Writer` that has read the texts `epochs` times; `on_epoch` sees it after each, and may end it with True."""
    seed_everything(seed)
    tokenizer = tokenizer or train_wordpiece(texts, 1000)
    model = Gpt(GptConfig(tokenizer.get_vocab_size(), 64, 2, 4, 256, LONGEST, dropout=0.0))
    enlarge(model, LARGER)
    writer = Writer(model, tokenizer)
    sequences = writer.sequences(texts)
    lengths = [*map(len, sequences)]
    batches = [rows for epoch in range(epochs) for rows in by_length(lengths, BATCH, seed, epoch)]
    steps = len(batches) // epochs

    def losses(model: Gpt, rows: list[int]) -> dict[str, Float[Tensor, ""]]:
        ids, mask = pad([sequences[i] for i in rows])
        return {"clm": causal_loss(model(ids), ids, mask)}

    def after(row: dict) -> object:
        return on_epoch(writer, row["step"] // steps) if row["step"] % steps == 0 else None

    train(model, batches, losses, TrainingConfig(len(batches), 3e-3, seed=seed), after)
    return writer
