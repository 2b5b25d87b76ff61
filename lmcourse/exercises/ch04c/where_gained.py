"""Chapter 04c, predicted before it is shown: at which positions the young model gains on the unigram."""

from lmcourse.checks import Exercise, Specimen, prediction


def truth(gained: dict) -> str:
    """The kind of position at which most nats were gained."""
    return {"[MASK]": "a", "another piece": "b", "the piece itself": "c"}[max(gained, key=gained.get)]


TOLD = {
    "a": "at [MASK] nothing but the context can tell.",
    "b": "that is unexpected: there the input misleads.",
    "c": "the input says the answer, and copying is quickly learnt. It is no knowledge of language.",
}

exercise = Exercise(
    id="04c.where_gained",
    title="predict: where is it gained?",
    text="""
At 80 % of the selected positions stands [MASK], at 10 % another piece, at 10 % the piece itself. The loss is the mean
over all of them. The unigram answers the same everywhere. At which positions has our model gained **most** of what it
is ahead, in nats altogether?
""",
    difficulty=2,
    minutes=2,
    stub="answer = ...",
    hints=(
        "What must a model have learnt in order to be right at each of the three? Which is learnt first?",
        "−ln p of a right answer given with p = ½ is 0.7 nats, whatever the unigram loses there. A tenth of the "
        "positions may weigh much.",
    ),
    solution='answer = "c"',
    why="It is a prediction: the table below splits the loss.",
    task=prediction(
        {
            "a": "where [MASK] stands: eight of ten positions",
            "b": "where another piece stands",
            "c": "where the piece itself stands: one of ten positions",
        },
        TOLD,
        truth,
    ),
    specimens=(
        Specimen("d", "the options are"),
        Specimen("a", TOLD["c"], measured={"[MASK]": 0.1, "another piece": -0.1, "the piece itself": 0.4}),
        Specimen("c", TOLD["a"], measured={"[MASK]": 1.1, "another piece": -0.1, "the piece itself": 0.4}),
        Specimen("a", TOLD["b"], measured={"[MASK]": 0.1, "another piece": 0.2, "the piece itself": 0.1}),
    ),
)
