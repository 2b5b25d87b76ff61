"""Chapter 04b: what a block of BERT does, in order."""

from lmcourse.checks import Exercise, Specimen, order

OPTIONS = {
    "a": "put the heads side by side, and mix them by a matrix",
    "b": "softmax over the keys",
    "c": "add the block's input, and normalise",
    "d": "set the scores of padding to the lowest number there is",
    "e": "make queries, keys and values of each token",
    "f": "feed-forward network on each token, add its input, normalise",
    "g": "queries times keys, divided by √d",
    "h": "weights times values",
}
SCORES = "Scores are made of queries and keys: these come first."
MASK = "There must be scores before one can hide some of them."
SOFTMAX = "The mask comes *before* the softmax, or what is hidden still counts in its sum."
VALUES = "Values are added up by weights, and weights are what the softmax makes."
HEADS = "Each head gathers by itself first; then they are put side by side."
ADD = "What is added to the input is attention's output: after the heads are mixed."
FEED = "BERT's block ends with the feed-forward network: attention, added and normalised, is what that reads."

exercise = Exercise(
    id="04b.block_order",
    title="a block, step by step",
    text="Put in order what one block of BERT does with its input.",
    difficulty=1,
    minutes=3,
    stub='answer = ...  # such as "abcdefgh"',
    hints=(
        "Two halves: attention between the tokens, then a network on each token. Each half ends by adding and "
        "normalising.",
        "In attention: what is multiplied first, what hides, what makes shares, what adds up?",
    ),
    solution='answer = "egdbhacf"',
    why="Attention is the only place in the block where tokens meet.",
    task=order(
        OPTIONS,
        {
            ("e", "g"): SCORES,
            ("g", "d"): MASK,
            ("d", "b"): SOFTMAX,
            ("b", "h"): VALUES,
            ("h", "a"): HEADS,
            ("a", "c"): ADD,
            ("c", "f"): FEED,
        },
    ),
    specimens=(
        Specimen("gedbhacf", SCORES),
        Specimen("edgbhacf", MASK),
        Specimen("egbdhacf", SOFTMAX),
        Specimen("egdhbacf", VALUES),
        Specimen("egdbahcf", HEADS),
        Specimen("egdbhcaf", ADD),
        Specimen("egdbhafc", FEED),
        Specimen("egd", "give each of a, b, c, d, e, f, g, h once"),
    ),
)
