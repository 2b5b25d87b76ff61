"""Chapter 04c: the steps of one MLM example, in order."""

from lmcourse.checks import Exercise, Specimen, order

OPTIONS = {
    "a": "compare each probability with the word that stood there before: −ln p",
    "b": "select 15 % of the words",
    "c": "cut the text into pieces",
    "d": "replace most of the selected words by [MASK], some by others",
    "e": "run the encoder over the whole changed text",
    "f": "make a probability for every piece of the vocabulary, at the selected positions",
}
PIECES = "Words are selected as groups of pieces: cut first. [MASK] is itself a piece, of the tokenizer's vocabulary."
SELECT = "What is replaced must have been selected."
HIDE = "The encoder must read the text *after* masking, or the answers stand in its input."
READ = "The probabilities are made of the encoder's output."
ASK = "There is nothing to compare before the model has answered."

exercise = Exercise(
    id="04c.mlm_order",
    title="one example, step by step",
    text="Put the steps of one MLM example in order, from the text to the loss.",
    difficulty=1,
    minutes=2,
    stub='answer = ...  # such as "abcdef"',
    hints=(
        "What does the model see, and what may it not see? Everything that hides comes before it reads.",
        "Begin with the tokenizer, end with the loss. The logits are computed where they are needed.",
    ),
    solution='answer = "cbdefa"',
    why="The true words are set aside before they are hidden; they come back only in the last step.",
    task=order(
        OPTIONS,
        {("c", "b"): PIECES, ("b", "d"): SELECT, ("d", "e"): HIDE, ("e", "f"): READ, ("f", "a"): ASK},
    ),
    specimens=(
        Specimen("bcdefa", PIECES),
        Specimen("cdbefa", SELECT),
        Specimen("cbedfa", HIDE),
        Specimen("cbdfea", READ),
        Specimen("cbdeaf", ASK),
        Specimen("abcdef", "rules of the order hold"),
        Specimen("cbd", "give each of a, b, c, d, e, f once"),
    ),
)
