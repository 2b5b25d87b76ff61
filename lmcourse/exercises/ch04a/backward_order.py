"""Chapter 04a: the way back from the loss to the weights."""

from lmcourse.checks import Exercise, Specimen, order

OPTIONS = {
    "a": "∂L/∂W: how wrong each class was, times what the layer had read",
    "b": "the logits z = W h + b",
    "c": "w − rate · gradient",
    "d": "the loss L = −ln p of the right word",
    "e": "∂L/∂z = p − y",
    "f": "the probabilities p = softmax(z)",
}
FORWARD = "Softmax needs the logits."
LOSS = "The loss is made of a probability."
BACK = "The way back begins at the loss, and needs p."
CHAIN = "The chain rule goes from the logits on to the weights: ∂L/∂W needs ∂L/∂z."
STEP = "The step uses the gradient of the weights: it must be there."

exercise = Exercise(
    id="04a.backward_order",
    title="there and back",
    text="Put one training step of an output layer in order, from the vector h that it reads to the new weights.",
    difficulty=1,
    minutes=2,
    stub='answer = ...  # such as "abcdef"',
    hints=(
        "Forward first: from h to the loss. Then back, from the loss to W.",
        "Three things are computed on the way there, two on the way back, and the step comes last.",
    ),
    solution='answer = "bfdeac"',
    why="Backward passes go through the same places as forward ones, in the opposite order.",
    task=order(
        OPTIONS,
        {("b", "f"): FORWARD, ("f", "d"): LOSS, ("d", "e"): BACK, ("e", "a"): CHAIN, ("a", "c"): STEP},
    ),
    specimens=(
        Specimen("fbdeac", FORWARD),
        Specimen("bdfeac", LOSS),
        Specimen("bfedac", BACK),
        Specimen("bfdaec", CHAIN),
        Specimen("bfdeca", STEP),
        Specimen("bfd", "give each of a, b, c, d, e, f once"),
    ),
)
