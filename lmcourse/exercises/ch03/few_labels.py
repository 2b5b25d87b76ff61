"""Chapter 03: how many labels does a model without pretraining need?"""

from lmcourse.checks import Exercise, Specimen, prediction

OPTIONS = {
    "a": "as many, or fewer",
    "b": "up to three times as many",
    "c": "more than three times as many",
}
TOLD = {
    "a": "no more labels than the encoder. On these texts pretraining saved none.",
    "b": "up to three times as many labels.",
    "c": "more than three times as many labels: what pretraining knows need not be labelled again.",
}


def truth(measured):
    return "a" if measured <= 1 else "b" if measured <= 3 else "c"


exercise = Exercise(
    id="03.few_labels",
    title="predict: labels saved by pretraining",
    text="""
A pretrained encoder learns a task from 200 labelled sentences. How many labels does TF-IDF with logistic regression,
which was never pretrained, need to be as accurate?
""",
    difficulty=1,
    minutes=2,
    stub="""
prediction_labels = ...  # such as "a"
""",
    hints=(
        "TF-IDF learns each word by itself: *superb* tells it nothing about *marvellous*.",
        "A learning curve rises ever more slowly: each step up takes a multiple of the labels, not a few more.",
    ),
    solution="""
prediction_labels = "c"
""",
    why="""The encoder begins with words already ordered by use. TF-IDF has to meet each telling word in a labelled
sentence, and rare words are met late.""",
    task=prediction(OPTIONS, TOLD, truth),
    specimens=(
        Specimen("a", "measured was c", 8.0),
        Specimen("b", "measured was c", 3.5),
        Specimen("c", "measured was b", 2.0),
        Specimen("c", "measured was a", 0.8),
        Specimen(200, "the options are a, b, c"),
    ),
)
