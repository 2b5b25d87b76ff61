"""Chapter 07: the steps from logits to a token, in order."""

from lmcourse.checks import Exercise, Specimen, order

OPTIONS = {
    "a": "softmax",
    "b": "draw a token",
    "c": "keep the k largest, set the others to −∞",
    "d": "scale what is left to a sum of 1",
    "e": "divide by the temperature",
    "f": "take the logits of the last place",
    "g": "keep the fewest likeliest tokens that have p together",
}
LOGITS = "Everything begins with the logits of the last place: there is nothing to divide or to cut before."
HEAT = "The temperature divides logits. After softmax it would divide all probabilities alike, and change nothing."
CUT = "The k are kept among logits, by −∞: cut after softmax, what is left does not sum to 1, and p is counted wrongly."
NUCLEUS = "p is a sum of probabilities: softmax must have made them."
SCALE = "Scaling comes after the cut: before it the sum is 1 already."
DRAW = "Drawing is the last step: probabilities must sum to 1, and be those that you mean."

exercise = Exercise(
    id="07.sampling_order",
    title="from logits to a token",
    text="""
Put the steps of sampling in order: with a temperature, with top-k, and with top-p. There is one softmax, and one
scaling.
""",
    difficulty=2,
    minutes=3,
    stub='answer = ...  # such as "abcdefg"',
    hints=(
        "Which steps work on logits, and which on probabilities? Softmax stands between them.",
        "Begin with the logits, end with the draw. −∞ becomes probability 0 in softmax; top-p needs sums.",
    ),
    solution='answer = "fecagdb"',
    why="Temperature and top-k may change places, as dividing keeps the order of the logits. Nothing else may.",
    task=order(
        OPTIONS,
        {
            ("f", "e"): LOGITS,
            ("f", "c"): LOGITS + " ",
            ("e", "a"): HEAT,
            ("c", "a"): CUT,
            ("a", "g"): NUCLEUS,
            ("g", "d"): SCALE,
            ("d", "b"): DRAW,
        },
    ),
    specimens=(
        Specimen("efcagdb", LOGITS),
        Specimen("cfeagdb", LOGITS),
        Specimen("fcaegdb", HEAT),
        Specimen("feacgdb", CUT),
        Specimen("fecgadb", NUCLEUS),
        Specimen("fecadgb", SCALE),
        Specimen("fecagbd", DRAW),
        Specimen("abcdefg", "rules of the order hold"),
        Specimen("fec", "give each of a, b, c, d, e, f, g once"),
    ),
)
