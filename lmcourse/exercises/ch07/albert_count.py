"""Chapter 07: the parameters of ALBERT-base, from its sizes."""

from lmcourse.checks import Exercise, Specimen, number

V, E, D, F, POSITIONS, SEGMENTS, LAYERS = 30_000, 128, 768, 3_072, 512, 2, 12
BLOCK = 4 * (D * D + D) + (D * F + F) + (F * D + D) + 2 * 2 * D
EMBEDDINGS = (V + POSITIONS + SEGMENTS) * E + 2 * E
WIDEN, POOLER = E * D + D, D * D + D
RIGHT = (EMBEDDINGS + WIDEN + BLOCK + POOLER) / 1e6

NOT_SHARED = "That has twelve blocks. ALBERT stores one, and uses it twelve times."
WIDE = "Those are embeddings of the full width, V × D. ALBERT's are V × E, and one layer E × D widens them."
NOT_WIDENED = "The layer that widens the embeddings from E to D is missing: E · D weights and D biases."
NO_POOLER = "The pooler is missing, a layer from D to D."
BERT = "That is BERT with a vocabulary of 30,000: neither of ALBERT's two savings is in it."

exercise = Exercise(
    id="07.albert_count",
    title="ALBERT-base by hand",
    text="""
ALBERT-base has a vocabulary of V = 30,000, embeddings of width E = 128 (also for 512 positions and 2 segments, with a
normalisation), a layer that widens E to D = 768, **one** block that is used twelve times, and a pooler from D to D.
The block: four layers from D to D, two layers D to 3,072 and back, two normalisations of 2 D each. Every layer has
biases. How many **millions** of parameters? Two decimals.
""",
    difficulty=2,
    minutes=8,
    stub="answer = ...  # millions",
    hints=(
        "Four terms: embeddings, the layer that widens them, one block, the pooler.",
        "The block has 4 (D² + D) + (D · 3,072 + 3,072) + (3,072 · D + D) + 4 D; a normalisation of width n has 2 n.",
        "Embeddings: (30,000 + 512 + 2) · 128 + 2 · 128. Divide the sum by a million at the end.",
    ),
    solution="""
width = 768
inner = 3072
embeddings = (30_000 + 512 + 2) * 128 + 2 * 128 + 128 * width + width
block = 4 * (width * width + width) + (width * inner + inner) + (inner * width + width) + 4 * width
answer = (embeddings + block + width * width + width) / 1e6
""",
    why="The paper says 12 million (Lan et al. 2020, table 1), a ninth of BERT-base: one block, not twelve.",
    task=number(
        RIGHT,
        0.02,
        "million parameters",
        {
            NOT_SHARED: RIGHT + (LAYERS - 1) * BLOCK / 1e6,
            WIDE: ((V + POSITIONS + SEGMENTS) * D + 2 * D + BLOCK + POOLER) / 1e6,
            NOT_WIDENED: RIGHT - WIDEN / 1e6,
            NO_POOLER: RIGHT - POOLER / 1e6,
            BERT: ((V + POSITIONS + SEGMENTS) * D + 2 * D + LAYERS * BLOCK + POOLER) / 1e6,
        },
    ),
    specimens=(
        Specimen(RIGHT + (LAYERS - 1) * BLOCK / 1e6, NOT_SHARED),
        Specimen(((V + POSITIONS + SEGMENTS) * D + 2 * D + BLOCK + POOLER) / 1e6, WIDE),
        Specimen(RIGHT - WIDEN / 1e6, NOT_WIDENED),
        Specimen(RIGHT - POOLER / 1e6, NO_POOLER),
        Specimen(((V + POSITIONS + SEGMENTS) * D + 2 * D + LAYERS * BLOCK + POOLER) / 1e6, BERT),
        Specimen(RIGHT * 1e6, "too large"),
        Specimen("12M", "a number of million parameters is expected"),
    ),
)
