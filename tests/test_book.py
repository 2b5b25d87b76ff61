"""The book about itself: progress, links, look-ups; and an encoder's sentence vectors, with what a reader types."""

import json
import re

import numpy as np
import pytest

from lmcourse import chapters, checks
from lmcourse.data.sources import encoder_folder
from lmcourse.data.tokenizer import load_tokenizer
from lmcourse.exercises import catalogue
from lmcourse.exercises.overview import overview
from lmcourse.files import PROJECT, progress_file
from lmcourse.finetuning.features import features, mean_vectors
from lmcourse.models.weights import load_encoder
from lmcourse.widgets import book, progress, similarity

EVIL = "<script>alert(1)</script>"


def test_progress_is_read_from_the_file():
    right, wrong = (checks.Outcome(kind, "m", "00.warm_up") for kind in (checks.RIGHT, checks.NOT_YET))
    states = []
    for outcome in (None, right, wrong):
        if outcome:
            checks.record(outcome)
        states += [row["state"] for row in overview() if row["id"] == "00.warm_up"]
    assert states == ["not tried", "done", "see again"]
    checks.record(checks.Outcome(checks.NOT_YET, "m", "00.nearest_sentence"))
    assert [r["state"] for r in overview() if r["id"] == "00.nearest_sentence"] == ["done"]
    explorer = progress.progress()
    explorer.controls["again"].value = True
    assert catalogue.find("00.warm_up").title in explorer.view.value
    assert catalogue.find("00.nearest_sentence").title not in explorer.view.value


def test_stored_outputs_show_nobodys_progress(tmp_path, monkeypatch):
    checks.record(checks.Outcome(checks.RIGHT, "m", "00.warm_up"))
    before = progress_file()
    seen = []

    def run(path, out):
        seen.append((progress_file(), checks.read_progress()))
        out.write_text(json.dumps({"cells": [], "metadata": {}}))
        return out

    monkeypatch.setattr(chapters.anatomy.running, "run", run)
    monkeypatch.setattr(chapters.anatomy, "write_atomic", lambda path, text: None)
    chapters.build(["00"])
    assert seen[0][0] != before
    assert seen[0][1] == {}
    assert progress_file() == before


def test_pictures_of_the_readme_are_the_chapters_figures():
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    shown = dict(re.findall(r"!\[([^\]]+)\]\(notebooks/images/([^)]+)\)", readme))
    stored = [picture for path in chapters.chapters() for picture in chapters.anatomy.pictures(path)]
    assert sorted(shown.values()) == sorted(picture.name for picture in stored)
    assert len(shown) >= 2
    for picture in stored:
        chapter, _, cell = picture.stem.partition("-")
        notebook = json.loads(chapters.find(chapter).read_text(encoding="utf-8"))
        assert picture.read_bytes() == chapters.anatomy.figure(notebook, cell), f"{picture.name}: make notebooks"
        assert picture.stat().st_size <= 150_000


def test_links_only_to_what_exists():
    assert book.link("00", "a < b") == "<a href='00_start_here.ipynb'>a &lt; b</a>"
    assert book.link("99", "later") == "later (to come)"
    assert EVIL not in book.table(("a",), [(EVIL,)])


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("微调", "fine-tuning"), ("FINE-T", "fine-tuning"), ("ℓ", "cross-entropy"), ("M_θ", "pretrained model")],
)
def test_glossary_finds(wanted, found):
    explorer = book.glossary()
    explorer.controls["wanted"].value = wanted
    assert "1 of " in explorer.view.value
    assert f"{found}</td>" in explorer.view.value


def test_mean_vectors_and_what_readers_type():
    folder = encoder_folder()
    bert, tok = load_encoder(folder), load_tokenizer(folder)
    sentences = ["The film is good.", "It is a very long film, and nobody whom I know has ever seen its end."]
    together = mean_vectors(bert, tok, sentences)
    alone = np.vstack([mean_vectors(bert, tok, [sentence]) for sentence in sentences])
    np.testing.assert_allclose(together, alone, atol=1e-6)  # padding has no part in the mean, the order is kept
    # The package's other way in, by name, gives the same.
    np.testing.assert_allclose(features(sentences, precision="fp32"), together, atol=1e-6)
    explorer = similarity.similarity(lambda texts: mean_vectors(bert, tok, texts))
    explorer.controls["own"].value = f"{EVIL}\nAt $5 or $6 a fine film\n这部电影很好"
    assert "3 sentences" in explorer.view.value
    assert EVIL not in explorer.view.value
    explorer.controls["own"].value = "Only one."
    assert "write 2 to 8" in explorer.view.value
