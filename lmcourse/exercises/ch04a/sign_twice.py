"""Chapter 04a: the document's loss as code."""

from lmcourse.checks import Exercise, Specimen, find_error

CODE = """
def loss(model, texts, labels):
    logits = model(texts)
    log_p = F.log_softmax(logits, dim=-1)
    ell = -log_p[torch.arange(len(labels)), labels]
    return -ell.sum() / len(labels)
"""
WRONG = (
    "wrong: `ell` is the cross-entropy, −ln p, and has its minus already. A second one turns the loss round: it is "
    "smallest where the right class has probability 0."
)
FINE = {
    1: "fine: a model, some texts and their classes.",
    2: "fine: one row of logits for each text. (The document writes h(x); that is another matter.)",
    3: "fine: the logarithms of the probabilities, in the stable way, over the classes.",
    4: "fine: the cross-entropy of each text, −ln p of its right class. It is never negative.",
}

exercise = Exercise(
    id="04a.sign_twice",
    title="find the error in a loss",
    text=r"""
The document's loss for fine-tuning, in §4.2:

$$\mathcal{L} = -\frac{1}{N}\sum_{i=1}^N \ell(h(x_i),y_i)$$

"where $\ell$ is the cross-entropy loss (交叉熵损失)". Something here can't be right. Below it is written as code;
an optimiser then makes the result as small as it can. **One** line is wrong. Which?
""",
    difficulty=1,
    minutes=3,
    stub="answer = ...  # the number of a line",
    hints=(
        "Which numbers can `ell` be, and which the result? Where would the smallest one be?",
        "Count the minus signs between ln p and what is made small.",
    ),
    solution="answer = 5",
    why="With one minus only, at either place, the formula is right: −(1/N) Σ ln p, or (1/N) Σ ℓ.",
    task=find_error(CODE, {5: WRONG}, FINE),
    specimens=(
        Specimen(4, FINE[4]),
        Specimen(3, FINE[3]),
        Specimen(2, FINE[2]),
        Specimen(1, FINE[1]),
        Specimen(9, "give the number of a line"),
    ),
)
