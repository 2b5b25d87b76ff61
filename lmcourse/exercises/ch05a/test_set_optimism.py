"""Chapter 05a: a report in which the test part was used for choosing."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "The test part was used for choosing, so that 0.83 is too high on average.",
    "b": "The setting should have been chosen on the validation part; the test part then gives one figure, once.",
    "c": "It is correct: no text of the test part was used for training.",
    "d": "With 240 settings in place of 24 the figure would have been more trustworthy.",
    "e": "The gap proves that the validation part is harder than the test part.",
}
WHY = {
    "a": "true: of 24 figures that each hold some luck, the largest holds more luck than most.",
    "b": "true: then the luck of choosing stays in the validation figure, which nobody publishes.",
    "c": "false: choosing is training by hand; the test part has told us which setting to keep.",
    "d": "false: the more there is to choose from, the luckier the best one is.",
    "e": "false: choosing on the test part makes such a gap even if both parts are equally hard.",
}

exercise = Exercise(
    id="05a.test_set_optimism",
    title="what is wrong with this report?",
    text="""
A report says: "We tried 24 settings of learning rate and batch size. The best one reaches an accuracy of **0.83 on the
test part** and 0.79 on the validation part; we publish the test figure." Something here can't be right. Which
statements are **true**? Give a set of letters.
""",
    difficulty=2,
    minutes=5,
    stub="answer = ...",
    hints=(
        'By which figure was "the best one" found?',
        "Two statements are true. One says what is wrong, the other how to do it right.",
    ),
    solution='answer = {"a", "b"}',
    why="A figure is honest when nothing was decided by it. Validation is for deciding, test is for telling.",
    task=choice(OPTIONS, WHY, {"a", "b"}),
    specimens=(
        Specimen("a", "1 more"),
        Specimen({"a", "c"}, WHY["c"]),
        Specimen({"a", "b", "d"}, WHY["d"]),
        Specimen({"b", "e"}, WHY["e"]),
    ),
)
