"""Chapter 03: the steps in an order in which nothing leaks."""

from lmcourse.checks import Exercise, Specimen, order

OPTIONS = {
    "a": "draw training, validation and test part, group by group",
    "b": "measure the accuracy on the test part",
    "c": "standardise: take mean and deviation of the training part, scale all parts by them",
    "d": "clean: Unicode, markup",
    "e": "keep the `C` that is best on the validation part",
    "f": "join near copies and the rows of one document into groups",
    "g": "train a classifier for each of several `C` on the training part",
}
HIDDEN = (
    "Markup hides copies: `good<br />film` and `good film` are alike only when they are clean. Clean before you join."
)
TORN = "The split is drawn group by group: without the groups, copies and documents are torn apart. A leak of texts."
DOCUMENT = (
    "That is the document's order: standardise, then split. The scale then knows the later test part. A leak, if "
    "mostly a small one."
)
SCALE = "The classifier is trained on standardised numbers: the scale must be there before."
NOTHING = "There is nothing to choose from yet: first train a classifier for each `C`."
USED_UP = (
    "When the test part has been looked at, a choice that comes after it may be made by it. Choose first: the test "
    "part has the last word, once."
)

exercise = Exercise(
    id="03.pipeline_order",
    title="seven steps in order",
    text="""
Here are the steps from raw texts to a number that one may believe, mixed up. Put them in order, so that nothing leaks.
(The encoder that turns texts into numbers was pretrained elsewhere; it is frozen, and reads where you need it.)
""",
    difficulty=2,
    minutes=4,
    stub='seven_steps = ...  # such as "abcdefg"',
    hints=(
        "What is a fixed rule for each text may stand before the split; what is fitted or chosen must stand behind it.",
        "Three steps come before anything is fitted: two prepare the draw, one draws.",
        "At the end stand: train, choose, measure. Each of the three uses another part of the data.",
    ),
    solution='seven_steps = "dfacgeb"',
    why="""Before the split stand fixed rules and what the split needs; behind it, everything that is fitted (on the
training part) or chosen (on the validation part); and at the very end the test part, once.""",
    task=order(
        OPTIONS,
        {
            ("d", "f"): HIDDEN,
            ("f", "a"): TORN,
            ("a", "c"): DOCUMENT,
            ("c", "g"): SCALE,
            ("g", "e"): NOTHING,
            ("e", "b"): USED_UP,
        },
    ),
    specimens=(
        Specimen("fdacgeb", HIDDEN),
        Specimen("dafcgeb", TORN),
        Specimen("dcfageb", DOCUMENT),
        Specimen("dfagceb", SCALE),
        Specimen("dfacegb", NOTHING),
        Specimen("dfacgbe", USED_UP),
        Specimen("cdfageb", "5 of 6 rules of the order hold"),
        Specimen("dfacge", "give each of a, b, c, d, e, f, g once"),
    ),
)
