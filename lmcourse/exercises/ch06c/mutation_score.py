"""Chapter 06c: the mutation score of some tests."""

from lmcourse.checks import Exercise, Specimen, function


def right(original, mutants):
    return sum(any(a != b for a, b in zip(original, row, strict=True)) for row in mutants) / len(mutants)


def survivors(original, mutants):
    return 1 - right(original, mutants)


def cells(original, mutants):
    return sum(a != b for row in mutants for a, b in zip(original, row, strict=True)) / len(mutants) / len(original)


def every(original, mutants):
    return sum(all(a != b for a, b in zip(original, row, strict=True)) for row in mutants) / len(mutants)


def count(original, mutants):
    return right(original, mutants) * len(mutants)


def first(original, mutants):
    return sum(row[0] != original[0] for row in mutants) / len(mutants)


def some_outputs(rng):
    original = [rng.randint(0, 9) for _ in range(rng.randint(4, 6))]
    mutants = [
        [x if rng.random() < 0.8 else x + rng.choice((-1, 1)) for x in original] for _ in range(rng.randint(5, 9))
    ]
    mutants += [list(original), [x + 1 for x in original], [original[0], original[1] + 1, *original[2:]]]
    mutants += [[original[0], original[1] + 1, original[2] - 1, *original[3:]]]  # its sum is the original's
    rng.shuffle(mutants)
    return original, mutants


SURVIVORS = "That is the share of the mutants that survive. The score counts those that are found."
CELLS = "You counted single tests. A mutant is killed by *one* test that differs; further ones add nothing."
EVERY = "You ask that every test differs. One that does is enough to find the mutant."
COUNT = "That is how many mutants are killed. Divide by how many there are."
FIRST = "You looked at the first test only."

exercise = Exercise(
    id="06c.mutation_score",
    title="the mutation score",
    text="""
`original` holds what a function returns for each test input. `mutants` holds one such list for each mutant, of the same
length. A mutant is *killed* when at least one output differs. Return the **share of the mutants that are killed**.
""",
    difficulty=1,
    minutes=5,
    stub='''
def score(original, mutants):
    """The share of the mutants that some test tells from the original."""
    return ...
''',
    hints=(
        "First for one mutant: is its list another one than the original's?",
        "Two lists are different as soon as one place is: `row != original` says just that.",
    ),
    solution='''
def score(original, mutants):
    """The share of the mutants that some test tells from the original."""
    return sum(row != original for row in mutants) / len(mutants)
''',
    why="Tests are judged by the faults that they notice, not by how many lines they run.",
    task=function(
        right,
        some_outputs,
        mistakes={SURVIVORS: survivors, CELLS: cells, EVERY: every, COUNT: count, FIRST: first},
        name="score",
    ),
    specimens=(
        Specimen(survivors, SURVIVORS),
        Specimen(cells, CELLS),
        Specimen(every, EVERY),
        Specimen(count, COUNT),
        Specimen(first, FIRST),
        Specimen(0.5, "a function is expected"),
    ),
)
