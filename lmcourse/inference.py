"""A finished model: texts in, labels or numbers out."""

import json
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from datasets import Dataset
from tokenizers import Tokenizer

from lmcourse.data.tokenizer import encode, fingerprint, load_tokenizer, save_tokenizer
from lmcourse.errors import InputError
from lmcourse.evaluation.uncertainty import with_intervals
from lmcourse.files import check_manifest
from lmcourse.finetuning.freezing import Tokens
from lmcourse.finetuning.heads import BertWithHead, outputs_of
from lmcourse.models.weights import load_weights, new_encoder, read_config, read_weights, save_model
from lmcourse.training.precision import DTYPES, computing_in, device


@dataclass
class Predictor:
    """A model with a head, its tokenizer, and the names of its classes (none: it predicts a number)."""

    model: BertWithHead
    tokenizer: Tokenizer
    labels: list[str]
    max_length: int

    def tokens(self, texts: list[str]) -> Tokens:
        """The model's input; long texts keep their head and their tail."""
        sequences, _ = encode(self.tokenizer, texts, self.max_length)
        return Tokens(sequences, self.model.bert.config.pad_id, next(self.model.parameters()).device)

    def cut(self, texts: list[str]) -> int:
        """How many texts are longer than the model reads."""
        return encode(self.tokenizer, texts, self.max_length)[1]

    def outputs(self, texts: list[str], precision: str = "fp32") -> np.ndarray:
        """Logits (N, C), or numbers (N, 1)."""
        if not texts:
            return np.empty((0, self.model.head.out_features))
        # Looking at every weight takes a tenth of a sentence's time: only where the format is another one.
        other = next(self.model.parameters()).dtype != DTYPES[precision]
        with computing_in(self.model, precision) if other else nullcontext():
            return outputs_of(self.model, self.tokens(texts)).double().numpy()

    def probabilities(self, texts: list[str], precision: str = "fp32") -> np.ndarray:
        """Class probabilities (N, C), each row summing to 1."""
        return torch.from_numpy(self.outputs(texts, precision)).softmax(-1).numpy()

    def save(self, folder: Path) -> None:
        """Write configuration, weights and tokenizer so that `transformers` opens the folder as it is."""
        names = self.labels or ["score"]
        save_model(
            self.model,
            folder,
            f"{type(self.model.bert).__name__}ForSequenceClassification",
            problem_type="single_label_classification" if self.labels else "regression",
            id2label=dict(enumerate(names)),
            label2id={name: i for i, name in enumerate(names)},
            lmcourse={"max_length": self.max_length, "tokenizer": fingerprint(self.tokenizer)},
        )
        save_tokenizer(self.tokenizer, folder)

    @classmethod
    def load(cls, folder: Path | str) -> "Predictor":
        """A model that `save` and a manifest have made whole; InputError when a byte of it is not as written."""
        folder = Path(folder)
        if not folder.is_dir():
            raise InputError("no such folder", folder, "name the --out folder of a finished lmcourse finetune")
        check_manifest(folder)
        raw = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        tokenizer = load_tokenizer(folder)
        own = raw.get("lmcourse")
        if own is None:
            raise InputError("a model without a head of ours", folder, "name the folder of lmcourse finetune")
        if own["tokenizer"] != fingerprint(tokenizer):
            raise InputError("the tokenizer does not belong to the model", folder, "restore the tokenizer's files")
        names = [raw["id2label"][str(i)] for i in range(len(raw["id2label"]))]
        model = BertWithHead(new_encoder(read_config(folder)), len(names))
        load_weights(model, read_weights(folder), folder)
        labels = [] if raw["problem_type"] == "regression" else names
        return cls(model.eval().to(device()), tokenizer, labels, own["max_length"])


def evaluate(predictor: Predictor, data: Dataset, precision: str = "fp32") -> dict:
    """Figures with 95 % intervals on a data set's columns `text` and `label` (class numbers, or floats).

    With two classes precision, recall and F1 are those of the second one.
    """
    outputs = predictor.outputs(data["text"][:], precision)
    if predictor.labels:
        return with_intervals(data["label"][:], outputs.argmax(1), positive=1 if len(predictor.labels) == 2 else None)
    return with_intervals(data["label"][:], outputs[:, 0], task="regression")
