"""Chapter 06a: a model that is praised for what it was shown."""

from lmcourse.checks import Exercise, Specimen, find_error

CODE = """
model, squares = Filler(), patches(images)
for step in range(1500):
    hidden = chosen(len(images), 12, rng)
    said = model(hide(images, hidden))
    loss = ((said - squares) ** 2).mean()
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
"""
WRONG = (
    "wrong: the mean is over all patches. The model reads a quarter of them: that part of the loss is paid "
    "for by copying. It should be `((said - squares) ** 2)[hidden].mean()`."
)
FINE = {
    1: "fine: what is to be said are the pixels of the whole images; they are not what the model reads.",
    2: "fine: so many steps.",
    3: "fine: twelve of sixteen patches, others at each step. Always the same ones would teach less.",
    4: "fine: the model reads the images with those patches hidden.",
    6: "fine: gradients of the loss. Whether it is the right loss is decided above.",
    7: "fine: a step against the gradient.",
    8: "fine: gradients add up in PyTorch; before the next ones these go.",
}

exercise = Exercise(
    id="06a.visible_patches",
    title="find the error: a good loss, a poor model",
    text="""
A ViT is to fill in hidden patches. Its loss falls nicely. It is lower than a colleague's, whose model fills in better.
**Which line** is the cause?
""",
    difficulty=1,
    minutes=3,
    stub="wrong_line = ...  # the number of a line",
    hints=("Which numbers does the loss compare? Which of them did the model see?", "Look for the mean."),
    solution="wrong_line = 5",
    why="BERT does the same: its loss is over the selected tokens only. What can be copied teaches little.",
    task=find_error(CODE, {5: WRONG}, FINE),
    specimens=(
        *(Specimen(line, words) for line, words in FINE.items()),
        Specimen({4, 5}, "the number of a line"),
    ),
)
