"""Chapter 04c: the loss of a model that knows nothing."""

import math

from lmcourse.checks import Exercise, Specimen, number

BITS = "That is in bits, with the logarithm to base 2. Losses are in nats here: base e."
TENS = "That is the logarithm to base 10. Losses are in nats here: base e."
PERPLEXITY = "That is the perplexity, among how many pieces the model wavers. The loss is its logarithm."
ACCURACY = "That is the probability of the right piece. The loss is minus its logarithm."

exercise = Exercise(
    id="04c.uniform_loss",
    title="the loss of knowing nothing",
    text="""
A model gives each of the 8,192 pieces of its vocabulary the same probability, wherever it is asked. What is its MLM
loss, in nats? Two decimals will do.
""",
    difficulty=1,
    minutes=2,
    stub="answer = ...",
    hints=(
        "The loss at one position is −ln p of the right piece. What is p?",
        "p = 1 / 8192 whatever the right piece is, so that the mean is −ln(1 / 8192).",
    ),
    solution="import math\n\nanswer = math.log(8192)",
    why="ln V. An untrained model begins there; a loss above it says that the model is sure of wrong things.",
    task=number(math.log(8192), 0.01, "nats", {BITS: 13, TENS: math.log10(8192), PERPLEXITY: 8192, ACCURACY: 1 / 8192}),
    specimens=(
        Specimen(13, BITS),
        Specimen(3.913, TENS),
        Specimen(8192, PERPLEXITY),
        Specimen(1 / 8192, ACCURACY),
        Specimen(7, "too small"),
        Specimen([9.01, 2], "a number of nats is expected"),
    ),
)
