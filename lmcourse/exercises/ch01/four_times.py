"""Chapter 01, predicted before it is measured: four times the parameters, how much longer a step?"""

from lmcourse.checks import Exercise, Specimen, prediction


def truth(ratio: float) -> str:
    """Which answer a measured ratio of seconds belongs to."""
    return "a" if ratio < 1.3 else "b" if ratio < 2.5 else "c" if ratio < 6 else "d"


TOLD = {
    "a": "a step of the larger model takes about as long: then this machine was busy with other things than products.",
    "b": "it takes longer, though not in proportion: small products leave a processor partly idle.",
    "c": "it takes about as many times longer as it has parameters: the operations decide.",
    "d": "it takes longer than in proportion: then look for what else grew: memory that no longer fits a cache?",
}

exercise = Exercise(
    id="01.four_times",
    title="predict: four times the parameters",
    text="""
Two models with the same text: the second is twice as wide, so that its blocks have four times the parameters. How many
times as long does one training step of it take on this machine?
""",
    difficulty=1,
    minutes=2,
    stub="answer = ...",
    hints=(
        "Section 3: how do operations grow with the parameters?",
        "Are all parts of a step products with weights? And is a processor as busy with small ones?",
    ),
    solution='answer = "c"',
    why="It is a prediction: it is compared with what is measured here, not marked.",
    task=prediction(
        {
            "a": "about as long (less than 1.3 times)",
            "b": "1.3 to 2.5 times as long",
            "c": "2.5 to 6 times as long",
            "d": "more than 6 times as long",
        },
        TOLD,
        truth,
    ),
    specimens=(
        Specimen("e", "the options are"),
        Specimen("c", TOLD["a"], measured=1.1),
        Specimen("c", TOLD["b"], measured=2.0),
        Specimen("a", TOLD["c"], measured=3.5),
        Specimen("c", TOLD["d"], measured=9.0),
    ),
)
