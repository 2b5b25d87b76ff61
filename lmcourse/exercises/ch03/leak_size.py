"""Chapter 03: which leak does most harm?"""

from lmcourse.checks import Exercise, Specimen, prediction

OPTIONS = {
    "a": "Standardising the features with mean and deviation of *all* texts, before the split.",
    "b": "Choosing the words to look at by the labels of *all* texts, before the split.",
    "c": "A random split of sentences from the same documents, where each sentence has the label of its document.",
}
TOLD = {
    "a": "the scale of all texts. That is unusual: mean and variance hold no labels. Look at the interval.",
    "b": "choosing by labels. A choice by the test labels hands these to the model, one chosen word at a time.",
    "c": "documents on both sides. In this run their sentences resembled each other more than words chosen by label.",
}


exercise = Exercise(
    id="03.leak_size",
    title="predict: which leak makes the result look best?",
    text="""
Each of these three lets the test part leak into the training. Which one raises the measured accuracy most above the
honest one? The measurement follows.
""",
    difficulty=1,
    minutes=2,
    stub="""
prediction_leak = ...  # such as "a"
""",
    hints=(
        "Ask of each: does it carry test *labels*, test texts, or only two numbers for each feature?",
        "A mean over a thousand texts hardly moves when two hundred of them are left out.",
    ),
    solution="""
prediction_leak = "b"
""",
    why="""The harm depends on what leaks. Two numbers for each feature carry almost nothing about a single test text; a
choice of words by the labels carries the test labels themselves.""",
    task=prediction(OPTIONS, TOLD, lambda measured: max("abc", key=lambda letter: measured[letter])),
    specimens=(
        Specimen("a", "b: choosing by labels", {"a": 0.0, "b": 0.3, "c": 0.01}),
        Specimen("c", "b: choosing by labels", {"a": 0.0, "b": 0.3, "c": 0.01}),
        Specimen("b", "c: documents on both sides", {"a": 0.0, "b": 0.1, "c": 0.2}),
        Specimen("b", "a: the scale of all texts", {"a": 0.2, "b": 0.1, "c": 0.0}),
        Specimen("d", "the options are a, b, c"),
    ),
)
