"""Chapter 03: the expected share of test sentences whose copy stands in the training part."""

from lmcourse.checks import Exercise, Specimen, number

ALL_PAIRS = "20 % of the sentences have a copy somewhere. But the copy may have fallen into the test part too."
ONLY_PAIRS = "That is the chance of a test sentence *that has a copy*. Most test sentences have none."
SEPARATED = "That is the chance that a pair is torn apart. Asked is the share of test sentences that are touched."
TEST_SHARE = "You multiplied by the share of the test part. For a test sentence, the copy must stand in *training*."

exercise = Exercise(
    id="03.contaminated",
    title="how many test sentences are touched?",
    text="""
In a corpus, 20 % of the sentences come in pairs: a sentence and its near copy. All others stand alone. Someone ignores
this and draws 80 % of the sentences at random for training; the rest is the test part. Which **share of the test
sentences** has its copy in the training part? Give the expected share, between 0 and 1.
""",
    difficulty=2,
    minutes=5,
    stub="""
touched = ...
""",
    hints=(
        "Take one test sentence. What is the chance that it has a copy at all?",
        "Given that it has one: what is the chance that this copy was drawn for training?",
    ),
    solution="""
touched = 0.20 * 0.80  # it has a copy, and the copy was drawn for training
""",
    why="""The two events are independent, so the chances multiply. Nearly every sixth test sentence is one that
the model has seen: a larger training part makes it worse.""",
    task=number(0.16, 0.002, mistakes={ALL_PAIRS: 0.2, ONLY_PAIRS: 0.8, SEPARATED: 0.32, TEST_SHARE: 0.04}),
    specimens=(
        Specimen(0.2, ALL_PAIRS),
        Specimen(0.8, ONLY_PAIRS),
        Specimen(0.32, SEPARATED),
        Specimen(0.04, TEST_SHARE),
        Specimen(16, "too large"),
        Specimen(None.__class__, "a number"),
    ),
)
