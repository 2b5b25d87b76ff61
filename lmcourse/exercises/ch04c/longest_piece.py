"""Chapter 04c: a word cut into pieces, the longest first."""

from lmcourse.checks import Exercise, Specimen, each, function


def cut(word, vocabulary):
    pieces, begin = [], 0
    while begin < len(word):
        for end in range(len(word), begin, -1):
            piece = ("##" if begin else "") + word[begin:end]
            if piece in vocabulary:
                break
        else:
            return ["[UNK]"]
        pieces.append(piece)
        begin = end
    return pieces


def shortest(word, vocabulary):
    pieces, begin = [], 0
    while begin < len(word):
        for end in range(begin + 1, len(word) + 1):
            piece = ("##" if begin else "") + word[begin:end]
            if piece in vocabulary:
                break
        else:
            return ["[UNK]"]
        pieces.append(piece)
        begin = end
    return pieces


def no_marks(word, vocabulary):
    return [piece.removeprefix("##") for piece in cut(word, vocabulary)]


def marks_forgotten(word, vocabulary):
    pieces, begin = [], 0
    while begin < len(word):
        for end in range(len(word), begin, -1):
            if word[begin:end] in vocabulary:
                break
        else:
            return ["[UNK]"]
        pieces.append(word[begin:end])
        begin = end
    return pieces


def part_unknown(word, vocabulary):
    pieces, begin = [], 0
    while begin < len(word):
        for end in range(len(word), begin, -1):
            piece = ("##" if begin else "") + word[begin:end]
            if piece in vocabulary:
                break
        else:
            return [*pieces, "[UNK]"]
        pieces.append(piece)
        begin = end
    return pieces


def looks_back(word, vocabulary):
    def rest(begin):
        for end in range(len(word), begin, -1):
            piece = ("##" if begin else "") + word[begin:end]
            if piece in vocabulary and (behind := [] if end == len(word) else rest(end)) is not None:
                return [piece, *behind]
        return None

    return rest(0) or ["[UNK]"]


def whole_only(word, vocabulary):
    return [word] if word in vocabulary else ["[UNK]"]


VOCABULARY = ("m", "mask", "masks", "un", "##m", "##mask", "##ing", "##in", "##s", "##ed", "in", "ing", "s", "un##")
WORDS = ("masking", "masks", "unmasked", "masked", "mask", "ming", "unmasking", "masko", "inn", "ins", "xm")


def some_arguments(rng):
    kept = [piece for piece in VOCABULARY if rng.random() < 0.85]
    return rng.choice(WORDS), kept


def spells(got, word, vocabulary):
    if not isinstance(got, list | tuple) or not all(isinstance(piece, str) for piece in got):
        return "a list of pieces is expected."
    spelt = "".join(piece.removeprefix("##") for piece in got)
    if list(got) == ["[UNK]"] or spelt == word:
        return ""
    return f"the pieces spell “{spelt}”, not “{word}”."


SHORTEST = "You take the shortest piece that fits. WordPiece takes the longest, so that common words stay whole."
MARKS = "The pieces are right, but those that go on with a word lack their `##`."
FORGOTTEN = "You look pieces inside a word up without their `##`. A piece may begin a word without being able to go on."
PART = "A word of which one part has no piece becomes [UNK] as a whole: the pieces before it are given up."
BACK = (
    "Where nothing fits behind the longest piece you go back and try a shorter one. WordPiece never looks back: then "
    "the whole word is [UNK]."
)
WHOLE = "You only look the whole word up. Then every rare word is [UNK], which is what pieces are there to prevent."
SPELT = "the pieces spell the word"

exercise = Exercise(
    id="04c.longest_piece",
    title="cut a word into pieces",
    text="""
Write WordPiece's cut. From the beginning of `word`, take the **longest** piece that `vocabulary` holds; go on behind it
until the word is used up. A piece that does not begin the word stands in the vocabulary with `##` before it. When no
piece fits somewhere, the whole word is `["[UNK]"]`. Return the list of pieces: `"masking"` gives `["mask", "##ing"]`.
""",
    difficulty=2,
    minutes=8,
    stub='''
def cut(word, vocabulary):
    """The pieces of a word, the longest first."""
    return ...
''',
    hints=(
        "Two loops: the outer one over where the next piece begins, the inner one over its end, from the right.",
        'The piece is `word[begin:end]`, with "##" before it unless `begin` is 0. The `else` of a `for` runs when no '
        "`break` came: there the word is unknown.",
    ),
    solution='''
def cut(word, vocabulary):
    """The pieces of a word, the longest first."""
    pieces, begin = [], 0
    while begin < len(word):
        for end in range(len(word), begin, -1):
            piece = ("##" if begin else "") + word[begin:end]
            if piece in vocabulary:
                break
        else:
            return ["[UNK]"]
        pieces.append(piece)
        begin = end
    return pieces
''',
    why="The cut is greedy: it never looks back, and so it is fast. The merges of training are not needed any more.",
    task=function(
        cut,
        some_arguments,
        mistakes={
            SHORTEST: shortest,
            MARKS: no_marks,
            FORGOTTEN: marks_forgotten,
            PART: part_unknown,
            BACK: looks_back,
            WHOLE: whole_only,
        },
        fixed=(
            ("masking", list(VOCABULARY)),
            ("unmasked", list(VOCABULARY)),
            ("masko", list(VOCABULARY)),
            ("masks", list(VOCABULARY)),
            ("ming", ["m", "##in", "##ing", "in"]),
            ("masked", ["mask", "maske", "##ed"]),
        ),
        name="cut",
        properties={SPELT: each(spells)},
    ),
    specimens=(
        Specimen(shortest, SHORTEST),
        Specimen(no_marks, MARKS),
        Specimen(marks_forgotten, FORGOTTEN),
        Specimen(part_unknown, PART),
        Specimen(part_unknown, f"✗ {SPELT}"),
        Specimen(looks_back, BACK),
        Specimen(whole_only, WHOLE),
        Specimen(lambda word, vocabulary: cut(word, vocabulary)[::-1], "✗ the results are right"),
        Specimen(shortest, f"✓ {SPELT}"),
        Specimen(lambda word, vocabulary: None, "forget to return"),
        Specimen("mask ##ing", "a function is expected"),
    ),
)
