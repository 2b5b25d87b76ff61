"""Chapter 06a: the first of BLEU's four shares, each word counted as often as the reference has it."""

from collections import Counter

from lmcourse.checks import Exercise, Specimen, function


def right(made, wanted):
    return (Counter(made) & Counter(wanted)).total() / len(made)


def unclipped(made, wanted):
    return sum(word in wanted for word in made) / len(made)


def of_wanted(made, wanted):
    return (Counter(made) & Counter(wanted)).total() / len(wanted)


def kinds(made, wanted):
    return len({*made} & {*wanted}) / len({*made})


def places(made, wanted):
    return sum(a == b for a, b in zip(made, wanted, strict=False)) / len(made)


def count(made, wanted):
    return (Counter(made) & Counter(wanted)).total()


def some_texts(rng):
    vocabulary = ["le", "chat", "noir", "voit", "la", "poule", "ne", "pas"]
    made = [rng.choice(vocabulary) for _ in range(rng.randint(5, 8))]
    wanted = [rng.choice(vocabulary) for _ in range(rng.randint(4, 9))]
    return made, wanted


UNCLIPPED = 'A word counts as often as you made it: "le le le le" would get a share of 1. Count it at most as often as '
UNCLIPPED += "the reference has it."
OF_WANTED = "You divide by the words of the reference: that is a recall. This share is of the words that were made."
KINDS = "You compare sets: how often a word stands there is lost, on both sides."
PLACES = (
    "You compare place by place. One word too many at the start, and nothing fits any more; BLEU asks for no places."
)
COUNT = "That is how many words are shared. Divide by how many were made."

exercise = Exercise(
    id="06a.shared_words",
    title="which share of the words is right?",
    text="""
`made` is a translation, `wanted` the right one, both lists of words. Return the **share of the words made that stand in
`wanted` too**, wherever they stand, each word counted **at most as often as `wanted` has it**. (This is BLEU's $p_1$.)
""",
    difficulty=2,
    minutes=6,
    stub='''
def share(made, wanted):
    """The share of the words of a translation that its reference has too."""
    return ...
''',
    hints=(
        "`Counter(made)` maps each word to how often it stands there.",
        "For each word the smaller of two counts: that is `Counter(made) & Counter(wanted)`; `.total()` adds up.",
    ),
    solution='''
def share(made, wanted):
    """The share of the words of a translation that its reference has too."""
    from collections import Counter

    return (Counter(made) & Counter(wanted)).total() / len(made)
''',
    why="Papineni et al. 2002 call it modified precision. With runs of 2, 3 and 4 words the order begins to count.",
    task=function(
        right,
        some_texts,
        mistakes={UNCLIPPED: unclipped, OF_WANTED: of_wanted, KINDS: kinds, PLACES: places, COUNT: count},
        fixed=((["le", "le", "le", "le"], ["le", "chat", "voit", "le", "chien"]),),
        name="share",
    ),
    specimens=(
        Specimen(unclipped, UNCLIPPED),
        Specimen(of_wanted, OF_WANTED),
        Specimen(kinds, KINDS),
        Specimen(places, PLACES),
        Specimen(count, COUNT),
        Specimen(0.5, "a function is expected"),
    ),
)
