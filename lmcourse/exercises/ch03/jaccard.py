"""Chapter 03: Jaccard similarity by hand."""

from lmcourse.checks import Exercise, Specimen, number

WORDS = "You took the words only. The set also holds the pairs of neighbouring words."
PAIRS = "You took the pairs only. The set also holds the single words."
DICE = "That is twice the shared elements over the sum of both sizes (Dice's coefficient), not Jaccard's."
SUM = "You divided by both sizes added up, which counts the shared elements twice. Divide by the size of the union."
SMALLER = "You divided by the smaller set. Divide by the union of both."
LARGER = "You divided by the larger set. Divide by the union of both."

exercise = Exercise(
    id="03.jaccard",
    title="Jaccard similarity by hand",
    text="""
Take the sets of words and of pairs of neighbouring words of these two sentences. What is their Jaccard similarity?

- *the film was good*
- *the film was not good*
""",
    difficulty=1,
    minutes=5,
    stub="""
similarity = ...
""",
    hints=(
        "The first set has 7 elements: 4 words and 3 pairs. How many has the second?",
        "*was good* stands in the first sentence only; *not*, *was not* and *not good* in the second only.",
    ),
    solution="""
shared = 6  # the, film, was, good, the film, film was
union = 6 + 1 + 3
similarity = shared / union
""",
    why="""Six of ten elements are shared. So one little word moves a short sentence far below the usual threshold
of 0.8, which is as well here: the two sentences say the opposite.""",
    task=number(
        0.6, 0.005, mistakes={WORDS: 4 / 5, PAIRS: 2 / 5, DICE: 12 / 16, SUM: 6 / 16, SMALLER: 6 / 7, LARGER: 6 / 9}
    ),
    specimens=(
        Specimen(0.8, WORDS),
        Specimen(0.4, PAIRS),
        Specimen(0.75, DICE),
        Specimen(0.375, SUM),
        Specimen(6 / 7, SMALLER),
        Specimen(2 / 3, LARGER),
        Specimen(1.4, "too large"),
        Specimen("0.6", "a number"),
    ),
)
