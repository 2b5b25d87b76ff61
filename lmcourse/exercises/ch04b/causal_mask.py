"""Chapter 04b: the mask that hides what comes later."""

import numpy as np

from lmcourse.checks import Exercise, Specimen, function


def causal_mask(tokens):
    return np.tril(np.ones((tokens, tokens), dtype=bool))


def inverted(tokens):
    return ~causal_mask(tokens)


def earlier_hidden(tokens):
    return causal_mask(tokens).T


def without_itself(tokens):
    return np.tril(np.ones((tokens, tokens), dtype=bool), -1)


def numbers(tokens):
    return np.tril(np.ones((tokens, tokens)))


def for_adding(tokens):
    return np.where(causal_mask(tokens), 0.0, -np.inf)


def next_too(tokens):
    return np.tril(np.ones((tokens, tokens), dtype=bool), 1)


INVERTED = "Your mask is turned round: True is to mean *may be seen*. So the first row has one True, the last row all."
EARLIER = "Your rows see what comes later. Rows are the tokens that look, columns those that are looked at."
ITSELF = "A token sees itself too. Without that the first token would see nothing, and its softmax would be 0/0."
NUMBERS = "Give True and False, not 1 and 0: `~mask` and `masked_fill` want truth values."
ADDING = "That is a table to be added to the scores. Asked is the mask itself, True where a key may be seen."
NEXT = "Your rows see one token too many: the next one, the very one that a causal model is to foretell."

exercise = Exercise(
    id="04b.causal_mask",
    title="hide what comes later",
    text="""
Write the causal mask of `tokens` tokens: an array (T, T) of truth values, **True where the token of the row may see the
token of the column**. A token sees itself and what stands before it.
""",
    difficulty=1,
    minutes=5,
    stub='''
import numpy as np


def causal_mask(tokens):
    """True where a row's token may see a column's, (T, T)."""
    return ...
''',
    hints=(
        "Row i, column j: True where j is at most i.",
        "`np.tril` keeps the lower triangle with the diagonal; `dtype=bool` makes truth values.",
    ),
    solution='''
import numpy as np


def causal_mask(tokens):
    """True where a row's token may see a column's, (T, T)."""
    return np.arange(tokens)[:, None] >= np.arange(tokens)
''',
    why="One triangle makes GPT of the same block that BERT has: the weights need not change, only what may be seen.",
    task=function(
        causal_mask,
        lambda rng: (rng.randint(3, 8),),
        mistakes={
            INVERTED: inverted,
            EARLIER: earlier_hidden,
            ITSELF: without_itself,
            NUMBERS: numbers,
            ADDING: for_adding,
            NEXT: next_too,
        },
        name="causal_mask",
    ),
    specimens=(
        Specimen(inverted, INVERTED),
        Specimen(earlier_hidden, EARLIER),
        Specimen(without_itself, ITSELF),
        Specimen(numbers, NUMBERS),
        Specimen(for_adding, ADDING),
        Specimen(next_too, NEXT),
        Specimen(lambda tokens: causal_mask(tokens + 1), "the shape"),
        Specimen(causal_mask(3), "a function is expected"),
    ),
)
