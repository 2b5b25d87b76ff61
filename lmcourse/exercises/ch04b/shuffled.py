"""Chapter 04b: what an encoder without positions makes of a shuffled text."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "Each token gets the vector that it had before; only their order is the new one.",
    "b": "Each place gets the vector that it had before, whichever token now stands there.",
    "c": "Every vector changes: the neighbours of each token are others now.",
    "d": "The vectors change, but their mean stays.",
}
WHY = {
    "a": "right: a token's scores with the others do not depend on where they stand, and a sum does not ask for the "
    "order of its terms.",
    "b": "no: a vector goes with its token, whose query, key and value move with it.",
    "c": "no: attention has no neighbours. Without positions a text is a bag of tokens, each at the same distance.",
    "d": "no: the mean does stay, but because every single vector does.",
}

exercise = Exercise(
    id="04b.shuffled",
    title="a shuffled text, without positions",
    text="""
Take the positions away from a BERT: only the tokens' vectors go in. Its tokens are then put into another order. What
comes out, compared with before?
""",
    difficulty=2,
    minutes=3,
    stub="answer = ...",
    hints=(
        "How does the score of “dog” with “man” change, when the two exchange their places?",
        "Feed-forward network and norm look at one token at a time. Attention forms a sum over all tokens.",
    ),
    solution='answer = "a"',
    why="Attention is permutation-equivariant: shuffle what goes in, and what comes out is shuffled in the same way.",
    task=choice(OPTIONS, WHY, "a"),
    specimens=(
        Specimen("b", WHY["b"]),
        Specimen("c", WHY["c"]),
        Specimen("d", WHY["d"]),
        Specimen("e", "the options are"),
    ),
)
