"""Chapter 07: a loss that does not depend on the tokenizer."""

import math

from lmcourse.checks import Exercise, Specimen, number

NATS = "That is in nats a byte. A bit is ln 2 nats: divide by ln 2."
TOKEN = "That is in bits a token. A token is four bytes of this text: divide once more."
TIMES = "You multiplied by ln 2. A nat is more than a bit, so that the number of bits is the larger one: divide."
UPSIDE = "You multiplied by the bytes of a token. What is spread over four bytes is less for each of them."

exercise = Exercise(
    id="07.bits_a_byte",
    title="from nats a token to bits a byte",
    text="""
A model has a loss of 3.6 nats a token on a held-out text of 1,200,000 bytes, which its tokenizer cuts into 300,000
tokens. How many **bits a byte** is that? Two decimals.
""",
    difficulty=1,
    minutes=3,
    stub="answer = ...",
    hints=(
        "In all the text takes 300,000 · 3.6 nats. It has 1,200,000 bytes.",
        "A nat is 1 / ln 2 bits: nats divided by ln 2 are bits.",
    ),
    solution="import math\n\nanswer = 300_000 * 3.6 / math.log(2) / 1_200_000",
    why="The bytes of a text do not change with the vocabulary: so models with different tokenizers can be compared.",
    task=number(
        0.9 / math.log(2),
        0.01,
        "bits a byte",
        {NATS: 0.9, TOKEN: 3.6 / math.log(2), TIMES: 0.9 * math.log(2), UPSIDE: 14.4 / math.log(2)},
    ),
    specimens=(
        Specimen(0.9, NATS),
        Specimen(3.6 / math.log(2), TOKEN),
        Specimen(0.9 * math.log(2), TIMES),
        Specimen(14.4 / math.log(2), UPSIDE),
        Specimen(2, "too large"),
        Specimen("1.3", "a number of bits a byte is expected"),
    ),
)
