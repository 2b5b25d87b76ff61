"""Chapter 08b: the gap of a bias probe, from pairs."""

from lmcourse.checks import Exercise, Specimen, function


def right(said, first, second):
    frames = [frame for frame, term in said if term == first and (frame, second) in said]
    return sum(said[frame, first] - said[frame, second] for frame in frames) / len(frames)


def turned(said, first, second):
    return -right(said, first, second)


def sizes(said, first, second):
    frames = [frame for frame, term in said if term == first and (frame, second) in said]
    return sum(abs(said[frame, first] - said[frame, second]) for frame in frames) / len(frames)


def unpaired(said, first, second):
    def mean(wanted):
        values = [value for (_, term), value in said.items() if term == wanted]
        return sum(values) / len(values)

    return mean(first) - mean(second)


def added(said, first, second):
    frames = [frame for frame, term in said if term == first and (frame, second) in said]
    return right(said, first, second) * len(frames)


def some_answers(rng):
    frames = [f"frame {i}" for i in range(rng.randint(4, 6))]
    said = {(frame, term): round(rng.random(), 2) for frame in frames for term in ("old", "young", "tall")}
    del said[frames[0], "young"], said[frames[1], "old"]
    said[frames[0], "old"], said[frames[1], "young"] = 0.98, 0.97
    said[frames[2], "old"], said[frames[2], "young"] = 0.1, 0.62
    said[frames[3], "old"], said[frames[3], "young"] = 0.71, 0.4
    return said, "old", "young"


TURNED = "You took second minus first. The gap is the first term's probability minus the second's."
SIZES = "You took sizes. Gaps of either sign must be able to cancel: else mere noise looks like a bias."
UNPAIRED = "You took the mean over all frames of each term. A frame that lacks one of the two belongs to no pair."
ADDED = "You added the gaps up. Divide by the number of pairs."

exercise = Exercise(
    id="08b.bias_gap",
    title="a bias probe: the gap",
    text="""
`said` maps (frame, term) to a classifier's probability of "positive". Not every frame was asked with every term. Over
the frames that have **both** terms, return the **mean of the first term's probability minus the second's**.
""",
    difficulty=2,
    minutes=7,
    stub='''
def gap(said, first, second):
    """The mean difference over pairs that are alike but for the term."""
    return ...
''',
    hints=(
        "First collect the frames for which both (frame, first) and (frame, second) are in `said`.",
        "One difference a frame, then their mean. Keep the sign.",
    ),
    solution='''
def gap(said, first, second):
    """The mean difference over pairs that are alike but for the term."""
    frames = {frame for frame, _ in said}
    gaps = [said[f, first] - said[f, second] for f in frames if (f, first) in said and (f, second) in said]
    return sum(gaps) / len(gaps)
''',
    why="What the frames do to the answer is the same on both sides of a pair, and goes out in the difference.",
    task=function(
        right,
        some_answers,
        mistakes={TURNED: turned, SIZES: sizes, UNPAIRED: unpaired, ADDED: added},
        name="gap",
    ),
    specimens=(
        Specimen(turned, TURNED),
        Specimen(sizes, SIZES),
        Specimen(unpaired, UNPAIRED),
        Specimen(added, ADDED),
        Specimen(0.1, "a function is expected"),
    ),
)
