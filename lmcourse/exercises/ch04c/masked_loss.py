"""Chapter 04c: the MLM loss, at the selected positions only."""

import numpy as np

from lmcourse.checks import Exercise, Specimen, each, function


def log_softmax(logits):
    shifted = logits - logits.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


def nats(logits, targets):
    return -np.take_along_axis(log_softmax(logits), targets[:, None], 1)[:, 0]


def mlm_loss(logits, targets, positions):
    return nats(logits, targets)[positions].mean() if len(positions) else 0.0


def everywhere(logits, targets, positions):
    return nats(logits, targets).mean()


def over_all(logits, targets, positions):
    return nats(logits, targets)[positions].sum() / len(targets)


def summed(logits, targets, positions):
    return nats(logits, targets)[positions].sum()


def positive(logits, targets, positions):
    return -mlm_loss(logits, targets, positions)


def not_normalised(logits, targets, positions):
    return -logits[positions, targets[positions]].mean() if len(positions) else 0.0


def first_ones(logits, targets, positions):
    return nats(logits, targets)[: len(positions)].mean() if len(positions) else 0.0


def empty_nan(logits, targets, positions):
    return mlm_loss(logits, targets, positions) if len(positions) else float("nan")


def some_arguments(rng):
    places, pieces = rng.randint(4, 8), rng.randint(3, 6)
    logits = np.array([[rng.uniform(-4, 4) for _ in range(pieces)] for _ in range(places)])
    targets = np.array([rng.randrange(pieces) for _ in range(places)])
    return logits, targets, np.array(sorted(rng.sample(range(1, places), rng.randint(2, places - 2))))


def nothing_asked(got, logits, targets, positions):
    if len(positions):
        return ""
    return (
        "" if np.size(got) == 1 and float(np.ravel(got)[0]) == 0 else "nothing is asked: the loss must be 0, not NaN."
    )


EVERYWHERE = "You average over all positions. Those that were not selected show the model the answer: leave them out."
OVER_ALL = (
    "The unselected positions give 0, but you still count them: divide by the number of selected ones, or the loss "
    "falls when fewer words are masked."
)
SUMMED = "That is the sum. The mean over the selected positions does not grow with the length of the text."
POSITIVE = "The sign: ln p is negative, the loss is −ln p."
FIRST = "You take the first places of the text, as many as are asked. `positions` says which ones are."
NO_SOFTMAX = "You average the logits themselves. Turn them into ln p first: logit − ln Σ exp(logits)."
EMPTY = "where nothing is asked the loss is 0"

exercise = Exercise(
    id="04c.masked_loss",
    title="the loss at the selected positions",
    text="""
Write the MLM loss of one text. `logits` is an array (T, V): a row for each position, a column for each piece of the
vocabulary. `targets` (T) are the true pieces' numbers; `positions` are the numbers of the rows where the model is
asked. Return the mean of −ln p over **those** positions; 0 when there is none.
""",
    difficulty=2,
    minutes=8,
    stub='''
import numpy as np


def mlm_loss(logits, targets, positions):
    """Mean cross-entropy, in nats, over the selected positions."""
    return ...
''',
    hints=(
        "First ln p of every piece at every position: the logit minus the logarithm of the sum of the exponentials.",
        "`logs[positions, targets[positions]]` picks one entry of each asked row.",
        "The mean of nothing is NaN: ask first whether there is something to average.",
    ),
    solution='''
import numpy as np


def mlm_loss(logits, targets, positions):
    """Mean cross-entropy, in nats, over the selected positions."""
    if not len(positions):
        return 0.0
    logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return -logs[positions, targets[positions]].mean()
''',
    why="The package computes the logits at the selected positions only: the same number, for a seventh of the work.",
    task=function(
        mlm_loss,
        some_arguments,
        mistakes={
            EVERYWHERE: everywhere,
            OVER_ALL: over_all,
            SUMMED: summed,
            POSITIVE: positive,
            FIRST: first_ones,
            NO_SOFTMAX: not_normalised,
        },
        fixed=((np.array([[1.0, 0.0], [0.0, 3.0]]), np.array([0, 1]), np.array([], dtype=int)),),
        name="mlm_loss",
        properties={EMPTY: each(nothing_asked)},
    ),
    specimens=(
        Specimen(everywhere, EVERYWHERE),
        Specimen(over_all, OVER_ALL),
        Specimen(summed, SUMMED),
        Specimen(positive, POSITIVE),
        Specimen(first_ones, FIRST),
        Specimen(not_normalised, NO_SOFTMAX),
        Specimen(empty_nan, f"✗ {EMPTY}"),
        Specimen(
            lambda logits, targets, positions: mlm_loss(logits, targets, positions) / 2, "✗ the results are right"
        ),
        Specimen(lambda logits, targets, positions: logits[9, 9], "raised"),
        Specimen(0.5, "a function is expected"),
    ),
)
