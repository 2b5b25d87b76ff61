"""A model of a few kilobytes, so that a fault costs milliseconds."""

from functools import cache
from pathlib import Path

import torch

from lmcourse.data.tokenizer import save_tokenizer, train_wordpiece
from lmcourse.finetuning.heads import BertWithHead
from lmcourse.inference import Predictor
from lmcourse.models.bert import Bert, BertConfig
from lmcourse.models.weights import save_model

TEXTS = ["a good film and a bad film", "the worst story, the best story", "boring and funny, cold and warm"] * 3


@cache
def tokenizer():
    """A tokenizer of about a hundred pieces."""
    return train_wordpiece(TEXTS, 100)


def bert(width: int = 8) -> Bert:
    """A BERT of one layer."""
    torch.manual_seed(0)
    sizes = {"width": width, "heads": 2, "layers": 1, "ff_width": 2 * width, "max_length": 32}
    return Bert(BertConfig(vocab_size=tokenizer().get_vocab_size(), **sizes))


def predictor() -> Predictor:
    """A model with a head for two classes, as good as chance."""
    return Predictor(BertWithHead(bert(), 2).eval(), tokenizer(), ["0", "1"], 16)


def encoder(folder: Path, width: int = 8) -> Path:
    """A folder with an encoder and its tokenizer."""
    folder.mkdir()
    save_model(bert(width), folder, "BertModel")
    save_tokenizer(tokenizer(), folder)
    return folder


def in_one_line(error: Exception, *named: object) -> None:
    """An error is told in one line, which names what it should."""
    assert "\n" not in str(error)
    assert all(str(name) in str(error) for name in named)
