"""Chapter 05b: four figures from four counts, also where a denominator is zero."""

import math

from lmcourse.checks import Exercise, Specimen, each, function

NAMES = ("accuracy", "precision", "recall", "F1")


def share(above, below):
    return above / below if below else 0.0


def four_figures(tp, fp, fn, tn):
    return share(tp + tn, tp + fp + fn + tn), share(tp, tp + fp), share(tp, tp + fn), share(2 * tp, 2 * tp + fp + fn)


def below_the_line(tp, fp, fn, tn):
    return tp + fp + fn + tn, tp + fp, tp + fn, 2 * tp + fp + fn


def swapped(tp, fp, fn, tn):
    accuracy, precision, recall, f1 = four_figures(tp, fp, fn, tn)
    return accuracy, recall, precision, f1


def without_negatives(tp, fp, fn, tn):
    return share(tp, tp + fp + fn + tn), *four_figures(tp, fp, fn, tn)[1:]


def accuracy_for_precision(tp, fp, fn, tn):
    accuracy, _, recall, f1 = four_figures(tp, fp, fn, tn)
    return accuracy, accuracy, recall, f1


def specificity(tp, fp, fn, tn):
    accuracy, precision, _, f1 = four_figures(tp, fp, fn, tn)
    return accuracy, precision, share(tn, tn + fp), f1


def of_all_texts(tp, fp, fn, tn):
    accuracy, precision, _, f1 = four_figures(tp, fp, fn, tn)
    return accuracy, precision, share(tp, tp + fp + fn + tn), f1


def of_the_wrong(tp, fp, fn, tn):
    accuracy, _, recall, f1 = four_figures(tp, fp, fn, tn)
    return accuracy, share(tp, tp + fn + fp), recall, f1


def plain_mean(tp, fp, fn, tn):
    accuracy, precision, recall, _ = four_figures(tp, fp, fn, tn)
    return accuracy, precision, recall, (precision + recall) / 2


def jaccard(tp, fp, fn, tn):
    return *four_figures(tp, fp, fn, tn)[:3], share(tp, tp + fp + fn)


def of_the_others(tp, fp, fn, tn):
    return four_figures(tn, fn, fp, tp)


def unguarded(tp, fp, fn, tn):
    return (tp + tn) / (tp + fp + fn + tn), tp / (tp + fp), tp / (tp + fn), 2 * tp / (2 * tp + fp + fn)


def not_a_number(tp, fp, fn, tn):
    found = four_figures(tp, fp, fn, tn)
    return tuple(f if below else math.nan for f, below in zip(found, below_the_line(tp, fp, fn, tn), strict=True))


def some_counts(rng):
    return tuple(rng.randint(1, 60) for _ in range(4))


SWAPPED = "Precision and recall have changed places: precision divides by what was *called* positive, tp + fp."
NEGATIVES = "Your accuracy counts only the true positives as right; a true negative is right too."
ACCURACY = "Your precision is the accuracy. Precision looks only at what was *called* positive: tp and fp."
SPECIFICITY = "Your recall is that of the negatives, tn / (tn + fp), the specificity. Of the truly positive: tp and fn."
MEAN = "Your F1 is the plain mean of precision and recall. It is the harmonic one: 2PR / (P + R)."
JACCARD = "Your last figure is tp / (tp + fp + fn), Jaccard's index. F1 counts tp twice, above and below."
OTHERS = "Your figures are those of the *negative* class. Here the positive one is asked about."
FOUR = "four numbers are expected: (accuracy, precision, recall, F1)."
UNSEEN = "not to be seen before four numbers come back."


def read(got):
    """The four figures, or None when the result is something else."""
    try:
        figures = [float(value) for value in got]
    except (TypeError, ValueError):
        return None
    return figures if len(figures) == 4 else None


def figure(k):
    """The test of one figure, where its denominator is not zero."""

    def test(got, *counts):
        if read(got) is None:
            return FOUR if k == 0 else UNSEEN
        value, right = read(got)[k], four_figures(*counts)[k]
        fits = not below_the_line(*counts)[k] or math.isclose(value, right, abs_tol=1e-6)
        return "" if fits else f"{NAMES[k]} {value:.4g}; right is {right:.4g}."

    return each(test)


def zeros(got, *counts):
    if read(got) is None:
        return UNSEEN
    for name, value, below in zip(NAMES, read(got), below_the_line(*counts), strict=True):
        if below == 0 and value != 0:
            return f"{name} is 0/0 here; it counts as 0, not {value:g}."
    return ""


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
        "Accuracy is a share of all texts, precision of those called positive, recall of those truly positive. Which "
        "two counts make up each of the last two groups?",
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
        None,
        some_counts,
        mistakes={
            SWAPPED: swapped,
            NEGATIVES: without_negatives,
            ACCURACY: accuracy_for_precision,
            SPECIFICITY: specificity,
            MEAN: plain_mean,
            JACCARD: jaccard,
            OTHERS: of_the_others,
        },
        fixed=((3, 2, 1, 2), (0, 0, 4, 6), (0, 3, 0, 7), (0, 0, 0, 5)),
        name="four_figures",
        properties={f"the {name} is right": figure(k) for k, name in enumerate(NAMES)}
        | {"0/0 counts as 0": each(zeros)},
    ),
    specimens=(
        Specimen(swapped, SWAPPED),
        Specimen(without_negatives, NEGATIVES),
        Specimen(accuracy_for_precision, ACCURACY),
        Specimen(specificity, SPECIFICITY),
        Specimen(of_all_texts, "✗ the recall is right"),
        Specimen(of_the_wrong, "✗ the precision is right"),
        Specimen(plain_mean, MEAN),
        Specimen(jaccard, JACCARD),
        Specimen(of_the_others, OTHERS),
        Specimen(not_a_number, "it counts as 0, not nan"),
        Specimen(unguarded, "ZeroDivisionError"),
        Specimen(lambda tp, fp, fn, tn: tp / (tp + fp + fn + tn), FOUR),
        Specimen(lambda tp, fp, fn, tn: None, "forget to return"),
        Specimen(0.625, "a function is expected"),
    ),
)
