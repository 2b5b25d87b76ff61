"""Chapter 05a: the three lines of a training loop, in the right order."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "`loss.backward()`, `optimizer.zero_grad()`, `optimizer.step()`",
    "b": "`optimizer.zero_grad()`, `loss.backward()`, `optimizer.step()`",
    "c": "`loss.backward()`, `optimizer.step()`, and no `zero_grad` at all",
    "d": "`optimizer.zero_grad()`, `optimizer.step()`, `loss.backward()`",
}
WHY = {
    "a": "the gradient is computed and thrown away before the step uses it: nothing is learnt.",
    "b": "old gradients go, this batch's gradient comes, the step uses it.",
    "c": "`backward` *adds* to what is there: every step would follow the sum of all batches seen so far.",
    "d": "the step comes when the gradients have just been erased: nothing is learnt, and no error says so.",
}

exercise = Exercise(
    id="05a.step_order",
    title="the order of three lines",
    text="""
In plain PyTorch a training step is three calls, after the loss of this batch has been computed. In which order does
the model learn from **this** batch, and from it alone?
""",
    difficulty=1,
    minutes=3,
    stub="answer = ...",
    hints=(
        "`backward()` writes into `weight.grad`, or rather: it adds to what stands there.",
        "`step()` reads `weight.grad`. What must have happened just before? And before that?",
    ),
    solution='answer = "b"',
    why="Our optimiser does the same: it takes each gradient and sets `weight.grad = None` before the next batch.",
    task=choice(OPTIONS, WHY, "b"),
    specimens=tuple(Specimen(letter, WHY[letter]) for letter in "acd"),
)
