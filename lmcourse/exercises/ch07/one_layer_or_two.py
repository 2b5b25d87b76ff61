"""Chapter 07, predicted before the run: how many layers it takes to go on with what was read before."""

from lmcourse.checks import Exercise, Specimen, prediction


def truth(measured: dict) -> str:
    """Which of the two models halves the loss on the repeated part: `measured` maps layers to (first, repeated)."""
    learnt = {layers: repeated < 0.5 * first for layers, (first, repeated) in measured.items()}
    return {(False, False): "a", (False, True): "b", (True, True): "c", (True, False): "d"}[learnt[1], learnt[2]]


TOLD = {
    "a": "neither has learnt it in so few steps. More steps would tell.",
    "b": "with one layer a token finds its earlier self, but not what stood *behind* it. Two layers can pass that on.",
    "c": "one layer has done it too: look at how, for example at the positions.",
    "d": "the deeper one is slower to learn. More steps would tell.",
}

exercise = Exercise(
    id="07.one_layer_or_two",
    title="predict: one layer or two?",
    text="""
A text of random tokens, then the same tokens once more: `k d x b k d x b`. Nothing in the first part can be foretold.
In the second part everything can: look for the token's earlier place, and say what stood behind it. Two small GPTs
learn from such texts, each time with new tokens, one with a single layer and one with two. Which of them at least
halves its loss on the repeated part?
""",
    difficulty=2,
    minutes=3,
    stub="answer = ...",
    hints=(
        "Attention compares a token's query with the keys of earlier tokens. With one layer, what can a key know?",
        "A key of the first layer knows its own token and place. What would it have to know, to be found by its "
        "neighbour?",
    ),
    solution='answer = "b"',
    why="It is a prediction: it is compared with this run, not marked.",
    task=prediction(
        {"a": "neither", "b": "only that with two layers", "c": "both", "d": "only that with one layer"}, TOLD, truth
    ),
    specimens=(
        Specimen("e", "the options are"),
        Specimen("a", TOLD["b"], measured={1: (3.0, 2.8), 2: (3.0, 0.2)}),
        Specimen("b", TOLD["c"], measured={1: (3.0, 0.3), 2: (3.0, 0.2)}),
        Specimen("b", TOLD["a"], measured={1: (3.0, 2.8), 2: (3.0, 2.9)}),
        Specimen("b", TOLD["d"], measured={1: (3.0, 0.8), 2: (3.0, 2.9)}),
    ),
)
