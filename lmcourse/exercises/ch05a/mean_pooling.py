"""Chapter 05a: one vector of a text, as the mean of its tokens' vectors."""

import numpy as np

from lmcourse.checks import Exercise, Specimen, each, function


def pool(hidden, mask):
    kept = hidden * mask[:, :, None]
    return kept.sum(1) / mask.sum(1)[:, None]


def with_padding(hidden, mask):
    return hidden.mean(1)


def padded_length(hidden, mask):
    return (hidden * mask[:, :, None]).mean(1)


def not_divided(hidden, mask):
    return (hidden * mask[:, :, None]).sum(1)


def first_token(hidden, mask):
    return hidden[:, 0]


def over_texts(hidden, mask):
    return (hidden * mask[:, :, None]).sum(0) / np.maximum(mask.sum(0), 1)[:, None]


def over_features(hidden, mask):
    return hidden.mean(2)


def one_vector(hidden, mask):
    return hidden[mask == 1].mean(0)


def some_arguments(rng):
    texts, width = rng.randint(2, 4), 3
    lengths = [rng.randint(1, 5) for _ in range(texts)]
    tokens = max(lengths) + 1  # so that every text has some padding
    hidden = np.array([[[rng.uniform(-2, 2) for _ in range(width)] for _ in range(tokens)] for _ in range(texts)])
    return hidden, (np.arange(tokens) < np.array(lengths)[:, None]).astype(int)


def has_shape(got, hidden, mask):
    texts, _, width = hidden.shape
    shape = np.shape(got)
    return "" if shape == (texts, width) else f"the shape is {shape}, and ({texts}, {width}) is expected."


def heeds_padding(trial):
    quiet, loud = (np.asarray(call.got) for call in trial.calls[:2])
    same = quiet.shape == loud.shape and np.allclose(quiet, loud)
    return "" if same else "the first two calls differ in the padding only, and your results differ."


HIDDEN = np.array(
    [[[1.0, 2.0, 0.0], [3.0, 4.0, 0.0], [0.0, 0.0, 0.0]], [[5.0, 6.0, 1.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]]
)
MASK = np.array([[1, 1, 0], [1, 0, 0]])
LOUD = np.where(MASK[:, :, None] == 1, HIDDEN, 100.0)

PADDING = "The padding has a say: its vectors stand in the sum, and its tokens in the count. `mask` says what is real."
LENGTH = "The padding is out of the sum, but still in the count: divide by the number of *real* tokens of each text."
DIVIDED = "That is the sum. A mean is divided by the number of real tokens, or long texts get long vectors."
FIRST = "That is the vector of [CLS] alone. Asked is the mean over all real tokens."
TEXTS = "Wrong axis: you take the mean over the *texts* of the batch. Axis 1 holds the tokens."
FEATURES = "Wrong axis: you take the mean over the *features* of each token. Axis 1 holds the tokens."
ONE = "You take one mean over all texts. Each text needs a vector of its own."
SHAPE, HEEDS = "one vector a text", "what stands in the padding does not matter"

exercise = Exercise(
    id="05a.mean_pooling",
    title="the mean of the real tokens",
    text="""
`hidden` is an array (texts, tokens, features): what the encoder says of each token of a batch. Short texts are padded:
`mask` (texts, tokens) holds 1 for a real token and 0 for padding. Write mean pooling: for each text the mean of its
**real** tokens' vectors, an array (texts, features).
""",
    difficulty=2,
    minutes=7,
    stub='''
import numpy as np


def mean_pooling(hidden, mask):
    """The mean of the real tokens' vectors of each text: (texts, tokens, features) to (texts, features)."""
    return ...
''',
    hints=(
        "Two things are needed for each text: the sum of its real tokens' vectors, and how many real tokens there are.",
        "Multiply by the mask before you sum: `mask[:, :, None]` has an axis more, so that it fits the features.",
        "`mask.sum(1)` counts the real tokens of each text. Which shape must the count have, to divide the sums by it?",
    ),
    solution='''
import numpy as np


def mean_pooling(hidden, mask):
    """The mean of the real tokens' vectors of each text: (texts, tokens, features) to (texts, features)."""
    sums = (hidden * mask[:, :, None]).sum(1)
    return sums / mask.sum(1)[:, None]
''',
    why="Counted in, the padding would make a text's vector depend on how long its neighbours in the batch are.",
    task=function(
        pool,
        some_arguments,
        mistakes={
            PADDING: with_padding,
            LENGTH: padded_length,
            DIVIDED: not_divided,
            FIRST: first_token,
            TEXTS: over_texts,
            FEATURES: over_features,
            ONE: one_vector,
        },
        fixed=((HIDDEN, MASK), (LOUD, MASK)),
        name="mean_pooling",
        properties={SHAPE: each(has_shape), HEEDS: heeds_padding},
    ),
    specimens=(
        Specimen(with_padding, PADDING),
        Specimen(with_padding, f"✗ {HEEDS}"),
        Specimen(padded_length, LENGTH),
        Specimen(not_divided, DIVIDED),
        Specimen(first_token, FIRST),
        Specimen(over_texts, TEXTS),
        Specimen(over_features, FEATURES),
        Specimen(one_vector, ONE),
        Specimen(one_vector, f"✗ {SHAPE}"),
        Specimen(lambda hidden, mask: pool(hidden, mask) + 1, "✗ the results are right"),
        Specimen(lambda hidden, mask: hidden * mask, "raised"),
        Specimen(lambda hidden, mask: print(pool(hidden, mask)), "forget to return"),
    ),
)
