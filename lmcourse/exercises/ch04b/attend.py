"""Chapter 04b: scaled dot-product attention."""

import numpy as np

from lmcourse.checks import Exercise, Specimen, function


def softmax(scores, axis=-1):
    powers = np.exp(scores - scores.max(axis, keepdims=True))
    return powers / powers.sum(axis, keepdims=True)


def attend(q, k, v):
    return softmax(q @ k.T / np.sqrt(q.shape[-1])) @ v


def without_root(q, k, v):
    return softmax(q @ k.T) @ v


def by_width(q, k, v):
    return softmax(q @ k.T / q.shape[-1]) @ v


def over_queries(q, k, v):
    return softmax(q @ k.T / np.sqrt(q.shape[-1]), axis=0) @ v


def over_all(q, k, v):
    scores = q @ k.T / np.sqrt(q.shape[-1])
    return softmax(scores.ravel()).reshape(scores.shape) @ v


def without_softmax(q, k, v):
    return q @ k.T / np.sqrt(q.shape[-1]) @ v


def only_weights(q, k, v):
    return softmax(q @ k.T / np.sqrt(q.shape[-1]))


def some_arguments(rng):
    queries, keys, width, value_width = rng.randint(2, 4), rng.randint(5, 7), rng.randint(2, 6), rng.randint(2, 4)

    def table(rows, columns):
        return np.array([[rng.gauss(0, 1.5) for _ in range(columns)] for _ in range(rows)])

    return table(queries, width), table(keys, width), table(keys, value_width)


NO_ROOT = "You do not divide the scores by √d. With wide vectors the softmax would then give one key nearly everything."
BY_WIDTH = "You divide by d. The scores spread as √d does: by d they become too small, and all weights nearly equal."
OVER_QUERIES = "Your softmax runs over the queries. Each query shares out its own attention: every *row* sums to 1."
OVER_ALL = "Your softmax runs over the whole table. Each query shares out its own attention: every row sums to 1."
NO_SOFTMAX = "You use the scores as weights. They may be negative, and do not sum to 1: softmax first."
WEIGHTS = "These are the weights. What attention gives is their sum of the values: multiply by v."

exercise = Exercise(
    id="04b.attend",
    title="attention in two lines",
    text="""
Write scaled dot-product attention. `q` (T, d) holds a query for each token that looks, `k` (K, d) and `v` (K, E) a key
and a value for each token that is looked at. Return softmax(q kᵀ / √d) v, an array (T, E). The softmax shares out
**each query's** attention over the keys.
""",
    difficulty=2,
    minutes=8,
    stub='''
import numpy as np


def attend(q, k, v):
    """What each query gathers from the values, (T, E)."""
    return ...
''',
    hints=(
        "The scores: `q @ k.T`, a row for each query and a column for each key. d is `q.shape[-1]`.",
        "softmax: exponentials, divided by the sum of their row (`axis=-1, keepdims=True`).",
        "The weights are (T, K), the values (K, E): one product gives (T, E).",
    ),
    solution='''
import numpy as np


def attend(q, k, v):
    """What each query gathers from the values, (T, E)."""
    scores = q @ k.T / np.sqrt(q.shape[-1])
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True) @ v
''',
    why="Taking the largest score of a row off changes no weight, and keeps the exponentials from overflowing.",
    task=function(
        attend,
        some_arguments,
        mistakes={
            NO_ROOT: without_root,
            BY_WIDTH: by_width,
            OVER_QUERIES: over_queries,
            OVER_ALL: over_all,
            NO_SOFTMAX: without_softmax,
            WEIGHTS: only_weights,
        },
        name="attend",
    ),
    specimens=(
        Specimen(without_root, NO_ROOT),
        Specimen(by_width, BY_WIDTH),
        Specimen(over_queries, OVER_QUERIES),
        Specimen(over_all, OVER_ALL),
        Specimen(without_softmax, NO_SOFTMAX),
        Specimen(only_weights, WEIGHTS),
        Specimen(lambda q, k, v: 2 * attend(q, k, v), "right is"),
        Specimen(lambda q, k, v: q @ v, "raised"),
        Specimen(1.0, "a function is expected"),
    ),
)
