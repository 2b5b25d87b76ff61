"""The doctor finds what is amiss, names the fix, and never falls ill itself."""

import socket
import urllib.request

import pytest

from lmcourse import doctor
from lmcourse.errors import CourseError


def test_every_look_gives_a_state_and_a_message(no_network):
    checks = {check.name: check for check in doctor.report()}
    assert {"python", "packages", "torch", "precision", "machine", "data", "jupyter", "network"} <= checks.keys()
    assert all(check.state in {"ok", "warn", "fail"} and check.message for check in checks.values())
    assert all(check.fix for check in checks.values() if check.state != "ok")
    assert checks["python"].state == checks["torch"].state == checks["jupyter"].state == "ok"


@pytest.mark.parametrize(
    ("line", "state"), [("no-such-package==1 \\", "fail"), ("numpy==0.0.1 \\", "warn"), ("", "ok")]
)
def test_packages_are_held_against_the_lock(tmp_path, monkeypatch, line, state):
    (tmp_path / "requirements.lock").write_text(line + "\n")
    monkeypatch.setattr(doctor, "PROJECT", tmp_path)
    assert doctor._packages()[0] == state


def test_a_look_that_breaks_is_a_finding():
    def broken():
        raise CourseError("no room", "/disk", "make room")

    assert doctor._look("disk", broken) == doctor.Check("disk", "fail", "no room (/disk)", "make room")
    assert doctor._look("x", lambda: 1 / 0).state == "fail"


def test_reachable(no_network):
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert doctor.reachable(f"http://127.0.0.1:{server.getsockname()[1]}")
    assert not doctor.reachable("http://host.invalid")


def test_no_network_cuts_off_this_process_and_its_children(no_network):
    import subprocess
    import sys

    with pytest.raises(OSError, match="no network"):
        socket.create_connection(("192.0.2.1", 80), timeout=5)
    with pytest.raises(OSError, match="no network"):
        urllib.request.urlopen("http://host.invalid", timeout=5)
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=5)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "no network in this test" in run.stderr
