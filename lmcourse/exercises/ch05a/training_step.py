"""Chapter 05a: one step of gradient descent, written out."""

import numpy as np

from lmcourse.checks import Exercise, Specimen, each, function


def gradient(weights, inputs, labels):
    probabilities = 1 / (1 + np.exp(-inputs @ weights))
    return inputs.T @ (probabilities - labels) / len(labels)


def sgd_step(weights, inputs, labels, rate):
    return weights - rate * gradient(weights, inputs, labels)


def uphill(weights, inputs, labels, rate):
    return weights + rate * gradient(weights, inputs, labels)


def summed(weights, inputs, labels, rate):
    return weights - rate * len(labels) * gradient(weights, inputs, labels)


def full_step(weights, inputs, labels, rate):
    return weights - gradient(weights, inputs, labels)


def gradient_only(weights, inputs, labels, rate):
    return gradient(weights, inputs, labels)


def change_only(weights, inputs, labels, rate):
    return -rate * gradient(weights, inputs, labels)


def no_sigmoid(weights, inputs, labels, rate):
    return weights - rate * inputs.T @ (inputs @ weights - labels) / len(labels)


def one_number(weights, inputs, labels, rate):
    probabilities = 1 / (1 + np.exp(-inputs @ weights))
    return weights - rate * (probabilities - labels).mean()


def in_place(weights, inputs, labels, rate):
    weights -= rate * gradient(weights, inputs, labels)
    return weights


def forgotten(weights, inputs, labels, rate):
    sgd_step(weights, inputs, labels, rate)


def some_arguments(rng):
    n = rng.randint(2, 5)
    inputs = np.array([[rng.uniform(-2, 2) for _ in range(3)] for _ in range(n)])
    labels = np.array([float(rng.random() < 0.5) for _ in range(n)])
    return np.array([rng.uniform(-1, 1) for _ in range(3)]), inputs, labels, rng.choice([0.1, 0.5, 2.0])


def climbs(got, weights, inputs, labels, rate):
    if np.shape(got) != weights.shape:
        return f"{len(weights)} new weights are expected, one for each old one."
    rising = (np.asarray(got) - weights) @ gradient(weights, inputs, labels) > 1e-9
    return "this change makes the loss rise." if rising else ""


def moves(got, weights, inputs, labels, rate):
    stayed = rate or (np.shape(got) == weights.shape and np.allclose(got, weights))
    return "" if stayed else "with a rate of 0 no weight may move."


UPHILL = "You add the gradient: that climbs. The loss falls along *minus* the gradient."
SUMMED = "You add the gradients of the texts up. The loss is their *mean*: divide by the number of texts."
FULL_STEP = "The learning rate is not used: multiply the gradient by it."
GRADIENT = "That is the gradient. The step is still missing: weights − rate · gradient."
CHANGE = "That is by how much the weights change. Asked are the new weights."
NO_SIGMOID = "You subtract the label from the logit. Turn the logit into a probability first, by 1 / (1 + exp(−logit))."
ONE_NUMBER = (
    "All weights move by the same amount: the error of each text must be multiplied by that text's own features."
)
DOWNHILL, NO_RATE = "the step goes downhill", "a rate of 0 leaves the weights where they are"

exercise = Exercise(
    id="05a.training_step",
    title="one training step",
    text="""
The model is a head with one output: `logits = inputs @ weights`, `probabilities = 1 / (1 + np.exp(-logits))`. The loss
is the mean cross-entropy over the texts. Write one step of gradient descent. `inputs` is an array (texts, features),
`labels` holds 0s and 1s, `rate` is the learning rate. Return the **new** weights and leave the old ones as they are.
""",
    difficulty=2,
    minutes=8,
    stub='''
import numpy as np


def sgd_step(weights, inputs, labels, rate):
    """The weights after one step of gradient descent on the mean cross-entropy."""
    return ...
''',
    hints=(
        "For one text the gradient is (probability − label) · its features: how wrong, times what was seen.",
        "All texts at once is a product of a matrix and a vector. Which axis must vanish, texts or features? Then "
        "remember that the loss is a mean.",
        "Down is *minus* the gradient. And `-=` on an array changes the caller's array, too.",
    ),
    solution='''
import numpy as np


def sgd_step(weights, inputs, labels, rate):
    """The weights after one step of gradient descent on the mean cross-entropy."""
    probabilities = 1 / (1 + np.exp(-inputs @ weights))
    gradient = inputs.T @ (probabilities - labels) / len(labels)
    return weights - rate * gradient
''',
    why="The gradient of the mean is the mean of the gradients, and the loss falls fastest against it.",
    task=function(
        sgd_step,
        some_arguments,
        mistakes={
            UPHILL: uphill,
            SUMMED: summed,
            FULL_STEP: full_step,
            GRADIENT: gradient_only,
            CHANGE: change_only,
            NO_SIGMOID: no_sigmoid,
            ONE_NUMBER: one_number,
        },
        fixed=(
            (np.array([0.5, -1.0]), np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([1.0, 0.0]), 0.0),
            (
                np.zeros(2),
                np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [-1.0, 1.0]]),
                np.array([1.0, 1.0, 0.0, 0.0]),
                1.0,
            ),
        ),
        name="sgd_step",
        properties={DOWNHILL: each(climbs), NO_RATE: each(moves)},
    ),
    specimens=(
        Specimen(uphill, UPHILL),
        Specimen(uphill, f"✗ {DOWNHILL}"),
        Specimen(summed, SUMMED),
        Specimen(full_step, FULL_STEP),
        Specimen(full_step, f"✗ {NO_RATE}"),
        Specimen(gradient_only, GRADIENT),
        Specimen(change_only, CHANGE),
        Specimen(no_sigmoid, NO_SIGMOID),
        Specimen(one_number, ONE_NUMBER),
        Specimen(lambda weights, inputs, labels, rate: sgd_step(weights, inputs, labels, rate)[None], "shape"),
        Specimen(lambda weights, inputs, labels, rate: sgd_step(weights, inputs, labels, rate / 2), "✗ the results"),
        Specimen(in_place, "changes its arguments"),
        Specimen(forgotten, "forget to return"),
        Specimen(lambda weights, inputs: weights, "raised"),
    ),
)
