"""A history in TensorBoard's and in Weights & Biases' files: read back it is the same, and nothing stays behind."""

import os
import subprocess
import sys

import numpy as np
import pytest

from lmcourse.errors import InputError
from lmcourse.training import trackers

# Long enough for several blocks of a .wandb file, and for a record that is cut in two.
HISTORY = [{"step": k, "loss": 1 / (k + 2), "rate": 1e-3 * k, "norm": 2.5 + k / 7} for k in range(1, 500)]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder, before = tmp_path_factory.mktemp("runs"), dict(os.environ)
    with trackers.tensorboard(folder / "board") as board, trackers.wandb_offline(folder / "wandb", seed=3) as run:
        for row in HISTORY:
            board(row)
            run(row)
    assert dict(os.environ) == before
    return folder


def test_wandb_keeps_every_number(written):
    assert trackers.read_wandb(written / "wandb") == HISTORY


def test_tensorboard_keeps_float32(written):
    rows = trackers.read_tensorboard(written / "board")
    assert [row.keys() for row in rows] == [row.keys() for row in HISTORY]
    for row, kept in zip(HISTORY, rows, strict=True):
        assert kept == {name: value if name == "step" else np.float32(value) for name, value in row.items()}


def test_a_damaged_file_is_told(written, tmp_path):
    [path] = (written / "wandb").glob("**/*.wandb")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "run.wandb").write_bytes(data)
    with pytest.raises(InputError, match="damaged"):
        trackers.read_wandb(tmp_path)
    (tmp_path / "run.wandb").write_bytes(b"something else")
    with pytest.raises(InputError, match="not a file of W&B"):
        trackers.read_wandb(tmp_path)
    with pytest.raises(InputError, match="0 runs"):
        trackers.read_wandb(tmp_path / "nothing")


def test_a_run_that_fails_is_closed_and_the_folder_alone_is_written(tmp_path):
    """In a process with an empty home: what is written stands in the folder, and no service process is left."""
    code = """
import sys
from pathlib import Path
from lmcourse.training import trackers
try:
    with trackers.wandb_offline(Path(sys.argv[1])) as log:
        log({"step": 1, "loss": 0.5})
        raise KeyError("in the middle")
except KeyError:
    print(trackers.read_wandb(Path(sys.argv[1])))
import os
children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
print(children.read_text().split() if children.exists() else [])
"""
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    surroundings = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": "", "XDG_CACHE_HOME": "", "XDG_DATA_HOME": ""}
    command = [sys.executable, "-c", code, str(tmp_path / "run")]
    done = subprocess.run(command, env=surroundings, cwd=here, capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines() == ["[{'step': 1, 'loss': 0.5}]", "[]"], done.stderr
    assert [*home.rglob("*"), *here.rglob("*")] == []
