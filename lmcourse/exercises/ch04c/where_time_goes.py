"""Chapter 04c, predicted before it is shown: which measure of speed is worth most."""

from lmcourse.checks import Exercise, Specimen, prediction

MEASURES = {
    "a": "logits at masked positions only",
    "b": "batches of like length",
    "c": "bfloat16",
    "d": "fused AdamW",
}


def truth(times: dict) -> str:
    """The measure without which a step takes most: `times` as long as with all, by measure."""
    return max(MEASURES, key=lambda option: times[MEASURES[option]])


TOLD = {
    "a": "the output layer has more to multiply than all blocks together, if it is asked at every position.",
    "b": "padding is computed like text, and thrown away.",
    "c": "the machine multiplies bfloat16 more than twice as fast.",
    "d": "that is unexpected: the optimiser touches each weight once a step, a product touches it once a token.",
}

exercise = Exercise(
    id="04c.where_time_goes",
    title="predict: which measure is worth most?",
    text="""
A BERT of preset `mini` is pretrained with a vocabulary of 30,522 pieces, on texts of natural lengths (up to 128
pieces). Four measures make a step faster. Take away **one** of them, and leave the others. Without which one does the
step become slowest?
""",
    difficulty=2,
    minutes=3,
    stub="answer = ...",
    hints=(
        "The products above cost 6 FLOPs a weight and token, forward and backward. At which positions is each weight "
        "used?",
        "All blocks of `mini` together have about 3 million weights that multiply; the output layer has 30,522 · 256.",
    ),
    solution='answer = "a"',
    why="It is a prediction: the stored result below measures it.",
    task=prediction(
        {
            "a": "the output layer is asked at the masked positions only, not at all of them",
            "b": "texts of like length share a batch, so that little is padding",
            "c": "it computes in bfloat16, not in float32",
            "d": "AdamW's step is one fused operation",
        },
        TOLD,
        truth,
    ),
    specimens=(
        Specimen("e", "the options are"),
        *(
            Specimen(
                "a" if option != "a" else "d",
                TOLD[option],
                measured={name: 1.5 if other == option else 1.1 for other, name in MEASURES.items()},
            )
            for option in MEASURES
        ),
    ),
)
