"""Language applications: the tasks are what they say; the report of a reader's table; their explorers."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from lmcourse.applications import dialogue, language
from lmcourse.errors import InputError
from lmcourse.models.gpt import Gpt, GptConfig
from lmcourse.widgets import own_csv, railway_desk
from lmcourse.widgets.explorer import plain

EVIL = "<script>alert(1)</script>"


def test_missing_numbers():
    assert language.missing_numbers(language.HEADINGS) == ["6.1", "6.2", "6.3"]
    assert language.missing_numbers(["## 1. a", "### 1.1 b", "### 1.3 c", "### 2.2 d"]) == ["1.2", "2.1"]


def test_new_roles_are_new_and_the_rest_is_not():
    parts = language.roles(3, train=300, test=50)
    moved = {s.object.noun for s in parts["new role"]}
    objects, subjects = ({getattr(s, place).noun for s in parts["train"]} for place in ("object", "subject"))
    assert len(moved) == 2
    assert not moved & objects
    assert moved <= subjects
    assert not set(parts["met"]) & set(parts["train"])
    assert {s.object.noun for s in parts["met"]} <= objects


def test_memory_knows_what_it_was_told():
    known = [["a", "green", "cat"], ["the", "dog", "sees"], ["some", "hens"]]
    assert language.memory(known, [["1"], ["2"], ["3"]])(known[::-1]) == [["3"], ["2"], ["1"]]


def test_dialogues_ask_what_they_say():
    parts, never = dialogue.corpus(5, train=2000, test=60), dialogue.held_out(5)
    assert len(never) == 9
    assert not {(d.station, d.kind) for d in parts["train"]} & never
    assert {(d.station, d.kind) for d in parts["new"]} <= never
    assert all(dialogue.value(d) is None for d in parts["absent"] + parts["fixed"])
    for d in parts["seen"] + parts["new"]:
        row = next(row for row in d.board if row.station == d.station)
        assert all(getattr(row, d.kind) in words and d.station in words for words in dialogue.answers(d))
    for part in parts.values():
        assert {word for d in part for word in (*dialogue.prompt(d), *dialogue.answer(d))} <= set(dialogue.WORDS)
        assert dialogue.right(part, [dialogue.answer(d) for d in part]) == 1
        assert dialogue.invented(part, [dialogue.answer(d) for d in part]) == 0


def test_forms_fill_every_gap_and_the_nearest_dialogue_does_not():
    parts = dialogue.corpus(6, train=1500, test=60)
    forms = dialogue.Forms(parts["train"])
    for name in ("seen", "new", "absent", "fixed"):
        assert dialogue.right(parts[name], forms.reply([dialogue.prompt(d) for d in parts[name]])) == 1, name


def test_the_loss_is_that_of_the_answer():
    torch.manual_seed(0)
    model = Gpt(GptConfig(len(dialogue.WORDS), 16, 1, 2, 32, 48, dropout=0.0))
    some = dialogue.corpus(7, train=20, test=2)["train"][:5]
    ids, learnt = dialogue.batch_of(some)
    assert learnt.sum() == sum(len(dialogue.answer(d)) + 1 for d in some)
    with torch.no_grad():
        each = F.cross_entropy(model(ids)[:, :-1].transpose(1, 2), ids[:, 1:], reduction="none")
        assert torch.isclose(each[learnt[:, 1:]].mean(), dialogue.losses(model, some)["answer"], atol=1e-6)


def test_replies_do_not_depend_on_who_else_asks():
    torch.manual_seed(0)
    model = Gpt(GptConfig(len(dialogue.WORDS), 16, 1, 2, 32, 48, dropout=0.0)).eval()
    prompts = [dialogue.prompt(d) for d in dialogue.corpus(8, train=20, test=2)["train"][:8]]
    assert dialogue.reply(model, prompts) == [dialogue.reply(model, [each])[0] for each in prompts]
    cold = dialogue.sampled(model, dialogue.corpus(8, train=20, test=2)["seen"], 0.001, 3, 0)
    assert cold["different"] == 1


def write(path, rows, head="text,label"):
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return str(path)


def test_a_table_of_ones_own(tmp_path):
    topics = {"trains": "the {} train left platform {}", "films": "the {} actor played scene {}"}
    rows = [f"{text.format(chr(97 + i % 26) * 3, i)},{name}" for name, text in topics.items() for i in range(60)]
    path = write(tmp_path / "own.csv", [*rows, ",films", "one cell"])
    data, rejected, names = language.read_own(path)
    assert (len(data), [number for number, _ in rejected], names) == (120, [121, 122], ["films", "trains"])
    found = language.quick_report(data, most=100, seed=0)
    assert found["used"] == 100
    assert found["methods"]["TF-IDF"]["right"] == found["n"]
    for each in found["methods"].values():
        low, high = each["interval"]
        assert low <= each["right"] / found["n"] <= high
    with pytest.raises(InputError, match="no column 'stars'"):
        language.read_own(path, label="stars")


def test_the_explorer_of_a_table_says_errors_in_a_line(tmp_path):
    path = write(tmp_path / "own.csv", [f"text {EVIL} {i},{'ab'[i % 2]}" for i in range(8)])
    explorer = own_csv.own_csv_explorer(path)
    assert plain(explorer.view.value).startswith(f"file {path}, columns text and label, at most 200 texts: 8 rows kept")
    for name, value, said in (
        ("label", EVIL, "there is no column"),
        ("path", str(tmp_path / "none.csv"), "the file cannot be read"),
    ):
        before = explorer.controls[name].value
        explorer.controls[name].value = value
        assert said in plain(explorer.view.value)
        assert EVIL not in explorer.view.value
        explorer.controls[name].value = before
    assert "8 rows kept" in plain(explorer.view.value)


def test_the_explorer_of_a_table_measures(tmp_path):
    rows = [f"the {chr(97 + i) * 3} {word} came {i},{word}" for word in ("train", "film") for i in range(20)]
    explorer = own_csv.own_csv_explorer(write(tmp_path / "own.csv", rows))
    said = plain(explorer.view.value)
    assert "40 rows kept, 0 rejected; 2 classes. Which of the two is better cannot be told from 8 texts" in said
    assert "<td" in explorer.view.value


def test_the_desk_explorer_says_what_was_kept_from_the_model():
    torch.manual_seed(0)
    model = Gpt(GptConfig(len(dialogue.WORDS), 16, 1, 2, 32, 48, dropout=0.0)).eval()
    never = dialogue.held_out(0)
    explorer = railway_desk.railway_desk_explorer(model, never)
    station, kind = sorted(never)[0]
    explorer.controls["station"].value, explorer.controls["kind"].value = station, kind
    assert "(never asked of this station in training): 0 of 8 answers" in plain(explorer.view.value)
    explorer.controls["kind"].value = "thanks"
    assert "“thank you .” (asked in training too)" in plain(explorer.view.value)


def test_balanced_halves():
    from datasets import Dataset

    data = Dataset.from_dict({"text": list("abcdefghij"), "label": [1] * 7 + [0] * 3})
    half = language.balanced(data, 0, 8)
    assert np.mean(half["label"]) == 0.5
    assert len(half) == 6
