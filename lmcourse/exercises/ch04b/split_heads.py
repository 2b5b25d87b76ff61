"""Chapter 04b: one wide vector becomes several narrow ones, one a head."""

import numpy as np

from lmcourse.checks import Exercise, Specimen, function


def split_heads(x, heads):
    return x.reshape(len(x), heads, -1).transpose(1, 0, 2)


def only_viewed(x, heads):
    return x.reshape(heads, len(x), -1)


def tokens_first(x, heads):
    return x.reshape(len(x), heads, -1)


def every_nth(x, heads):
    return x.reshape(len(x), -1, heads).transpose(2, 0, 1)


def turned(x, heads):
    return x.reshape(len(x), heads, -1).transpose(1, 2, 0)


def some_arguments(rng):
    tokens, heads, width = rng.randint(3, 6), rng.randint(2, 4), rng.randint(2, 5)
    values = [[rng.uniform(-9, 9) for _ in range(heads * width)] for _ in range(tokens)]
    return np.array(values), heads


VIEWED = (
    "The shape is right, the contents are not: `reshape` alone keeps the numbers in a row, so a head gets pieces of "
    "several tokens. Split the columns first, then exchange the axes (`transpose`, in torch `permute`)."
)
TOKENS_FIRST = "You have (T, H, d). The heads must stand in front, so that each head is a table (T, d) of its own."
EVERY_NTH = "Each head takes every H-th column. A head takes d columns that stand side by side."
TURNED = "Tokens and columns are exchanged: you have (H, d, T)."

exercise = Exercise(
    id="04b.split_heads",
    title="split a table into heads",
    text="""
`x` (T, D) holds a query for each of T tokens. Return an array (H, T, d) with d = D / H: head 0 gets the first d columns
of every token, head 1 the next d, and so on.
""",
    difficulty=2,
    minutes=6,
    stub='''
import numpy as np


def split_heads(x, heads):
    """Each head's part of every token, (H, T, d)."""
    return ...
''',
    hints=(
        "The columns of one token fall into H groups: (T, H, d). No number changes its place by that.",
        "Now exchange the first two axes. That is what `reshape` cannot do and `transpose` can.",
    ),
    solution='''
import numpy as np


def split_heads(x, heads):
    """Each head's part of every token, (H, T, d)."""
    return x.reshape(len(x), heads, -1).transpose(1, 0, 2)
''',
    why="With the heads in front one product of tables does all heads at once: (H, T, d) times (H, d, T).",
    task=function(
        split_heads,
        some_arguments,
        mistakes={VIEWED: only_viewed, TOKENS_FIRST: tokens_first, EVERY_NTH: every_nth, TURNED: turned},
        name="split_heads",
    ),
    specimens=(
        Specimen(only_viewed, VIEWED),
        Specimen(tokens_first, TOKENS_FIRST),
        Specimen(every_nth, EVERY_NTH),
        Specimen(turned, TURNED),
        Specimen(lambda x, heads: split_heads(x, heads)[::-1], "right is"),
        Specimen(lambda x, heads: x.reshape(heads, 7, 11, -1), "raised"),
        Specimen([1], "a function is expected"),
    ),
)
