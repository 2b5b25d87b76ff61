"""Chapter 06b: the word error rate, by hand."""

from lmcourse.checks import Exercise, Specimen, function


def distance(said, heard, put_in=1, left_out=1, replaced=1):
    """Cheapest way from `said` to `heard`."""
    row = [put_in * j for j in range(len(heard) + 1)]
    for i, word in enumerate(said, 1):
        above, row = row, [left_out * i]
        for j, other in enumerate(heard, 1):
            step = above[j - 1] + (replaced if word != other else 0)
            row.append(min(above[j] + left_out, row[-1] + put_in, step))
    return row[-1]


def word_error_rate(said, heard):
    return distance(said, heard) / len(said)


def by_place(said, heard):
    wrong = sum(a != b for a, b in zip(said, heard, strict=False))
    return (wrong + abs(len(said) - len(heard))) / len(said)


def by_heard(said, heard):
    return distance(said, heard) / max(1, len(heard))


def two_for_one(said, heard):
    return distance(said, heard, replaced=2) / len(said)


def capped(said, heard):
    return min(1.0, word_error_rate(said, heard))


def count_only(said, heard):
    return distance(said, heard)


def free_insertions(said, heard):
    return distance(said, heard, put_in=0) / len(said)


def some_arguments(rng):
    words = ["one", "two", "three", "four"]
    return [rng.choice(words) for _ in range(rng.randint(2, 6))], [rng.choice(words) for _ in range(rng.randint(0, 9))]


BY_PLACE = (
    "You compare place by place. One word left out moves all that follow, and each of them would count as wrong: look "
    "for the *fewest* changes."
)
BY_HEARD = "You divide by the words that were heard. The rate is a share of what was *said*."
TWO = "A replaced word counts once, not as one left out and one put in."
CAPPED = (
    "You cut the rate at 1. Words may be put in without end: the rate may be above 1, and hiding that hides a fault."
)
COUNT = "That is the number of errors. A rate is divided by the number of words that were said."
FREE = "Words that were put in cost nothing with you. Whoever says every word all the time would make no error."

exercise = Exercise(
    id="06b.word_errors",
    title="the word error rate",
    text="""
`said` and `heard` are lists of words; `said` is not empty. Count the fewest words that must be **put in, left out or
replaced** to make one of the other, and divide by the number of words that were said.
`["one", "two", "three"]` heard as `["one", "three"]` gives 1/3.
""",
    difficulty=3,
    minutes=12,
    stub='''
def word_error_rate(said, heard):
    """Fewest changes from what was said to what was heard, by the words that were said."""
    return ...
''',
    hints=(
        "Think of a table: cell (i, j) is the cost of the first i words said against the first j words heard.",
        "A cell is the least of three: the cell above + 1, the cell to the left + 1, the one before both + (0 if the "
        "two words are equal, else 1).",
        "The first row is 0, 1, 2, …; the first column too. The answer is the last cell, divided by len(said).",
    ),
    solution='''
def word_error_rate(said, heard):
    """Fewest changes from what was said to what was heard, by the words that were said."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        above, row = row, [i]
        for j, other in enumerate(heard, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (word != other)))
    return row[-1] / len(said)
''',
    why="A table of len(said) × len(heard) cells finds the best of all ways to align two texts: Levenshtein, 1966.",
    task=function(
        word_error_rate,
        some_arguments,
        mistakes={
            BY_PLACE: by_place,
            BY_HEARD: by_heard,
            TWO: two_for_one,
            CAPPED: capped,
            COUNT: count_only,
            FREE: free_insertions,
        },
        fixed=(
            (["one", "two", "three"], ["one", "three"]),
            (["one", "two"], ["two", "one", "one", "four", "four", "two"]),
            (["one"], ["two", "three", "four"]),
        ),
        name="word_error_rate",
    ),
    specimens=(
        Specimen(by_place, BY_PLACE),
        Specimen(by_heard, BY_HEARD),
        Specimen(two_for_one, TWO),
        Specimen(capped, CAPPED),
        Specimen(count_only, COUNT),
        Specimen(free_insertions, FREE),
        Specimen(lambda said, heard: word_error_rate(said, heard) + 0.5, "right is"),
        Specimen(lambda said, heard: said[99], "raised"),
        Specimen(0.3, "a function is expected"),
    ),
)
