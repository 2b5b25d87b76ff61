"""Chapter 04c, predicted before it is measured: what shared words make of two halves that have changed places."""

from lmcourse.checks import Exercise, Specimen, prediction


def truth(accuracy: float) -> str:
    """The option that the accuracy of telling right order from swapped falls into."""
    return "a" if accuracy < 0.45 else "b" if accuracy <= 0.55 else "c"


TOLD = {
    "a": "the rule is misled by the order.",
    "b": "it cannot tell them: what is shared is shared either way round.",
    "c": "something in the words gives the order away.",
}

exercise = Exercise(
    id="04c.swapped",
    title="predict: the halves change places",
    text="""
Take true pairs A B, and let half of them change places: B A. The topic is the same; only the order is wrong. A rule
says "in order" where A and B share many words, and "not" where they share few. How often is it right?
""",
    difficulty=1,
    minutes=1,
    stub="answer = ...",
    hints=(
        "How many words do A and B share, and how many B and A?",
        "A rule that gives a pair and its swap the same answer is right about exactly one of the two.",
    ),
    solution='answer = "b"',
    why="A question about order cannot be answered by topic. NSP, with its partners from other documents, can.",
    task=prediction(
        {"a": "in less than 45 % of the cases", "b": "in 45 to 55 %: like a coin", "c": "in more than 55 %"},
        TOLD,
        truth,
    ),
    specimens=(
        Specimen("x", "the options are"),
        Specimen("c", TOLD["b"], measured=0.5),
        Specimen("b", TOLD["c"], measured=0.7),
        Specimen("b", TOLD["a"], measured=0.3),
    ),
)
