"""Chapter 01: an estimate of a training's operations that is three times too small."""

from lmcourse.checks import Exercise, Specimen, find_error

CODE = """
def training_operations(parameters, tokens):
    multiply_and_add = 2
    passes = 1
    each = multiply_and_add * passes * parameters
    return each * tokens
"""
WRONG = (
    "wrong: that is the forward pass alone. Backward, each matrix takes part in two more products: one for the "
    "gradient of its weights, one for that of its input. Three passes' worth in all."
)
FINE = {
    1: "fine: the weights and the tokens that are read in training, a token as often as it is read.",
    2: "fine: a weight is multiplied by a number, and the product added to a sum. Two operations.",
    4: "fine: the operations of one token. What it is given is another matter.",
    5: "fine: each token costs the same, as long as attention's own products are left out.",
}

exercise = Exercise(
    id="01.wrong_flops",
    title="find the error: a training that is too cheap",
    text="""
This estimates the operations of a training. Held against torch's own counter it comes out three times too small.
**One** line is the cause. Which?
""",
    difficulty=2,
    minutes=3,
    stub="answer = ...  # the number of a line",
    hints=(
        "What does a training step do that a mere prediction does not?",
        "y = W x. Of what does backward need the gradient, and how many products with as many numbers is that?",
    ),
    solution="answer = 3",
    why="2 N for a token that is read, 6 N for a token that is learnt from.",
    task=find_error(CODE, {3: WRONG}, FINE),
    specimens=(
        Specimen(1, FINE[1]),
        Specimen(2, FINE[2]),
        Specimen(4, FINE[4]),
        Specimen(5, FINE[5]),
    ),
)
