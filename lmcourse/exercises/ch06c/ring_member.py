"""Chapter 06c: whether the nitrogen is in the ring, read off the string."""

from lmcourse.checks import Exercise, Specimen, function


def depth_at(smiles, at):
    return smiles[:at].count("(") - smiles[:at].count(")")


def right(smiles):
    at = smiles.index("N")
    return smiles[:at].count("1") == 1 and depth_at(smiles, at) == 0


def between(smiles):
    return smiles[: smiles.index("N")].count("1") == 1


def no_branch(smiles):
    return depth_at(smiles, smiles.index("N")) == 0


def after_first(smiles):
    at = smiles.index("N")
    return smiles[:at].count("1") >= 1 and depth_at(smiles, at) == 0


def any_branch_before(smiles):
    at = smiles.index("N")
    return smiles[:at].count("1") == 1 and "(" not in smiles[:at]


def some_strings(rng):
    """A chain with a ring, a branch inside it and one outside; N in one of the five places."""
    place = rng.choice(["left", "ring", "ring late", "branch", "outer", "right"])
    n = {name: "N" if name == place else "C" for name in ("left", "ring", "ring late", "branch", "outer", "right")}
    c = [rng.choice(("C", "CC", "CCC")) for _ in range(6)]
    left, right = f"{c[0]}{n['left']}{c[1]}", f"{c[2]}{n['right']}C"
    branch, outer = f"(C{n['branch']}{c[3]})", f"(C{n['outer']})"
    return (f"{left}C{outer}C1{n['ring']}{c[4]}C{branch}{n['ring late']}{c[5]}C1{right}",)


BETWEEN = "You looked between the two digits only. A branch may start at the ring and lead out of it: `C1CC(CN)CCC1`."
BRANCH = "You asked only whether N is in a branch. The chain before and behind the ring is in none either."
AFTER = "You asked whether the ring has begun. It also has to close behind the nitrogen."
CLOSED = "You refuse every string with a branch before N. A branch that was closed again changes nothing: count both."

exercise = Exercise(
    id="06c.ring_member",
    title="is the nitrogen in the ring?",
    text="""
A string of `C`, `N`, `1`, `(` and `)` has one ring: it goes from the atom before the first `1` to the atom before the
second. What stands in parentheses is a branch, a side road of the atom before it. The ring itself begins in no branch.
There is one `N`, and no digit follows it. Return **whether the nitrogen is in the ring**, as `True` or `False`.
""",
    difficulty=2,
    minutes=8,
    stub='''
def in_ring(smiles):
    """Whether N is in the ring of a string such as "CCC1CCNCC1C"."""
    return ...
''',
    hints=(
        "Look at what stands before the nitrogen. How many digits? How many signs of each kind?",
        "One digit has to have gone by, and as many `)` as `(`.",
    ),
    solution='''
def in_ring(smiles):
    """Whether N is in the ring of a string such as "CCC1CCNCC1C"."""
    before = smiles[: smiles.index("N")]
    return before.count("1") == 1 and before.count("(") == before.count(")")
''',
    why="Two counts do it, but of what stands *before* the nitrogen: a count over the whole string knows no before.",
    task=function(
        right,
        some_strings,
        mistakes={BETWEEN: between, BRANCH: no_branch, AFTER: after_first, CLOSED: any_branch_before},
        fixed=(("CC1CNCCC1C",), ("CC1CC(CN)CC1C",), ("CNC1CCCCC1C",), ("CC1CCCCC1NC",), ("C(C)CC1CNCCC1",)),
        name="in_ring",
    ),
    specimens=(
        Specimen(between, BETWEEN),
        Specimen(no_branch, BRANCH),
        Specimen(after_first, AFTER),
        Specimen(any_branch_before, CLOSED),
        Specimen(True, "a function is expected"),
    ),
)
