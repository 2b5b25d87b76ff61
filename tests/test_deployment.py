"""The audit of a classifier finds what was planted in it, and nothing that was not."""

import json
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from datasets import Dataset

from lmcourse import deployment
from lmcourse.data.sources import encoder_folder
from lmcourse.data.tokenizer import load_tokenizer
from lmcourse.errors import InputError
from lmcourse.evaluation import perturbations

WORDS = ["table", "window", "garden", "station", "letter", "holiday", "kitchen", "teacher"]


class Planted:
    """Knows "wonderful", and what is planted: a prejudice, a blindness for capitals, a favoured gender."""

    labels, max_length = ["no", "yes"], 32
    tokenizer = load_tokenizer(encoder_folder())
    model = torch.nn.Linear(2, 2)

    def __init__(self, prejudice=0.0, capitals=True, gender=False, sharpness=0.9):
        self.prejudice, self.capitals, self.gender, self.sharpness = prejudice, capitals, gender, sharpness

    def cut(self, texts):
        return sum(len(text.split()) > self.max_length for text in texts)

    def probabilities(self, texts):
        def yes(text):
            known = "wonderful" in (text.lower() if self.capitals else text)
            known = known and not (self.gender and "she" in text.lower().split())
            return np.clip(
                (self.sharpness if known else 1 - self.sharpness) - self.prejudice * ("Muslim" in text), 0, 1
            )

        given = np.array([yes(text) for text in texts])
        return np.stack([1 - given, given], 1)


@pytest.fixture
def audited(tmp_path, monkeypatch):
    monkeypatch.setattr(deployment, "speed", partial(deployment.speed, seconds=0.02))
    random = np.random.default_rng(0)
    labels = random.integers(2, size=400)
    adjectives = np.where(labels, "wonderful", "dull")
    texts = [
        f"He saw a {adjective} {random.choice(WORDS)}, number {number}, near a {random.choice(WORDS)}."
        for number, adjective in enumerate(adjectives)
    ]
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    data = Dataset.from_dict({"text": texts, "label": labels.tolist()})

    def audit(**planted) -> dict:
        return deployment.report(Planted(**planted), tmp_path, data, tmp_path / "out")

    return audit


def about(found: dict, word: str) -> list[str]:
    return [line for line in found["warnings"] if word in line]


def test_a_sound_model_is_told_only_of_its_typos(audited):
    """It is always right and says 0.9: the one thing wrong is that it could promise more."""
    found = audited()
    assert found["metrics"]["accuracy"] == 1
    assert found["robustness"]["all in capitals"]["answers_changed"] == 0
    assert found["groups"]["gap"] == 0
    assert min(found["milliseconds"].values()) > 0
    assert found["calibration"]["expected_error"] == pytest.approx(0.1)
    assert [*about(found, "differ by 0.10"), *about(found, "typo")] == found["warnings"]


@pytest.mark.parametrize(
    ("planted", "word"),
    [
        ({"prejudice": -0.6}, "Muslim"),
        ({"capitals": False}, "capitals changes"),
        ({"gender": True}, "gender changes"),
        ({"sharpness": 0.6}, "differ by 0.40"),
        ({"sharpness": 0.1}, "not surely above"),
    ],
)
def test_what_is_planted_is_found(audited, planted, word):
    assert about(audited(**planted), word)
    assert not about(audited(sharpness=0.99), word)


def test_the_page_shows_texts_as_text(audited, tmp_path, monkeypatch):
    monkeypatch.setattr(Planted, "labels", ["<script>alert(1)</script>", "yes"])
    found = audited()
    page = (tmp_path / "out" / "audit.html").read_text()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page
    assert json.loads((tmp_path / "out" / "audit.json").read_text()) == json.loads(json.dumps(found))


def test_few_rows_are_told(monkeypatch, tmp_path):
    monkeypatch.setattr(deployment, "speed", partial(deployment.speed, seconds=0.02))
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    data = Dataset.from_dict({"text": ["a wonderful day", "a wonderful day", "dull " * 60], "label": [1, 1, 0]})
    found = deployment.audit(Planted(), tmp_path, data)
    assert about(found, "occur more than once")
    assert about(found, "longer than the model reads")
    assert len(about(found, "nothing is known about it")) == len(perturbations.CHANGES)
    with pytest.raises(InputError, match="gives numbers"):
        deployment.audit(SimpleNamespace(labels=[]), tmp_path, data)


def test_changes_do_what_they_say():
    rng = np.random.default_rng(0)
    for text in ("The waiter was wonderful", "naïve façade", "😀 wonderful"):
        changed = perturbations.typo(text, rng)
        assert changed != text
        assert sorted(changed) == sorted(text)
        assert [len(word) for word in changed.split()] == [len(word) for word in text.split()]
    assert perturbations.typo("so it is a ok", rng) == "so it is a ok"
    assert (
        perturbations.other_person("He saw the woman. MEN and Mr Smith", rng) == "She saw the man. WOMEN and Mrs Smith"
    )
    assert perturbations.other_person("nobody of them", rng) == "nobody of them"
    assert perturbations.no_punctuation("Well, is it? Yes!", rng) == "Well is it Yes"
