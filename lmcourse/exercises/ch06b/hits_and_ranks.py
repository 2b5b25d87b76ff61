"""Chapter 06b: hit rate and NDCG, by hand."""

import math

from lmcourse.checks import Exercise, Specimen, function


def figures(places, k, gain=lambda place: 1 / math.log2(1 + place), last=lambda k: k):
    kept = [place for place in places if place <= last(k)]
    return [len(kept) / len(places), sum(map(gain, kept)) / len(places)]


def hits(places, k):
    return figures(places, k)


def zero_based(places, k):
    return figures(places, k, gain=lambda place: 1 / math.log2(2 + place))


def below_k(places, k):
    return figures(places, k, last=lambda k: k - 1)


def natural(places, k):
    return figures(places, k, gain=lambda place: 1 / math.log(1 + place))


def reciprocal(places, k):
    return figures(places, k, gain=lambda place: 1 / place)


def of_hits(places, k):
    hit, gain = figures(places, k)
    return [hit, gain / hit if hit else 0.0]


def no_cut(places, k):
    return [figures(places, k)[0], figures(places, 10**9)[1]]


def some_arguments(rng):
    k = rng.randint(2, 10)
    return [1, k, *(rng.randint(1, 2 * k) for _ in range(rng.randint(2, 8))), k + 1], k


ZERO = "Places count from 1: the first place must be worth 1 / log₂(2) = 1."
BELOW = "Place k itself is among the first k."
NATURAL = "That is the natural logarithm. With log₂ the first place is worth exactly 1."
RECIPROCAL = "That is 1 / place, the reciprocal rank. NDCG falls more slowly: 1 / log₂(1 + place)."
OF_HITS = "You divide by the hits. A user without a hit counts as 0, and counts."
NO_CUT = "NDCG@k gives nothing for what stands beyond place k."

exercise = Exercise(
    id="06b.hits_and_ranks",
    title="hit rate and NDCG",
    text="""
`places` says for each user at which place (from 1) a method put what the user then took. Return a list of two numbers:
the **hit rate@k**, the share of users whose item stands among the first `k`, and the **NDCG@k**: the mean over all
users of 1 / log₂(1 + place), and of 0 beyond k. `[1, 3, 50]` with k = 10 gives `[2/3, 0.5]`.
""",
    difficulty=2,
    minutes=8,
    stub='''
import math


def hits_and_ranks(places, k):
    """[hit rate@k, NDCG@k] of some places."""
    return ...
''',
    hints=(
        "Keep the places that are at most k. How many of all are they?",
        "Add up 1 / math.log2(1 + place) over those, and divide by the number of *all* users.",
    ),
    solution='''
import math


def hits_and_ranks(places, k):
    """[hit rate@k, NDCG@k] of some places."""
    kept = [place for place in places if place <= k]
    gains = [1 / math.log2(1 + place) for place in kept]
    return [len(kept) / len(places), sum(gains) / len(places)]
''',
    why="The hit rate asks whether, NDCG asks how high. A page that shows three things needs the second.",
    task=function(
        hits,
        some_arguments,
        mistakes={
            ZERO: zero_based,
            BELOW: below_k,
            NATURAL: natural,
            RECIPROCAL: reciprocal,
            OF_HITS: of_hits,
            NO_CUT: no_cut,
        },
        fixed=(([1, 3, 50], 10), ([5, 5, 2, 9], 5)),
        name="hits_and_ranks",
    ),
    specimens=(
        Specimen(zero_based, ZERO),
        Specimen(below_k, BELOW),
        Specimen(natural, NATURAL),
        Specimen(reciprocal, RECIPROCAL),
        Specimen(of_hits, OF_HITS),
        Specimen(no_cut, NO_CUT),
        Specimen(lambda places, k: [1.0, 1.0], "right is"),
        Specimen(lambda places, k: places[99], "raised"),
        Specimen([0.5, 0.5], "a function is expected"),
    ),
)
