"""Chapter 01: the parameters of BERT-base, from its sizes."""

from lmcourse.checks import Exercise, Specimen, number

V, D, F, LAYERS = 30_522, 768, 3_072, 12
BLOCK = 4 * (D * D + D) + (D * F + F) + (F * D + D) + 2 * 2 * D
EMBEDDINGS, POOLER = (V + 512 + 2) * D + 2 * D, D * D + D
RIGHT = (EMBEDDINGS + LAYERS * BLOCK + POOLER) / 1e6
BIASES = (LAYERS * (4 * D + F + D) + D) / 1e6

ONE_BLOCK = "That has one block. BERT stores twelve different ones (sharing them is ALBERT's idea)."
NO_EMBEDDINGS = "The embeddings are missing: a vector of D numbers for each token, position and segment."
NO_POOLER = "The pooler is missing, a layer from D to D."
NO_BIASES = "The biases are missing: every layer adds one number to each of its outputs."
HEADS = "You multiplied attention by its heads. Twelve heads of 64 *are* the 768: their number changes no count."

exercise = Exercise(
    id="01.bert_count",
    title="BERT-base by hand",
    text="""
BERT-base has 30,522 tokens, 512 positions and 2 segments, each with a vector of D = 768, and one normalisation of 2 D.
Then twelve blocks: four layers from D to D, two layers D to 3,072 and back, two normalisations of 2 D each. Attention
has 12 heads. At the end a pooler from D to D. Every layer has biases. How many **millions** of parameters is that?
Two decimals.
""",
    difficulty=2,
    minutes=8,
    stub="answer = ...  # millions",
    hints=(
        "Three terms: embeddings, twelve blocks, the pooler. Where would the heads enter?",
        "The block has 4 (D² + D) + (D · 3,072 + 3,072) + (3,072 · D + D) + 4 D.",
        "Embeddings: (30,522 + 512 + 2) · D + 2 D. Divide the sum by a million at the end.",
    ),
    solution="""
D = 768
block = 4 * (D * D + D) + (D * 3072 + 3072) + (3072 * D + D) + 4 * D
answer = ((30_522 + 512 + 2) * D + 2 * D + 12 * block + D * D + D) / 1e6
""",
    why="The paper says 110 million (Devlin et al. 2019, section 3): the heads of pretraining bring the count there.",
    task=number(
        RIGHT,
        0.02,
        "million parameters",
        {
            ONE_BLOCK: RIGHT - (LAYERS - 1) * BLOCK / 1e6,
            NO_EMBEDDINGS: RIGHT - EMBEDDINGS / 1e6,
            NO_POOLER: RIGHT - POOLER / 1e6,
            NO_BIASES: RIGHT - BIASES,
            HEADS: RIGHT + 11 * LAYERS * 4 * (D * D + D) / 1e6,
        },
    ),
    specimens=(
        Specimen(RIGHT - (LAYERS - 1) * BLOCK / 1e6, ONE_BLOCK),
        Specimen(RIGHT - EMBEDDINGS / 1e6, NO_EMBEDDINGS),
        Specimen(RIGHT - POOLER / 1e6, NO_POOLER),
        Specimen(RIGHT - BIASES, NO_BIASES),
        Specimen(RIGHT + 11 * LAYERS * 4 * (D * D + D) / 1e6, HEADS),
        Specimen(RIGHT * 1e6, "too large"),
        Specimen("110M", "a number of million parameters is expected"),
    ),
)
