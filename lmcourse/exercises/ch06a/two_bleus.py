"""Chapter 06a: two figures of one name."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "the first system is better, by two points",
    "b": "the first is better if both used the same test sentences",
    "c": "nothing: one was counted with marks as words of their own, the other without",
    "d": "the second is better, as its words are counted strictly",
}
TOLD = {
    "a": "two points between two rulers. Cut otherwise, the same sentences give another BLEU; look at the code below.",
    "b": "the same sentences are needed, and not enough: they must also be cut into words in the same way.",
    "c": "right: what counts as a word decides how many runs fit. sacrebleu cuts by itself and prints how, for this "
    "reason (Post 2018).",
    "d": "a stricter ruler does not make what it measures longer. Measure both with one.",
}

exercise = Exercise(
    id="06a.two_bleus",
    title="31 or 29?",
    text="""
A paper reports BLEU 31 for its system; it split "chat." into "chat" and "." before counting, in the translations and
the references. Another paper reports BLEU 29 for another system, on texts cut at spaces only. **What follows?**
""",
    difficulty=1,
    minutes=2,
    stub="answer = ...",
    hints=(
        'Take one translation that is right but for its last word, "chien." for "chat.". How many words are right in '
        "either way of cutting?",
        "Can a figure change while no translation does?",
    ),
    solution='answer = "c"',
    why="A figure without its procedure is half a figure. It holds for accuracy as well: of what, and against what?",
    task=choice(OPTIONS, TOLD, "c"),
    specimens=(
        Specimen("a", TOLD["a"]),
        Specimen("b", TOLD["b"]),
        Specimen("d", TOLD["d"]),
    ),
)
