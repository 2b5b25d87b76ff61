"""Weights in and out, in `transformers`' format: a folder with `config.json` and `model.safetensors`.

Our names and theirs differ only by the table below, and by one thing: our queries, keys and values are one matrix.
"""

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from lmcourse.errors import InputError
from lmcourse.models.bert import Bert, BertConfig, BertForPreTraining

# ours → theirs; `#` stands for a layer's number
NAMES = {
    "embeddings.tokens": "embeddings.word_embeddings",
    "embeddings.positions": "embeddings.position_embeddings",
    "embeddings.segments": "embeddings.token_type_embeddings",
    "embeddings.norm": "embeddings.LayerNorm",
    "blocks.#.attention.query": "encoder.layer.#.attention.self.query",
    "blocks.#.attention.key": "encoder.layer.#.attention.self.key",
    "blocks.#.attention.value": "encoder.layer.#.attention.self.value",
    "blocks.#.attention.out": "encoder.layer.#.attention.output.dense",
    "blocks.#.attention_norm": "encoder.layer.#.attention.output.LayerNorm",
    "blocks.#.ff_in": "encoder.layer.#.intermediate.dense",
    "blocks.#.ff_out": "encoder.layer.#.output.dense",
    "blocks.#.ff_norm": "encoder.layer.#.output.LayerNorm",
    "pooler": "pooler.dense",
}
HEADS = {
    "mlm_transform": "cls.predictions.transform.dense",
    "mlm_norm": "cls.predictions.transform.LayerNorm",
    "mlm_bias": "cls.predictions.bias",
    "nsp": "cls.seq_relationship",
    "head": "classifier",
}
NAMES |= {f"bert.{ours}": f"bert.{theirs}" for ours, theirs in NAMES.items()} | HEADS
CONFIG = {  # BertConfig's field → config.json's
    "vocab_size": "vocab_size",
    "width": "hidden_size",
    "layers": "num_hidden_layers",
    "heads": "num_attention_heads",
    "ff_width": "intermediate_size",
    "max_length": "max_position_embeddings",
    "segments": "type_vocab_size",
    "dropout": "hidden_dropout_prob",
    "eps": "layer_norm_eps",
    "pad_id": "pad_token_id",
}


def _rename(name: str, table: dict[str, str]) -> str:
    """A tensor's name in the other scheme; the part behind the table's entry (`.weight`, `.bias`) is kept."""
    number = re.search(r"\.(\d+)\.", name)
    key = re.sub(r"\.\d+\.", ".#.", name)
    stem, _, leaf = key.rpartition(".")
    new = table[key] if key in table else f"{table[stem]}.{leaf}"
    return new.replace("#", number[1]) if number else new


def to_transformers(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Our tensors under `transformers`' names (KeyError for a name that is not ours)."""
    theirs = {}
    for name, tensor in state.items():
        if ".qkv." in name:
            for part, piece in zip(("query", "key", "value"), tensor.chunk(3), strict=True):
                theirs[_rename(name.replace("qkv", part), NAMES)] = piece
        else:
            theirs[_rename(name, NAMES)] = tensor
    return theirs


def from_transformers(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """`transformers`' tensors under our names; what our models do not hold (buffers, tied copies) is left out."""
    table = {theirs: ours for ours, theirs in NAMES.items()}
    ours = {}
    for name, tensor in state.items():
        name = name.replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias")
        if not name.endswith("position_ids") and not name.startswith("cls.predictions.decoder."):
            ours[_rename(name, table)] = tensor
    for name in [name for name in ours if ".query." in name]:
        parts = [ours.pop(name.replace("query", part)) for part in ("query", "key", "value")]
        ours[name.replace("query", "qkv")] = torch.cat(parts)
    return ours


def read_config(folder: Path | str) -> BertConfig:
    """The sizes in a folder's `config.json`; InputError when it is no BERT or not readable."""
    path = Path(folder) / "config.json"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise InputError("no config.json", folder, "name a folder that holds a model") from None
    except ValueError:
        raise InputError("config.json is not valid JSON", path, "use another copy of the model") from None
    kind, activation = raw.get("model_type"), raw.get("hidden_act", "gelu")
    if kind != "bert" or activation != "gelu":
        raise InputError(f"the model is of type {kind!r} with activation {activation!r}", path, "use a BERT with gelu")
    return BertConfig(**{ours: raw[theirs] for ours, theirs in CONFIG.items() if theirs in raw})


def read_weights(folder: Path | str) -> dict[str, Tensor]:
    """The tensors of a folder's `model.safetensors` under our names; InputError when it is damaged or foreign."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    path = Path(folder) / "model.safetensors"
    try:
        return from_transformers(load_file(path))
    except OSError:
        raise InputError("no model.safetensors", folder, "name a folder with weights in this format") from None
    except SafetensorError as error:
        raise InputError(f"the weights are damaged: {error}", path, "use another copy") from None
    except KeyError as error:
        raise InputError(f"the weights hold {error}, which is no part of a BERT", path, "use a BERT") from None


def load_weights(model: nn.Module, state: dict[str, Tensor], where: object = "") -> None:
    """Put tensors into a model, in its float type; every tensor must be there, with the model's shape."""
    wanted = model.state_dict()
    for name, tensor in wanted.items():
        if name not in state:
            raise InputError(f"the weights lack {name}", where, "use a model of this architecture")
        if state[name].shape != tensor.shape:
            shapes = f"{tuple(state[name].shape)} instead of {tuple(tensor.shape)}"
            raise InputError(f"{name} has the shape {shapes}", where, "use weights that belong to this configuration")
    model.load_state_dict({name: state[name] for name in wanted})


def load_encoder(folder: Path | str, **changes) -> Bert:
    """The BERT in a folder, without heads, ready to predict; a pretraining or fine-tuned model gives its trunk.

    `changes` are fields of BertConfig to replace, such as `dropout`.
    """
    model = Bert(replace(read_config(folder), **changes))
    state = {name.removeprefix("bert."): tensor for name, tensor in read_weights(folder).items()}
    if "pooler.weight" not in state:  # an encoder that was saved without one: it is trained with the head
        state |= {name: tensor for name, tensor in model.state_dict().items() if name.startswith("pooler.")}
    load_weights(model, state, folder)
    return model.eval()


def load_pretraining(folder: Path | str, **changes) -> BertForPreTraining:
    """The BERT in a folder with its heads for masked words and sentence pairs, ready to predict."""
    model = BertForPreTraining(replace(read_config(folder), **changes))
    load_weights(model, read_weights(folder), folder)
    return model.eval()


def save_model(model: nn.Module, folder: Path | str, architecture: str, **extra) -> None:
    """Write a model so that `transformers`' class `architecture` opens it; `extra` goes into `config.json`."""
    from safetensors.torch import save_file

    folder = Path(folder)
    config = model.config if isinstance(model, Bert) else model.bert.config
    sizes = {theirs: getattr(config, ours) for ours, theirs in CONFIG.items()}
    fixed = {"model_type": "bert", "hidden_act": "gelu", "attention_probs_dropout_prob": 0.0}
    text = json.dumps({"architectures": [architecture], **fixed, **sizes, **extra}, indent=1, ensure_ascii=False)
    (folder / "config.json").write_text(text, encoding="utf-8")
    state = {name: tensor.contiguous() for name, tensor in to_transformers(model.state_dict()).items()}
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    os.chmod(folder / "model.safetensors", 0o644)  # save_file makes files that nobody else can read
