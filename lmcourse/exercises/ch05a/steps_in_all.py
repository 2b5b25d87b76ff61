"""Chapter 05a: how many steps a run takes."""

from lmcourse.checks import Exercise, Specimen, number

FLOOR = "The last batch of an epoch is not full, but it is a batch: round up, not down."
ONE_EPOCH = "That is one epoch. All texts are seen three times."
TEXTS = "That counts texts. A step looks at a batch of 16 of them."
ACROSS = "You let batches run over the end of an epoch. Each epoch begins with a new batch."

exercise = Exercise(
    id="05a.steps_in_all",
    title="how many steps?",
    text="""
A training set has 1,000 texts. Batches hold 16 texts, the last one of an epoch what is left. The run has 3 epochs. How
many steps does the optimiser take?
""",
    difficulty=1,
    minutes=2,
    stub="answer = ...",
    hints=(
        "How many batches does it take to see each text once? What happens to the texts left over?",
        "1000 / 16 is no whole number. Decide what to do with its fraction, then multiply by the epochs.",
    ),
    solution="import math\n\nanswer = 3 * math.ceil(1000 / 16)",
    why="An epoch has ⌈1000 / 16⌉ = 63 steps. The learning rate's rise and fall are spread over all 189.",
    task=number(189, 0.5, "steps", {FLOOR: 186, ONE_EPOCH: 63, TEXTS: 3000, ACROSS: 187.5}),
    specimens=(
        Specimen(186, FLOOR),
        Specimen(63, ONE_EPOCH),
        Specimen(3000, TEXTS),
        Specimen(188, ACROSS),
        Specimen(200, "too large"),
        Specimen("189", "a number of steps is expected"),
    ),
)
