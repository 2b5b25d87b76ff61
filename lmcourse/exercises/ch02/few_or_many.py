"""Chapter 02: two sentences of §2.2 that cannot both hold (error 13)."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "Both sentences hold: a few labelled data are a large data set.",
    "b": "They contradict each other: pretraining needs much text, fine-tuning needs few labels.",
    "c": "They contradict each other: pretraining needs few texts, fine-tuning many labels.",
    "d": "Both sentences hold: fine-tuning reads the large unlabelled data a second time.",
}
WHY = {
    "a": "few and large are opposites; nothing in the text gives a size by which they could be the same.",
    "b": "right: the large data set is that of pretraining, and it has no labels.",
    "c": "the other way round: text without labels is there in masses, labels must be paid for.",
    "d": "fine-tuning is supervised: it reads examples with labels, and only those.",
}

exercise = Exercise(
    id="02.few_or_many",
    title="something here can't be right: few data, or many?",
    text="""
§2.2 says of the data set: "both pretraining and fine-tuning depend on large data sets"
(预训练和微调都依赖于大量的数据集). Three lines below, of fine-tuning: "supervised fine-tuning on a few labelled data"
(在少量标注数据上). What is the matter?
""",
    difficulty=1,
    minutes=3,
    stub="answer = ...",
    hints=("Which of the two stages has labels?", "What is cheap: text, or somebody who reads it and writes a label?"),
    solution='answer = "b"',
    why="How few is few? The next cell shows it as a curve.",
    task=choice(OPTIONS, WHY, "b"),
    specimens=(
        Specimen("a", WHY["a"]),
        Specimen("c", WHY["c"]),
        Specimen("d", WHY["d"]),
        Specimen("both", "the options are"),
    ),
)
