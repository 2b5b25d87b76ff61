"""Chapter 03: what a confidence interval of a test accuracy says, and what it does not."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "With 2,000 test texts instead of 500, the interval would be about half as wide.",
    "b": "Trained again with another seed, the model will lie between 0.75 and 0.83 with a probability of 95 %.",
    "c": "An accuracy of 0.77 on all texts of this kind is compatible with the measurement.",
    "d": "95 % of the texts are classified right, with a probability between 0.75 and 0.83.",
    "e": "Of texts of another kind than the test texts, met later in use, the interval says nothing.",
    "f": "Of two models with overlapping intervals on the same texts, neither can be shown to be better.",
}
TOLD = {
    "a": "Right: the width goes with 1/√n, and four times as many texts halve it.",
    "b": "The interval knows the luck of the test part only. What another training brings, other seeds must tell.",
    "c": "Right: that is what the interval is for. All values inside it go with what was measured.",
    "d": "That mixes up two percentages: 0.75 to 0.83 are shares of texts, 95 % is how often such intervals are right.",
    "e": "Right: it speaks of texts drawn like the test texts, and of no others.",
    "f": "On the *same* texts the pairs decide: where is one right, the other wrong? Chapter 05b tests that (McNemar).",
}

exercise = Exercise(
    id="03.interval",
    title="what an interval says",
    text="""
A report says: "test accuracy 0.79 (95 % interval 0.75 to 0.83, 500 test texts)". Which statements are true? Give a
set of letters.
""",
    difficulty=2,
    minutes=5,
    stub='interval_says = ...  # such as {"a", "b"}',
    hints=(
        "The interval answers one question: what if other test texts of the same kind had been drawn?",
        "So ask of each statement whether it is about the draw of test texts, or about something else.",
        "Three are true.",
    ),
    solution='interval_says = {"a", "c", "e"}',
    why="""The interval measures the luck of the test part, for this one trained model, on texts of this kind. For the
luck of training there are seeds; for another kind of texts there is only another test part.""",
    task=choice(OPTIONS, TOLD, {"a", "c", "e"}),
    specimens=(
        Specimen({"a", "b", "c", "e"}, TOLD["b"]),
        Specimen({"a", "c", "d", "e"}, TOLD["d"]),
        Specimen({"a", "c", "e", "f"}, TOLD["f"]),
        Specimen({"c"}, "2 more belong"),
        Specimen("z", "give a set"),
    ),
)
