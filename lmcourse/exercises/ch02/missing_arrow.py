"""Chapter 02: what the graph of §2.2 leaves out (error 8)."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "pretraining → fine-tuning",
    "b": "data set → fine-tuning",
    "c": "transfer learning → downstream task",
    "d": "downstream task → pretraining",
    "e": "general knowledge → data set",
}
WHY = {
    "a": "missing: fine-tuning goes on from the pretrained weights. Without this arrow it begins at random.",
    "b": "it is there: fine-tuning reads labelled examples.",
    "c": "missing: the document defines transfer as carrying knowledge *into* new downstream tasks.",
    "d": "it would be wrong: pretraining does not know the task, which is the point of it.",
    "e": "it would be wrong: what was learnt lies in the weights, and changes no data set.",
}

exercise = Exercise(
    id="02.missing_arrow",
    title="something here can't be right: which arrows are missing?",
    text="""
In the graph of §2.2 no way leads from pretraining to the downstream task. Read the definitions beside the graph once
more. Which arrows do they demand that are **not** drawn? Give all: a set of letters.
""",
    difficulty=2,
    minutes=4,
    stub="answer = ...  # such as {'a', 'b'}",
    hints=(
        "Which box has arrows into it and none out of it, though it is defined by where it leads?",
        "With what weights does fine-tuning begin?",
    ),
    solution='answer = {"a", "c"}',
    why="With these two, pretraining reaches the task in two ways: by the weights, and by the idea of transfer.",
    task=choice(OPTIONS, WHY, {"a", "c"}),
    specimens=(
        Specimen({"a"}, "1 more belong"),
        Specimen({"a", "b", "c"}, WHY["b"]),
        Specimen({"c", "d"}, WHY["d"]),
        Specimen({"a", "c", "e"}, WHY["e"]),
        Specimen({"c"}, "1 more belong"),
        Specimen({"x"}, "the options are"),
    ),
)
