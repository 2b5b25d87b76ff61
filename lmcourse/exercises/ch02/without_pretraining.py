"""Chapter 02, predicted before it is measured: what is left without pretraining?"""

from lmcourse.checks import Exercise, Specimen, prediction


def truth(found: dict) -> str:
    """Which answer the accuracies belong to: `{"random": …, "pretrained": …, "majority": …}`."""
    gained, all_of_it = found["random"] - found["majority"], found["pretrained"] - found["majority"]
    return "a" if gained < 0.03 else "b" if gained < 0.5 * all_of_it else "c" if gained < 0.9 * all_of_it else "d"


TOLD = {
    "a": "nothing is left: the head on random weights is no better than always saying the commonest class.",
    "b": "some of it is left, less than half: random vectors still tell words apart, and keep something of them.",
    "c": "more than half of the gain is left: the head does much by itself, on whatever vectors it gets.",
    "d": "nearly all is left: on this task pretraining brought next to nothing.",
}

exercise = Exercise(
    id="02.without_pretraining",
    title="predict: what is left without pretraining?",
    text="""
The same network, the same head, the same labelled movie sentences. Once with the pretrained weights, once with random
ones that nobody trained. How much of the gain over "always say the commonest class" is left with random weights?
""",
    difficulty=1,
    minutes=2,
    stub="answer = ...",
    hints=(
        "A random network is still a function of the text: other words, other vectors.",
        "But are two words of like meaning near each other in it?",
    ),
    solution='answer = "b"',
    why="It is a prediction: it is compared with what is measured here, not marked.",
    task=prediction(
        {"a": "none of it", "b": "less than half", "c": "more than half, but not all", "d": "nearly all"}, TOLD, truth
    ),
    specimens=(
        Specimen("e", "the options are"),
        Specimen("b", TOLD["a"], measured={"random": 0.51, "pretrained": 0.75, "majority": 0.5}),
        Specimen("a", TOLD["b"], measured={"random": 0.58, "pretrained": 0.75, "majority": 0.5}),
        Specimen("b", TOLD["c"], measured={"random": 0.68, "pretrained": 0.75, "majority": 0.5}),
        Specimen("b", TOLD["d"], measured={"random": 0.75, "pretrained": 0.75, "majority": 0.5}),
    ),
)
