"""What training is given: numbers, labels and texts that it cannot use are named before the first step."""

import json
import os
import shutil

import pytest
from test_cli import write_csv
from tiny import encoder

from lmcourse.data import stores
from lmcourse.files import sha256

pytestmark = pytest.mark.timeout(300)
NUMBERS = ("0", "-1", "1e400", "nan", "abc", "")
FLAGS = ("--steps", "--stop-after", "--batch-size", "--accumulation", "--vocab-size", "--max-length", "--learning-rate")


def one_line(result: tuple, *named: str) -> None:
    """Bad input: code 2, nothing on stdout, one line that names what is meant."""
    code, out, err = result
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert err.startswith("lmcourse: ")
    for word in named:
        assert word in err


@pytest.mark.parametrize("flag", [*FLAGS, "--limit", "--dropout", "--seed"])
@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_that_pretraining_cannot_use_is_named(shell, tmp_path, monkeypatch, flag, number):
    monkeypatch.chdir(tmp_path)
    given = {"--corpus": "wiki", "--steps": "10", "--out": "out"} | {flag: number}
    if number == "0" and flag in ("--dropout", "--seed"):
        return  # those may be 0
    one_line(shell("pretrain", *(word for pair in given.items() for word in pair)), flag)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "empty"),
        ("text\n", "no rows"),
        ("text\n\u200b\n", "rejected"),
        ("words\nA thing.\n", "no column"),
        ("text\nOne.\n", "validation"),
    ],
)
def test_a_corpus_that_is_too_small_is_named(shell, tmp_path, text, named):
    path = tmp_path / "small.csv"
    path.write_text(text)
    result = shell("pretrain", "--corpus", path, "--steps", 2, "--preset", "tiny", "--out", tmp_path / "out")
    one_line(result, str(path))
    assert not (tmp_path / "out").exists()


LABELS = {
    "a fraction among classes": ("1.5", "row 7"),
    "missing": ("", "row 7"),
    "out of range": ("7", "row 7"),
    "negative": ("-1", "row 7"),
    "infinite": ("1e400", "row 7"),
    "NaN": ("nan", "row 7"),
    "a word among numbers": ("good", "row 7"),
}


@pytest.mark.parametrize("case", LABELS)
def test_a_label_is_named_by_its_row_before_the_first_step(shell, tmp_path, case):
    label, named = LABELS[case]
    train = write_csv(tmp_path / "train.csv", change=lambda rows: [*rows[:6], [rows[6][0], label], *rows[7:]])
    test = write_csv(tmp_path / "test.csv")
    words = ("--test", test, "--text", "review", "--label", "stars", "--out", tmp_path / "out")
    one_line(shell("finetune", "--train", train, *words), "train.csv", named)
    one_line(shell("finetune", "--train", test, *words[:1], train, *words[2:]), "train.csv", named)
    assert sorted(os.listdir(tmp_path)) == ["test.csv", "train.csv"]


def test_too_few_rows_for_a_validation_part_are_told(shell, tmp_path):
    train = write_csv(tmp_path / "train.csv", 4)
    words = ("--train", train, "--test", train, "--text", "review", "--label", "stars", "--out", tmp_path / "out")
    one_line(shell("finetune", *words), "validation")


def test_long_texts_are_cut_and_counted_and_the_run_is_whole(shell, tmp_path):
    train = write_csv(tmp_path / "train.csv", change=lambda rows: [[row[0] * 40, row[1]] for row in rows])
    words = ["--train", train, "--test", train, "--text", "review", "--label", "stars", "--epochs", "1"]
    words += ["--encoder", encoder(tmp_path / "encoder"), "--max-length", "16", "--precision", "fp32", "--json"]
    code, out, err = shell("finetune", *words, "--out", tmp_path / "out")
    assert code == 0, err
    results = json.loads(out)
    assert results["test"]["n"] == 40
    cut = results["cut"]
    assert cut["test"] == 40
    assert cut["train"] + cut["validation"] == 40
    assert "test part: 40 of 40 texts are longer than the 16 tokens that are read" in err
    code, _, err = shell(
        "evaluate", "--model", tmp_path / "out", "--data", train, "--text", "review", "--label", "stars"
    )
    assert code == 0
    assert f"{train}: 40 of 40 texts are longer" in err


def test_resuming_under_anything_else_is_refused_by_name_and_changes_nothing(shell, tmp_path):
    texts = [
        f"The {word} cat sat on the mat. It saw a {word} dog. Then it ran." for word in ["red", "blue", "big", "old"]
    ]
    (tmp_path / "a.csv").write_text("text\n" + "".join(f"{text}\n" for text in texts * 15))
    (tmp_path / "b.csv").write_text("text\n" + "".join(f"{text}\n" for text in texts * 16))
    given = {"--corpus": tmp_path / "a.csv", "--steps": 4, "--preset": "tiny", "--vocab-size": 100, "--seed": 0}
    given |= {"--max-length": 32, "--batch-size": 4, "--precision": "fp32", "--dropout": 0.1}

    def pretrain(*more, **others):
        changed = given | {f"--{name.replace('_', '-')}": value for name, value in others.items()}
        return shell("pretrain", *(w for pair in changed.items() for w in pair), "--out", tmp_path / "out", *more)

    code, _, err = pretrain("--stop-after", "2")
    assert code == 0, err
    before = {path: sha256(path) for path in (tmp_path / "out").rglob("*.*") if path.is_file()}
    for name, value in {
        "steps": 5, "learning_rate": 2e-3, "objectives": "mlm", "corpus": tmp_path / "b.csv",
    }.items():  # fmt: skip
        named = {"objectives": "pairs", "corpus": "corpora"}.get(name, name)
        one_line(pretrain("--resume", **{name: value}), named)
    shutil.copy(tmp_path / "b.csv", tmp_path / "a.csv")  # the same name, other texts
    one_line(pretrain("--resume"), "data.")
    assert {path: sha256(path) for path in (tmp_path / "out").rglob("*.*") if path.is_file()} == before


def test_where_a_file_lies_does_not_change_what_is_held_out():
    one, other = ([stores.held_out(f"{folder}/small.csv", f"row {i}") for i in range(60)] for folder in ("/a", "/b/c"))
    assert one == other
    assert 0 < sum(one) < 60
