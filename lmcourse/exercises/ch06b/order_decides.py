"""Chapter 06b, predicted before the stored rows are shown: who wins in which shop."""

from lmcourse.checks import Exercise, Specimen, prediction


def truth(hits: dict) -> str:
    """Who has the higher hit rate without order, and with full order: `{0: {"factors": …, "GPT": …}, 1: …}`."""
    first, last = (hits[order]["GPT"] > hits[order]["factors"] for order in (0, 1))
    return {(False, False): "a", (True, True): "b", (False, True): "c", (True, False): "d"}[first, last]


TOLD = {
    "a": "so the GPT could not use the order of events: then look whether it learnt at all.",
    "b": "so the GPT has learnt tastes as well as order: what its context holds is a taste, too.",
    "c": "the generator decides: taste is all there is in one shop, order in the other.",
    "d": "that is unexpected: the method that reads the order won where there was none.",
}

exercise = Exercise(
    id="06b.order_decides",
    title="predict: who wins in which shop?",
    text="""
Two shops. In the first, people take things by taste alone; in the second, each thing follows from the one before.
Matrix factorisation knows who took what, but not when. A GPT reads the items in order. Which has the higher hit rate?
""",
    difficulty=1,
    minutes=2,
    stub="answer = ...",
    hints=(
        "What would be left of a history whose order you forget? In which shop does that matter?",
        "A GPT may forget the order as well. But it has to learn from few users which items go together.",
    ),
    solution='answer = "c"',
    why="It is a prediction: it is compared with the stored rows, not marked.",
    task=prediction(
        {
            "a": "factorisation in both",
            "b": "the GPT in both",
            "c": "factorisation in the first, the GPT in the second",
            "d": "the GPT in the first, factorisation in the second",
        },
        TOLD,
        truth,
    ),
    specimens=(
        Specimen("e", "the options are"),
        Specimen("c", TOLD["a"], measured={0: {"GPT": 0.1, "factors": 0.2}, 1: {"GPT": 0.1, "factors": 0.2}}),
        Specimen("c", TOLD["b"], measured={0: {"GPT": 0.3, "factors": 0.2}, 1: {"GPT": 0.7, "factors": 0.1}}),
        Specimen("a", TOLD["c"], measured={0: {"GPT": 0.1, "factors": 0.2}, 1: {"GPT": 0.7, "factors": 0.1}}),
        Specimen("c", TOLD["d"], measured={0: {"GPT": 0.3, "factors": 0.2}, 1: {"GPT": 0.1, "factors": 0.2}}),
    ),
)
