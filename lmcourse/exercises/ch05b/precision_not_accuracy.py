"""Chapter 05b: what a precision of 0.84 says, and what it does not."""

from lmcourse.checks import Exercise, Specimen, choice

A = 'That is accuracy: a share of *all* reviews. Precision looks only at those that were called "positive".'
B = 'Yes. Of the reviews called "positive", 84 in 100 are. It says nothing about those called "negative".'
C = "That is recall: a share of the truly positive reviews. Precision and recall share only their numerator."
D = (
    "Not whatever the collection: where positive reviews are rarer, the same model has a lower precision, "
    "because there are more negative ones to be wrong about. The next section shows how much."
)

exercise = Exercise(
    id="05b.precision_not_accuracy",
    title="what does a precision of 0.84 say?",
    text="""
A results table gives a model's precision (精确率) on its test set as 0.84. Which sentence says the same?
""",
    difficulty=1,
    minutes=2,
    stub="answer = ...",
    hints=(
        "Every one of these figures is a share. Ask of each sentence: a share of *which* reviews?",
        "Precision is TP / (TP + FP). Which reviews are counted below the line?",
    ),
    solution='answer = "b"',
    why=B,
    task=choice(
        {
            "a": "Of 100 test reviews, it judges 84 rightly.",
            "b": 'Of 100 test reviews that it calls "positive", 84 are positive.',
            "c": "Of 100 positive test reviews, it finds 84.",
            "d": 'A review that it calls "positive" is so with probability 0.84, wherever the review is from.',
        },
        {"a": A, "b": B, "c": C, "d": D},
        "b",
    ),
    specimens=(
        Specimen("a", "That is accuracy"),
        Specimen("c", "That is recall"),
        Specimen("d", "a lower precision"),
        Specimen({"a", "b"}, "the options are"),
        Specimen(0.84, "the options are"),
    ),
)
