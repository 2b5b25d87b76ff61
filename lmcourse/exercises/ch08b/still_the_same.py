"""Chapter 08b, predicted before it is shown: whose explanation does not notice that all was forgotten?"""

from lmcourse.checks import Exercise, Specimen, prediction

LETTERS = {"attention": "a", "gradient × input": "b", "integrated gradients": "c", "leave one out": "d"}


def truth(likeness: dict[str, float]) -> str:
    """The option of the method whose ranking of words is most like that before."""
    return LETTERS[max(LETTERS, key=likeness.get)]


A = "attention's ranking is the most like before. What is alike with and without learning comes from the text itself."
B = "the gradients point elsewhere in a forgetful model, but the embeddings, which they are multiplied by, have stayed."
C = "the way from the baseline has stayed, as the embeddings have: it is a part of the product that nothing forgets."
D = "which words a model needs has more to do with its embeddings than with its blocks, then."

exercise = Exercise(
    id="08b.still_the_same",
    title="predict: who does not notice?",
    text="""
All six blocks and the head of the classifier are set back to random weights. Only the embeddings stay. Each method
ranks the words again, now for a model that knows nothing. **Whose ranking is most like the one before?**
""",
    difficulty=1,
    minutes=2,
    stub="answer = ...",
    hints=(
        "What does each method need of the weights: only where a head looks, or also what comes of it?",
        "A ranking that stays the same must come from what stays the same. A prediction is compared, not marked.",
    ),
    solution='answer = "a"',
    why="It is a prediction; the measurement stands below.",
    task=prediction({letter: name for name, letter in LETTERS.items()}, {"a": A, "b": B, "c": C, "d": D}, truth),
    specimens=(
        Specimen("e", "the options are"),
        Specimen("b", A, measured=dict(zip(LETTERS, (0.5, 0.1, 0.1, 0.0), strict=True))),
        Specimen("a", B, measured=dict(zip(LETTERS, (0.1, 0.5, 0.1, 0.0), strict=True))),
        Specimen("a", C, measured=dict(zip(LETTERS, (0.1, 0.2, 0.5, 0.0), strict=True))),
        Specimen("a", D, measured=dict(zip(LETTERS, (0.1, 0.2, 0.3, 0.4), strict=True))),
    ),
)
