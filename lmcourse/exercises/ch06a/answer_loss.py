"""Chapter 06a: the loss of an answer, and of nothing else."""

import math

from lmcourse.checks import Exercise, Specimen, function


def right(probabilities, learnt):
    chosen = [p for p, counts in zip(probabilities, learnt, strict=True) if counts]
    return -sum(map(math.log, chosen)) / len(chosen)


def everything(probabilities, learnt):
    return -sum(map(math.log, probabilities)) / len(probabilities)


def by_all(probabilities, learnt):
    return -sum(math.log(p) for p, counts in zip(probabilities, learnt, strict=True) if counts) / len(probabilities)


def summed(probabilities, learnt):
    return right(probabilities, learnt) * sum(learnt)


def question(probabilities, learnt):
    return right(probabilities, [not counts for counts in learnt])


def mean_first(probabilities, learnt):
    chosen = [p for p, counts in zip(probabilities, learnt, strict=True) if counts]
    return -math.log(sum(chosen) / len(chosen))


def sign(probabilities, learnt):
    return -right(probabilities, learnt)


def some_words(rng):
    size = rng.randint(6, 10)
    begin = rng.randint(2, size - 3)
    return [rng.uniform(0.05, 0.95) for _ in range(size)], [i >= begin for i in range(size)]


EVERYTHING = "You count the board and the question too. Nobody can foretell what stands on the board: leave it out."
BY_ALL = "The right words are added up, and divided by the length of the whole: a longer board makes the loss smaller."
SUMMED = "That is the sum. Divide by the number of words that count."
QUESTION = "You took the words that do not count."
MEAN_FIRST = "First the logarithm, then the mean: the answer's probability is the *product* of its words'."
SIGN = "The sign: ln P is negative, and the loss is −ln P."

exercise = Exercise(
    id="06a.answer_loss",
    title="the loss of the answer",
    text="""
A dialogue is one text: board, question, answer. `probabilities[i]` is what the model gave to the word that then came
at place i; `learnt[i]` is True where that word belongs to the answer. Return the **mean of −ln P over the answer's
words**.
""",
    difficulty=2,
    minutes=5,
    stub='''
def loss(probabilities, learnt):
    """Mean nats of the words that count."""
    return ...
''',
    hints=(
        "First keep the probabilities of the words that count, then treat them as a text of their own.",
        "`math.log` is the natural logarithm. Over how many words is the mean taken?",
    ),
    solution='''
def loss(probabilities, learnt):
    """Mean nats of the words that count."""
    import math

    counted = [-math.log(p) for p, counts in zip(probabilities, learnt) if counts]
    return sum(counted) / len(counted)
''',
    why="Chat models are tuned in this way too: on what they are to say, given what others say.",
    task=function(
        right,
        some_words,
        mistakes={
            EVERYTHING: everything,
            BY_ALL: by_all,
            SUMMED: summed,
            QUESTION: question,
            MEAN_FIRST: mean_first,
            SIGN: sign,
        },
        name="loss",
    ),
    specimens=(
        Specimen(everything, EVERYTHING),
        Specimen(by_all, BY_ALL),
        Specimen(summed, SUMMED),
        Specimen(question, QUESTION),
        Specimen(mean_first, MEAN_FIRST),
        Specimen(sign, SIGN),
        Specimen(0.5, "a function is expected"),
    ),
)
