"""Chapter 07: what kept keys and values weigh."""

from lmcourse.checks import Exercise, Specimen, number

RIGHT = 2 * 96 * 12_288 * 2_048 * 2 / 1e9
HALF = "A factor of 2 is missing: keys *and* values are kept, and a number takes 2 bytes. Both doublings belong in it."
ONE_LAYER = "That is one layer. Each of the 96 keeps its own keys and values."
ONE_TOKEN = "That is one token. All 2,048 are kept."
GIB = "Those are gibibytes, of 2³⁰ bytes. A gigabyte has 10⁹."
HEADS = "You multiplied by the heads. Together they are D wide: 96 heads of 128 each *are* the 12,288."

exercise = Exercise(
    id="07.cache_size",
    title="what does GPT-3's cache weigh?",
    text="""
The largest GPT-3 has 96 layers, 96 heads and a width of 12,288. It writes a text of 2,048 tokens with kept keys and
values, each number in 2 bytes. How many **gigabytes** (10⁹ bytes) are kept at the end, for this one text? Two decimals.
""",
    difficulty=2,
    minutes=4,
    stub="answer = ...  # gigabytes",
    hints=(
        "For each token and layer a key and a value are kept. How wide is each, over all heads?",
        "2 (key, value) · layers · width · tokens · 2 bytes.",
    ),
    solution="answer = 2 * 96 * 12_288 * 2_048 * 2 / 1e9",
    why="For one text. A hundred readers at once would need a hundred times that, beside the weights.",
    task=number(
        RIGHT,
        0.02,
        "gigabytes",
        {HALF: RIGHT / 2, ONE_LAYER: RIGHT / 96, ONE_TOKEN: RIGHT / 2048, GIB: RIGHT * 1e9 / 2**30, HEADS: RIGHT * 96},
    ),
    specimens=(
        Specimen(RIGHT / 2, HALF),
        Specimen(RIGHT / 96, ONE_LAYER),
        Specimen(RIGHT / 2048, ONE_TOKEN),
        Specimen(9.0, GIB),
        Specimen(RIGHT * 96, HEADS),
        Specimen(350, "too large"),
        Specimen("9.66 GB", "a number of gigabytes is expected"),
    ),
)
