"""Chapter 06a: an image as a row of tokens."""

from lmcourse.checks import Exercise, Specimen, function


def cut(image, size):
    n = len(image) // size
    return [
        [image[y * size + i][x * size + j] for i in range(size) for j in range(size)]
        for y in range(n)
        for x in range(n)
    ]


def down_first(image, size):
    found, n = cut(image, size), len(image) // size
    return [found[y * n + x] for x in range(n) for y in range(n)]


def columns_first(image, size):
    return [[square[j * size + i] for i in range(size) for j in range(size)] for square in cut(image, size)]


def strided(image, size):
    n = len(image) // size
    return [[image[i * n + y][j * n + x] for i in range(size) for j in range(size)] for y in range(n) for x in range(n)]


def in_a_row(image, size):
    pixels = [p for row in image for p in row]
    return [pixels[at : at + size * size] for at in range(0, len(pixels), size * size)]


def nested(image, size):
    return [[square[i * size : (i + 1) * size] for i in range(size)] for square in cut(image, size)]


def sliding(image, size):
    steps = range(len(image) - size + 1)
    return [[image[y + i][x + j] for i in range(size) for j in range(size)] for y in steps for x in steps]


def some_image(rng):
    size, n = rng.choice([(2, 2), (2, 3), (3, 2)])
    numbers = rng.sample(range(100), (size * n) ** 2)
    return [numbers[y * size * n : (y + 1) * size * n] for y in range(size * n)], size


DOWN = "You go down the columns of patches. Go as one reads: along the first row of patches, then the second."
COLUMNS = "Within a patch you read down its columns. Read its rows."
STRIDED = "You take every second (or third) pixel of the whole image. A patch is a square of neighbours."
ROW = "You cut the text of pixels into pieces. A patch takes some pixels of a row, then some of the *next* row."
NESTED = "Each patch has to be one flat list of size · size numbers, not a list of rows."
SLIDING = "Your patches overlap. They lie side by side: the next begins where the last one ends."

exercise = Exercise(
    id="06a.cut_patches",
    title="an image as a row of tokens",
    text="""
`image` is a square list of rows, and `size` divides its side. Cut it into squares of `size` × `size` pixels, side by
side. Return a list of patches **in reading order**, each a flat list of its pixels, also in reading order. For
`[[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16]]` and 2 the first patch is `[1, 2, 5, 6]`.
""",
    difficulty=2,
    minutes=8,
    stub='''
def cut_patches(image, size):
    """The patches of an image, each a flat list."""
    return ...
''',
    hints=(
        "Four loops: the patch's row y and column x, then the row i and the column j within it.",
        "The pixel is `image[y * size + i][x * size + j]`.",
    ),
    solution='''
def cut_patches(image, size):
    """The patches of an image, each a flat list."""
    found, n = [], len(image) // size
    for y in range(n):
        for x in range(n):
            rows = image[y * size : (y + 1) * size]
            found.append([pixel for row in rows for pixel in row[x * size : (x + 1) * size]])
    return found
''',
    why="Which order is taken does not matter to a Transformer that learns its positions. It has to stay the same.",
    task=function(
        cut,
        some_image,
        mistakes={
            DOWN: down_first,
            COLUMNS: columns_first,
            STRIDED: strided,
            ROW: in_a_row,
            NESTED: nested,
            SLIDING: sliding,
        },
        fixed=(([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16]], 2),),
        name="cut_patches",
    ),
    specimens=(
        Specimen(down_first, DOWN),
        Specimen(columns_first, COLUMNS),
        Specimen(strided, STRIDED),
        Specimen(in_a_row, ROW),
        Specimen(nested, NESTED),
        Specimen(sliding, SLIDING),
        Specimen(lambda image, size: [[0] * size**2] * (len(image) // size) ** 2, "right is"),
        Specimen(lambda image, size: image[99], "raised"),
        Specimen([[1, 2, 5, 6]], "a function is expected"),
    ),
)
