"""Chapter 06a: what it costs to look more closely."""

from lmcourse.checks import Exercise, Specimen, number

SIDE = "Twice as many patches along *one* side. An image has two."
TOKENS = "That is how many times more tokens there are. The table has a row *and* a column for each."
EIGHT = "Four times the rows, and as many times the columns."
ENTRIES = "That is the number of entries. What is asked for is how many times more they are than before."

exercise = Exercise(
    id="06a.smaller_patches",
    title="patches half as wide",
    text="""
A vision Transformer reads images of 224 × 224 pixels in patches of 16 × 16. Somebody takes patches of 8 × 8 instead, to
see more. **How many times** as many entries has the table of attention weights of one head? (Without class token.)
""",
    difficulty=1,
    minutes=3,
    stub="answer = ...",
    hints=("How many patches were there, how many are there now?", "The table has one entry for each pair of tokens."),
    solution="answer = ((224 // 8) ** 2) ** 2 / ((224 // 16) ** 2) ** 2",
    why="The table of who looks at whom grows with the fourth power of the resolution: that is why photographs "
    "are read in coarse patches.",
    task=number(16, 0.01, mistakes={SIDE: 2, TOKENS: 4, EIGHT: 8, ENTRIES: 784**2}),
    specimens=(
        Specimen(2, SIDE),
        Specimen(4, TOKENS),
        Specimen(8, EIGHT),
        Specimen(784**2, ENTRIES),
        Specimen(100, "too large"),
        Specimen("16", "a number is expected"),
    ),
)
