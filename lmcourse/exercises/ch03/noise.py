"""Chapter 03: what wrong labels cost."""

from lmcourse.checks import Exercise, Specimen, prediction

OPTIONS = {
    "a": "hardly at all: by less than 2 points",
    "b": "noticeably, but by less than 12 points",
    "c": "about as much as the labels are wrong: by 12 points or more",
}
TOLD = {
    "a": "less than 2 points: evenly scattered errors nearly cancel out.",
    "b": "less than the share of wrong labels: evenly scattered errors pull both ways, and partly cancel out.",
    "c": "12 points or more.",
}


def truth(measured):
    return "a" if measured < 0.02 else "b" if measured < 0.12 else "c"


exercise = Exercise(
    id="03.noise",
    title="predict: one label in five is wrong",
    text="""
20 % of the training labels are turned into a wrong one, at random. The test labels stay right. How far does the test
accuracy fall?
""",
    difficulty=1,
    minutes=2,
    stub="""
prediction_noise = ...  # such as "a"
""",
    hints=(
        "The errors have no pattern. Which side of the boundary do they push it to?",
        "With two classes, at 50 % wrong labels nothing can be learnt. At 20 %, the right ones still outvote them.",
    ),
    solution="""
prediction_noise = "b"
""",
    why="""Random errors carry no pattern, so a linear model averages much of them away, the better
the more labels it has. Errors with a pattern, such as one class mislabelled more often, do not average out.""",
    task=prediction(OPTIONS, TOLD, truth),
    specimens=(
        Specimen("a", "measured was b", 0.05),
        Specimen("c", "measured was b", 0.05),
        Specimen("b", "measured was c", 0.2),
        Specimen("b", "measured was a", 0.0),
        Specimen(0.2, "the options are a, b, c"),
    ),
)
