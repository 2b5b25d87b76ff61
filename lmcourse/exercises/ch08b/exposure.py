"""Chapter 08b: the exposure of a secret, from the log-probabilities of all candidates."""

import math

from lmcourse.checks import Exercise, Specimen, function


def rank(logs, secret):
    return 1 + sum(value > logs[secret] for value in logs)


def right(logs, secret):
    return math.log2(len(logs)) - math.log2(rank(logs, secret))


def natural(logs, secret):
    return math.log(len(logs)) - math.log(rank(logs, secret))


def upwards(logs, secret):
    return math.log2(len(logs)) - math.log2(1 + sum(value < logs[secret] for value in logs))


def only_rank(logs, secret):
    return math.log2(rank(logs, secret))


def own(logs, secret):
    return -logs[secret] / math.log(2)


def some_candidates(rng):
    logs = [-k / 10 for k in rng.sample(range(1, 400), rng.randint(9, 20))]
    return logs, sorted(range(len(logs)), key=logs.__getitem__)[-rng.randint(2, 4)]


NATURAL = "Those are nats. Bits take the logarithm to base 2."
UPWARDS = "You ranked from the least likely. Rank 1 is the most likely candidate."
RANK = "That is log2 of the rank. Exposure is what is *saved*: log2 of all candidates minus this."
OWN = "That is the surprise of the secret itself. Exposure compares: only its rank among all candidates counts."

exercise = Exercise(
    id="08b.exposure",
    title="the exposure of a secret",
    text="""
`logs` holds the log-probability that a model gives each candidate (no two alike), `secret` is the index of the true
one. Its **rank** is 1 for the likeliest candidate, 2 for the next. Return the **exposure** in bits:
log₂ of the number of candidates minus log₂ of the rank.
""",
    difficulty=1,
    minutes=5,
    stub='''
def exposure(logs, secret):
    """The bits of guessing that the model saves."""
    return ...
''',
    hints=(
        "The rank is 1 plus the number of candidates that are likelier than the secret.",
        "`math.log2` gives bits. Import math inside the function or above it.",
    ),
    solution='''
def exposure(logs, secret):
    """The bits of guessing that the model saves."""
    import math

    rank = 1 + sum(value > logs[secret] for value in logs)
    return math.log2(len(logs)) - math.log2(rank)
''',
    why="A secret that comes first saves all guessing; one in the middle of the list saves one bit.",
    task=function(
        right,
        some_candidates,
        mistakes={NATURAL: natural, UPWARDS: upwards, RANK: only_rank, OWN: own},
        name="exposure",
    ),
    specimens=(
        Specimen(natural, NATURAL),
        Specimen(upwards, UPWARDS),
        Specimen(only_rank, RANK),
        Specimen(own, OWN),
        Specimen(3.0, "a function is expected"),
    ),
)
