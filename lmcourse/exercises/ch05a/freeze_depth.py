"""Chapter 05a: which recipe comes last? Asked before the stored figure."""

from lmcourse.checks import Exercise, Specimen, prediction

OPTIONS = {
    "a": "only the head learns (`encoder`: the second half of the document's sentence)",
    "b": "the last two layers are frozen (`last:2`: its first half)",
    "c": "embeddings and the lowest three layers are frozen (`3`)",
    "d": "everything learns (`none`, as in the BERT paper)",
}
LETTERS = {"encoder": "a", "last:2": "b", "3": "c", "none": "d"}
TOLD = {
    "a": "the head alone cannot move what the encoder says about a text; every other recipe can.",
    "b": "freezing the top cost the most.",
    "c": "freezing the bottom cost the most.",
    "d": "tuning everything was the worst: with few texts, look at the learning rate first.",
}


def last_of(accuracies):
    """The letter of the recipe with the lowest accuracy; `accuracies` maps recipes to numbers."""
    return LETTERS[min(LETTERS, key=lambda recipe: accuracies[recipe])]


MEASURED = {"encoder": 0.65, "last:2": 0.8, "3": 0.78, "none": 0.81}

exercise = Exercise(
    id="05a.freeze_depth",
    title="predict: which recipe comes last?",
    text="""
The same 1,000 movie sentences, the same encoder, four recipes. Which one has the **lowest** accuracy on the validation
part? Commit yourself before you read on; the stored measurement follows.
""",
    difficulty=1,
    minutes=2,
    stub="answer = ...",
    hints=(
        "How many weights can each recipe change? You counted one of them.",
        "MiniLM was trained so that the *mean* over all tokens is a good vector; the head reads the first token only.",
    ),
    solution='answer = "a"',
    why="The first token's vector of MiniLM was not trained to sum up a text, and a frozen encoder cannot learn to.",
    task=prediction(OPTIONS, TOLD, last_of),
    specimens=(
        Specimen("e", "the options are a, b, c, d"),
        Specimen(0.8, "the options are a, b, c, d"),
        Specimen("b", TOLD["a"], MEASURED),
        Specimen("a", TOLD["c"], MEASURED | {"3": 0.6}),
        Specimen("a", TOLD["b"], MEASURED | {"last:2": 0.6}),
        Specimen("a", TOLD["d"], MEASURED | {"none": 0.6}),
    ),
)
