"""Chapter 04b, predicted before it is shown: what the softmax makes of scores that were not divided by √d."""

from lmcourse.checks import Exercise, Specimen, prediction


def truth(largest: float) -> str:
    """The option that the mean of the largest weight belongs to."""
    return "a" if largest < 0.2 else "b" if largest < 0.6 else "c"


TOLD = {
    "a": "the weights stay nearly even.",
    "b": "the largest weight is clearly ahead of the others, which still count.",
    "c": "one key gets nearly everything: the sum of values has become a choice, which hardly passes a gradient.",
}

exercise = Exercise(
    id="04b.without_root",
    title="predict: what happens without √d?",
    text="""
A query looks at 16 keys. All entries are drawn from a normal distribution with variance 1; the vectors are 512 wide.
The dot products go into the softmax **as they are**. How large is the largest of the 16 weights, on average? (Even
weights would be 1/16, about 0.06.)
""",
    difficulty=1,
    minutes=2,
    stub="answer = ...",
    hints=(
        "How far apart do you expect the highest and the second highest of 16 scores to be, if scores spread as √512?",
        "Two scores that are z apart have weights in the proportion e to the power z.",
    ),
    solution='answer = "c"',
    why="It is a prediction: the next cells measure it.",
    task=prediction({"a": "below 0.2", "b": "between 0.2 and 0.6", "c": "above 0.6"}, TOLD, truth),
    specimens=(
        Specimen("d", "the options are"),
        Specimen("b", TOLD["a"], measured=0.1),
        Specimen("a", TOLD["b"], measured=0.4),
        Specimen("a", TOLD["c"], measured=0.9),
    ),
)
