"""Chapter 04a: one step of AdamW."""

import math

import numpy as np

from lmcourse.checks import Exercise, Specimen, function


def step(
    w,
    g,
    m,
    v,
    t,
    rate,
    decay,
    sign=-1,
    correct=True,
    late=0,
    root=True,
    inside=False,
    unrated=False,
    coupled=False,
    eps=1e-8,
    after=False,
):
    """AdamW's step; the last arguments make the known mistakes."""
    lost = decay * w * (1.0 if unrated else rate)
    if coupled:
        g, lost = g + decay * w, 0.0
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    mean = m / (1 - 0.9 ** (t + late)) if correct else m
    square = v / (1 - 0.999 ** (t + late)) if correct else v
    below = np.sqrt(square + eps) if inside else (np.sqrt(square) if root else square) + eps
    moved = sign * rate * mean / below
    return (w + moved) * (1 - rate * decay) if after else w - lost + moved, m, v


def adamw_step(w, g, m, v, t, rate, decay):
    return step(w, g, m, v, t, rate, decay)


def uncorrected(*given):
    return step(*given, correct=False)


def through_gradient(*given):
    return step(*given, coupled=True)


def uphill(*given):
    return step(*given, sign=1)


def epsilon_inside(*given):
    return step(*given, inside=True)


def no_epsilon(*given):
    return step(*given, eps=0.0)


def decay_after(*given):
    return step(*given, after=True)


def no_root(*given):
    return step(*given, root=False)


def late(*given):
    return step(*given, late=1)


def decay_unrated(*given):
    return step(*given, unrated=True)


def keeps_corrected(w, g, m, v, t, rate, decay):
    w, m, v = step(w, g, m, v, t, rate, decay)
    return w, m / (1 - 0.9**t), v / (1 - 0.999**t)


def only_weights(*given):
    return step(*given)[0]


def some_arguments(rng):
    size, scale, t = rng.randint(1, 4), rng.choice([1e-4, 1.0, 30.0]), rng.randint(1, 9)
    w, g, m = (np.array([rng.uniform(-1, 1) for _ in range(size)]) for _ in range(3))
    if t == 1:
        m = np.zeros(size)
    spread = np.array([rng.uniform(0.2, 1) for _ in range(size)]) * (1 - math.pow(0.999, t - 1))
    return w, scale * g, scale * m * (1 - 0.9 ** (t - 1)), scale**2 * spread, t, rng.choice([0.01, 0.1]), 0.5


UNCORRECTED = (
    "The bias correction is missing. m and v begin at 0, so that they are too small at first: divide them by "
    "1 − 0.9ᵗ and 1 − 0.999ᵗ."
)
THROUGH = (
    "The decay passes through the gradient: Adam then divides it by the gradient's size, and that is no AdamW. Take "
    "rate · decay · w from the weights directly, and keep g as it is."
)
UPHILL = "You add the step: that climbs. The loss falls against the gradient."
INSIDE = "ε stands under the root. It is added to the root: √v + ε."
NO_EPSILON = (
    "ε is missing: divide by √v̂ + 1e-8. Where the gradients are tiny or 0 it keeps the step from growing, or from "
    "being 0/0."
)
AFTER = (
    "You let the weights decay after the step, and the step itself with them. The decay is taken from the weights as "
    "they came in."
)
NO_ROOT = "You divide by v itself. Divide by its root: a step must not depend on the gradient's unit."
LATE = "The exponent is one too large: t counts from 1, and the first step is corrected by 1 − 0.9¹."
UNRATED = "The decay is taken off whole. It is multiplied by the rate, too: rate · decay · w."
KEPT = "You give back the corrected m and v. What is kept for the next step are the uncorrected ones."
ALL_THREE = "Give back all three: the new weights, the new m and the new v."

exercise = Exercise(
    id="04a.adamw_step",
    title="one step of AdamW",
    text="""
Write one step of AdamW with β₁ = 0.9, β₂ = 0.999, ε = 1e-8. `w` are the weights, `g` their gradient, `m` and `v` the
running means of gradients and of their squares so far (zeros before the first step), `t` the number of this step, from
1. Return the new `(w, m, v)`, and leave the old ones as they are.
""",
    difficulty=3,
    minutes=10,
    stub='''
import numpy as np


def adamw_step(w, g, m, v, t, rate, decay):
    """The weights and both running means after step t."""
    return ...
''',
    hints=(
        "m becomes 0.9 m + 0.1 g, and v becomes 0.999 v + 0.001 g². Both are then divided by what is missing to 1: "
        "1 − 0.9ᵗ and 1 − 0.999ᵗ. Keep m and v as they were before that division.",
        "The step is rate · m̂ / (√v̂ + ε). It goes against the gradient.",
        "The decay has nothing to do with the gradient: w loses rate · decay · w.",
    ),
    solution='''
import numpy as np


def adamw_step(w, g, m, v, t, rate, decay):
    """The weights and both running means after step t."""
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    step = (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return w - rate * decay * w - rate * step, m, v
''',
    why="`torch.optim.AdamW` does the same, in the same order: section 10 compares a hundred steps.",
    task=function(
        adamw_step,
        some_arguments,
        mistakes={
            UNCORRECTED: uncorrected,
            THROUGH: through_gradient,
            UPHILL: uphill,
            INSIDE: epsilon_inside,
            NO_EPSILON: no_epsilon,
            AFTER: decay_after,
            NO_ROOT: no_root,
            LATE: late,
            UNRATED: decay_unrated,
            KEPT: keeps_corrected,
            ALL_THREE: only_weights,
        },
        fixed=(
            (np.array([1.0, -2.0]), np.array([0.5, 1e-5]), np.zeros(2), np.zeros(2), 1, 0.1, 0.01),
            (np.array([1.0]), np.array([0.0]), np.array([0.2]), np.array([0.1]), 5, 0.1, 0.5),
        ),
        name="adamw_step",
    ),
    specimens=(
        Specimen(uncorrected, UNCORRECTED),
        Specimen(through_gradient, THROUGH),
        Specimen(uphill, UPHILL),
        Specimen(epsilon_inside, INSIDE),
        Specimen(no_epsilon, NO_EPSILON),
        Specimen(decay_after, AFTER),
        Specimen(no_root, NO_ROOT),
        Specimen(late, LATE),
        Specimen(decay_unrated, UNRATED),
        Specimen(keeps_corrected, KEPT),
        Specimen(only_weights, ALL_THREE),
        Specimen(lambda w, g, m, v, t, rate, decay: step(w, g, m, v, t, rate / 2, decay), "largest difference"),
        Specimen(lambda w: w, "raised"),
        Specimen([1], "a function is expected"),
    ),
)
