"""Chapter 06b: a word error rate above 1."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "The program has a bug: no more than all words can be wrong.",
    "b": "It heard more words than were said, and each that is too much is an error.",
    "c": "It is a rate per hundred words: 1.4 means 1.4 %.",
    "d": "It replaced every word, and a replaced word counts twice.",
}
WHY = {
    "a": "not so: words that were put in count as well, and there may be any number of them.",
    "b": "right: errors are divided by the words that were *said*; what was put in has no upper bound.",
    "c": "not so: the rate is errors by words. In per cent it would be 140.",
    "d": "not so: a replaced word counts once. With every word replaced and none put in, the rate is 1.",
}

exercise = Exercise(
    id="06b.above_one",
    title="a word error rate of 1.4",
    text="""
In a loud room a recogniser gets a word error rate of 1.4. How can that be?
""",
    difficulty=1,
    minutes=2,
    stub="answer = ...",
    hints=("By what are the errors divided?", "Which of the three kinds of error does not need a word that was said?"),
    solution='answer = "b"',
    why="The word error rate is no share of wrong words: silence would have got a rate of 1, which is better.",
    task=choice(OPTIONS, WHY, "b"),
    specimens=(
        Specimen("a", WHY["a"]),
        Specimen("c", WHY["c"]),
        Specimen("d", WHY["d"]),
        Specimen("yes", "the options are"),
    ),
)
