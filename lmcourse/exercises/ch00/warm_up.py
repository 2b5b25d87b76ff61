"""Chapter 00: one check that everyone has seen fail and pass."""

import math

from lmcourse.checks import Exercise, Specimen, each, function


def mean_length(sentences):
    return sum(len(sentence.split()) for sentence in sentences) / len(sentences)


def characters(sentences):
    return sum(len(sentence) for sentence in sentences) / len(sentences)


def total(sentences):
    return sum(len(sentence.split()) for sentence in sentences)


def whole(sentences):
    return sum(len(sentence.split()) for sentence in sentences) // len(sentences)


def by_space(sentences):
    return sum(len(sentence.split(" ")) for sentence in sentences) / len(sentences)


def of_the_words(sentences):
    words = " ".join(sentences).split()
    return sum(map(len, words)) / len(words)


def forgotten(sentences):
    mean_length(sentences)


def emptied(sentences):
    words = count = 0
    while sentences:
        words, count = words + len(sentences.pop().split()), count + 1
    return words / count


def some_sentences(rng):
    words = ["a", "fine", "film", "which", "nobody", "should", "miss"]
    return ([" ".join(rng.choices(words, k=rng.randint(1, 9))) for _ in range(rng.randint(2, 6))],)


CHARACTERS = "You count characters: `len` of a text. Split the text into words first."
TOTAL = "That is the number of words in all sentences together: divide it by the number of sentences."
WHOLE = "`//` throws the fraction away: use `/`."
SPACES = 'Two spaces in a row make an empty word with `split(" ")`; `split()` without argument does not.'
WORDS = "That is the mean length of a *word*, in letters. Asked is the mean number of words of a sentence."


def right_for(plain: bool):
    """The test of sentences with single spaces only, or of those with more in a gap."""

    def test(got, sentences):
        if plain != all(sentence.split() == sentence.split(" ") for sentence in sentences):
            return ""
        right = mean_length(sentences)
        if isinstance(got, int | float) and math.isclose(got, right, rel_tol=1e-6):
            return ""
        return f"{got!r:.40}; right is {right:g}."

    return each(test)


exercise = Exercise(
    id="00.warm_up",
    title="the mean length of a sentence",
    text="""
Write a function that takes a list of sentences and returns their mean length **in words**, where words are what white
space separates. Run the cell as it stands first, then with a wrong answer, and look at what the check says; then with
the right one.
""",
    difficulty=1,
    minutes=3,
    stub='''
def mean_length(sentences):
    """Mean number of words of a list of sentences."""
    return ...
''',
    hints=(
        '`"a fine film".split()` is a list of three words.',
        "Add up the lengths of these lists, and divide by the number of sentences.",
    ),
    solution='''
def mean_length(sentences):
    """Mean number of words of a list of sentences."""
    return sum(len(sentence.split()) for sentence in sentences) / len(sentences)
''',
    why="Every sentence counts once, whatever its length; `split()` treats any run of white space as one gap.",
    task=function(
        None,
        some_sentences,
        mistakes={CHARACTERS: characters, TOTAL: total, WHOLE: whole, SPACES: by_space, WORDS: of_the_words},
        fixed=((["one two", "one"],), (["a fine  film", "no"],), (["a fine\n\nfilm ", "no"],)),
        name="mean_length",
        properties={
            "sentences with single spaces come out right": right_for(plain=True),
            "more white space makes no more words": right_for(plain=False),
        },
    ),
    specimens=(
        Specimen(characters, CHARACTERS),
        Specimen(total, TOTAL),
        Specimen(whole, WHOLE),
        Specimen(by_space, SPACES),
        Specimen(of_the_words, WORDS),
        Specimen(lambda sentences: 2, "✗ sentences with single spaces come out right"),
        Specimen(forgotten, "forget to return"),
        Specimen(emptied, "changes its arguments"),
        Specimen(lambda sentences: 1 / 0, "ZeroDivisionError"),
        Specimen(3.0, "a function is expected"),
    ),
)
