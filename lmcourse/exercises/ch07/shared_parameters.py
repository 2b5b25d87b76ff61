"""Chapter 07: the parameters of a stack whose layers may share their weights."""

import numpy as np

from lmcourse.checks import Exercise, Specimen, function


def shared_parameters(layers):
    return sum({id(weight): weight.size for layer in layers for weight in layer}.values())


def every_use(layers):
    return sum(weight.size for layer in layers for weight in layer)


def by_layer(layers):
    unique = {id(layer): layer for layer in layers}.values()
    return sum(weight.size for layer in unique for weight in layer)


def by_value(layers):
    return sum({(weight.shape, weight.tobytes()): weight.size for layer in layers for weight in layer}.values())


def tensors(layers):
    return len({id(weight) for layer in layers for weight in layer})


def first_layer(layers):
    return sum(weight.size for weight in layers[0])


def some_layers(rng):
    n, m = rng.randint(2, 5), rng.randint(2, 5)

    def layer():
        return [np.array([[rng.uniform(-1, 1) for _ in range(m)] for _ in range(n)]), np.zeros(m)]

    shared, own = layer(), layer()
    layers = [shared, shared, list(shared), own, [shared[0], np.zeros(m)]]
    rng.shuffle(layers)
    return (layers,)


EVERY_USE = "You count an array as often as it is used. What two layers share is stored once, and learnt once."
BY_LAYER = "Two layers may be different lists and hold the same array: ask each array who it is, not each list."
BY_VALUE = (
    "Two arrays with equal values are two: they begin alike (biases at 0, for example) and learn different things. "
    "`id(weight)` tells objects apart, whatever stands in them."
)
TENSORS = "You count arrays. A matrix of n rows and m columns holds n · m parameters: `weight.size`."
FIRST = "You count the first layer alone. Some layers have weights of their own."

exercise = Exercise(
    id="07.shared_parameters",
    title="share the layers, and count",
    text="""
`layers` is a list of layers, each a list of arrays: its weights. Layers may *share* an array: then it is the same
object in both (`a is b`). Return the number of parameters that are stored and learnt, a shared array counted once.
Arrays that are equal by chance, or because both begin at 0, are not shared.
""",
    difficulty=2,
    minutes=6,
    stub='''
def shared_parameters(layers):
    """How many different numbers a stack of layers stores."""
    return ...
''',
    hints=(
        "Collect the arrays first, each once. A set or a dictionary does that, if you find the right key.",
        "Arrays cannot be the members of a set, but `id(weight)`, the number of an object, can be a key.",
        "`{id(weight): weight.size …}` over all weights of all layers, then the sum of the values.",
    ),
    solution='''
def shared_parameters(layers):
    """How many different numbers a stack of layers stores."""
    sizes = {id(weight): weight.size for layer in layers for weight in layer}
    return sum(sizes.values())
''',
    why="torch's `model.parameters()` does the same: it yields each parameter once, however many layers use it.",
    task=function(
        shared_parameters,
        some_layers,
        mistakes={
            EVERY_USE: every_use,
            BY_LAYER: by_layer,
            BY_VALUE: by_value,
            TENSORS: tensors,
            FIRST: first_layer,
        },
        name="shared_parameters",
    ),
    specimens=(
        Specimen(every_use, EVERY_USE),
        Specimen(by_layer, BY_LAYER),
        Specimen(by_value, BY_VALUE),
        Specimen(tensors, TENSORS),
        Specimen(first_layer, FIRST),
        Specimen(lambda layers: shared_parameters(layers) + 1, "right is"),
        Specimen(lambda layers: layers[99], "raised"),
        Specimen(12, "a function is expected"),
    ),
)
