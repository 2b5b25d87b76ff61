"""Chapter 04b: the parameters of one attention layer of BERT-base."""

from lmcourse.checks import Exercise, Specimen, number

D = 768
NO_BIAS = "You left out the biases: each of the four maps adds a vector of 768."
NO_OUT = "Queries, keys and values are three maps. The fourth mixes the heads when they stand side by side."
TIMES_HEADS = "The heads *share out* the 768 columns; they do not each have 768. The number of heads changes nothing."
ONE_MAP = "That is one map of four."

exercise = Exercise(
    id="04b.attention_parameters",
    title="the parameters of attention",
    text="""
How many parameters has the attention of **one** block of BERT-base (width 768, 12 heads), biases included, its norm
not?
""",
    difficulty=1,
    minutes=3,
    stub="answer = ...",
    hints=(
        "Which linear maps are there, and how wide is each? A map from n to m columns has n · m + m parameters.",
        "Four maps of 768 to 768: queries, keys, values, and the output.",
    ),
    solution="answer = 4 * (768 * 768 + 768)",
    why="12 heads of 64 columns or 1 head of 768: the count is the same. The feed-forward network has twice as many.",
    task=number(
        4 * (D * D + D),
        0.5,
        "parameters",
        {NO_BIAS: 4 * D * D, NO_OUT: 3 * (D * D + D), TIMES_HEADS: 12 * 4 * (D * D + D), ONE_MAP: D * D + D},
    ),
    specimens=(
        Specimen(4 * D * D, NO_BIAS),
        Specimen(3 * (D * D + D), NO_OUT),
        Specimen(12 * 4 * (D * D + D), TIMES_HEADS),
        Specimen(D * D + D, ONE_MAP),
        Specimen(110_000_000, "too large"),
        Specimen("many", "a number of parameters is expected"),
    ),
)
