"""Chapter 06c: probabilities that were calibrated in the wrong place."""

from lmcourse.checks import Exercise, Specimen, find_error

CODE = """
train, validation, test = split(loans, seed=0)
scaler = StandardScaler().fit(train.x)
model = LogisticRegression().fit(scaler.transform(train.x), train.y)
p_test = model.predict_proba(scaler.transform(test.x))[:, 1]
calibrate = platt(test.y, p_test)
print(brier(test.y, calibrate(p_test)))
"""
LEAK = (
    "here is the leak: the line through the logits is fitted on the test part's own outcomes. Fit it on the validation "
    "part; the test part only says how well that went."
)
FINE = {
    1: "cuts the data before anything is fitted, as it should.",
    2: "fits mean and spread on the training part only.",
    3: "trains on the training part only.",
    4: "asks the model about the test part. Nothing is fitted there.",
    6: "computes the figure. It is too good, but not made so here.",
}

exercise = Exercise(
    id="06c.calibrated_where",
    title="find the leak: calibration",
    text="""
A bank wants probabilities that keep their promise. The Brier score on the test part is splendid; a year later it is
not. **Which line lets the test part in?** Give its number.
""",
    difficulty=1,
    minutes=3,
    stub="leaking_line = ...  # the number of a line",
    hints=(
        "Go through the lines that fit something. On which part does each do so?",
        "Three things are fitted: a scaler, a model, and a map of probabilities.",
    ),
    solution="leaking_line = 5",
    why="Whatever is fitted is training, even two numbers. Scaling and repeating rows belong behind the split too.",
    task=find_error(CODE, {5: LEAK}, FINE),
    specimens=(
        *(Specimen(line, words) for line, words in FINE.items()),
        Specimen({5, 6}, "the number of a line"),
    ),
)
