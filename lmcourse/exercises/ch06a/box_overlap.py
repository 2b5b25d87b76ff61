"""Chapter 06a: intersection over union."""

from lmcourse.checks import Exercise, Specimen, function


def area(box):
    return (box[2] - box[0]) * (box[3] - box[1])


def sides(a, b):
    return min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])


def iou(a, b):
    width, height = (max(0, side) for side in sides(a, b))
    return width * height / (area(a) + area(b) - width * height)


def not_clipped(a, b):
    width, height = sides(a, b)
    return width * height / (area(a) + area(b) - width * height)


def counted_twice(a, b):
    width, height = (max(0, side) for side in sides(a, b))
    return width * height / (area(a) + area(b))


def by_hull(a, b):
    width, height = (max(0, side) for side in sides(a, b))
    return width * height / ((max(a[2], b[2]) - min(a[0], b[0])) * (max(a[3], b[3]) - min(a[1], b[1])))


def by_smaller(a, b):
    width, height = (max(0, side) for side in sides(a, b))
    return width * height / min(area(a), area(b))


def fences(a, b):
    width, height = (max(0, side + 1) for side in sides(a, b))
    both = sum((box[2] - box[0] + 1) * (box[3] - box[1] + 1) for box in (a, b))
    return width * height / (both - width * height)


def shared_only(a, b):
    width, height = (max(0, side) for side in sides(a, b))
    return width * height


def some_boxes(rng):
    while True:
        found = []
        for _ in range(2):
            left, top = rng.randint(0, 8), rng.randint(0, 8)
            found.append((left, top, left + rng.randint(1, 8), top + rng.randint(1, 8)))
        width, height = sides(*found)
        if width * height != sum(map(area, found)):  # there a side that is not clipped ends in a division by zero
            return tuple(found)


CLIP = (
    "Two boxes that do not meet, to the side *and* in height, have two negative sides: their product is positive. A "
    "side that is negative has to become 0 first."
)
TWICE = "What both boxes share is in both areas: you count it twice. Subtract it once."
HULL = "You divide by the box around both. The union has no empty corners."
SMALLER = "You divide by the smaller box. A large box around everything would then get 1."
FENCES = "Right and bottom stand just *outside* the box: its width is right − left, with no 1 added."
SHARED = "That is the intersection in pixels. Divide it by the union."

exercise = Exercise(
    id="06a.box_overlap",
    title="intersection over union",
    text="""
A box is `(left, top, right, bottom)`; right and bottom stand just outside, so its width is right − left. Return the
area that the boxes `a` and `b` share, divided by the area that they cover together.
`(0, 0, 4, 4)` and `(2, 0, 6, 4)` share 8 of 24: 1/3.
""",
    difficulty=2,
    minutes=6,
    stub='''
def iou(a, b):
    """Intersection over union of two boxes."""
    return ...
''',
    hints=(
        "What they share begins at the larger of the two lefts and ends at the smaller of the two rights.",
        "If it ends before it begins, they share nothing: `max(0, …)`, for the width and for the height.",
        "The union is the sum of both areas less what they share.",
    ),
    solution='''
def iou(a, b):
    """Intersection over union of two boxes."""
    width = max(0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0, min(a[3], b[3]) - max(a[1], b[1]))
    area = [(right - left) * (bottom - top) for left, top, right, bottom in (a, b)]
    return width * height / (sum(area) - width * height)
''',
    why="1 for equal boxes, 0 for boxes apart, and the same at any scale. By custom a box counts as found from 0.5 on.",
    task=function(
        iou,
        some_boxes,
        mistakes={
            CLIP: not_clipped,
            TWICE: counted_twice,
            HULL: by_hull,
            SMALLER: by_smaller,
            FENCES: fences,
            SHARED: shared_only,
        },
        fixed=(((0, 0, 4, 4), (2, 0, 6, 4)), ((0, 0, 2, 2), (5, 5, 7, 8)), ((0, 0, 4, 4), (1, 1, 9, 9))),
        name="iou",
    ),
    specimens=(
        Specimen(not_clipped, CLIP),
        Specimen(counted_twice, TWICE),
        Specimen(by_hull, HULL),
        Specimen(by_smaller, SMALLER),
        Specimen(fences, FENCES),
        Specimen(shared_only, SHARED),
        Specimen(lambda a, b: 0.25, "right is"),
        Specimen(lambda a, b: a[9], "raised"),
        Specimen(1 / 3, "a function is expected"),
    ),
)
