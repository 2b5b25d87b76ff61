"""Chapter 07: four logged runs, and what is wrong with three of them."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "A learns its few texts by heart: more steps of the same would not help on other texts",
    "b": "B has found the best that there is: its loss does not change any more",
    "c": "C's learning rate is too low: it has hardly left its beginning",
    "d": "B's learning rate is too high: in the first steps it lost what the encoder knew",
    "e": "D is to be used as it is after its last step, since its training loss is lowest there",
    "f": "A is the best run: no other has so low a training loss",
}
WHY = {
    "a": "right: training loss near 0, validation loss rising: overfitting.",
    "b": "no: around ln 2 and above it is the loss of one who knows nothing about two classes. That is no best.",
    "c": "right: from the first step to the last it stands at ln 2, without a jump. Nothing happened.",
    "d": "right: a jump in the first steps, then never again clearly below ln 2: a collapse.",
    "e": "no: the step is chosen by the *validation* loss. The training loss nearly always goes on falling.",
    "f": "no: it has few texts, and knows them by heart. On the validation texts it is worse than D.",
}

exercise = Exercise(
    id="07.read_runs",
    title="read four runs",
    text="""
The figure shows four fine-tunings of the same encoder, with the loss of every training step and the validation loss
behind every epoch. The dotted line is ln 2. Which statements are **true**? Give a set of letters.
""",
    difficulty=2,
    minutes=5,
    stub="answer = ...",
    hints=(
        "Look at the distance between the two curves first, then at where they stand against ln 2.",
        "ln 2 is the loss of one who knows nothing about two classes. Who never left it, and who fell back to it?",
        "Three are true: one for each of the runs A, B and C.",
    ),
    solution='answer = {"a", "c", "d"}',
    why="Both curves, a level to hold them against, and the rate: that is enough to read most runs.",
    task=choice(OPTIONS, WHY, {"a", "c", "d"}),
    specimens=(
        Specimen({"a", "b", "c"}, WHY["b"]),
        Specimen({"a", "c", "d", "e"}, WHY["e"]),
        Specimen({"f"}, WHY["f"]),
        Specimen({"a", "c"}, "1 more belongs"),
    ),
)
