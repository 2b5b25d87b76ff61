"""Chapter 04a: the gradient of the mean cross-entropy at the logits, with padding among the rows."""

import numpy as np

from lmcourse.checks import Exercise, Specimen, each, function


def softmax(logits, axis=1):
    powers = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def errors(p, labels):
    gradient, real = p.copy(), labels >= 0
    gradient[np.arange(len(labels)), labels] -= 1
    return np.where(real[:, None], gradient, 0)


def logit_gradient(logits, labels):
    return errors(softmax(logits), labels) / (labels >= 0).sum()


@np.errstate(all="ignore")
def no_shift(logits, labels):
    powers = np.exp(logits)
    return errors(powers / powers.sum(axis=1, keepdims=True), labels) / (labels >= 0).sum()


def wrong_axis(logits, labels):
    return errors(softmax(logits, axis=0), labels) / (labels >= 0).sum()


def double_minus(logits, labels):
    return -logit_gradient(logits, labels)


def over_padding(logits, labels):
    return errors(softmax(logits), labels) / len(labels)


def padding_kept(logits, labels):
    gradient = softmax(logits)
    gradient[np.arange(len(labels)), labels] -= 1
    return gradient / (labels >= 0).sum()


def summed(logits, labels):
    return errors(softmax(logits), labels)


def no_target(logits, labels):
    return np.where(labels[:, None] >= 0, softmax(logits), 0) / (labels >= 0).sum()


def some_arguments(rng):
    rows, classes = rng.randint(4, 7), rng.randint(3, 5)
    logits = np.array([[rng.uniform(-4, 4) for _ in range(classes)] for _ in range(rows)])
    labels = np.array([rng.randrange(classes) for _ in range(rows)])
    labels[rng.sample(range(rows), rng.randint(1, rows - 2))] = -1
    return logits, labels


def balanced(got, logits, labels):
    sums = np.asarray(got, float).sum(-1)
    return "" if np.allclose(sums, 0) else "the entries of a row must sum to 0: what one class gains the others lose."


def silent(got, logits, labels):
    asked = np.shape(got) != logits.shape or np.allclose(np.asarray(got)[labels < 0], 0)
    return "" if asked else "a row of padding has a gradient, although nothing is asked there."


NO_SHIFT = "exp of a large logit is infinite, and ∞/∞ is no number. Subtract the row's maximum first."
WRONG_AXIS = "Your softmax runs over the rows. The classes of one row compete: axis 1."
DOUBLE_MINUS = "The sign is turned: y − p points downhill. The gradient points uphill: p − y."
OVER_PADDING = "You divide by all rows. The mean is taken over the rows that have a label: padding does not count."
PADDING_KEPT = (
    "In rows of padding the label is −1, which numpy takes for the last class. They ask nothing: their gradient is 0."
)
SUMMED = "That is the gradient of the sum. The loss is a mean: divide by the number of rows that have a label."
NO_TARGET = "Those are the probabilities alone. Subtract 1 at the right class: p − y."
BALANCED, SILENT = "each row sums to 0", "padding gets no gradient"

exercise = Exercise(
    id="04a.logit_gradient",
    title="the gradient at the logits",
    text="""
The loss is the mean cross-entropy over the rows that have a label. `logits` is an array (N, C), `labels` (N) holds
class numbers, and −1 in rows of padding, which ask nothing. Return ∂loss/∂logits, an array (N, C). Logits may be as
large as 10,000. At least one row has a label.
""",
    difficulty=2,
    minutes=8,
    stub='''
import numpy as np


def logit_gradient(logits, labels):
    """The gradient of the mean cross-entropy at each logit."""
    return ...
''',
    hints=(
        "For one row the gradient is p − y, with y = 1 at the right class and 0 elsewhere.",
        "The gradient of a mean is the mean of the gradients. How many rows are averaged?",
        "`p[np.arange(N), labels] -= 1` subtracts y. Then set the rows to 0 where `labels < 0`.",
    ),
    solution='''
import numpy as np


def logit_gradient(logits, labels):
    """The gradient of the mean cross-entropy at each logit."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    gradient = powers / powers.sum(axis=1, keepdims=True)
    gradient[np.arange(len(labels)), labels] -= 1
    gradient[labels < 0] = 0
    return gradient / (labels >= 0).sum()
''',
    why="p − y in each row that is asked, divided by their number. Autograd finds the same in the next cell.",
    task=function(
        logit_gradient,
        some_arguments,
        mistakes={
            NO_SHIFT: no_shift,
            WRONG_AXIS: wrong_axis,
            DOUBLE_MINUS: double_minus,
            OVER_PADDING: over_padding,
            PADDING_KEPT: padding_kept,
            SUMMED: summed,
            NO_TARGET: no_target,
        },
        fixed=(
            (np.array([[1.0, 2.0, 0.0], [0.0, 0.0, 1.0], [3.0, 1.0, 2.0]]), np.array([1, -1, 0])),
            (np.array([[1e4, 0.0, 9999.0], [0.0, 1.0, 2.0], [1.0, 1.0, -1e4]]), np.array([2, 0, -1])),
        ),
        name="logit_gradient",
        properties={BALANCED: each(balanced), SILENT: each(silent)},
    ),
    specimens=(
        Specimen(no_shift, NO_SHIFT),
        Specimen(wrong_axis, WRONG_AXIS),
        Specimen(wrong_axis, f"✗ {BALANCED}"),
        Specimen(double_minus, DOUBLE_MINUS),
        Specimen(over_padding, OVER_PADDING),
        Specimen(padding_kept, PADDING_KEPT),
        Specimen(padding_kept, f"✗ {SILENT}"),
        Specimen(summed, SUMMED),
        Specimen(no_target, NO_TARGET),
        Specimen(lambda logits, labels: logit_gradient(logits, labels) / 2, "✗ the results are right"),
        Specimen(lambda logits: logits, "raised"),
        Specimen("p - y", "a function is expected"),
    ),
)
