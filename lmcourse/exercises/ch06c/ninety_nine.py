"""Chapter 06c: an accuracy of 99 % where one row in a hundred is positive."""

from lmcourse.checks import Exercise, Specimen, choice

A = "99 of 100 frauds found would be a recall of 0.99. Accuracy is mostly about the honest payments here."
B = "That would be precision. A model that never raises an alarm has no precision at all, and the same accuracy."
C = "Right. Never saying fraud is right for every honest payment: 99 in 100."
D = "A model can be worse than that: one that raises ten false alarms a hundred payments, and still be of more use."

exercise = Exercise(
    id="06c.ninety_nine",
    title="what does 99 % accuracy mean?",
    text="""
One payment in a hundred is fraud. An advertisement says that a model recognises fraud "with an accuracy of 99 %". What
follows from that alone?
""",
    difficulty=1,
    minutes=2,
    stub="answer = ...",
    hints=(
        "Which model needs no training at all, and what is its accuracy?",
        "Accuracy counts all payments alike. How many of a hundred are honest?",
    ),
    solution='answer = "c"',
    why=C,
    task=choice(
        {
            "a": "it finds 99 of 100 frauds",
            "b": "99 of 100 of its alarms are right",
            "c": "nothing: a model that never says fraud has the same accuracy",
            "d": "it is of more use than any model of a lower accuracy",
        },
        {"a": A, "b": B, "c": C, "d": D},
        "c",
    ),
    specimens=(Specimen("a", A), Specimen("b", B), Specimen("d", D), Specimen("e", "the options are")),
)
