"""Chapter 04c: a loss whose weights do nothing."""

from lmcourse.checks import Exercise, Specimen, find_error

CODE = """
def mlm_loss(head, hidden, positions, targets, weights):
    logits = head(hidden, positions)
    flat = logits.reshape(-1, logits.shape[-1])
    losses = F.cross_entropy(flat, targets.reshape(-1)) * weights.reshape(-1)
    return losses.sum() / (weights.sum() + 1e-8)
"""
WRONG = (
    "wrong: `cross_entropy` already takes the mean, over all places, padding too. One number times the weights, summed "
    'and divided by the weights\' sum, is that same number. `reduction="none"` keeps one loss a place.'
)
FINE = {
    1: "fine: weights are an argument like any other.",
    2: "fine: logits at the listed positions only. In a text with fewer selected words the list is padded: that is "
    "what the weights are for.",
    3: "fine: one row for each place, as `cross_entropy` wants it.",
    5: "fine: a weighted mean; the small number keeps an empty batch from dividing by 0. It would be right if `losses` "
    "held one loss for each place.",
}

exercise = Exercise(
    id="04c.padding_weighted",
    title="find the error in a weighted loss",
    text="""
Texts of a batch have different numbers of selected words. So the lists of `positions` and `targets` (B, P) are
filled up with zeros, and `weights` (B, P) are 1 at real entries and 0 at such padding. The function should give the
mean loss over the real ones. A well-known book prints a loss of this build; it runs, and falls. **One** line is wrong.
Which?
""",
    difficulty=2,
    minutes=4,
    stub="answer = ...  # the number of a line",
    hints=(
        "What shape has each name? Write it behind every line.",
        "What does `F.cross_entropy` return when it is not told otherwise: one number a row, or one number?",
    ),
    solution="answer = 4",
    why="A padded place asks for piece 0 at position 0, which is easily learnt: the loss falls, and says too little.",
    task=find_error(CODE, {4: WRONG}, FINE),
    specimens=(
        Specimen(5, FINE[5]),
        Specimen(3, FINE[3]),
        Specimen(2, FINE[2]),
        Specimen(1, FINE[1]),
        Specimen(6, "give the number of a line"),
    ),
)
