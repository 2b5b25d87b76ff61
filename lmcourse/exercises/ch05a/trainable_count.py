"""Chapter 05a: the weights that learn when only the head does."""

from lmcourse.checks import Exercise, Specimen, number

HEAD = "That is the last layer alone. The pooler, 384 → 384 with its biases, learns too."
POOLER = "That is the pooler alone. The last layer, 384 → 2 with its biases, learns too."
BIASES = "The biases are missing: one for each output of a layer, 384 and 2."
ALL = "That is about all of MiniLM. Here the encoder is frozen: count the pooler and the last layer only."

exercise = Exercise(
    id="05a.trainable_count",
    title="count what learns",
    text="""
MiniLM is 384 wide. Only the head is tuned, for two classes: the pooler (a linear layer from 384 to 384 features) and
the last layer (from 384 features to 2 logits). How many numbers does the optimiser change? Count weights and biases.
""",
    difficulty=1,
    minutes=3,
    stub="answer = ...",
    hints=(
        "A linear layer from n to m features has n · m weights and m biases.",
        "Two layers: 384 → 384 and 384 → 2. Add both.",
    ),
    solution="answer = 384 * 384 + 384 + 384 * 2 + 2",
    why="The pooler outweighs the last layer by far, and both together are under one per cent of MiniLM.",
    task=number(148_610, 0.5, "weights", {HEAD: 770, POOLER: 147_840, BIASES: 148_224, ALL: 22_713_986}),
    specimens=(
        Specimen(770, HEAD),
        Specimen(147_840, POOLER),
        Specimen(148_224, BIASES),
        Specimen(22_713_986, ALL),
        Specimen(150_000, "too large"),
        Specimen("148610", "a number of weights is expected"),
    ),
)
