"""Chapter 07: a language model whose loss falls to nothing."""

from lmcourse.checks import Exercise, Specimen, find_error

CODE = """
def causal_loss(model, ids):
    logits = model(ids)
    B, T, V = logits.shape
    asked = logits.reshape(B * T, V)
    targets = ids.reshape(B * T)
    return F.cross_entropy(asked, targets)
"""
WRONG = (
    "wrong: place t is asked for token t, which it reads. The target is the *next* token: `ids[:, 1:]` against "
    "`logits[:, :-1]`."
)
FINE = {
    1: "fine: a model and a batch of token ids (B, T) is all that is needed. The text brings its own targets.",
    2: "fine: logits (B, T, V), all places at once. The model is causal: place t has read tokens 1 … t.",
    3: "fine: the shape of the logits.",
    4: "fine in itself: a row for each place. (Once the targets are shifted, the last place has none, and this line "
    "changes with them.)",
    6: "fine: the mean of −ln p over all rows. What it is the loss *of* was decided above.",
}

exercise = Exercise(
    id="07.not_shifted",
    title="find the error: a loss that is too good",
    text="""
A causal language model learns with this loss. After some hundred steps the loss is nearly 0, on held-out texts too. A
sample from the model repeats its last token for ever. **One** line is the cause. Which?
""",
    difficulty=2,
    minutes=3,
    stub="answer = ...  # the number of a line",
    hints=(
        "What has place t read, and what is it asked for?",
        "“A sample repeats its last token”: so the model has learnt exactly what it was asked.",
    ),
    solution="answer = 5",
    why="A loss near 0 on new text is no success: no text is that easy to foretell.",
    task=find_error(CODE, {5: WRONG}, FINE),
    specimens=(
        Specimen(4, FINE[4]),
        Specimen(6, FINE[6]),
        Specimen(2, FINE[2]),
        Specimen(1, FINE[1]),
        Specimen(9, "give the number of a line"),
    ),
)
