"""Chapter 06a, predicted before the stored rows are shown: patches in another order."""

from lmcourse.checks import Exercise, Specimen, prediction

LOSS = 0.05  # what counts as a loss


def truth(means: tuple[float, float, float]) -> str:
    """The option into which the accuracies fall: in order, one other order for all, an order for each image."""
    straight, once, each = means
    lost = straight - once > LOSS, straight - each > LOSS
    return {(False, False): "a", (False, True): "b", (True, True): "c", (True, False): "d"}[lost]


TOLD = {
    "a": "patches alone say enough here: how often a stroke occurs, not where, would then tell the digits apart.",
    "b": "what is learnt is a vector for each place. Where the place lies nobody ever told the model.",
    "c": "one order for all costs something too: then the model knew more of the page than its own learnt places.",
    "d": "that is unexpected: an order that is always the same costs more than one that never is.",
}

exercise = Exercise(
    id="06a.places_matter",
    title="predict: a jigsaw puzzle",
    text="""
The sixteen patches of every image are put in another order, before training as in the test. Once it is **the same**
other order for all images; once each image has **an order of its own**. Which costs more than five points of accuracy?
""",
    difficulty=2,
    minutes=2,
    stub="answer = ...",
    hints=(
        "At the beginning each place has a random vector. What would be different if the places were named otherwise?",
        "And what can a place's vector mean if anything may stand there? A prediction is compared, not marked.",
    ),
    solution='answer = "b"',
    why="It is a prediction: it is compared with the stored rows, not marked.",
    task=prediction(
        {"a": "neither", "b": "an order of its own only", "c": "both", "d": "the same order for all only"}, TOLD, truth
    ),
    specimens=(
        Specimen("e", "the options are"),
        Specimen("b", TOLD["a"], measured=(0.9, 0.9, 0.88)),
        Specimen("c", TOLD["b"], measured=(0.9, 0.89, 0.6)),
        Specimen("b", TOLD["c"], measured=(0.9, 0.8, 0.6)),
        Specimen("b", TOLD["d"], measured=(0.9, 0.7, 0.9)),
    ),
)
