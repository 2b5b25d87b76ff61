"""Chapter 05b: something in the document's table cannot be right. Find the error."""

from lmcourse.checks import Exercise, Specimen, choice

A = "Right, it can't be. Precision and recall leave 0.863 to 0.874 for the accuracy."
B = "Right, it can't be on a balanced set: precision and recall leave 0.865 to 0.876 for the accuracy."
C = "This one can be true: a precision of 0.84 and a recall of 0.91 imply an accuracy of 0.868, which rounds to 0.87."
D = 'This one can be true: a model that calls only half of the positives "positive" and is never wrong in it.'
E = 'This one can be true: it is the model that always says "positive".'
F = "Right, it can't be: an accuracy of 0.95 needs 95 right texts in 100, and precision and recall leave at most 0.936."

exercise = Exercise(
    id="05b.impossible_table",
    title="which rows cannot be true?",
    text="""
Something here can't be right. Six rows of results tables, each said to be of one model on one **balanced** test set,
and rounded to two digits. Which of them **cannot** be true, whatever the model? Two are the document's own. Choose
all that cannot (in the cell: a set of letters). You know how: recall and the balance give TP, precision gives FP, and
both give the accuracy.
""",
    difficulty=3,
    minutes=10,
    stub="answer = ...",
    hints=(
        "With 100 positive and 100 negative texts: TP = 100 R, FP = TP (1 - P) / P, accuracy = (TP + 100 - FP) / 200.",
        "Rounding moves each figure by at most 0.005: the implied accuracy moves by about as much. Allow for it.",
        "Write the formula as a function and put the six rows into it; extreme models (always yes) are legal.",
    ),
    solution='answer = {"a", "b", "f"}',
    why=(
        "Three figures of one balanced set hang together: two of them fix the third, up to rounding. In three rows the "
        "reported accuracy is higher than the other two allow."
    ),
    task=choice(
        {
            "a": "accuracy 0.88, precision 0.84, recall 0.91 (the document, test)",
            "b": "accuracy 0.89, precision 0.85, recall 0.90 (the document, validation)",
            "c": "accuracy 0.87, precision 0.84, recall 0.91",
            "d": "accuracy 0.75, precision 1.00, recall 0.50",
            "e": "accuracy 0.50, precision 0.50, recall 1.00",
            "f": "accuracy 0.95, precision 0.96, recall 0.90",
        },
        {"a": A, "b": B, "c": C, "d": D, "e": E, "f": F},
        {"a", "b", "f"},
    ),
    specimens=(
        Specimen({"a", "b"}, "1 more belong"),
        Specimen("a", "2 more belong"),
        Specimen({"a", "b", "c"}, "which rounds to 0.87"),
        Specimen({"d"}, "never wrong in it"),
        Specimen({"a", "b", "e", "f"}, 'always says "positive"'),
        Specimen({"g"}, "the options are"),
    ),
)
