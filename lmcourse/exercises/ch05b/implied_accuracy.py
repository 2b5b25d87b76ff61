"""Chapter 05b: the accuracy that precision, recall and balance leave no choice about."""

from lmcourse.checks import Exercise, Specimen, number

PRECISION, RECALL = 0.84, 0.91
F1 = 2 * PRECISION * RECALL / (PRECISION + RECALL)
EXPECTED = 0.5 + RECALL / 2 - RECALL / 2 * (1 - PRECISION) / PRECISION

MEAN = (
    "That is the mean of precision and recall, and what comes out when 1 - precision is taken for the share of "
    "negatives that are false alarms. It is a share of the texts *called* positive: FP = TP (1 - P) / P."
)
HARMONIC = "That is F1. Near, by chance: F1 does not count the true negatives, accuracy does."
REPORTED = "That is what the table says. Compute what its other two figures say."

exercise = Exercise(
    id="05b.implied_accuracy",
    title="what accuracy follows from the other two?",
    text="""
A test set holds 100 positive and 100 negative texts. Recall is 0.91 and precision is 0.84, both taken as exact. How
many texts are true positives, how many false positives, how many true negatives? And so: what is the **accuracy**, to
three digits? (The counts may be fractions.)
""",
    difficulty=2,
    minutes=6,
    stub="answer = ...",
    hints=(
        "Recall gives TP at once. Precision is TP / (TP + FP): solve for FP.",
        "TP = 91, so TP + FP = 91 / 0.84. Every negative text that is no false positive is a true negative.",
    ),
    solution="""
tp = 91
fp = tp / 0.84 - tp
answer = (tp + 100 - fp) / 200
""",
    why="On a set whose balance is known, two of the three figures fix all four counts: the third has no freedom left.",
    task=number(EXPECTED, 0.0011, mistakes={MEAN: (PRECISION + RECALL) / 2, HARMONIC: F1, REPORTED: 0.88}),
    specimens=(
        Specimen((PRECISION + RECALL) / 2, MEAN),
        Specimen(F1, HARMONIC),
        Specimen(0.88, REPORTED),
        Specimen(0.91, "too large"),
        Specimen("0.868", "a number is expected"),
    ),
)
