"""Chapter 05b: four models in the order of their F1, which is not the order of their accuracy."""

from lmcourse.checks import Exercise, Specimen, order

COUNTS = {  # TP, FP, FN, TN of 1,000 texts, 100 of them positive
    "a": (95, 130, 5, 770),
    "b": (0, 0, 100, 900),
    "c": (50, 10, 50, 890),
    "d": (80, 60, 20, 840),
}
BALANCE = (
    "c before d is the order of accuracy, or of precision: c is right more often, thanks to the many true negatives. "
    "F1 does not count these, and c misses half of the positives. Compare 2·50 / (2·50 + 10 + 50) with d's."
)
RECALL = (
    "a before c is the order of recall: a finds nearly every positive. But of the texts it calls positive fewer than "
    "half are, and F1, a harmonic mean, is drawn towards the smaller of the two."
)
NEVER = (
    'b before a is the order of accuracy: b never says "positive" and is right on 900 of 1,000 texts. With TP = 0 its '
    "F1 is 0, however many true negatives there are."
)

exercise = Exercise(
    id="05b.rank_by_f1",
    title="the order of four models by F1",
    text="""
Four models judged the same 1,000 texts, of which 100 are positive. Put them in the order of their **F1**, the best
first.
""",
    difficulty=2,
    minutes=4,
    stub='answer = ...  # such as "abcd"',
    hints=(
        "F1 = 2 TP / (2 TP + FP + FN). Which of the four counts is not in it?",
        "The denominator is 2 TP plus all errors. Compute the four fractions; one of them needs no computing.",
    ),
    solution='answer = "dcab"',
    why=(
        "F1 is 160/240, 100/160, 190/325 and 0. By accuracy the order would be c, d, b, a: where positives are rare, "
        "the true negatives decide about the accuracy, and F1 looks away from them."
    ),
    task=order(
        {letter: "TP {}, FP {}, FN {}, TN {}".format(*counts) for letter, counts in COUNTS.items()},
        {("d", "c"): BALANCE, ("c", "a"): RECALL, ("a", "b"): NEVER},
    ),
    specimens=(
        Specimen("cdab", BALANCE),
        Specimen("cdba", BALANCE),
        Specimen("dacb", RECALL),
        Specimen("dabc", RECALL),
        Specimen("dcba", NEVER),
        Specimen("bcda", BALANCE),
        Specimen("dca", "give each of a, b, c, d once"),
    ),
)
