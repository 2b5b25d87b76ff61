"""Several processes: whoever raises, all stop; only the first one writes; a signal leaves nobody behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from test_processes import ENVIRONMENT, alive, children, command, corpus, pretraining  # noqa: F401

from lmcourse.files import PROJECT
from lmcourse.training.checkpoints import latest

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]
HOOKS = os.pathsep.join([str(Path(__file__).parent / "hooks"), str(PROJECT)])


def until(condition, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def started(corpus: Path, out: Path, told: Path, **more: str) -> subprocess.Popen:  # noqa: F811
    words = command(True, *pretraining(corpus, out, steps=100_000))
    with open(told, "w") as file:
        return subprocess.Popen(words, env=ENVIRONMENT | {"PYTHONPATH": HOOKS} | more, stdout=file, stderr=file)


def test_when_one_process_raises_all_stop_and_only_the_first_has_written(corpus, tmp_path):  # noqa: F811
    out, log, told = tmp_path / "out", tmp_path / "log", tmp_path / "told"
    launched = started(corpus, out, told, FAULTS_LOG=str(log), FAULTS_RAISE="1:3")
    ranks = []
    try:
        until(lambda: len(children(launched.pid)) == 2 or launched.poll() is not None, 60)
        ranks = children(launched.pid)
        until(lambda: "a fault of this test" in told.read_text(), 120)
        assert launched.wait(20) != 0
        until(lambda: not any(map(alive, ranks)), 20)
    finally:
        for pid in (*ranks, launched.pid):
            if alive(pid):
                os.kill(pid, signal.SIGKILL)
        launched.wait()
    lines = [line for line in told.read_text().splitlines() if line.startswith("lmcourse: ")]
    assert any("a fault of this test" in line for line in lines)
    assert any("another process of this training has ended" in line for line in lines)
    assert latest(out).step >= 1
    notes = [line.split(" ", 2) for line in log.read_text().splitlines()]
    inside = {rank for rank, _, path in notes if path.startswith(str(out))}
    assert inside == {"0"}
    assert {rank for rank, *_ in notes} >= {"0"}


@pytest.mark.long
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_all_leaves_nobody_behind(corpus, tmp_path, sent):  # noqa: F811
    out, told = tmp_path / "out", tmp_path / "told"
    launched = started(corpus, out, told)
    ranks = []
    try:
        until(lambda: list(out.glob("checkpoints/step-*/manifest.json")) or launched.poll() is not None, 120)
        ranks = children(launched.pid)
        assert len(ranks) == 2
        os.kill(launched.pid, sent)
        assert launched.wait(30) != 0
        until(lambda: not any(map(alive, ranks)), 20)
    finally:
        for pid in (*ranks, launched.pid):
            if alive(pid):
                os.kill(pid, signal.SIGKILL)
        launched.wait()
    assert latest(out).step >= 1
