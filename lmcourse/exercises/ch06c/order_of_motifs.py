"""Chapter 06c, predicted before it is shown: counting runs of letters where the order decides."""

from lmcourse.checks import Exercise, Specimen, prediction


def truth(pair: tuple[float, float]) -> str:
    """The option into which the accuracies of (k-mers, Transformer) fall."""
    counted, read = pair
    near = abs(counted - 0.5) < 0.1, abs(read - 0.5) < 0.1
    return {(True, True): "a", (True, False): "b", (False, True): "c", (False, False): "d"}[near]


A = "neither is ahead of a coin: so many sequences were too few even for a model that could see the order."
B = "counts are the same in either order, so no number of sequences helps them; places are what a Transformer reads."
C = "the counts knew something: then more than the order tells the classes apart. Look for it in the generator."
D = "both know it: then the order is not all that tells the classes apart. Look for what else does in the generator."

exercise = Exercise(
    id="06c.order_of_motifs",
    title="predict: who can see the order?",
    text="""
Every DNA string holds both motifs, at varying places with other letters around. The class says which comes **first**.
One model counts all runs of one to five letters; a Transformer reads letters with their places. From 3,000 strings,
which is right clearly more often than a coin (by 10 points)?
""",
    difficulty=1,
    minutes=1,
    stub="answer = ...",
    hints=(
        "Write down two short strings with the same motifs in either order. Which of their counts differ?",
        "And what does a Transformer add to a letter's vector? A prediction is compared, not marked.",
    ),
    solution='answer = "b"',
    why="It is a prediction; the measurement stands below.",
    task=prediction(
        {"a": "neither", "b": "the Transformer only", "c": "the counts only", "d": "both"},
        {"a": A, "b": B, "c": C, "d": D},
        truth,
    ),
    specimens=(
        Specimen("e", "the options are"),
        Specimen("b", A, measured=(0.5, 0.52)),
        Specimen("d", B, measured=(0.5, 0.95)),
        Specimen("b", C, measured=(0.9, 0.5)),
        Specimen("b", D, measured=(0.8, 0.95)),
    ),
)
