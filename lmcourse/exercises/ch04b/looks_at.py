"""Chapter 04b: what a large weight says."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "[CLS] is what the model goes by when it decides about “film”.",
    "b": "This head adds 0.9 times the value vector of [CLS], and 0.1 of others; how much that is, the weight does not "
    "say.",
    "c": "Without [CLS] the model could not understand “film”.",
    "d": "The head is broken: it should look at words.",
}
WHY = {
    "a": "no: there are other heads, other layers, and the residual connection, which passes “film” itself on.",
    "b": "right: a weight multiplies a vector. If that vector is nearly zero, 0.9 of it is nearly nothing.",
    "c": "no: that would have to be tried: take [CLS] away, and see what changes.",
    "d": "no: weights must sum to 1 even where nothing is to be gathered. A token that is always there and carries "
    "little is a good place to put them.",
}

exercise = Exercise(
    id="04b.looks_at",
    title="what does a large weight say?",
    text="""
In one head of one layer the token “film” gives [CLS] the weight 0.9. What follows from that?
""",
    difficulty=2,
    minutes=3,
    stub="answer = ...",
    hints=(
        "What is done with the weights? Write the formula of the head's output for one token.",
        "Which statements would need an experiment, in which something is changed?",
    ),
    solution='answer = "b"',
    why="A map of weights shows how a head mixes. What depends on it is shown by changing something and looking again.",
    task=choice(OPTIONS, WHY, "b"),
    specimens=(
        Specimen("a", WHY["a"]),
        Specimen("c", WHY["c"]),
        Specimen("d", WHY["d"]),
        Specimen("e", "the options are"),
    ),
)
