"""Chapter 05b: the same model where positives are rare."""

from lmcourse.checks import Exercise, Specimen, number

RECALL, FALSE_RATE, SHARE = 0.9, 0.1, 0.05
EXPECTED = RECALL * SHARE / (RECALL * SHARE + FALSE_RATE * (1 - SHARE))

SAME = (
    "You kept the figure of a balanced set. Where positives are rare, most of the texts can only become false "
    'alarms: count both kinds of text called "positive" again, out of 1,000.'
)
RECALL_SAID = "That is the share of the positives that are found times their share of the texts: TP as a share of all."
ODDS = "That is TP / FP. Precision is TP / (TP + FP)."
ACCURACY = "That is the number of texts called positive, as a share of all; which part of *those* is right?"

exercise = Exercise(
    id="05b.precision_when_rare",
    title="the same model, where positives are rare",
    text="""
A model finds 90 % of the positive texts and raises a false alarm on 10 % of the negative ones. On a balanced test set
its precision is 0.90. Now it is used where **5 %** of the texts are positive. What is its precision there, to two
digits?
""",
    difficulty=2,
    minutes=4,
    stub="answer = ...",
    hints=(
        "Take 1,000 texts: how many are positive, and how many of these are found?",
        "50 are positive, 45 of them are found. 950 are negative: how many false alarms do they give?",
    ),
    solution="answer = 0.9 * 50 / (0.9 * 50 + 0.1 * 950)",
    why=(
        "Of 1,000 texts 45 are found and 95 are false alarms: 45 / 140. Recall and the rate of false alarms belong to "
        "the model; precision belongs to the model *and* the share of positives."
    ),
    task=number(
        EXPECTED,
        0.006,
        mistakes={
            SAME: 0.9,
            RECALL_SAID: RECALL * SHARE,
            ODDS: RECALL * SHARE / (FALSE_RATE * (1 - SHARE)),
            ACCURACY: RECALL * SHARE + FALSE_RATE * (1 - SHARE),
        },
    ),
    specimens=(
        Specimen(0.9, "figure of a balanced set"),
        Specimen(0.045, "TP as a share of all"),
        Specimen(0.47, "TP / FP"),
        Specimen(0.14, "which part of *those*"),
        Specimen(0.6, "too large"),
        Specimen("32 %", "a number is expected"),
    ),
)
