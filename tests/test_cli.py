"""The commands as a shell sees them: exit codes, one line on stderr, results on stdout, nothing half-written."""

import csv
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

GOOD = ["A joy from start to end", "Warm, wise and funny", "The best film of the year", "I loved every minute"]
BAD = ["A bore from start to end", "Cold, dull and silly", "The worst film of the year", "I hated every minute"]
WORDS = ["story", "actors", "music", "camera", "script", "plot", "pace", "voices", "colours", "ending", "heroes"]


def write_csv(path, n=40, seed=0, columns=("review", "stars"), encoding="utf-8", change=lambda rows: rows):
    random = np.random.default_rng(seed)
    labels = random.permutation(np.arange(n) % 2)
    rows = [
        [f"{random.choice(GOOD if label else BAD)}: {' '.join(random.choice(WORDS, 6))}.", str(label)]
        for label in labels
    ]
    with open(path, "w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows([columns, *change(rows)])
    return str(path)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model fine-tuned by the command in a process of its own, and what the command printed."""
    folder = tmp_path_factory.mktemp("finetune")
    train, test = write_csv(folder / "train.csv", 60), write_csv(folder / "test.csv", 30, seed=1)
    words = ["--train", train, "--test", test, "--text", "review", "--label", "stars", "--epochs", "2"]
    words += [
        "--freeze",
        "3",
        "--max-length",
        "16",
        "--learning-rate",
        "5e-4",
        "--out",
        str(folder / "model"),
        "--json",
    ]
    done = subprocess.run([sys.executable, "-m", "lmcourse", "finetune", *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout)


def test_finetune_gives_the_figures_of_the_contract(model):
    folder, results = model
    assert {"test", "validation", "baselines", "seconds", "tokens_per_second"} <= results.keys()
    for figures in (results["test"], results["validation"], *results["baselines"].values()):
        assert {"n", "accuracy", "precision", "recall", "f1", "intervals"} <= figures.keys()
    assert results["test"]["n"] == 30
    assert results["test"]["accuracy"] >= 0.8
    assert {"majority", "VADER", "TF-IDF + logistic regression"} == results["baselines"].keys()
    assert not list(folder.glob(".model*"))


def test_evaluate_predict_and_verify_agree(model, shell, monkeypatch):
    folder, results = model
    code, out, _ = shell(
        "evaluate", "--model", folder / "model", "--data", folder / "test.csv",
        "--text", "review", "--label", "stars", "--json",
    )  # fmt: skip
    assert (code, json.loads(out)) == (0, results["test"])
    assert shell("verify", folder / "model")[0] == 0
    with open(folder / "test.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    process = subprocess.run(
        [sys.executable, "-m", "lmcourse", "predict", "--model", str(folder / "model")],
        input="\n".join(row["review"] for row in rows).encode() + b"\n\n<script>",
        capture_output=True,
    )
    answers = [json.loads(line) for line in process.stdout.decode().splitlines()]
    assert [answer["text"] for answer in answers] == [*(row["review"] for row in rows), "", "<script>"]
    right = np.mean([answer["label"] == row["stars"] for answer, row in zip(answers, rows, strict=False)])
    assert right == pytest.approx(results["test"]["accuracy"])
    for answer in answers:
        assert sum(answer["probabilities"].values()) == pytest.approx(1)
        assert max(answer["probabilities"], key=answer["probabilities"].get) == answer["label"]


def test_audit_writes_a_page_and_tells_what_evaluate_tells(model, shell, tmp_path):
    folder, results = model
    words = [
        "audit",
        "--model",
        folder / "model",
        "--data",
        folder / "test.csv",
        "--text",
        "review",
        "--label",
        "stars",
    ]
    code, out, _ = shell(*words, "--out", tmp_path / "audit", "--json")
    found = json.loads(out)
    assert (code, found["metrics"]) == (0, results["test"])
    assert {"data", "slices", "calibration", "robustness", "groups", "milliseconds", "warnings"} <= found.keys()
    assert "Audit of" in (tmp_path / "audit" / "audit.html").read_text()


def test_predict_names_the_line_that_is_not_utf8(model):
    folder, _ = model
    command = [sys.executable, "-m", "lmcourse", "predict", "--model", str(folder / "model")]
    done = subprocess.run(command, input=b"fine\ncaf\xe9\n", capture_output=True)
    assert done.returncode == 2
    assert len(done.stdout.splitlines()) == 1
    assert b"line 2" in done.stderr


def test_altered_model(model, shell, tmp_path):
    import shutil

    copy = shutil.copytree(model[0] / "model", tmp_path / "copy")
    with open(copy / "tokenizer.json", "a") as file:
        file.write(" ")
    code, _, err = shell("verify", copy)
    assert (code, err.count("\n")) == (2, 1)
    assert "tokenizer.json" in err


BAD_INPUT = {
    "missing column": ({"columns": ("text", "stars")}, [], "review"),
    "label in row 7": ({"change": lambda rows: [*rows[:6], [rows[6][0], "9"], *rows[7:]]}, [], "row 7"),
    "no label in row 7": ({"change": lambda rows: [*rows[:6], [rows[6][0], ""], *rows[7:]]}, [], "row 7"),
    "one class": ({"change": lambda rows: [[text, "1"] for text, _ in rows]}, [], "'1'"),
    "no rows": ({"change": lambda rows: []}, [], "no rows"),
    "freeze": ({}, ["--freeze", "7"], "0 to 6"),
    "length": ({}, ["--max-length", "513"], "8 to 512"),
    "length 0": ({}, ["--max-length", "0"], "8 to 512"),
    "epochs 0": ({}, ["--epochs", "0"], "epochs"),
    "epochs abc": ({}, ["--epochs", "abc"], "epochs"),
    "rate 0": ({}, ["--learning-rate", "0"], "learning-rate"),
    "rate nan": ({}, ["--learning-rate", "nan"], "learning-rate"),
    "rate 1e400": ({}, ["--learning-rate", "1e400"], "learning-rate"),
    "batch -1": ({}, ["--batch-size", "-1"], "batch-size"),
    "precision": ({}, ["--precision", "fp8"], "fp32"),
    "task": ({}, ["--task", "translation"], "regression"),
    "encoder": ({}, ["--encoder", "no such//thing"], "minilm"),
    "regression on names": (
        {"change": lambda rows: [*rows[:6], [rows[6][0], "good"], *rows[7:]]},
        ["--task", "regression"],
        "row 7",
    ),
    "option": ({}, ["--colour", "red"], "--colour"),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_one_line_and_writes_nothing(case, shell, tmp_path):
    table, words, named = BAD_INPUT[case]
    train, out = write_csv(tmp_path / "train.csv", **table), tmp_path / "out"
    common = ("--test", train, "--text", "review", "--label", "stars", "--out", out)
    code, stdout, err = shell("finetune", "--train", train, *common, *words)
    assert (code, stdout, err.count("\n")) == (2, "", 1), err
    assert named in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["train.csv"]


def test_files_that_are_no_tables(shell, tmp_path):
    good = write_csv(tmp_path / "good.csv")
    empty, latin, absent = tmp_path / "empty.csv", tmp_path / "latin.csv", tmp_path / "absent.csv"
    empty.write_text("")
    latin.write_bytes("review,stars\ncafé,1\nthé,0\n".encode("latin-1"))
    for path, named in ((empty, "empty"), (latin, "--encoding latin-1"), (absent, "absent.csv")):
        words = ("--test", good, "--text", "review", "--label", "stars", "--out", tmp_path / "out")
        code, _, err = shell("finetune", "--train", path, *words)
        assert (code, err.count("\n")) == (2, 1), err
        assert named in err
    assert not (tmp_path / "out").exists()


def test_a_folder_with_other_things_is_not_overwritten(shell, tmp_path):
    train = write_csv(tmp_path / "train.csv")
    code, _, err = shell(
        "finetune", "--train", train, "--test", train, "--text", "review", "--label", "stars", "--out", tmp_path
    )
    assert (code, err.count("\n")) == (2, 1)
    assert os.listdir(tmp_path) == ["train.csv"]


def test_label_of_the_test_file_that_training_did_not_have(shell, tmp_path):
    train = write_csv(tmp_path / "train.csv")
    test = write_csv(tmp_path / "test.csv", change=lambda rows: [*rows[:6], [rows[6][0], "2"], *rows[7:]])
    code, _, err = shell(
        "finetune", "--train", train, "--test", test, "--text", "review", "--label", "stars", "--out", tmp_path / "out"
    )
    assert (code, err.count("\n")) == (2, 1)
    assert "test.csv, row 7" in err
    assert "'0', '1'" in err


PRETRAIN = ["pretrain", "--corpus", "wiki", "--steps", "1", "--out", "out"]


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        (["run", "05a", "-p", "no_such=1"], 2, "no_such"),
        (["run", "05a", "-p", "seed=abc"], 2, "seed"),
        (["run", "05a", "-p", "seed"], 2, "-p"),
        (["run", "99"], 2, "99"),
        (["sweep", "05a", "-p", "no_such=1,2", "--out", "nowhere"], 2, "no_such"),
        (["verify", "nowhere"], 2, "nowhere"),
        (["data", "fetch", "nothing"], 2, "nothing"),
        (["evaluate", "--model", "nowhere", "--data", "x", "--text", "a", "--label", "b"], 2, "nowhere"),
        (["predict", "--model", "nowhere"], 2, "nowhere"),
        ([*PRETRAIN, "--model", "t5"], 2, "give bert, albert, gpt"),
        (
            [*PRETRAIN, "--model", "gpt", "--objectives", "mlm"],
            2,
            "no objectives 'mlm' for gpt (--objectives): give clm",
        ),
        ([*PRETRAIN, "--model", "albert", "--objectives", "clm"], 2, "give mlm,sop or mlm,nsp or mlm"),
        ([*PRETRAIN, "--model", "gpt", "--single-pieces"], 2, "gpt masks nothing (--single-pieces): leave it out"),
        (["nonsense"], 2, "nonsense"),
    ],
)
def test_other_commands(shell, words, code, named, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    got, out, err = shell(*words)
    assert (got, out, err.count("\n")) == (code, "", 1), err
    assert named in err
    assert not list(tmp_path.iterdir())


def test_no_network_is_told_within_seconds(no_network, tmp_path):
    train = write_csv(tmp_path / "train.csv")
    words = ["--train", train, "--test", train, "--text", "review", "--label", "stars", "--out", str(tmp_path / "out")]
    environment = {name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"}
    done = subprocess.run(
        [sys.executable, "-m", "lmcourse", "finetune", *words, "--encoder", "google-bert/bert-base-uncased"],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "--encoder minilm" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_stop_with_their_code_and_write_nothing(tmp_path, number, code):
    train = write_csv(tmp_path / "train.csv", 400)
    words = ["--train", train, "--test", train, "--text", "review", "--label", "stars", "--epochs", "1000"]
    process = subprocess.Popen(
        [sys.executable, "-m", "lmcourse", "finetune", *words, "--out", str(tmp_path / "out")],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    time.sleep(12)
    process.send_signal(number)
    _, err = process.communicate(timeout=20)
    assert process.returncode == code
    assert err.rstrip().splitlines()[-1].endswith("stopped")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["train.csv"]


def test_pretrain_tells_the_figures_of_its_model(shell, tmp_path):
    sizes = ["--preset", "tiny", "--vocab-size", "500", "--max-length", "32", "--batch-size", "8", "--limit", "200"]
    for model, told in (("gpt", ["clm", "clm_accuracy", "bits_a_byte"]), ("albert", ["mlm", "mlm_accuracy"])):
        words = [*PRETRAIN[:-1], tmp_path / model, "--model", model, *sizes]
        code, out, err = shell(*words, "--stop-after", "1", "--steps", "2")
        assert (code, out.strip().endswith("stopped after step 1 of 2; --resume goes on")) == (0, True), err
        code, out, err = shell(*words, "--resume", "--steps", "2")
        assert code == 0, err
        assert [line.split()[0] for line in out.splitlines()][: len(told)] == told


def test_help_of_every_command_has_an_example(shell):
    for words in (
        ["doctor"],
        ["run"],
        ["sweep"],
        ["pretrain"],
        ["finetune"],
        ["evaluate"],
        ["predict"],
        ["verify"],
        ["data", "list"],
    ):
        code, out, _ = shell(*words, "--help")
        assert code == 0
        assert "Example: " in out
        assert "lmcourse " + " ".join(words) in out


def test_data_list_and_doctor(shell):
    code, out, _ = shell("data", "list", "--json")
    assert code == 0
    assert {"movies", "amazon", "wiki", "imdb", "pile"} <= json.loads(out).keys()
    code, out, _ = shell("doctor", "--json")
    assert {"name", "state", "message", "fix"} == json.loads(out)[0].keys()
    assert code == int(any(check["state"] == "fail" for check in json.loads(out)))


@pytest.mark.parametrize(("load", "spins"), [(0.1, True), (100.0, False)])
def test_threads_sleep_while_they_wait_unless_told_otherwise(shell, monkeypatch, load, spins):
    """Alone on the machine they spin for a moment first."""
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0.0, 0.0))
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    monkeypatch.delenv("GOMP_SPINCOUNT", raising=False)
    shell("--help")
    assert (os.environ["OMP_WAIT_POLICY"], os.environ.get("GOMP_SPINCOUNT")) == ("ACTIVE", None)
    monkeypatch.delenv("OMP_WAIT_POLICY")
    shell("--help")
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"
    assert (int(os.environ["GOMP_SPINCOUNT"]) > 0) == spins
