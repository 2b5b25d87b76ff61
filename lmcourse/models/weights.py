"""Weights in and out, in `transformers`' format: a folder with `config.json` and `model.safetensors`.

Our names and theirs differ only by a table for each model (`names.py`), and by two things: our queries, keys and values
are one matrix, and BERT, ALBERT and ViT have three; and GPT-2's matrices are ours transposed.
"""

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from lmcourse.errors import CourseError, InputError
from lmcourse.files import MANIFEST, check_manifest
from lmcourse.models.albert import Albert, AlbertConfig
from lmcourse.models.bert import Bert, BertConfig
from lmcourse.models.names import BERT, FORMATS, GPT, Format


def _pattern(name: str) -> str:
    return re.sub(r"(?<=\.)\d+(?=\.)", "#", name)


def _rename(name: str, pairs: list[tuple[str, str]]) -> str:
    """A tensor's name in the other scheme; the part behind the table's entry (`.weight`, `.bias`) is kept."""
    table = {_pattern(old): new for old, new in pairs}
    number = re.search(r"\.(\d+)\.", name)
    stem, _, leaf = _pattern(name).rpartition(".")
    new = table[_pattern(name)] if _pattern(name) in table else f"{table[stem]}.{leaf}"
    return new.replace("#", number[1]) if number else new


def to_transformers(state: dict[str, Tensor], form: Format = BERT) -> dict[str, Tensor]:
    """Our tensors under `transformers`' names (KeyError for a name that is not ours)."""
    theirs, joined = {}, any("qkv" in ours for ours in form.names)
    for name, tensor in state.items():
        if ".qkv." in name and not joined:
            for part, piece in zip(("query", "key", "value"), tensor.chunk(3), strict=True):
                theirs[_rename(name.replace("qkv", part), form.pairs)] = piece
        else:
            new = _rename(name, form.pairs)
            theirs[new] = tensor.T if new.endswith(form.transposed) else tensor
    return theirs


def from_transformers(state: dict[str, Tensor], form: Format = BERT) -> dict[str, Tensor]:
    """`transformers`' tensors under our names; what our models do not hold (buffers, tied copies) is left out."""
    back, ours = [(theirs, ours) for ours, theirs in form.pairs], {}
    for name, tensor in state.items():
        name = name.replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias")
        if not re.search(form.left_out, name):
            ours[_rename(name, back)] = tensor.T if name.endswith(form.transposed) else tensor
    for name in [name for name in ours if ".query." in name]:
        parts = [ours.pop(name.replace("query", part)) for part in ("query", "key", "value")]
        ours[name.replace("query", "qkv")] = torch.cat(parts)
    return ours


def _read(folder: Path | str) -> tuple[Format, dict]:
    """A folder's `config.json` and the format that it names; InputError when it is none of ours or not readable."""
    path = Path(folder) / "config.json"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise InputError("no config.json", folder, "name a folder that holds a model") from None
    except ValueError:
        raise InputError("config.json is not valid JSON", path, "use another copy of the model") from None
    kind = raw.get("model_type")
    if kind not in FORMATS:
        raise InputError(f"the model is of type {kind!r}", path, f"use one of {', '.join(FORMATS)}")
    for name, value in FORMATS[kind].fixed.items():
        if raw.get(name, value) != value:
            raise InputError(f"this {kind} has {name} {raw[name]!r}", path, f"use one with {value!r}")
    return FORMATS[kind], raw


def read_config(folder: Path | str):
    """The sizes in a folder's `config.json`, a BertConfig, GptConfig …; InputError when it is no model of ours."""
    form, raw = _read(folder)
    if "id2label" in raw:  # `transformers` writes the classes' names, not their number
        raw["num_labels"] = len(raw["id2label"])
    if form is GPT and raw.get("n_inner") is None:
        raw["n_inner"] = 4 * raw["n_embd"]
    return form.config(**{ours: raw[theirs] for ours, theirs in form.sizes.items() if raw.get(theirs) is not None})


def read_weights(folder: Path | str) -> dict[str, Tensor]:
    """The tensors of a folder's `model.safetensors` under our names; InputError when it is damaged or foreign."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    form, path = _read(folder)[0], Path(folder) / "model.safetensors"
    try:
        return from_transformers(load_file(path), form)
    except OSError:
        raise InputError("no model.safetensors", folder, "name a folder with weights in this format") from None
    except SafetensorError as error:
        raise InputError(f"the weights are damaged: {error}", path, "use another copy") from None
    except KeyError as error:
        raise InputError(f"the weights hold {error}, which is no part of a {form.kind}", path, "use others") from None


def load_weights(model: nn.Module, state: dict[str, Tensor], where: object = "") -> None:
    """Copy tensors into a model, in its float type; every tensor must be there, with the model's shape."""
    model.load_state_dict(_belonging(model, state, where))


def _belonging(model: nn.Module, state: dict[str, Tensor], where: object) -> dict[str, Tensor]:
    """The tensors that a model holds, those of `state`; InputError when one is missing or has another shape."""
    found = {}
    for name, tensor in model.state_dict().items():
        if name not in state:
            raise InputError(f"the weights lack {name}", where, "use a model of this architecture")
        if state[name].shape != tensor.shape:
            shapes = f"{tuple(state[name].shape)} instead of {tuple(tensor.shape)}"
            raise InputError(f"{name} has the shape {shapes}", where, "use weights that belong to this configuration")
        found[name] = state[name].to(tensor.dtype)
    return found


def _check(folder: Path | str) -> None:
    """Where there is a manifest, every file must be as it says: safetensors does not notice a flipped byte."""
    if (Path(folder) / MANIFEST).exists():
        check_manifest(folder)


def new_encoder(config: BertConfig) -> Bert:
    """The encoder that a configuration describes, at its random beginning: an ALBERT for an AlbertConfig."""
    return Albert(config) if isinstance(config, AlbertConfig) else Bert(config)


def load_encoder(folder: Path | str, **changes) -> Bert:
    """The BERT or ALBERT in a folder, without heads, ready to predict; a model with heads gives its trunk.

    `changes` are fields of the configuration to replace, such as `dropout`.
    """
    _check(folder)
    config = replace(read_config(folder), **changes)
    if not isinstance(config, BertConfig):
        raise InputError("the model is no encoder of texts", folder, "use a BERT or an ALBERT")
    model = new_encoder(config)
    state = {name.removeprefix("bert."): tensor for name, tensor in read_weights(folder).items()}
    if "pooler.weight" not in state:  # an encoder that was saved without one: it is trained with the head
        state |= {name: tensor for name, tensor in model.state_dict().items() if name.startswith("pooler.")}
    # Its weights stay in the file until they change: encoders of one file, in all processes that tune them only in
    # part, hold the rest of it once (90 MB of MiniLM for each chapter that is open).
    model.load_state_dict(_belonging(model, state, folder), assign=True)
    return model.eval()


def load_pretraining(folder: Path | str, **changes) -> nn.Module:
    """The model in a folder, a BertForPreTraining, Gpt …, with the heads that it is pretrained with, ready to predict.

    `changes` are fields of the configuration to replace.
    """
    _check(folder)
    model = _read(folder)[0].model(replace(read_config(folder), **changes))
    load_weights(model, read_weights(folder), folder)
    return model.eval()


def save_model(model: nn.Module, folder: Path | str, architecture: str, **extra) -> None:
    """Write a model so that `transformers`' class `architecture` opens it; `extra` goes into `config.json`.

    Errors: CourseError when there is no room for it.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    folder, aside = Path(folder), Path(folder) / ".model.safetensors"  # models may still read from the file before
    config = model.bert.config if hasattr(model, "bert") else model.config
    form = next(form for form in FORMATS.values() if form.config is type(config))
    sizes = {theirs: getattr(config, ours) for ours, theirs in form.sizes.items()}
    about = {"architectures": [architecture], "model_type": form.kind, **form.fixed, **form.written, **sizes, **extra}
    (folder / "config.json").write_text(json.dumps(about, indent=1, ensure_ascii=False), encoding="utf-8")
    state = {name: tensor.contiguous() for name, tensor in to_transformers(model.state_dict(), form).items()}
    try:
        save_file(state, aside, metadata={"format": "pt"})
    except SafetensorError as error:
        aside.unlink(missing_ok=True)
        reason = str(error).rpartition("error: ")[2]
        raise CourseError(f"the model cannot be written: {reason}", folder, "make room there, then try again") from None
    os.chmod(aside, 0o644)  # save_file makes files that nobody else can read
    os.replace(aside, folder / "model.safetensors")
