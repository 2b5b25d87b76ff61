"""How many parameters a model has, from its sizes alone, and what the papers say: nothing is built."""

import csv
from dataclasses import dataclass, fields

from lmcourse.files import PROJECT


def linear(inputs: int, outputs: int) -> int:
    """A matrix and a bias."""
    return inputs * outputs + outputs


def norm(width: int) -> int:
    """A factor and a bias for each column."""
    return 2 * width


def block(c, attentions: int = 1) -> int:
    """One Transformer block: 12 D² and a little, where the feed-forward network is 4 D wide."""
    attention = 4 * linear(c.width, c.width) + norm(c.width)  # queries, keys, values, output
    feed_forward = linear(c.width, c.ff_width) + linear(c.ff_width, c.width) + norm(c.width)
    return attentions * attention + feed_forward


def bert(c) -> int:
    """The encoder with its pooler, without heads."""
    embeddings = (c.vocab_size + c.max_length + c.segments) * c.width + norm(c.width)
    return embeddings + c.layers * block(c) + linear(c.width, c.width)


def albert(c) -> int:
    """The same with narrow embeddings, and one block for all layers."""
    E = c.embedding_width
    embeddings = (c.vocab_size + c.max_length + c.segments) * E + norm(E) + linear(E, c.width)
    return embeddings + block(c) + linear(c.width, c.width)


def gpt(c) -> int:
    """The output layer is the token embeddings, counted once."""
    return (c.vocab_size + c.max_length) * c.width + c.layers * block(c) + norm(c.width)


def seq2seq(c) -> int:
    """Encoder and decoder, whose blocks attend twice; one matrix of tokens for both and for the output."""
    return c.vocab_size * c.width + c.layers * (block(c) + block(c, attentions=2))


def vit(c) -> int:
    """With its class token and its layer for the classes."""
    embeddings = linear(c.channels * c.patch_size**2, c.width) + (1 + c.length) * c.width
    return embeddings + c.layers * block(c) + norm(c.width) + linear(c.width, c.classes)


FORMULAS = {"BertConfig": bert, "AlbertConfig": albert, "GptConfig": gpt, "Seq2SeqConfig": seq2seq, "VitConfig": vit}


def count(config) -> int:
    """The parameters of the model that a BertConfig, AlbertConfig, GptConfig, Seq2SeqConfig or VitConfig describes."""
    return FORMULAS[type(config).__name__](config)


@dataclass(frozen=True)
class Published:
    """A model of a paper: a row of `data/published_models.csv`."""

    name: str
    year: int
    config: object  # a BertConfig, GptConfig …
    parameters: str  # as published: 110M, 2.7B
    source: str
    note: str  # why the count is another, as far as that is known

    @property
    def counted(self) -> str:
        """The count, rounded as the published figure is."""
        figure, unit = self.parameters[:-1], {"M": 1e6, "B": 1e9}[self.parameters[-1]]
        digits = len(figure.partition(".")[2])
        return f"{count(self.config) / unit:.{digits}f}{self.parameters[-1]}"


def published() -> list[Published]:
    """The models of the papers, the oldest first. (Their configurations need torch.)"""
    from lmcourse.models.names import FORMATS

    def read(row: dict) -> Published:
        make = FORMATS[row["type"]].config
        sizes = {field.name: int(row[field.name]) for field in fields(make) if row.get(field.name)}
        about = (row[name] for name in ("parameters", "source", "note"))
        return Published(row["name"], int(row["year"]), make(**sizes), *about)

    with (PROJECT / "data" / "published_models.csv").open(encoding="utf-8", newline="") as file:
        return [read(row) for row in csv.DictReader(file)]
