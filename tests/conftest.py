"""What all tests stand on: no hub, no network where a test says so, nobody's progress touched, a browser."""

import importlib.util
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

from lmcourse import doctor

settings.register_profile("lmcourse", deadline=None)  # time is measured in benchmarks, never in tests
settings.load_profile("lmcourse")

OFFLINE = Path(__file__).parent / "offline"
_own = tempfile.TemporaryDirectory(prefix="lmcourse-tests-")

# For everything that this run starts, the kernels of nbval too.
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
