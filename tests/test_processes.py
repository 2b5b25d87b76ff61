"""Two real processes, started by `accelerate launch` and joined by gloo, train as one; and stop as one."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import mini
import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForSequenceClassification

from lmcourse.training.checkpoints import latest

LAUNCH = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2"]
LAUNCH += ["--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port"]
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> Path:
    """A hundred and twenty documents."""
    return mini.corpus(tmp_path_factory.mktemp("corpus") / "small.csv", 120)


def command(two: bool, *arguments: object) -> list[str]:
    """A command of ours, by one process or by two."""
    port = str(20_000 + os.getpid() % 20_000)
    return [*([*LAUNCH, port] if two else [sys.executable]), "-m", "lmcourse", *map(str, arguments)]


def pretraining(corpus: Path, out: Path, *more: object, dropout: float = 0.0, steps: int = 10) -> list:
    sizes = {"preset": "tiny", "vocab-size": 150, "max-length": 64, "batch-size": 7, "accumulation": 2}
    options = sizes | {"steps": steps, "dropout": dropout, "precision": "fp32", "corpus": corpus, "out": out}
    return ["pretrain", *(word for name, value in options.items() for word in (f"--{name}", value)), *more]


def run(two: bool, *arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run(command(two, *arguments), env=ENVIRONMENT, capture_output=True, text=True, timeout=300)


def done(two: bool, *arguments: object) -> str:
    ended = run(two, *arguments)
    assert ended.returncode == 0, ended.stderr[-2000:]
    return ended.stdout


def losses(out: Path) -> torch.Tensor:
    rows = json.loads((out / "history.json").read_text())
    return torch.tensor([[row[name] for name in ("mlm", "clm", "nsp", "norm") if name in row] for row in rows])


@pytest.mark.parametrize("model", ["bert", "gpt", "albert"])
def test_two_processes_pretrain_as_one(corpus, tmp_path, model):
    """Batches of 7, two a step: uneven parts count by what they ask; only the first process tells and writes."""
    outs = [tmp_path / "one", tmp_path / "two"]
    told = [done(two, *pretraining(corpus, out, "--model", model), "--json") for two, out in enumerate(outs)]
    torch.testing.assert_close(*map(losses, outs), rtol=1e-4, atol=1e-5)
    alone, together = (json.loads(each)["clm" if model == "gpt" else "mlm"] for each in told)  # one JSON, not two
    assert together == pytest.approx(alone, rel=1e-4)
    one, two = (load_file(out / "model.safetensors") for out in outs)
    for name in one:
        torch.testing.assert_close(one[name], two[name], rtol=1e-3, atol=1e-4)


def test_resuming_with_two_processes_is_exact(corpus, tmp_path):
    def trained(out: Path, *stops: tuple) -> tuple:
        for more in stops:
            done(True, *pretraining(corpus, out, *more, dropout=0.1))
        state = latest(out)
        tensors = [t.numpy().tobytes() for part in (state.weights, state.optimizer) for _, t in sorted(part.items())]
        return hashlib.sha256(b"".join(tensors)).hexdigest(), [(r["mlm"], r["nsp"], r["norm"]) for r in state.history]

    whole = trained(tmp_path / "whole", ())
    assert trained(tmp_path / "parts", ("--stop-after", 3), ("--resume",)) == whole
    alone = run(False, *pretraining(corpus, tmp_path / "parts", "--resume", dropout=0.1))
    assert alone.returncode == 2
    assert "processes (was 2, is 1)" in alone.stderr


def children(parent: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True).stdout.split()
    return [int(pid) for pid in found]


def alive(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_when_one_process_is_killed_all_stop_and_the_checkpoint_loads(corpus, tmp_path):
    out = tmp_path / "killed"
    launched = subprocess.Popen(
        command(True, *pretraining(corpus, out, steps=100_000)),
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + 120
        while not list(out.glob("checkpoints/step-*/manifest.json")):
            assert launched.poll() is None
            assert time.monotonic() < end
            time.sleep(0.2)
        ranks = children(launched.pid)
        assert len(ranks) == 2
        os.kill(ranks[1], signal.SIGKILL)
        assert launched.wait(20) != 0
        end = time.monotonic() + 20
        while any(map(alive, ranks)) and time.monotonic() < end:
            time.sleep(0.2)
        assert not any(map(alive, ranks))
    finally:
        for pid in (*children(launched.pid), launched.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        launched.wait()
    assert latest(out).step >= 1


def test_two_processes_fine_tune_as_one(tmp_path):
    """17 rows in batches of 4: the last batch has one row, so one process has nothing to add there."""
    table = tmp_path / "some.csv"
    texts = [f"{'a fine' if i % 2 else 'an awful'} {mini.WORDS[i % len(mini.WORDS)]} {i}" for i in range(17)]
    table.write_text("text,label\n" + "".join(f"{text},{i % 2}\n" for i, text in enumerate(texts)))
    options = {"train": table, "validation": table, "test": table, "text": "text", "label": "label"}
    options |= {"encoder": "course", "dropout": 0, "precision": "fp32", "batch-size": 4, "epochs": 2}
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    outs = [tmp_path / "one", tmp_path / "two"]
    for two, out in enumerate(outs):
        done(two, "finetune", *words, "--out", out)
    rows = [[row["loss"] for row in json.loads((out / "history.json").read_text())] for out in outs]
    torch.testing.assert_close(*map(torch.tensor, rows), rtol=1e-4, atol=1e-5)
    one, two = (AutoModelForSequenceClassification.from_pretrained(out).state_dict() for out in outs)
    for name in one:
        torch.testing.assert_close(one[name], two[name], rtol=1e-3, atol=1e-4)
