"""Chapter 02: where do the arrows of a graph lead?"""

from lmcourse.checks import Exercise, Specimen, function


def reachable(arrows, start):
    found, new = set(), [start]
    while new:
        here = new.pop()
        for a, b in arrows:
            if a == here and b not in found:
                found.add(b)
                new.append(b)
    return sorted(found)


def one_step(arrows, start):
    return sorted({b for a, b in arrows if a == start})


def two_steps(arrows, start):
    first = one_step(arrows, start)
    return sorted({*first, *(b for a, b in arrows if a in first)})


def both_ways(arrows, start):
    return sorted({*reachable([*arrows, *((b, a) for a, b in arrows)], start)} - {start})


def backwards(arrows, start):
    return reachable([(b, a) for a, b in arrows], start)


def with_start(arrows, start):
    return sorted({start, *reachable(arrows, start)})


def some_arguments(rng):
    nodes = "ABCDEFG"[: rng.randint(3, 7)]
    pairs = [(a, b) for a in nodes for b in nodes if a < b]  # no circles
    return tuple(rng.sample(pairs, rng.randint(1, min(len(pairs), 7)))), rng.choice(nodes)


ONE = "You take one step. From where it leads, go on: the nodes behind the next node are reached, too."
TWO = "You take two steps and stop. Go on until nothing new is found."
BOTH = "An arrow has a direction: from the first to the second, and not back."
BACKWARDS = "You follow the arrows against their direction: these are the nodes that lead *to* the start."
START = "The start belongs to what is reached only if an arrow leads back to it; here none does."

exercise = Exercise(
    id="02.reachable",
    title="where do the arrows lead?",
    text="""
`arrows` is a tuple of pairs `(from, to)`. Return the sorted list of all nodes that can be reached from `start` by
following arrows, over any number of steps. With `(("A", "B"), ("B", "C"), ("D", "C"))` from `"A"` it is `["B", "C"]`.
""",
    difficulty=2,
    minutes=8,
    stub='''
def reachable(arrows, start):
    """All nodes that can be reached from the start, sorted."""
    return ...
''',
    hints=(
        "Keep a list of nodes whose arrows have still to be followed. It begins with the start.",
        "Take one node off the list; each new node behind it goes onto the list and into a set of what was found.",
        "It ends when the list is empty. `sorted(found)` is the answer.",
    ),
    solution='''
def reachable(arrows, start):
    """All nodes that can be reached from the start, sorted."""
    found, to_follow = set(), [start]
    while to_follow:
        here = to_follow.pop()
        for a, b in arrows:
            if a == here and b not in found:
                found.add(b)
                to_follow.append(b)
    return sorted(found)
''',
    why="Whether a concept leads to another is then a question to a graph, and no matter of opinion.",
    task=function(
        reachable,
        some_arguments,
        mistakes={ONE: one_step, TWO: two_steps, BOTH: both_ways, BACKWARDS: backwards, START: with_start},
        fixed=(
            ((("A", "B"), ("B", "C"), ("C", "D"), ("D", "E")), "A"),
            ((("A", "B"), ("C", "B"), ("C", "D")), "A"),
            ((("A", "B"),), "B"),
        ),
        name="reachable",
    ),
    specimens=(
        Specimen(one_step, ONE),
        Specimen(two_steps, TWO),
        Specimen(both_ways, BOTH),
        Specimen(backwards, BACKWARDS),
        Specimen(with_start, START),
        Specimen(lambda arrows, start: [], "right is"),
        Specimen(lambda arrows: [], "raised"),
        Specimen(["B", "C"], "a function is expected"),
    ),
)
