"""Chapter 06c, predicted before it is shown: a model that marks exercises which it has never seen."""

from lmcourse.checks import Exercise, Specimen, prediction


def truth(figures: tuple[float, float, float]) -> str:
    """The option into which the shares of (chance, longest option, frozen encoder) fall."""
    chance, longest, frozen = figures
    if frozen >= 0.9:
        return "d"
    if frozen < chance + 0.1:
        return "a"
    return "c" if frozen >= longest + 0.1 else "b"


A = "it picks hardly more than the lot does: what makes an option right in one exercise does not carry over."
B = "it is ahead of the lot, but not of somebody who takes the longest option and reads nothing. What do both use?"
C = "it knows more than the length of an option. That is still far from marking: too many of its marks are wrong."
D = "it marks nearly as a key does. Look whether the same sentences stand in several exercises."

exercise = Exercise(
    id="06c.unseen_marks",
    title="predict: can a model mark what it has not seen?",
    text="""
A frozen encoder and a logistic regression learn from the options of some exercises of this course which are right. Then
they pick an option in exercises that they have **never** seen. How far do they get? *Clearly* means by 10 points.
""",
    difficulty=1,
    minutes=1,
    stub="answer = ...",
    hints=(
        "What do right options of *different* exercises have in common?",
        "Those who write exercises take most care of the right option. A prediction is compared, not marked.",
    ),
    solution='answer = "b"',
    why="It is a prediction; the measurement stands below.",
    task=prediction(
        {
            "a": "not clearly beyond drawing lots",
            "b": "beyond lots, but not clearly beyond always taking the longest option",
            "c": "clearly beyond the longest option, and below 9 in 10",
            "d": "9 in 10 or more",
        },
        {"a": A, "b": B, "c": C, "d": D},
        truth,
    ),
    specimens=(
        Specimen("e", "the options are"),
        Specimen("b", A, measured=(0.26, 0.4, 0.3)),
        Specimen("a", B, measured=(0.26, 0.4, 0.42)),
        Specimen("b", C, measured=(0.26, 0.3, 0.6)),
        Specimen("b", D, measured=(0.26, 0.3, 0.95)),
    ),
)
