"""Chapter 08a: the contrastive loss, both ways."""

import math

from lmcourse.checks import Exercise, Specimen, function


def one_way(logits):
    own = [math.log(sum(map(math.exp, row))) - row[i] for i, row in enumerate(logits)]
    return sum(own) / len(own)


def turned(logits):
    return [list(column) for column in zip(*logits, strict=True)]


def right(logits):
    return (one_way(logits) + one_way(turned(logits))) / 2


def rows_only(logits):
    return one_way(logits)


def columns_only(logits):
    return one_way(turned(logits))


def not_halved(logits):
    return 2 * right(logits)


def summed(logits):
    return right(logits) * len(logits)


def whole_matrix(logits):
    total = math.log(sum(math.exp(x) for row in logits for x in row))
    return sum(total - row[i] for i, row in enumerate(logits)) / len(logits)


def probabilities(logits):
    n = len(logits)
    shares = [math.exp(row[i]) / sum(map(math.exp, row)) for i, row in enumerate(logits)]
    back = [math.exp(row[i]) / sum(map(math.exp, row)) for i, row in enumerate(turned(logits))]
    return -(sum(shares) + sum(back)) / (2 * n)


def some_logits(rng):
    n = rng.randint(2, 5)
    return ([[round(rng.uniform(-3, 3), 2) for _ in range(n)] for _ in range(n)],)


ROWS = "You asked only which caption belongs to a picture. Ask the columns too: which picture belongs to a caption."
COLUMNS = "You normalised along the columns only. The rows ask which caption belongs to each picture."
HALVED = "You added the two directions. The loss is their mean."
SUMMED = "You added up over the pairs. Take the mean: the loss is not to grow with the batch."
WHOLE = "You normalised over the whole matrix. Each picture chooses among the captions of its own row."
SHARES = "You took the mean of the probabilities. The cross-entropy is the mean of −ln of each."

exercise = Exercise(
    id="08a.info_nce",
    title="the contrastive loss",
    text="""
`logits[i][j]` says how well picture $i$ and caption $j$ go together, for $n$ pairs; what belongs together stands on
the diagonal. Return the **mean of two cross-entropies**: over each row (which caption belongs to this picture?) and
over each column (which picture belongs to this caption?), each a mean over the $n$ pairs, in nats.
""",
    difficulty=2,
    minutes=8,
    stub='''
def contrastive(logits):
    """Half of each cross-entropy: along the rows and along the columns."""
    return ...
''',
    hints=(
        "The cross-entropy of a row is ln Σ exp(its logits) − the logit on the diagonal.",
        "Columns are the rows of the transposed matrix: `list(zip(*logits))`, or `.T` in numpy.",
    ),
    solution='''
import numpy as np

def contrastive(logits):
    """Half of each cross-entropy: along the rows and along the columns."""
    logits = np.array(logits)
    own = np.diag(logits)
    rows = np.log(np.exp(logits).sum(1)) - own
    columns = np.log(np.exp(logits).sum(0)) - own
    return (rows.mean() + columns.mean()) / 2
''',
    why="Each pair's wrong answers are the other pairs of the batch: nobody had to write down what does not fit.",
    task=function(
        right,
        some_logits,
        mistakes={
            ROWS: rows_only,
            COLUMNS: columns_only,
            HALVED: not_halved,
            SUMMED: summed,
            WHOLE: whole_matrix,
            SHARES: probabilities,
        },
        name="contrastive",
    ),
    specimens=(
        Specimen(rows_only, ROWS),
        Specimen(columns_only, COLUMNS),
        Specimen(not_halved, HALVED),
        Specimen(summed, SUMMED),
        Specimen(whole_matrix, WHOLE),
        Specimen(probabilities, SHARES),
        Specimen(0.5, "a function is expected"),
    ),
)
