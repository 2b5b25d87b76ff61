"""Chapter 06a: non-maximum suppression."""

from lmcourse.checks import Exercise, Specimen, function


def ordered(scores):
    return sorted(range(len(scores)), key=lambda i: -scores[i])


def suppress(scores, overlap, most):
    kept = []
    for i in ordered(scores):
        if all(overlap[i][j] <= most for j in kept):
            kept.append(i)
    return kept


def by_all(scores, overlap, most):
    order = ordered(scores)
    return [i for k, i in enumerate(order) if all(overlap[i][j] <= most for j in order[:k])]


def faintest(scores, overlap, most):
    return suppress([-score for score in scores], overlap, most)


def as_given(scores, overlap, most):
    return suppress([-i for i in range(len(scores))], overlap, most)


def last_only(scores, overlap, most):
    kept = []
    for i in ordered(scores):
        if not kept or overlap[i][kept[-1]] <= most:
            kept.append(i)
    return kept


def turned(scores, overlap, most):
    kept = []
    for i in ordered(scores):
        if all(overlap[i][j] > most for j in kept):
            kept.append(i)
    return kept


def strict(scores, overlap, most):
    return suppress(scores, overlap, most - 1e-9)


def some_overlaps(rng):
    n = rng.randint(4, 7)
    overlap = [[1.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i):
            overlap[i][j] = overlap[j][i] = round(rng.choice([0.0, 0.2, 0.6, 0.8]) + rng.random() / 10, 2)
    return [x / 100 for x in rng.sample(range(5, 100), n)], overlap, 0.5


ALL = (
    "You compare with every surer box, also with those that are gone. A box that was suppressed suppresses nothing: "
    "compare with those that were kept."
)
FAINT = "You begin with the least sure. The surest box stays first."
GIVEN = "You take the boxes as they come. Sort them by their scores, the surest first."
LAST = "You compare with the last one that was kept. Compare with *all* that were kept."
STRICT = "A box that overlaps by exactly `most` stays: it goes if it overlaps by *more*."
TURNED = "You keep what overlaps and drop what does not. Turn the comparison round."

exercise = Exercise(
    id="06a.surest_stays",
    title="the surest box stays",
    text="""
Several boxes may have found the same digit. `scores[i]` says how sure box `i` is, no two alike; `overlap[i][j]` is the
intersection over union of two boxes. The surest box stays. Then, from the next surest down: a box stays **if it
overlaps none of those that have stayed by more than `most`**. Return the numbers of those that stay, the surest first.
""",
    difficulty=2,
    minutes=8,
    stub='''
def suppress(scores, overlap, most):
    """The numbers of the boxes that stay, the surest first."""
    return ...
''',
    hints=(
        "Sort the numbers 0, 1, 2, … by their scores, the highest first.",
        "Keep a list of those that stay, and look at each next one against this list only.",
    ),
    solution='''
def suppress(scores, overlap, most):
    """The numbers of the boxes that stay, the surest first."""
    stay = []
    for i in sorted(range(len(scores)), key=scores.__getitem__, reverse=True):
        if all(overlap[i][j] <= most for j in stay):
            stay.append(i)
    return stay
''',
    why="It is called non-maximum suppression: what is not the maximum of its neighbourhood goes.",
    task=function(
        suppress,
        some_overlaps,
        mistakes={ALL: by_all, FAINT: faintest, GIVEN: as_given, LAST: last_only, TURNED: turned, STRICT: strict},
        fixed=(
            ([0.7, 0.9, 0.8], [[1.0, 0.1, 0.6], [0.1, 1.0, 0.6], [0.6, 0.6, 1.0]], 0.5),
            ([0.7, 0.9, 0.8], [[1.0, 0.6, 0.1], [0.6, 1.0, 0.1], [0.1, 0.1, 1.0]], 0.5),
            ([0.7, 0.9, 0.8], [[1.0, 0.5, 0.1], [0.5, 1.0, 0.6], [0.1, 0.6, 1.0]], 0.5),
        ),
        name="suppress",
    ),
    specimens=(
        Specimen(by_all, ALL),
        Specimen(faintest, FAINT),
        Specimen(as_given, GIVEN),
        Specimen(last_only, LAST),
        Specimen(turned, TURNED),
        Specimen(strict, STRICT),
        Specimen(lambda scores, overlap, most: [0], "right is"),
        Specimen(lambda scores, overlap, most: scores[99], "raised"),
        Specimen([1, 0], "a function is expected"),
    ),
)
