"""A frozen encoder as a source of features: one vector a text, for a classical model on top."""

from collections.abc import Sequence

import numpy as np
import torch
from tokenizers import Tokenizer

from lmcourse.data.tokenizer import encode, load_tokenizer
from lmcourse.finetuning.encoders import find_encoder
from lmcourse.finetuning.freezing import Tokens, reading
from lmcourse.models.bert import Bert
from lmcourse.models.layers import mean_state
from lmcourse.models.weights import load_encoder
from lmcourse.training.precision import choose_precision, computing_in, device


@torch.no_grad()
def mean_vectors(bert: Bert, tokenizer: Tokenizer, texts: Sequence[str], max_length: int = 128) -> np.ndarray:
    """The mean of the last hidden states of each text's tokens, padding left out, (N, D) in float32.

    MiniLM was trained to be read in this way. Source: Reimers and Gurevych 2019, Sentence-BERT, section 3.
    """
    sequences, _ = encode(tokenizer, list(texts), max_length)
    tokens = Tokens(sequences, bert.config.pad_id, next(bert.parameters()).device)
    vectors = torch.empty(len(tokens), bert.config.width)
    for indices, (ids, mask) in reading(tokens):
        vectors[indices] = mean_state(bert(ids, mask=mask).float(), mask).cpu()
    return vectors.numpy()


def features(
    texts: Sequence[str],
    encoder: str = "minilm",
    max_length: int = 128,
    bert: Bert | None = None,
    precision: str = "auto",
) -> np.ndarray:
    """`mean_vectors` of an encoder by name, computed in the number format that is fast here, (N, D) in float32.

    `bert` replaces the encoder's weights (a random start, for example); its tokenizer stays.
    """
    folder = find_encoder(encoder)
    bert = (bert or load_encoder(folder)).to(device()).eval()
    with computing_in(bert, choose_precision(precision)):
        return mean_vectors(bert, load_tokenizer(folder), texts, max_length)


def frozen_classifier(vectors, labels, validation=None):
    """Logistic regression on vectors of length 1: a fitted scikit-learn pipeline with `predict`.

    Its C is chosen on the validation part (vectors, labels); without one it is 10.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import Normalizer

    strengths = (1, 3, 10, 30) if validation else (10,)
    fitted = [
        make_pipeline(Normalizer(), LogisticRegression(C=c, max_iter=1000)).fit(vectors, labels) for c in strengths
    ]
    return max(fitted, key=lambda model: model.score(*validation)) if validation else fitted[0]
