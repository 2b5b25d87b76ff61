"""Chapter 04c: what a false pair gives away when its halves are of two kinds."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "about the same: what counts is whether B follows A",
    "b": "higher, and the model has learnt more about how texts go on",
    "c": "higher, though nothing more need have been learnt about how texts go on",
    "d": "lower: such pairs are harder",
}
WHY = {
    "a": "no: a review beside an encyclopedia is told by its words alone. That is easier than the question meant.",
    "b": "the first half is right. But a rule that only tells kinds of text apart would answer nearly every such pair, "
    "and say nothing about pairs of one kind.",
    "c": "right: telling the two kinds apart suffices. So here B comes from another document of the *same* kind.",
    "d": "no: they are easier, since style, length and topic all give them away.",
}

exercise = Exercise(
    id="04c.other_kind",
    title="negatives of another kind",
    text="""
Documents come from an encyclopedia, newspaper opinions and product reviews. Suppose that the B of a false pair were
drawn from a document of **any** of the three kinds. What would become of the NSP accuracy, against a B from the same
kind?
""",
    difficulty=1,
    minutes=2,
    stub="answer = ...",
    hints=(
        "Imagine a pair: a sentence on the history of Austria, then “this vacuum cleaner broke after a week”. How do "
        "you know?",
        "What must one know to answer it, and what not?",
    ),
    solution='answer = "c"',
    why="A figure is worth as much as the easiest rule that reaches it. Section 7 looks for that rule.",
    task=choice(OPTIONS, WHY, "c"),
    specimens=(
        Specimen("a", WHY["a"]),
        Specimen("b", WHY["b"]),
        Specimen("d", WHY["d"]),
        Specimen("e", "the options are a, b, c, d"),
    ),
)
