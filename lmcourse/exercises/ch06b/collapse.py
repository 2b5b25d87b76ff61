"""Chapter 06b: what a CTC path says."""

from itertools import groupby

from lmcourse.checks import Exercise, Specimen, function


def collapse(path):
    return [token for token, _ in groupby(path) if token != 0]


def blanks_first(path):
    return [token for token, _ in groupby(token for token in path if token != 0)]


def runs_kept(path):
    return [token for token in path if token != 0]


def blanks_kept(path):
    return [token for token, _ in groupby(path)]


def each_once(path):
    return list(dict.fromkeys(token for token in path if token != 0))


def some_arguments(rng):
    return ([rng.choice([0, 0, 1, 2]) for _ in range(rng.randint(0, 12))],)


BLANKS_FIRST = (
    "You take the blanks away before the runs become one. Then a word said twice becomes one word: the blank between "
    "them is there to keep them apart."
)
RUNS = "A word that lasts several frames is one word: a run of equal tokens becomes one."
BLANKS = "The blank (0) is no word: it has to go, after the runs have become one."
ONCE = "You keep each word once. A word may be said again, later or after a blank."

exercise = Exercise(
    id="06b.collapse",
    title="what does this path say?",
    text="""
`path` is a list of tokens, one a frame; 0 is the blank. First every **run** of equal tokens becomes one, then the
**blanks** go. Return the list that is left: `[0, 3, 3, 0, 3, 5, 5]` says `[3, 3, 5]`.
""",
    difficulty=2,
    minutes=5,
    stub='''
def collapse(path):
    """The tokens that a path of frames says."""
    return ...
''',
    hints=(
        "Go through the path and compare each token with the one before it.",
        "Keep a token if it differs from the one before it *and* is not 0. For the first, nothing stands before.",
    ),
    solution='''
def collapse(path):
    """The tokens that a path of frames says."""
    before = [None, *path]
    return [token for token, last in zip(path, before) if token != last and token != 0]
''',
    why="In this order a word can be said twice: a blank between two equal tokens keeps them two.",
    task=function(
        collapse,
        some_arguments,
        mistakes={BLANKS_FIRST: blanks_first, RUNS: runs_kept, BLANKS: blanks_kept, ONCE: each_once},
        fixed=(([0, 3, 3, 0, 3, 5, 5],), ([1, 1, 0, 1, 2, 1],)),
        name="collapse",
    ),
    specimens=(
        Specimen(blanks_first, BLANKS_FIRST),
        Specimen(runs_kept, RUNS),
        Specimen(blanks_kept, BLANKS),
        Specimen(each_once, ONCE),
        Specimen(lambda path: [*collapse(path), 7], "right is"),
        Specimen(lambda path: path[99], "raised"),
        Specimen([3], "a function is expected"),
    ),
)
