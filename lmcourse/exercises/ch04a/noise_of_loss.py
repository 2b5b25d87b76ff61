"""Chapter 04a: which likelihood a loss is."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "Cross-entropy: the right class was drawn with the probabilities that softmax gives.",
    "b": "Mean squared error: the target is the prediction plus a normal error of the same spread everywhere.",
    "c": "Mean absolute error: the target is the prediction plus a normal error.",
    "d": "Mean squared error needs targets that are themselves normally distributed.",
    "e": "Squared error between softmax and the 0/1 target is the negative log likelihood of a class, too.",
    "f": "The best constant under squared error is the mean, under absolute error the median.",
}
WHY = {
    "a": "true: −ln p of the class that came is the cross-entropy.",
    "b": "true: −ln of a normal density is (y − ŷ)² / 2σ² and a constant, which moves no minimum.",
    "c": "false: absolute error belongs to the Laplace distribution, exp(−|y − ŷ| / b) / 2b, with more large errors.",
    "d": "false: the *errors* around the prediction are meant. The targets may be distributed as they like.",
    "e": "false: a class has probability p, and −ln p is no square. Squared error may be used, and learns badly where "
    "the model is surely wrong.",
    "f": "true: where the derivative is 0 the differences sum to 0 (mean), or as many lie above as below (median).",
}

exercise = Exercise(
    id="04a.noise_of_loss",
    title="what does a loss believe?",
    text="""
Each loss of this section is a negative log likelihood, of one belief about how targets come about. Which statements are
**true**? Give a set of letters.
""",
    difficulty=2,
    minutes=5,
    stub="answer = ...",
    hints=(
        "Write −ln of the density, and drop what does not depend on the prediction.",
        "Three are true. For d: does the derivation ask where the predictions lie?",
    ),
    solution='answer = {"a", "b", "f"}',
    why="A loss is a belief about errors. It may be wrong and still be useful; but one should know which it is.",
    task=choice(OPTIONS, WHY, {"a", "b", "f"}),
    specimens=(
        Specimen({"a", "c"}, WHY["c"]),
        Specimen({"a", "b", "d"}, WHY["d"]),
        Specimen({"a", "b", "e", "f"}, WHY["e"]),
        Specimen({"a", "f"}, "1 more"),
    ),
)
