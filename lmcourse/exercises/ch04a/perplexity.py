"""Chapter 04a: the perplexity of three answers."""

from lmcourse.checks import Exercise, Specimen, number

LOSS = "That is the loss in nats. The perplexity is e to its power."
BITS = "That is the loss in bits. The perplexity is 2 to its power, or e to that of the loss in nats."
MEAN_P = "You averaged the probabilities and turned the mean round. Average the losses −ln p first; then exp."
MEAN_INVERSE = (
    "You averaged the 1/p. Average the losses −ln p first; then exp: a geometric mean, not an arithmetic one."
)
PRODUCT = "That is one over the product: the perplexity of the whole series. Take the mean over the three questions."

exercise = Exercise(
    id="04a.perplexity",
    title="among how many does it waver?",
    text="""
A model is asked three times. It gave the right word the probabilities 1/2, 1/4 and 1/8. What is its perplexity?
""",
    difficulty=1,
    minutes=3,
    stub="answer = ...",
    hints=(
        "The loss of one question is −ln p. First the mean of the three losses, then e to its power.",
        "−ln of the three are ln 2, 2 ln 2 and 3 ln 2. Their mean is 2 ln 2.",
    ),
    solution="answer = (2 * 4 * 8) ** (1 / 3)",
    why="e to the mean of the logarithms is the geometric mean of 1/p: as if it wavered among four words each time.",
    task=number(
        4.0,
        0.005,
        mistakes={
            LOSS: 1.3863,
            BITS: 2.0,
            MEAN_P: 24 / 7,
            MEAN_INVERSE: 14 / 3,
            PRODUCT: 64.0,
        },
    ),
    specimens=(
        Specimen(1.386, LOSS),
        Specimen(2, BITS),
        Specimen(3.43, MEAN_P),
        Specimen(4.667, MEAN_INVERSE),
        Specimen(64, PRODUCT),
        Specimen(5, "too large"),
        Specimen("four", "a number is expected"),
    ),
)
