"""Chapter 06a, predicted before it is shown: topics from forty labelled posts."""

from lmcourse.checks import Exercise, Specimen, prediction


def truth(pair: tuple[float, float]) -> str:
    """The option into which the accuracies of (TF-IDF, frozen encoder) fall."""
    counted, frozen = pair
    if frozen - counted > 0.25:
        return "d"
    if frozen - counted > 0.05:
        return "c"
    return "b" if frozen - counted >= -0.05 else "a"


TOLD = {
    "a": "counting is ahead: a topic has words of its own, and five posts are enough to meet them.",
    "b": "both are alike: what an encoder knows beforehand is of no use for these topics.",
    "c": "the encoder is ahead, and not by much: half of the words that tell a topic have been met in forty posts.",
    "d": "the encoder is far ahead: forty posts hold few of a topic's words, and to it new words are near known ones.",
}

exercise = Exercise(
    id="06a.few_topics",
    title="predict: eight topics, forty posts",
    text="""
Posts of eight newsgroups; guessing the commonest is right about once in eight. Forty posts are labelled, five a topic
on average. One model counts words and word pairs (TF-IDF and logistic regression). The other is a logistic regression
on the vectors of MiniLM, which stays frozen. **How do they compare in test accuracy?**
""",
    difficulty=1,
    minutes=2,
    stub="answer = ...",
    hints=(
        "How many of a topic's typical words does a new post share with five old ones?",
        "What does MiniLM know of two words that never stand in one post? A prediction is compared, not marked.",
    ),
    solution='answer = "d"',
    why="It is a prediction; the measurement stands below.",
    task=prediction(
        {
            "a": "counting is ahead by more than 5 points",
            "b": "less than 5 points apart",
            "c": "the encoder is ahead by 5 to 25 points",
            "d": "the encoder is ahead by more than 25 points",
        },
        TOLD,
        truth,
    ),
    specimens=(
        Specimen("e", "the options are"),
        Specimen("d", TOLD["a"], measured=(0.8, 0.6)),
        Specimen("d", TOLD["b"], measured=(0.6, 0.62)),
        Specimen("d", TOLD["c"], measured=(0.6, 0.75)),
        Specimen("c", TOLD["d"], measured=(0.4, 0.8)),
    ),
)
