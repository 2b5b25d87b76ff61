"""Chapter 05a: one step of gradient descent, written out."""

import numpy as np

from lmcourse.checks import Exercise, Specimen, function


def parts(weights, inputs, labels):
    probabilities = 1 / (1 + np.exp(-inputs @ weights))
    return inputs.T @ (probabilities - labels) / len(labels)


def sgd_step(weights, inputs, labels, rate):
    return weights - rate * parts(weights, inputs, labels)


def uphill(weights, inputs, labels, rate):
    return weights + rate * parts(weights, inputs, labels)


def summed(weights, inputs, labels, rate):
    return weights - rate * len(labels) * parts(weights, inputs, labels)


def full_step(weights, inputs, labels, rate):
    return weights - parts(weights, inputs, labels)


def gradient_only(weights, inputs, labels, rate):
    return parts(weights, inputs, labels)


def no_sigmoid(weights, inputs, labels, rate):
    return weights - rate * inputs.T @ (inputs @ weights - labels) / len(labels)


def in_place(weights, inputs, labels, rate):
    weights -= rate * parts(weights, inputs, labels)
    return weights


def forgotten(weights, inputs, labels, rate):
    sgd_step(weights, inputs, labels, rate)


def some_arguments(rng):
    n = rng.randint(2, 5)
    inputs = np.array([[rng.uniform(-2, 2) for _ in range(3)] for _ in range(n)])
    labels = np.array([float(rng.random() < 0.5) for _ in range(n)])
    return np.array([rng.uniform(-1, 1) for _ in range(3)]), inputs, labels, rng.choice([0.1, 0.5, 2.0])


UPHILL = "You add the gradient: that climbs. The loss falls along *minus* the gradient."
SUMMED = "You add the gradients of the texts up. The loss is their *mean*: divide by the number of texts."
FULL_STEP = "The learning rate is not used: multiply the gradient by it."
GRADIENT = "That is the gradient. The step is still missing: weights − rate · gradient."
NO_SIGMOID = "You subtract the label from the logit. Turn the logit into a probability first, by 1 / (1 + exp(−logit))."

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
        "For one text the gradient is (probability − label) · its inputs: how wrong, times what was seen.",
        "For all texts at once: `inputs.T @ (probabilities - labels) / len(labels)`.",
        "A step goes down: `weights - rate * gradient`. `-=` would change the caller's array.",
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
            NO_SIGMOID: no_sigmoid,
        },
        name="sgd_step",
    ),
    specimens=(
        Specimen(uphill, UPHILL),
        Specimen(summed, SUMMED),
        Specimen(full_step, FULL_STEP),
        Specimen(gradient_only, GRADIENT),
        Specimen(no_sigmoid, NO_SIGMOID),
        Specimen(in_place, "changes its arguments"),
        Specimen(forgotten, "forget to return"),
    ),
)
