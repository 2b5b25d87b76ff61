"""Chapter 04c, predicted before it is shown: how far an hour of pretraining leads where [MASK] stands."""

from lmcourse.checks import Exercise, Specimen, prediction


def truth(lead: float) -> str:
    """The option that a lead over the unigram, in nats at [MASK], falls into."""
    return "a" if lead < 0.5 else "b" if lead <= 1.5 else "c"


TOLD = {
    "a": "the budget was too small for contexts to be worth much.",
    "b": "contexts help, and most of the uncertainty is left.",
    "c": "contexts have taken away much of the uncertainty.",
}

exercise = Exercise(
    id="04c.longer_run",
    title="predict: an hour instead of a minute",
    text="""
The course's BERT has four layers of width 256, and read eight corpora for more than an hour on two cores. How far is it
**ahead of the unigram** at the positions where [MASK] stands, on held-out documents, in nats? (The small model of
section 6 has told you its own figure.)

For comparison: 0.7 nats mean that the right piece is twice as likely on average, 2.3 nats ten times.
""",
    difficulty=2,
    minutes=2,
    stub="answer = ...",
    hints=(
        "A unigram of some 7 nats is as unsure as a choice among 1,100 pieces. Among how many would you hesitate?",
        "Half of the gaps could be filled by grammar alone: a small word, a full stop. What would that be worth?",
    ),
    solution='answer = "c"',
    why="It is a prediction: the table below measures it.",
    task=prediction(
        {"a": "less than 0.5 nats", "b": "0.5 to 1.5 nats", "c": "more than 1.5 nats"},
        TOLD,
        truth,
    ),
    specimens=(
        Specimen("d", "the options are"),
        Specimen("b", TOLD["a"], measured=0.1),
        Specimen("a", TOLD["b"], measured=1.2),
        Specimen("a", TOLD["c"], measured=2.0),
    ),
)
