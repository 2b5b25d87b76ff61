"""Chapter 05a: the lines of a training step, in the right order."""

from lmcourse.checks import Exercise, Specimen, order

OPTIONS = {
    "a": "`optimizer.step()`",
    "b": "`loss = loss_function(model(inputs), labels)`",
    "c": "`optimizer.zero_grad()`",
    "d": "`loss.backward()`",
    "e": "`inputs, labels = next(batches)`",
}
BATCH = "The model is asked about this batch before the batch is there: take it first."
LOSS = "`backward` walks back from a loss, so this batch's loss must have been computed."
ADDS = "`backward` *adds* to what stands in `weight.grad`. Erase it before, or the step follows older batches, too."
USES = "`step` uses the gradient that stands in `weight.grad`: `backward` must have put it there."

exercise = Exercise(
    id="05a.step_order",
    title="the order of five lines",
    text="""
In plain PyTorch a training step is these five lines. Something may still stand in `weight.grad` when it begins. Put
the lines in an order in which the model learns from **this** batch, and from it alone. (More than one order does.)
""",
    difficulty=1,
    minutes=3,
    stub='answer = ...  # such as "abcde"',
    hints=(
        "`backward()` writes into `weight.grad`, or rather: it adds to what stands there.",
        "`step()` reads `weight.grad`. What must have happened before? And before that?",
    ),
    solution='answer = "ebcda"',
    why="Our optimiser does the same: it takes each gradient and sets `weight.grad = None` before the next batch.",
    task=order(OPTIONS, {("e", "b"): BATCH, ("b", "d"): LOSS, ("c", "d"): ADDS, ("d", "a"): USES}),
    specimens=(
        Specimen("becda", BATCH),
        Specimen("ecdba", LOSS),
        Specimen("ebdca", ADDS),
        Specimen("ebdac", ADDS),
        Specimen("ebcad", USES),
        Specimen("abcde", "rules of the order hold"),
        Specimen("ebda", "give each of a, b, c, d, e once"),
    ),
)
