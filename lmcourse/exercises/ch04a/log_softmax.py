"""Chapter 04a: log-softmax that bears any logits."""

import numpy as np

from lmcourse.checks import Exercise, Specimen, each, function


def log_softmax(logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@np.errstate(all="ignore")
def naive(logits):
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


@np.errstate(all="ignore")
def softmax_first(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.log(powers / powers.sum(axis=1, keepdims=True))


@np.errstate(all="ignore")
def one_maximum(logits):
    shifted = logits - logits.max()
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@np.errstate(all="ignore")
def wrong_axis(logits):
    return log_softmax(logits.T).T


def probabilities(logits):
    return np.exp(log_softmax(logits))


def losses(logits):
    return -log_softmax(logits)


def no_logarithm(logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.exp(shifted).sum(axis=1, keepdims=True)


def some_arguments(rng):
    rows, columns, size = rng.randint(2, 4), rng.randint(2, 6), rng.choice([1, 5, 300, 1e4])
    return (np.array([[rng.uniform(-size, size) for _ in range(columns)] for _ in range(rows)]),)


def finite(got, logits):
    return "" if np.all(np.isfinite(np.asarray(got, float))) else "an infinity or a NaN stands in the result."


def normalised(got, logits):
    with np.errstate(all="ignore"):
        sums = np.exp(np.asarray(got, float)).sum(-1)
    return "" if np.allclose(sums, 1) else "the probabilities of a row do not sum to 1."


NAIVE = (
    "exp of a large logit is infinite, and exp of all-negative ones is 0 in every place. Subtract the row's maximum "
    "first: the result stays the same, and the largest exponent is 0."
)
SOFTMAX_FIRST = (
    "A probability that is too small becomes 0, and its logarithm −∞. Do not go by way of the probability: "
    "logit − maximum − ln Σ exp(logit − maximum)."
)
ONE_MAXIMUM = "You subtract the largest logit of the whole array. Each row needs its own maximum, with `keepdims=True`."
WRONG_AXIS = "You normalise over the rows. The classes of one row compete with each other: axis 1."
PROBABILITIES = "Those are the probabilities. Asked are their logarithms."
LOSSES = "The sign: those are −ln p, the losses. Asked is ln p, which is never above 0."
NO_LOGARITHM = "You subtract the sum of the exponentials. Subtract its logarithm."
FINITE, SUMS = "every number is finite", "exp of each row sums to 1"

exercise = Exercise(
    id="04a.log_softmax",
    title="log-softmax that bears ±10,000",
    text="""
Write log-softmax. `logits` is an array (N, C): a row for each question, a column for each class. Return an array of the
same shape: ln p of each class in its row. Logits may lie anywhere between −10,000 and 10,000; the result must be
finite.
""",
    difficulty=2,
    minutes=6,
    stub='''
import numpy as np


def log_softmax(logits):
    """ln p of every class, row by row."""
    return ...
''',
    hints=(
        "Take the logarithm of exp(z) / Σ exp(z) on paper before you write code: a difference of two terms is left.",
        "A constant added to all logits of a row changes nothing. Which constant makes the largest exponent 0?",
        "`logits.max(axis=1, keepdims=True)` is a column, which numpy subtracts from every column.",
    ),
    solution='''
import numpy as np


def log_softmax(logits):
    """ln p of every class, row by row."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
''',
    why="After the shift the sum lies between 1 and C, so that its logarithm is harmless whatever the logits are.",
    task=function(
        log_softmax,
        some_arguments,
        mistakes={
            NAIVE: naive,
            SOFTMAX_FIRST: softmax_first,
            ONE_MAXIMUM: one_maximum,
            WRONG_AXIS: wrong_axis,
            PROBABILITIES: probabilities,
            LOSSES: losses,
            NO_LOGARITHM: no_logarithm,
        },
        fixed=(
            (np.array([[2.0, 1.0, 0.0], [0.0, 0.0, 0.0]]),),
            (np.array([[1e4, 9999.0, -1e4], [-1e4, -9999.0, -1e4]]),),
        ),
        name="log_softmax",
        properties={FINITE: each(finite), SUMS: each(normalised)},
    ),
    specimens=(
        Specimen(naive, NAIVE),
        Specimen(naive, f"✗ {FINITE}"),
        Specimen(softmax_first, SOFTMAX_FIRST),
        Specimen(one_maximum, ONE_MAXIMUM),
        Specimen(wrong_axis, WRONG_AXIS),
        Specimen(wrong_axis, f"✗ {SUMS}"),
        Specimen(probabilities, PROBABILITIES),
        Specimen(losses, LOSSES),
        Specimen(no_logarithm, NO_LOGARITHM),
        Specimen(lambda logits: log_softmax(logits[:, ::-1]), "✗ the results are right"),
        Specimen(lambda logits: logits[0, 99], "raised"),
        Specimen(0.5, "a function is expected"),
    ),
)
