"""Chapter 05a: which weights learn under a recipe?"""

from lmcourse.checks import Exercise, Specimen, function


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


NAMES = ("bert.embeddings.tokens.weight", "bert.embeddings.norm.bias", "bert.pooler.weight", "head.weight", "head.bias")
LEAVES = ("attention.qkv.weight", "attention_norm.bias", "ff_in.weight", "ff_out.bias")


def some_arguments(rng):
    block = f"bert.blocks.{rng.randint(0, 11)}.{rng.choice(LEAVES)}"
    return rng.choice([block, block, rng.choice(NAMES)]), rng.randint(0, 12)


OFF_BY_ONE = "Off by one: blocks are counted from 0, so the lowest K are 0 … K−1, and block K learns."
EMBEDDINGS = "You let the embeddings learn. They lie below block 0: freezing the lowest layers includes them."
POOLER = "You freeze the pooler. It belongs to the head here: it always learns."
UPPER = "You freeze the upper blocks. This recipe freezes the lowest ones."
ONE_DIGIT = "You read one digit of the block's number: block 10 is taken for block 1. Split the name at its dots."
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
        "With K = 3 the blocks 0, 1 and 2 are frozen; block 3 learns.",
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
        learns,
        some_arguments,
        mistakes={
            OFF_BY_ONE: off_by_one,
            EMBEDDINGS: embeddings_too,
            POOLER: pooler_frozen,
            UPPER: upper_frozen,
            ONE_DIGIT: one_digit,
            FROZEN: frozen,
        },
        fixed=tuple((f"bert.blocks.{k}.ff_in.weight", 3) for k in (2, 3, 4, 10))
        + tuple((name, 3) for name in NAMES)
        + (("bert.blocks.10.ff_in.weight", 6),),
        name="learns",
    ),
    specimens=(
        Specimen(off_by_one, OFF_BY_ONE),
        Specimen(embeddings_too, EMBEDDINGS),
        Specimen(pooler_frozen, POOLER),
        Specimen(upper_frozen, UPPER),
        Specimen(one_digit, ONE_DIGIT),
        Specimen(frozen, FROZEN),
        Specimen(True, "a function is expected"),
    ),
)
