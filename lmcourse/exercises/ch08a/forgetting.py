"""Chapter 08a: average forgetting."""

from lmcourse.checks import Exercise, Specimen, function


def right(r):
    k = len(r)
    return sum(max(r[i][j] for i in range(k - 1)) - r[-1][j] for j in range(k - 1)) / (k - 1)


def with_last(r):
    k = len(r)
    return sum(max(row[j] for row in r) - r[-1][j] for j in range(k)) / k


def turned(r):
    return -right(r)


def diagonal(r):
    k = len(r)
    return sum(r[j][j] - r[-1][j] for j in range(k - 1)) / (k - 1)


def last_step(r):
    k = len(r)
    return sum(r[-2][j] - r[-1][j] for j in range(k - 1)) / (k - 1)


def summed(r):
    return right(r) * (len(r) - 1)


def some_matrix(rng):
    k = rng.randint(3, 5)
    return ([[round(rng.uniform(0.2, 1.0), 3) for _ in range(k)] for _ in range(k)],)


LAST = "You counted the last task as well. Nothing came after it, so nothing of it can have been forgotten."
TURNED = "The sign is turned over: forgetting is what was lost, best before minus now."
DIAGONAL = "You compared with the accuracy just after it was learnt. The best may have come later: take the maximum."
STEP = "You compared with one step before. What was lost earlier is missing: take the best of all times before the end."
SUMMED = "You added it up. Divide by the number of tasks that can be forgotten."

exercise = Exercise(
    id="08a.forgetting",
    title="average forgetting",
    text="""
`r[i][j]` is the accuracy on task $j$ after task $i$ has been learnt, for $K$ tasks in their order. A task is forgotten
by as much as it is worse **in the end** than **at its best before the end**. Return the mean of that over the tasks
which can be forgotten: all but the last (Chaudhry et al. 2018).
""",
    difficulty=2,
    minutes=6,
    stub='''
def forgetting(r):
    """Mean, over all tasks but the last, of the best accuracy before the end minus that in the end."""
    return ...
''',
    hints=(
        "First for task 0: its column without the last row, of which the largest; and the last row's figure.",
        "With numpy: `r[:-1, :-1].max(0)` are the best figures, `r[-1, :-1]` those in the end.",
    ),
    solution='''
def forgetting(r):
    """Mean, over all tasks but the last, of the best accuracy before the end minus that in the end."""
    k = len(r)
    lost = [max(r[i][j] for i in range(k - 1)) - r[k - 1][j] for j in range(k - 1)]
    return sum(lost) / (k - 1)
''',
    why="It may even be negative: later tasks can help earlier ones. Read it with the accuracy, never alone.",
    task=function(
        right,
        some_matrix,
        mistakes={LAST: with_last, TURNED: turned, DIAGONAL: diagonal, STEP: last_step, SUMMED: summed},
        name="forgetting",
    ),
    specimens=(
        Specimen(with_last, LAST),
        Specimen(turned, TURNED),
        Specimen(diagonal, DIAGONAL),
        Specimen(last_step, STEP),
        Specimen(summed, SUMMED),
        Specimen(0.5, "a function is expected"),
    ),
)
