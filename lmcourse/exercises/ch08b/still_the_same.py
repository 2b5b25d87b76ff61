"""Chapter 08b, predicted before it is shown: whose explanation does not notice that the head has forgotten?"""

from lmcourse.checks import Exercise, Specimen, prediction

LETTERS = {"attention": "a", "gradient × input": "b", "integrated gradients": "c", "leave one out": "d"}


def truth(likeness: dict[str, float]) -> str:
    """The option of the method whose ranking of words is most like that before."""
    return LETTERS[max(LETTERS, key=likeness.get)]


A = "attention's is the same to the last digit: it never looks at what is made of the words, only at where heads look."
B = "the gradients have changed least. They go through the head: look whether it has forgotten at all."
C = "the path's gradients have changed least. They go through the head: look whether it has forgotten at all."
D = "the answers themselves have changed least. They come out of the head: look whether it has forgotten at all."

exercise = Exercise(
    id="08b.still_the_same",
    title="predict: who does not notice?",
    text="""
First only the head and the pooler, above the six blocks, are set back to random weights. The answers are now a lottery.
Each method ranks the words again, for this model. **Whose ranking is most like the one before?**
""",
    difficulty=1,
    minutes=2,
    stub="answer = ...",
    hints=(
        "What does each method need of the weights: only where a block's heads look, or also what comes of it?",
        "Which of the four can be computed without knowing the answer? A prediction is compared, not marked.",
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
