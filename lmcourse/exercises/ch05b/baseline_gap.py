"""Chapter 05b, predicted before it is shown: how far a tuned encoder is ahead of counted words."""

from lmcourse.checks import Exercise, Specimen, prediction


def truth(gap: float) -> str:
    """The option that the measured difference in accuracy falls into."""
    return "a" if gap <= 0 else "b" if gap < 0.03 else "c" if gap < 0.1 else "d"


A = "counted words are as good here. A baseline that nobody measured can't be beaten."
B = "ahead, but by less than the luck of one small test set may give or take."
C = "clearly ahead, yet most of the way was made by counting words."
D = "far ahead: this task needs more than the words that occur."


exercise = Exercise(
    id="05b.baseline_gap",
    title="predict: how far ahead of counted words?",
    text="""
Two models learn from the same 8,000 or so labelled movie sentences. One counts words and word pairs (TF-IDF) and
draws a straight line through them; it trains in two seconds. The other is MiniLM, pretrained on very many sentences,
its upper half fine-tuned here. How much higher is MiniLM's **test accuracy**? Answer before you read on.
""",
    difficulty=1,
    minutes=1,
    stub="answer = ...",
    hints=(
        "Think of ten praising and ten damning sentences on films. In how many does a single word tell?",
        "And of the rest: how many would a machine get right that knows which words mean nearly the same? There is "
        "nothing to lose: a prediction is compared, not marked.",
    ),
    solution='answer = "c"',
    why="It is a prediction; the measurement stands below. Whatever it is, the baseline belongs into the table.",
    task=prediction(
        {
            "a": "not at all",
            "b": "by less than 3 points",
            "c": "by 3 to 10 points",
            "d": "by more than 10 points",
        },
        {"a": A, "b": B, "c": C, "d": D},
        truth,
    ),
    specimens=(
        Specimen("e", "the options are"),
        Specimen("d", "most of the way", measured=0.05),
        Specimen("c", "counted words are as good", measured=-0.01),
        Specimen("a", "the luck of one small test set", measured=0.02),
        Specimen("b", "far ahead", measured=0.2),
    ),
)
