"""Chapter 05b: four figures from four counts, also where a denominator is zero."""

from lmcourse.checks import Exercise, Specimen, function


def share(above, below):
    return above / below if below else 0.0


def four_figures(tp, fp, fn, tn):
    return share(tp + tn, tp + fp + fn + tn), share(tp, tp + fp), share(tp, tp + fn), share(2 * tp, 2 * tp + fp + fn)


def swapped(tp, fp, fn, tn):
    accuracy, precision, recall, f1 = four_figures(tp, fp, fn, tn)
    return accuracy, recall, precision, f1


def without_negatives(tp, fp, fn, tn):
    return share(tp, tp + fp + fn + tn), *four_figures(tp, fp, fn, tn)[1:]


def plain_mean(tp, fp, fn, tn):
    accuracy, precision, recall, _ = four_figures(tp, fp, fn, tn)
    return accuracy, precision, recall, (precision + recall) / 2


def jaccard(tp, fp, fn, tn):
    return *four_figures(tp, fp, fn, tn)[:3], share(tp, tp + fp + fn)


def of_the_others(tp, fp, fn, tn):
    return four_figures(tn, fn, fp, tp)


def unguarded(tp, fp, fn, tn):
    return (tp + tn) / (tp + fp + fn + tn), tp / (tp + fp), tp / (tp + fn), 2 * tp / (2 * tp + fp + fn)


def some_counts(rng):
    return tuple(rng.randint(1, 60) for _ in range(4))


SWAPPED = "Precision and recall have changed places: precision divides by what was *called* positive, tp + fp."
NEGATIVES = "Your accuracy counts only the true positives as right; a true negative is right too."
MEAN = "Your F1 is the plain mean of precision and recall. It is the harmonic one: 2PR / (P + R)."
JACCARD = "Your last figure is tp / (tp + fp + fn), Jaccard's index. F1 counts tp twice, above and below."
OTHERS = "Your figures are those of the *negative* class. Here the positive one is asked about."

exercise = Exercise(
    id="05b.metrics_from_counts",
    title="four figures from four counts",
    text="""
Write a function that takes the four counts of a confusion matrix (true positives, false positives, false negatives,
true negatives) and returns the tuple **(accuracy, precision, recall, F1)**. Where a figure would be 0/0, it counts as
0: a classifier that never says "positive" has no precision, and libraries by convention print a zero.
""",
    difficulty=1,
    minutes=6,
    stub='''
def four_figures(tp, fp, fn, tn):
    """(accuracy, precision, recall, F1) of the positive class; 0/0 counts as 0."""
    return ...
''',
    hints=(
        "Each figure is a share: say in words of *what* it is a share, and that is its denominator.",
        "Precision divides by tp + fp (called positive), recall by tp + fn (truly so), F1 = 2tp / (2tp + fp + fn).",
        "A small inner function `share(above, below)` that returns 0.0 when `below` is 0 keeps the rest short.",
    ),
    solution='''
def four_figures(tp, fp, fn, tn):
    """(accuracy, precision, recall, F1) of the positive class; 0/0 counts as 0."""

    def share(above, below):
        return above / below if below else 0.0

    everything = tp + fp + fn + tn
    return share(tp + tn, everything), share(tp, tp + fp), share(tp, tp + fn), share(2 * tp, 2 * tp + fp + fn)
''',
    why="Three of the four figures leave the true negatives out: only accuracy knows how many there are.",
    task=function(
        four_figures,
        some_counts,
        mistakes={
            SWAPPED: swapped,
            NEGATIVES: without_negatives,
            MEAN: plain_mean,
            JACCARD: jaccard,
            OTHERS: of_the_others,
        },
        fixed=((3, 2, 1, 2), (0, 0, 4, 6), (0, 3, 0, 7), (5, 0, 0, 0)),
        name="four_figures",
    ),
    specimens=(
        Specimen(swapped, SWAPPED),
        Specimen(without_negatives, NEGATIVES),
        Specimen(plain_mean, MEAN),
        Specimen(jaccard, JACCARD),
        Specimen(of_the_others, OTHERS),
        Specimen(unguarded, "ZeroDivisionError"),
        Specimen(lambda tp, fp, fn, tn: None, "forget to return"),
        Specimen(0.625, "a function is expected"),
    ),
)
