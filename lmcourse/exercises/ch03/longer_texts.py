"""Chapter 03: what four times as many tokens cost."""

from lmcourse.checks import Exercise, Specimen, number

LINEAR = "You counted the weights only: their part grows with T. Attention compares all pairs of tokens: T²."
SQUARE = "You counted attention only: its part grows with T². The weights' part, far the larger here, grows with T."
NO_INNER = "You left out the inner layer (2DF): four D × D matrices are only a third of the weights of a layer."
LAYERS = "You counted twelve layers for one length, and one for the other. Both have twelve: in the ratio they cancel."

exercise = Exercise(
    id="03.longer_texts",
    title="four times as long",
    text="""
BERT-base (D = 768, F = 3,072) reads a text of 512 tokens instead of 128. **How many times as many FLOPs** does one
forward pass take? Use the formula above, and give the ratio to two decimals.
""",
    difficulty=2,
    minutes=5,
    stub="times = ...",
    hints=(
        "Call the formula for T = 512 and for T = 128. What stands before the bracket, L, is the same in both.",
        "With F = 4D the bracket becomes 4TD · (6D + T). How many times is that for T = 512 what it is for T = 128?",
    ),
    solution="""
def cost(T, D=768, F=3072):  # of one layer; there are as many for both
    return 2 * T * (4 * D**2 + 2 * D * F) + 4 * T**2 * D

times = cost(512) / cost(128)
""",
    why="""Only a little more than four times: at these lengths the weights cost far more than attention. The square
makes itself felt when T comes near 6D, here 4,608 tokens: there both parts cost the same.""",
    task=number(
        4 * (6 * 768 + 512) / (6 * 768 + 128),
        0.02,
        mistakes={LINEAR: 4.0, SQUARE: 16.0, NO_INNER: 4 * (2 * 768 + 512) / (2 * 768 + 128), LAYERS: 51.89},
    ),
    specimens=(
        Specimen(4, LINEAR),
        Specimen(16, SQUARE),
        Specimen(4.92, NO_INNER),
        Specimen(51.89, LAYERS),
        Specimen(0.23125, "upside down"),
        Specimen("4.32", "a number is expected"),
    ),
)
