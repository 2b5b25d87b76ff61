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


def attention(c) -> int:
    """Queries, keys, values, output, and the normalisation."""
    return 4 * linear(c.width, c.width) + norm(c.width)


def feed_forward(c) -> int:
    """Up to the inner width and back, and the normalisation."""
    return linear(c.width, c.ff_width) + linear(c.ff_width, c.width) + norm(c.width)


def block(c, attentions: int = 1) -> int:
    """One Transformer block: 12 D² and a little, where the feed-forward network is 4 D wide."""
    return attentions * attention(c) + feed_forward(c)


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


def uses(config) -> dict[str, int]:
    """How often a text passes through an `attention` and through a `feed-forward` network, stored once or not."""
    if FORMULAS[type(config).__name__] is seq2seq:  # the encoder's layers, and as many of the decoder with two each
        return {"attention": 3 * config.layers, "feed-forward": 2 * config.layers}
    return {"attention": config.layers, "feed-forward": config.layers}


def parts(config) -> dict[str, int]:
    """The `count` by part: token embeddings, attention, feed-forward (with their normalisations), everything else."""
    passed = uses(config)
    if shared := FORMULAS[type(config).__name__] is albert:
        passed = dict.fromkeys(passed, 1)
    tokens = getattr(config, "vocab_size", 0) * (config.embedding_width if shared else config.width)
    found = {
        "token embeddings": tokens,
        "attention": passed["attention"] * attention(config),
        "feed-forward": passed["feed-forward"] * feed_forward(config),
    }
    return found | {"everything else": count(config) - sum(found.values())}


def flops(config, context: int) -> dict[str, int]:
    """Operations of the blocks for one token, forward, in a text of `context` tokens: of the weights and of attention.

    Two for each weight of a matrix, and 4 D for each token that is looked at: its score, and what is taken of it. A
    causal model looks at half of the text on the average. Of an encoder–decoder: one token of each of two such texts,
    the decoder's own text seen by half. Embeddings and output layer are not counted. Source: Kaplan et al. 2020, table
    1.
    """
    D, passed, kind = config.width, uses(config), FORMULAS[type(config).__name__]
    weights = 2 * (passed["attention"] * 4 * D**2 + passed["feed-forward"] * 2 * D * config.ff_width)
    half = config.layers if kind in (gpt, seq2seq) else 0  # attentions that see half of it
    seen = (passed["attention"] - half) * context + half * (context + 1) // 2
    return {"products with weights": weights, "attention over the text": 4 * D * seen}


def training_bytes(parameters: int, width: int = 4) -> dict[str, int]:
    """Bytes that training with AdamW keeps all the time: numbers of `width` bytes (float32 4, bfloat16 2) throughout.

    What a batch adds, its activations, is not in it. Mixed precision with a float32 copy of the weights takes more.
    """
    return {"weights": parameters * width, "gradients": parameters * width, "AdamW's two means": 2 * parameters * width}


def training_flops(parameters: int, tokens: float) -> float:
    """Operations of a training: 6 N D. Two for each weight and token forward, four backward.

    Attention's products of tokens with tokens are left out. Source: Kaplan et al. 2020, section 2.1.
    """
    return 6 * parameters * tokens


def training_days(operations: float, peak_tflops: float, devices: int = 1, utilisation: float = 0.4) -> float:
    """Days on `devices` that reach the share `utilisation` of their peak: an assumption, to be chosen by the reader."""
    return operations / (peak_tflops * 1e12 * devices * utilisation) / 86_400


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
