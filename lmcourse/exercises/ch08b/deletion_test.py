"""Chapter 08b: a deletion test that deletes what is no word."""

from lmcourse.checks import Exercise, Specimen, find_error

CODE = """
scores = explain(model, ids)
order = scores.argsort(descending=True)
shown, curve = ids.clone(), [probability(model, ids)]
for place in order:
    shown[place] = MASK
    curve.append(probability(model, shown))
print(area(curve))
"""
CLS = (
    "here it is: the order runs over *all* tokens, so [CLS] and [SEP] are masked too. The classifier reads [CLS]: "
    "without it the answer falls for a reason that is no word. Keep to the words."
)
FINE = {
    1: "asks for one number a token. Special tokens may get one; they must not be deleted.",
    3: "begins with the whole text, as a deletion curve should.",
    4: "goes through the places one by one.",
    5: "masks one more place. What was masked before stays masked: that is how the curve is defined.",
    6: "notes the probability of the same class each time.",
    7: "takes the mean height of the curve: low is good for deletion.",
}

exercise = Exercise(
    id="08b.deletion_test",
    title="find the error: a deletion test",
    text="""
By this test *attention to the words*, summed over all layers, is the most faithful explanation there ever was: its
curve falls to a coin's half at the very first step, for every text. **Which line spoils the test?** Give its number.
""",
    difficulty=2,
    minutes=4,
    stub="wrong_line = ...  # the number of a line",
    hints=(
        "Which token is it whose loss brings down every answer? Which vector does the classifier read?",
        "Much of all attention goes to [CLS] and [SEP]. Which line decides what may be deleted?",
    ),
    solution="wrong_line = 2",
    why="A test of explanations needs the same care as a test of models: it must ask about words only.",
    task=find_error(CODE, {2: CLS}, FINE),
    specimens=(
        *(Specimen(line, words) for line, words in FINE.items()),
        Specimen({2, 3}, "the number of a line"),
    ),
)
