"""Chapter 05a: what became of a run, from three figures."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "It has learnt something: 0.70 lies well above 0.50.",
    "b": 'It has collapsed: it says "positive" to every text, or hardly anything else.',
    "c": "It has exploded: the weights hold no numbers any more.",
    "d": "It is overfitted: the training texts are known by heart.",
}
TOLD = {
    "a": 'no: 0.70 is what always saying "positive" gets here. 0.50 is the mark for equally common classes only.',
    "b": "yes: the accuracy is the share of the commonest class, and the loss that of always giving it 0.7.",
    "c": "no: then the loss would be `nan`, and the course's loop would have refused the step.",
    "d": "no: then the loss on the training texts would be far below the one on validation.",
}

exercise = Exercise(
    id="05a.collapsed",
    title="what became of this run?",
    text="""
Of the reviews in a file 70 % are positive, in the training and in the validation part. After three epochs with a
learning rate of 0.01 a run ends with a validation accuracy of **0.70** and a loss of **0.61** nats on both parts. What
has happened?
""",
    difficulty=2,
    minutes=3,
    stub="answer = ...",
    hints=(
        "Which accuracy would a model have that has never read a text, and only knows how common the classes are?",
        'Give every text the probability 0.7 for "positive". The mean loss is then −0.7 ln 0.7 − 0.3 ln 0.3.',
    ),
    solution='answer = "b"',
    why="Compare with the commonest class, never with 0.50; and look at the answers, not only at the accuracy.",
    task=choice(OPTIONS, TOLD, "b"),
    specimens=(*(Specimen(letter, TOLD[letter]) for letter in "acd"), Specimen("e", "the options are")),
)
