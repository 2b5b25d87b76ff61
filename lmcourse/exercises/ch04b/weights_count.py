"""Chapter 04b: the shape of the attention weights."""

from lmcourse.checks import Exercise, Specimen, number

ONE_HEAD = "That is one head. Each of the 12 has weights of its own."
QUERIES = (
    "That is how many numbers the queries have: B · H · T · d. The weights have a column for each *key*, not for d."
)
LAYERS = "That is all 12 layers. Asked is one."
ONE_TEXT = "That is one text. There are 8."
NO_KEYS = "A row of weights for each query is missing: every query has a weight for *each* of the 128 keys."

exercise = Exercise(
    id="04b.weights_count",
    title="how many weights does a layer make?",
    text="""
BERT-base (12 layers, width 768, 12 heads) reads 8 texts of 128 tokens. How many attention weights, after the softmax,
are computed in **one** layer?
""",
    difficulty=1,
    minutes=3,
    stub="answer = ...",
    hints=(
        "Write the shape first, with the letters B, H and T.",
        "Every text, every head, every query, every key: (B, H, T, T). The width does not occur.",
    ),
    solution="answer = 8 * 12 * 128 * 128",
    why="T stands in it twice: twice the length, four times the weights. That is why long texts are dear.",
    task=number(
        8 * 12 * 128 * 128,
        0.5,
        "weights",
        {
            ONE_HEAD: 8 * 128 * 128,
            QUERIES: 8 * 12 * 128 * 64,
            LAYERS: 12 * 8 * 12 * 128 * 128,
            ONE_TEXT: 12 * 128 * 128,
            NO_KEYS: 8 * 12 * 128,
        },
    ),
    specimens=(
        Specimen(8 * 128 * 128, ONE_HEAD),
        Specimen(8 * 12 * 128 * 64, QUERIES),
        Specimen(12 * 8 * 12 * 128 * 128, LAYERS),
        Specimen(12 * 128 * 128, ONE_TEXT),
        Specimen(8 * 12 * 128, NO_KEYS),
        Specimen(1000, "too small"),
        Specimen("(8, 12, 128, 128)", "a number of weights is expected"),
    ),
)
