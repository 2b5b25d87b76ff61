"""Chapter 05b: an evaluation script in which two lines flatter the model."""

from lmcourse.checks import Exercise, Specimen, find_error

CODE = """
scores = model.predict_proba(test_texts)[:, 1]
grid = [k / 100 for k in range(5, 100, 5)]
threshold = max(grid, key=lambda t: f1_score(test_labels, scores >= t))
said = scores >= threshold
true_positives = sum(said & (test_labels == 1))
precision = true_positives / sum(test_labels == 1)
recall = true_positives / sum(test_labels == 1)
accuracy = np.mean(said == test_labels)
low, high = bootstrap(np.mean, said == test_labels)
"""
CHOSEN = (
    "wrong: the threshold is chosen on the test part, by its labels. The test figures are then the best of 19, and too "
    "good. Choose it on the validation part."
)
DENOMINATOR = (
    "wrong: this divides by all *truly* positive texts, so it is the recall once more. Precision divides by those "
    "*called* positive, `sum(said)`."
)
FINE = {
    1: "fine: the model may see the test *texts*. What must not be used for choosing are their labels.",
    2: "fine: 19 thresholds to choose from, 0.05 to 0.95.",
    4: "fine: from the threshold on, a text is called positive.",
    5: "fine: called positive, and positive.",
    7: "fine: of the truly positive texts, those that were found.",
    8: "fine: the share of the texts on which what was said is true.",
    9: "fine: rows are resampled for an interval of the accuracy, the luck of this test part.",
}

exercise = Exercise(
    id="05b.leaky_evaluation",
    title="find the errors in an evaluation script",
    text="""
This script runs without an error. The figures that it gives will not come true in use. **Two** lines are wrong: which?
(`test_labels` is an array of 0 and 1; `bootstrap` is the course's; everything is imported.)
""",
    difficulty=2,
    minutes=5,
    stub="answer = ...  # a set of line numbers",
    hints=(
        "Two kinds of error are hidden here: a figure that is not what its name says, and a use of the test part that "
        "is not measuring.",
        "In which lines do `test_labels` help to *decide* something? And which group of texts stands below the line of "
        "each share?",
    ),
    solution="answer = {3, 6}",
    why="Whatever is chosen is chosen on the validation part, and a precision divides by what was called positive.",
    task=find_error(CODE, {3: CHOSEN, 6: DENOMINATOR}, FINE),
    specimens=(
        Specimen({3}, "1 more belongs"),
        Specimen({6}, DENOMINATOR),
        Specimen({1, 6}, FINE[1]),
        Specimen({2, 3, 6}, FINE[2]),
        Specimen({3, 4}, FINE[4]),
        Specimen({3, 5}, FINE[5]),
        Specimen({3, 7}, FINE[7]),
        Specimen({3, 8}, FINE[8]),
        Specimen({3, 6, 9}, FINE[9]),
        Specimen({3, 10}, "give a set of line numbers"),
    ),
)
