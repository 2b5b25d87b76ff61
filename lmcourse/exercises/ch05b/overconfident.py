"""Chapter 05b, predicted before it is measured: does a model know how often it is right?"""

from lmcourse.checks import Exercise, Specimen, prediction

OPTIONS = {
    "a": "lower than its accuracy, by 2 points or more",
    "b": "within 2 points of its accuracy",
    "c": "2 to 8 points higher",
    "d": "more than 8 points higher",
}
TOLD = {
    "a": "it is too modest: right more often than it promises.",
    "b": "it keeps its promise on average. Single bins may still be off: look at the diagram.",
    "c": "it is somewhat too sure of itself.",
    "d": "it is far too sure of itself. Training on labels that are 0 or 1, epoch after epoch, asks for just that.",
}


def truth(excess: float) -> str:
    """The option that the mean confidence minus the accuracy falls into."""
    return "a" if excess <= -0.02 else "b" if excess < 0.02 else "c" if excess <= 0.08 else "d"


exercise = Exercise(
    id="05b.overconfident",
    title="predict: does the model know how often it is right?",
    text="""
The **confidence** in an answer is the probability that the model gave to it: 0.9 for "positive" is a confidence of 0.9,
and so is 0.1, said of a text that is called negative. Take the mean confidence of the model studied over the test
part. Where does it lie?
""",
    difficulty=1,
    minutes=1,
    stub="answer = ...",
    hints=(
        "In training the model was asked for a probability of 1 for every right label, also where people were divided.",
        "What happens to the loss of a text that is already judged rightly when the model becomes even surer of it?",
    ),
    solution='answer = "d"',
    why="It is a prediction; the table below decides. Guo et al. (2017) found the same in much larger networks.",
    task=prediction(OPTIONS, TOLD, truth),
    specimens=(
        Specimen("d", "too modest", measured=-0.05),
        Specimen("d", "keeps its promise on average", measured=0.01),
        Specimen("b", "somewhat too sure", measured=0.05),
        Specimen("b", "far too sure", measured=0.12),
        Specimen(0.9, "the options are"),
    ),
)
