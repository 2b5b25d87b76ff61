"""Chapter 04b: what the heads gathered becomes one vector a token again."""

import numpy as np

from lmcourse.checks import Exercise, Specimen, function


def merge_heads(heads):
    return heads.transpose(1, 0, 2).reshape(heads.shape[1], -1)


def only_viewed(heads):
    return heads.reshape(heads.shape[1], -1)


def mixed(heads):
    return heads.transpose(1, 2, 0).reshape(heads.shape[1], -1)


def averaged(heads):
    return heads.mean(0)


def summed(heads):
    return heads.sum(0)


def below(heads):
    return heads.reshape(-1, heads.shape[-1])


def some_arguments(rng):
    heads, tokens, width = rng.randint(2, 4), rng.randint(5, 7), rng.randint(2, 4)
    return (np.array([[[rng.uniform(-9, 9) for _ in range(width)] for _ in range(tokens)] for _ in range(heads)]),)


VIEWED = (
    "The shape is right, the contents are not: `reshape` alone (in torch `view`) puts pieces of several tokens into "
    "one row. Exchange the axes first, so that the token stands in front."
)
MIXED = "The columns of the heads are shuffled into each other. Side by side: all of head 0, then all of head 1."
AVERAGED = "You average the heads. They are put side by side, so that nothing of them is lost."
SUMMED = "You add the heads up. They are put side by side; the output matrix then mixes them."
BELOW = "You put the heads below each other. Each token has one row, with its heads side by side."

exercise = Exercise(
    id="04b.merge_heads",
    title="put the heads side by side",
    text="""
The other way round: `heads` (H, T, d) is what each head gathered for each token. Return an array (T, D) with D = H · d,
in which every token has what head 0 gathered for it, then what head 1 gathered, and so on.
""",
    difficulty=2,
    minutes=5,
    stub='''
import numpy as np


def merge_heads(heads):
    """Each token's heads side by side, (T, D)."""
    return ...
''',
    hints=(
        "It undoes `split_heads`: do its two steps backwards.",
        "First (T, H, d) by `transpose`, then one row a token by `reshape`.",
    ),
    solution='''
import numpy as np


def merge_heads(heads):
    """Each token's heads side by side, (T, D)."""
    return heads.transpose(1, 0, 2).reshape(heads.shape[1], -1)
''',
    why="A wrong `view` here raises no error, and the loss even falls, more slowly. Only a comparison finds it.",
    task=function(
        merge_heads,
        some_arguments,
        mistakes={VIEWED: only_viewed, MIXED: mixed, AVERAGED: averaged, SUMMED: summed, BELOW: below},
        name="merge_heads",
    ),
    specimens=(
        Specimen(only_viewed, VIEWED),
        Specimen(mixed, MIXED),
        Specimen(averaged, AVERAGED),
        Specimen(summed, SUMMED),
        Specimen(below, BELOW),
        Specimen(lambda heads: merge_heads(heads)[::-1], "right is"),
        Specimen(lambda heads: heads[99], "raised"),
    ),
)
