"""Chapter 06c: average precision by hand."""

from lmcourse.checks import Exercise, Specimen, function


def ranked(labels, scores):
    return [label for _, label in sorted(zip(scores, labels, strict=True), reverse=True)]


def right(labels, scores):
    found = ranked(labels, scores)
    return sum(sum(found[: i + 1]) / (i + 1) for i, label in enumerate(found) if label) / sum(found)


def upwards(labels, scores):
    return right(labels, [-score for score in scores])


def as_given(labels, scores):
    return right(labels, [-i for i in range(len(labels))])


def all_places(labels, scores):
    found = ranked(labels, scores)
    return sum(sum(found[: i + 1]) / (i + 1) for i in range(len(found))) / len(found)


def by_rows(labels, scores):
    return right(labels, scores) * sum(labels) / len(labels)


def some_scores(rng):
    n = rng.randint(8, 15)
    labels = [1, 1, 0] + [int(rng.random() < 0.3) for _ in range(n - 3)]
    rng.shuffle(labels)
    return labels, rng.sample([i / 100 for i in range(100)], n)


UPWARDS = "You read from the lowest score up. The list begins with what looks most like fraud."
GIVEN = "You read the rows as they were given. Sort them by score first: the scores are never used otherwise."
ALL = "You took the mean over all places. Only the places where a positive stands count: there recall rises."
ROWS = "You divided by the number of rows. Divide by the number of positives: each is one step of recall."

exercise = Exercise(
    id="06c.average_precision",
    title="average precision by hand",
    text="""
`labels` holds 1 for a fraud and 0 for the rest, `scores` what a model says of each (no two alike). Read the rows from
the highest score down. At each fraud note the **precision** so far: frauds read, divided by rows read. Return the mean
of these notes.
""",
    difficulty=2,
    minutes=8,
    stub='''
def average_precision(labels, scores):
    """The mean, over the positives, of the precision down to each."""
    return ...
''',
    hints=(
        "Sort the labels by their scores, the highest first. Then the scores have done their work.",
        "Count the frauds as you go; at place i (from 1) with a fraud, note count / i.",
    ),
    solution='''
def average_precision(labels, scores):
    """The mean, over the positives, of the precision down to each."""
    found, notes = 0, []
    for place, (_, label) in enumerate(sorted(zip(scores, labels), reverse=True), start=1):
        found += label
        if label:
            notes.append(found / place)
    return sum(notes) / len(notes)
''',
    why="Recall rises by one step at each positive: the mean is the area under the steps of the curve.",
    task=function(
        right,
        some_scores,
        mistakes={UPWARDS: upwards, GIVEN: as_given, ALL: all_places, ROWS: by_rows},
        name="average_precision",
    ),
    specimens=(
        Specimen(upwards, UPWARDS),
        Specimen(as_given, GIVEN),
        Specimen(all_places, ALL),
        Specimen(by_rows, ROWS),
        Specimen(0.5, "a function is expected"),
    ),
)
