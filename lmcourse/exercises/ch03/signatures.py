"""Chapter 03: the similarity of two texts, estimated from their MinHash signatures."""

from lmcourse.checks import Exercise, Specimen, each, function


def estimate(a, b):
    return sum(x == y for x, y in zip(a, b, strict=True)) / len(a)


def as_sets(a, b):
    return len(set(a) & set(b)) / len(set(a) | set(b))


def counted(a, b):
    return sum(x == y for x, y in zip(a, b, strict=True))


def over_both(a, b):
    return sum(x == y for x, y in zip(a, b, strict=True)) / (len(a) + len(b))


def all_or_nothing(a, b):
    return float(a == b)


def members(a, b):
    return sum(x in b for x in a) / len(a)


def differing(a, b):
    return sum(x != y for x, y in zip(a, b, strict=True)) / len(a)


def some_signatures(rng):
    # Small numbers, so that a value also stands at other places: places are compared, not sets.
    a = [rng.randint(1, 9) for _ in range(rng.randint(6, 12))]
    return a, [x if rng.random() < 0.5 else rng.randint(1, 9) for x in a]


SETS = (
    "You compare the signatures as sets. But place 1 of both holds the minimum under numbering 1, and so on: compare "
    "place by place."
)
MEMBERS = "You ask whether a number stands *anywhere* in the other signature. Only the same place counts."
COUNT = "You count the places that agree. The similarity is their *share*: divide by the number of places."
BOTH = "You divide by both lengths together. There are only `len(a)` places to compare."
ALL = (
    "You give 1 where the signatures are equal as a whole, and else 0. Asked is the *share* of the places that agree: "
    "compare place by place, and divide with `/`, since `//` throws the fraction away."
)
OTHER = "That is the share of the places that *differ*."


def between(got, a, b):
    return "" if 0 <= got <= 1 else f"{got:g} is no similarity: it lies between 0 and 1."


exercise = Exercise(
    id="03.signatures",
    title="similarity from two signatures",
    text="""
The cell above computes signatures. Write the other half: `estimate(a, b)` gets two signatures as lists of numbers of
the same length (place *i* of both belongs to numbering *i*), and returns the estimated Jaccard similarity.
""",
    difficulty=1,
    minutes=5,
    stub='''
def estimate(a, b):
    """The estimated Jaccard similarity of two texts, from their signatures."""
    return ...
''',
    hints=(
        "At each place: the minima agree, or they don't. By the formula above, how often do they agree?",
        "`zip(a, b)` walks through both lists at once. `x == y` counts as 1 or 0 in a `sum`.",
    ),
    solution='''
def estimate(a, b):
    """The estimated Jaccard similarity of two texts, from their signatures."""
    return sum(x == y for x, y in zip(a, b)) / len(a)
''',
    why="""Each place is one draw of a lot: it agrees with probability J. The share of the places that agree is
therefore an estimate of J, and it becomes better with the root of their number.""",
    task=function(
        estimate,
        some_signatures,
        mistakes={
            SETS: as_sets,
            MEMBERS: members,
            COUNT: counted,
            BOTH: over_both,
            ALL: all_or_nothing,
            OTHER: differing,
        },
        fixed=(([3, 1, 4, 1], [3, 4, 1, 1]), ([5, 5, 5], [5, 5, 5]), ([1, 2], [2, 1])),
        properties={"it lies between 0 and 1": each(between)},
        name="estimate",
    ),
    specimens=(
        Specimen(as_sets, SETS),
        Specimen(members, MEMBERS),
        Specimen(counted, COUNT),
        Specimen(counted, "is no similarity"),
        Specimen(over_both, BOTH),
        Specimen(all_or_nothing, ALL),
        Specimen(lambda a, b: counted(a, b) // len(a), ALL),
        Specimen(differing, OTHER),
        Specimen(lambda a, b: 0.5, "right is"),
        Specimen(lambda a, b: print(estimate(a, b)), "forget to return"),
        Specimen(0.5, "a function is expected"),
    ),
)
