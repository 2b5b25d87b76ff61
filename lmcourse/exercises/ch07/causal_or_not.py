"""Chapter 07: which attention may not look to the right."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "GPT-3: from the text to itself",
    "b": "BERT: from the text to itself",
    "c": "Transformer of 2017: in the decoder, from the target to itself",
    "d": "Transformer of 2017: in the encoder, from the source to itself",
    "e": "Transformer of 2017: from the target to the source",
    "f": "ALBERT: from the text to itself",
}
WHY = {
    "a": "causal: it foretells the next token, and must not see it.",
    "b": "not causal: its words are hidden by [MASK], not by the direction of reading. That is the B of its name.",
    "c": "causal: in training the whole target is given, and each place must foretell the next token.",
    "d": "not causal: the source is known as a whole before the first word of the target is written.",
    "e": "not causal: the whole source may be looked at, whatever place of the target asks.",
    "f": "not causal: it shares layers, and reads as BERT does.",
}

exercise = Exercise(
    id="07.causal_or_not",
    title="causal or not?",
    text="""
Attention is *causal* when no token sees a later one. In which of these places must it be causal? Give a set of letters.
""",
    difficulty=1,
    minutes=3,
    stub="answer = ...",
    hints=(
        "What is predicted at a place, and does it stand in the input of that very place or further right?",
        "Where the next token is foretold, it must be out of sight. Two of the six foretell the next token.",
    ),
    solution='answer = {"a", "c"}',
    why="The mask follows from the question: what is asked for must not be seen.",
    task=choice(OPTIONS, WHY, {"a", "c"}),
    specimens=(
        Specimen({"a"}, "1 more belongs"),
        Specimen({"a", "b", "c"}, WHY["b"]),
        Specimen({"a", "c", "e"}, WHY["e"]),
        Specimen({"a", "c", "d"}, WHY["d"]),
    ),
)
