"""Chapter 07, predicted before the run: how many layers it takes to go on with what was read before."""

from lmcourse.checks import Exercise, Specimen, prediction


def truth(measured: dict) -> str:
    """Which of the models halves the loss where the answer was seen: `measured` maps layers to (new, repeated)."""
    learnt = {layers: repeated < 0.5 * new for layers, (new, repeated) in measured.items()}
    return {(False, False): "a", (False, True): "b", (True, True): "c", (True, False): "d"}[learnt[1], learnt[2]]


TOLD = {
    "a": "neither has learnt it in so few steps. More steps would tell.",
    "b": "with one layer a token finds its earlier self, but not what stood *behind* it. Two layers can pass that on.",
    "c": "one layer has done it too: look at how, for example by the place or the age of the tokens.",
    "d": "the deeper one is slower to learn. More steps would tell.",
}

exercise = Exercise(
    id="07.one_layer_or_two",
    title="predict: one layer or two?",
    text="""
In each row every token has a successor, which is drawn anew for that row: here `k → d → x → b → k`, in another row
another chain. A row is made of short passages: `k d x | x b k | b k d`. At its first appearance nobody can know what
follows `x`; at its second everybody can, who looks for its earlier place and says what stood behind it. Two small GPTs
learn from such rows, one with a single layer and one with two. Which of them gets the successors that were seen before
at less than half the loss of the tokens that nobody can know?
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
