"""Chapter 05a: four recipes of freezing, in the order of what a step costs."""

from lmcourse.checks import Exercise, Specimen, order

OPTIONS = {
    "a": "`none`: everything learns",
    "b": "`3`: embeddings and the lowest three blocks are frozen",
    "c": "`encoder`: only the head learns",
    "d": "`last:2`: the last two blocks are frozen",
}
HEAD = "Where only the head learns, the backward pass ends at the head: no block is walked back at all."
STOPS = (
    "With the lowest three frozen the backward pass ends at block 3. With the last two frozen it must go all the way "
    "down: to the embeddings."
)
SPARES = "Two frozen blocks spare at least the gradients of their own weights: that is cheaper than letting all learn."

exercise = Exercise(
    id="05a.recipe_cost",
    title="order the recipes by cost",
    text="""
A training step goes forward through all six blocks of MiniLM, then backward: as far down as something learns. In each
block that it passes on its way back it finds the gradient of the block's input and, where the block learns, that of
its weights. Order the recipes by the operations of one step, the **cheapest first**.
""",
    difficulty=2,
    minutes=4,
    stub='answer = ...  # such as "abcd"',
    hints=(
        "The way forward is the same in all four. Mark in each the lowest part that learns: the way back ends there.",
        "Then count: on the way back, how many blocks are passed, and how many of them learn?",
    ),
    solution='answer = "cbda"',
    why="What counts is not how many weights are frozen, but how far down the gradient must go.",
    task=order(OPTIONS, {("c", "b"): HEAD, ("b", "d"): STOPS, ("d", "a"): SPARES}),
    specimens=(
        Specimen("bcda", HEAD),
        Specimen("cdba", STOPS),
        Specimen("cbad", SPARES),
        Specimen("cdab", STOPS),
        Specimen("adbc", HEAD),
        Specimen(["c", "b", "d"], "give each of a, b, c, d once"),
    ),
)
