"""What all tests stand on: no hub, no network where a test says so, nobody's progress touched, a browser."""

import importlib.util
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from lmcourse import cli, doctor

settings.register_profile("lmcourse", deadline=None)  # time is measured in benchmarks, never in tests
settings.register_profile("first", deadline=None, phases=[Phase.explicit, Phase.generate])  # a failure as it was found
settings.load_profile("lmcourse")

OFFLINE = Path(__file__).parent / "offline"
_own = tempfile.TemporaryDirectory(prefix="lmcourse-tests-")

# For everything that this run starts, the kernels of nbval too.
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets what runs in its background ignore it
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["LMCOURSE_PROGRESS"] = f"{_own.name}/progress.json"


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch, tmp_path_factory):
    """Each test has a progress file of its own, and figures need no display."""
    monkeypatch.setenv("LMCOURSE_PROGRESS", str(tmp_path_factory.mktemp("progress") / "progress.json"))
    monkeypatch.setenv("MPLBACKEND", "Agg")


@pytest.fixture
def no_network(monkeypatch):
    """Only loopback addresses and Unix sockets are reached, from here and from every Python started from here."""
    spec = importlib.util.spec_from_file_location("offline", OFFLINE / "sitecustomize.py")
    offline = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(offline)
    offline.block(monkeypatch.setattr)
    monkeypatch.setenv("PYTHONPATH", str(OFFLINE))


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium; without one the test is skipped, or fails where LMCOURSE_REQUIRE_BROWSER=1."""
    path = doctor.chromium()
    if not path and os.environ.get("LMCOURSE_REQUIRE_BROWSER") == "1":
        pytest.fail("LMCOURSE_REQUIRE_BROWSER=1, and no Chromium was found")
    return path or pytest.skip("browser: not run (no Chromium was found)")


@pytest.fixture
def shell(monkeypatch, capfd):
    """Call a command in this process: (exit code, stdout, stderr)."""

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["lmcourse", *map(str, words)])
        before = signal.getsignal(signal.SIGTERM)
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        signal.signal(signal.SIGTERM, before)
        out, err = capfd.readouterr()
        return stopped.value.code, out, err

    return call


@pytest.fixture(scope="module")
def process():
    """Starts a function in a process of its own; what is still alive at the end is killed."""
    before = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = f"{Path(__file__).parent}:{before}".strip(":")
    context = multiprocessing.get_context("forkserver")
    heavy = ["torch._dynamo", "hypothesis", "lmcourse.inference", "lmcourse.pretraining.run"]  # some are imported late
    context.set_forkserver_preload(["test_checkpoints", *heavy])
    started = []

    def start(target, *arguments):
        started.append(context.Process(target=target, args=arguments))
        started[-1].start()
        return started[-1]

    yield start
    os.environ["PYTHONPATH"] = before
    for each in started:
        each.kill()


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 2 MB, really mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "none", folder]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here")
    yield folder
    subprocess.run(["umount", folder], check=True)
