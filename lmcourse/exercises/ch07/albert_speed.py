"""Chapter 07, predicted before the run: what shared layers do for time."""

from lmcourse.checks import Exercise, Specimen, prediction


def truth(seconds: dict) -> str:
    """How long a step of ALBERT takes against BERT's."""
    ratio = seconds["albert"] / seconds["bert"]
    return "a" if ratio < 0.4 else "b" if ratio < 0.8 else "c" if ratio < 1.25 else "d"


TOLD = {
    "a": "that is unexpected: the shared block is computed in each layer, as six different ones would be.",
    "b": "the blocks cost the same. What was saved lies outside: a narrower output layer, fewer weights to update.",
    "c": "stored once, computed in each layer: sharing saves memory, and hardly any time.",
    "d": "that is unexpected: the layer that widens the embeddings is small.",
}

exercise = Exercise(
    id="07.albert_speed",
    title="predict: how long does a step of ALBERT take?",
    text="""
Two encoders, each of six layers of width 64. BERT has six blocks; ALBERT has one, used six times, and so a small
share of BERT's parameters. Both take a training step on the same batch. How long does ALBERT's step take?
""",
    difficulty=1,
    minutes=1,
    stub="answer = ...",
    hints=(
        "Which products does a token pass through in BERT? And in ALBERT?",
        "A weight that is used six times is multiplied six times.",
    ),
    solution='answer = "c"',
    why="It is a prediction: it is compared with this run, not marked.",
    task=prediction(
        {
            "a": "less than 0.4 of BERT's",
            "b": "0.4 to 0.8 of it",
            "c": "about as long: 0.8 to 1.25",
            "d": "longer still",
        },
        TOLD,
        truth,
    ),
    specimens=(
        Specimen("e", "the options are"),
        Specimen("c", TOLD["a"], measured={"bert": 1.0, "albert": 0.2}),
        Specimen("c", TOLD["b"], measured={"bert": 1.0, "albert": 0.6}),
        Specimen("a", TOLD["c"], measured={"bert": 1.0, "albert": 1.1}),
        Specimen("c", TOLD["d"], measured={"bert": 1.0, "albert": 1.6}),
    ),
)
