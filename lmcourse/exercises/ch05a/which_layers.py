"""Chapter 05a: which weights learn under a recipe?"""

from lmcourse.checks import Exercise, Specimen, each, function, short


def learns(name, lowest):
    if name.startswith("bert.embeddings"):
        return False
    if name.startswith("bert.blocks"):
        return int(name.split(".")[2]) >= lowest
    return True


def off_by_one(name, lowest):
    return int(name.split(".")[2]) > lowest if name.startswith("bert.blocks") else learns(name, lowest)


def embeddings_too(name, lowest):
    return True if name.startswith("bert.embeddings") else learns(name, lowest)


def pooler_frozen(name, lowest):
    return False if name.startswith("bert.pooler") else learns(name, lowest)


def upper_frozen(name, lowest):
    return int(name.split(".")[2]) < lowest if name.startswith("bert.blocks") else learns(name, lowest)


def one_digit(name, lowest):
    return int(name.split(".")[2][0]) >= lowest if name.startswith("bert.blocks") else learns(name, lowest)


def frozen(name, lowest):
    return not learns(name, lowest)


def only_head(name, lowest):
    return name.startswith("head")


NAMES = ("bert.embeddings.tokens.weight", "bert.embeddings.norm.bias", "bert.pooler.weight", "head.weight", "head.bias")
LEAVES = ("attention.qkv.weight", "attention_norm.bias", "ff_in.weight", "ff_out.bias")


def some_arguments(rng):
    block = f"bert.blocks.{rng.randint(0, 11)}.{rng.choice(LEAVES)}"
    return rng.choice([block, block, rng.choice(NAMES)]), rng.randint(0, 12)


def of(*beginnings):
    """The property of all weights whose names begin so: they do what they should."""

    def test(got, name, lowest):
        if not name.startswith(beginnings) or got == learns(name, lowest):
            return ""
        return f"gives {short(got)}; right is {learns(name, lowest)}."

    return each(test)


OFF_BY_ONE = "Off by one: blocks are counted from 0, so the lowest K are 0 … K−1, and block K learns."
EMBEDDINGS = "You let the embeddings learn. They lie below block 0: freezing the lowest layers includes them."
POOLER = "You freeze the pooler. It belongs to the head here: it always learns."
UPPER = "You freeze the upper blocks. This recipe freezes the lowest ones."
ONE_DIGIT = "You read one digit of the block's number: block 10 is taken for block 1. Split the name at its dots."
ONLY_HEAD = "You let nothing but the head learn: that is the recipe `encoder`. Here the upper blocks learn as well."
FROZEN = "You return whether the weight is frozen; asked is whether it learns."

exercise = Exercise(
    id="05a.which_layers",
    title="which weights learn?",
    text="""
Write the recipe "freeze the embeddings and the lowest K blocks" as a function: given a weight's name and `lowest` (K),
does this weight learn? Names look like `bert.embeddings.tokens.weight`, `bert.blocks.10.ff_in.weight`,
`bert.pooler.weight`, `head.bias`. The pooler belongs to the head and always learns.
""",
    difficulty=2,
    minutes=6,
    stub='''
def learns(name, lowest):
    """Whether the weight `name` learns when the embeddings and the lowest `lowest` blocks are frozen."""
    return ...
''',
    hints=(
        "Three cases: embeddings, blocks, and the rest.",
        '`"bert.blocks.10.ff_in.weight".split(".")[2]` is the text `"10"`.',
        "With K = 3, is block 3 frozen? Count the frozen ones, from 0 on.",
    ),
    solution='''
def learns(name, lowest):
    """Whether the weight `name` learns when the embeddings and the lowest `lowest` blocks are frozen."""
    if name.startswith("bert.embeddings"):
        return False
    if name.startswith("bert.blocks"):
        return int(name.split(".")[2]) >= lowest
    return True
''',
    why="A weight learns unless it lies in the frozen lower part: the embeddings, then blocks 0 … K−1.",
    task=function(
        None,
        some_arguments,
        mistakes={
            OFF_BY_ONE: off_by_one,
            EMBEDDINGS: embeddings_too,
            POOLER: pooler_frozen,
            UPPER: upper_frozen,
            ONE_DIGIT: one_digit,
            FROZEN: frozen,
            ONLY_HEAD: only_head,
        },
        fixed=tuple((f"bert.blocks.{k}.ff_in.weight", 3) for k in (2, 3, 4, 10))
        + tuple((name, 3) for name in NAMES)
        + (("bert.blocks.10.ff_in.weight", 6), ("bert.embeddings.tokens.weight", 0)),
        name="learns",
        properties={
            "the embeddings stay": of("bert.embeddings"),
            "the lowest K blocks stay, and the others learn": of("bert.blocks"),
            "pooler and head learn": of("bert.pooler", "head"),
        },
    ),
    specimens=(
        Specimen(off_by_one, OFF_BY_ONE),
        Specimen(embeddings_too, EMBEDDINGS),
        Specimen(embeddings_too, "✗ the embeddings stay"),
        Specimen(pooler_frozen, POOLER),
        Specimen(pooler_frozen, "✗ pooler and head learn"),
        Specimen(upper_frozen, UPPER),
        Specimen(upper_frozen, "✗ the lowest K blocks stay"),
        Specimen(one_digit, ONE_DIGIT),
        Specimen(frozen, FROZEN),
        Specimen(only_head, ONLY_HEAD),
        Specimen(lambda name, lowest: True, "✓ pooler and head learn"),
        Specimen(lambda name, lowest: int(name.split(".")[2]) >= lowest, "raised"),
        Specimen(True, "a function is expected"),
    ),
)
