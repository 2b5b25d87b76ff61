"""Chapter 06a: what a small report allows to say."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "with the encoder 85 of 100 later texts will be right",
    "b": "the encoder is better than counting: 34 are more than 30",
    "c": "the two are equally good: p is above 0.05",
    "d": "both are better than always the commonest; which of the two is better is not known yet",
}
TOLD = {
    "a": "the interval goes from about 0.71 to 0.93. And later texts may be of another kind.",
    "b": "with 40 texts a difference of four comes about by chance more than once in five times, if there is none.",
    "c": "no difference was *found*, among 40 texts. That is not the finding that there is none.",
    "d": "right: both intervals lie above 0.5. Between the two more labelled test texts would have to decide.",
}

exercise = Exercise(
    id="06a.own_report",
    title="read your own report",
    text="""
A table of your own, two classes of equal size, 40 texts in the test part. Always the commonest: 20 right. TF-IDF: 30
right, interval 0.60 to 0.86. Frozen MiniLM: 34 right, interval 0.71 to 0.93; McNemar's test between the two: p = 0.29.
**What may be said?**
""",
    difficulty=2,
    minutes=3,
    stub="answer = ...",
    hints=(
        "Which intervals overlap, and which figure lies outside of them?",
        "p says how often chance alone makes such a difference or a larger one, if both are equally good.",
    ),
    solution='answer = "d"',
    why="To say that nothing is known yet is a finding too; it says what to do next: label more test texts.",
    task=choice(OPTIONS, TOLD, "d"),
    specimens=(
        Specimen("a", TOLD["a"]),
        Specimen("b", TOLD["b"]),
        Specimen("c", TOLD["c"]),
    ),
)
