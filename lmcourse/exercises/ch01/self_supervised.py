"""Chapter 01: an example in §1.2 (3) that does not belong (error 11)."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "foretell the next word of a text",
    "b": "find a hidden word of a text",
    "c": "say which of ten things a photograph shows, learnt from the names that people gave the photographs",
    "d": "fill in a hidden patch of a photograph",
}
WHY = {
    "a": "self-supervised: the next word stands in the text. Nobody had to write it beside it.",
    "b": "self-supervised: the hidden word is taken from the text itself.",
    "c": "supervised: the names come from people. Mix them up and the photographs stay as they are.",
    "d": "self-supervised, though it is about images: the patch is part of the photograph.",
}

exercise = Exercise(
    id="01.self_supervised",
    title="something here can't be right",
    text="""
§1.2 (3) says that large models learn by self-supervision (自我监督学习), from tasks that need few labels, and gives
language modelling and image classification as examples. Which of these tasks is **not** self-supervised?
""",
    difficulty=1,
    minutes=3,
    stub="answer = ...",
    hints=(
        "Ask of each: where does the right answer come from?",
        "If all labels were lost and only texts and photographs were left, which task could no longer be learnt?",
    ),
    solution='answer = "c"',
    why="Not images make the difference, but where the target comes from: the data themselves, or people.",
    task=choice(OPTIONS, WHY, "c"),
    specimens=(
        Specimen("a", WHY["a"]),
        Specimen("b", WHY["b"]),
        Specimen("d", WHY["d"]),
        Specimen("images", "the options are"),
    ),
)
