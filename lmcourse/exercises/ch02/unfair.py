"""Chapter 02: a comparison that is not fair."""

from lmcourse.checks import Exercise, Specimen, find_error

CODE = """
def compare(train, test, labels, test_labels):
    found = {}
    for name, encoder in (("pretrained", PRETRAINED), ("random", RANDOM)):
        few = 1000 if name == "pretrained" else 100
        vectors = encode(encoder, train[:few])
        head = LogisticRegression(C=10).fit(vectors, labels[:few])
        found[name] = head.score(encode(encoder, test), test_labels)
    return found
"""
WRONG = (
    "wrong: the pretrained encoder gets ten times as many labelled examples. The difference is then that of the "
    "labels as much as that of pretraining."
)
FINE = {
    1: "fine: one training part and one test part for both.",
    2: "fine: a place for the results.",
    3: "fine: the weights are what is to be compared.",
    5: "fine: both trunks turn texts into vectors in the same way.",
    6: "fine: the same head with the same settings.",
    7: "fine: both are measured on the same test texts.",
    8: "fine: the results are handed back.",
}

exercise = Exercise(
    id="02.unfair",
    title="find the error: a gain that pretraining did not bring",
    text="""
This is to show what pretraining brings: the same head on pretrained and on random weights. The result looks splendid.
**One** line makes the comparison unfair. Which?
""",
    difficulty=1,
    minutes=3,
    stub="answer = ...  # the number of a line",
    hints=(
        "What must be the same on both sides, so that only the weights differ?",
        "Count what each head learns from.",
    ),
    solution="answer = 4",
    why="One difference at a time: else nobody knows what made it.",
    task=find_error(CODE, {4: WRONG}, FINE),
    specimens=(
        Specimen(3, FINE[3]),
        Specimen(5, FINE[5]),
        Specimen(6, FINE[6]),
        Specimen(7, FINE[7]),
        Specimen(1, FINE[1]),
        Specimen(2, FINE[2]),
        Specimen(8, FINE[8]),
        Specimen(12, "the options are"),
    ),
)
