"""The doctor: looks at Python, packages, machine, data and network, and names the fix for whatever is amiss."""

import os
import platform
import re
import shutil
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

from lmcourse.errors import CourseError
from lmcourse.files import PROJECT, cache_folder

GB = 1e9


@dataclass(frozen=True)
class Check:
    """One thing looked at: `state` is `ok`, `warn` (the course runs, with less) or `fail`; `fix` says what to do."""

    name: str
    state: str
    message: str
    fix: str = ""


def report() -> list[Check]:
    """Look at everything; nothing is fetched, installed or changed but for the measured speed in the cache."""
    looks: dict[str, Callable[[], Check | tuple]] = {
        "python": _python,
        "packages": _packages,
        "torch": _torch,
        "precision": _precision,
        "machine": _machine,
        "cache": _cache,
        "disk": _disk,
        "data": _data,
        "jupyter": _jupyter,
        "network": _network,
        "chromium": _chromium,
    }
    return [_look(name, look) for name, look in looks.items()]


def _look(name: str, look: Callable[[], tuple]) -> Check:
    try:
        return Check(name, *look())
    except CourseError as error:
        return Check(name, "fail", error.what + (f" ({error.where})" if error.where else ""), error.fix)
    except Exception as error:  # a doctor that falls ill helps nobody: one look fails, the others go on
        return Check(name, "fail", " ".join(f"{type(error).__name__}: {error}".split()), "make setup")


def _python() -> tuple:
    message = f"Python {platform.python_version()} in {sys.prefix}"
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        return "fail", message, "make setup PYTHON=<a Python 3.11, 3.12 or 3.13>"
    return "ok", message


def locked(text: str) -> dict[str, str]:
    """Package → version of the lines of a lock that hold for this Python and system."""
    from packaging.markers import Marker

    lines = re.findall(r"^([a-z0-9][^=\s]*)==(\S+)(?: ; ([^\\\n]+))?", text, flags=re.MULTILINE)
    return {name: version for name, version, marker in lines if not marker or Marker(marker.strip()).evaluate()}


def _packages() -> tuple:
    wanted = locked((PROJECT / "requirements.lock").read_text())
    found = {re.sub(r"[-_.]+", "-", d.name).lower(): d.version for d in metadata.distributions() if d.name}
    missing = [name for name in wanted if name not in found]
    other = [f"{name} {found[name]} (lock: {v})" for name, v in wanted.items() if found.get(name, v) != v]
    if missing:
        return "fail", f"{len(missing)} of {len(wanted)} packages are missing: {_few(missing)}", "make setup"
    if other:
        return "warn", f"{len(other)} packages are not the lock's: {_few(other)}", "make clean setup"
    return "ok", f"all {len(wanted)} packages are the lock's"


def _few(names: list[str], most: int = 4) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _torch() -> tuple:
    import torch

    if torch.cuda.is_available():
        names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
        return "ok", f"torch {torch.__version__}, GPU: {_few(names)}"
    if torch.backends.mps.is_available():
        return "ok", f"torch {torch.__version__}, Apple GPU"
    if torch.version.cuda:
        return "ok", f"torch {torch.__version__}, CUDA build without a GPU: computes on the CPU"
    return "ok", f"torch {torch.__version__}, CPU build, {torch.get_num_threads()} threads"


def _precision() -> tuple:
    from lmcourse.training import precision

    found = precision.measured()
    speeds = ", ".join(f"{name} {found[name]} GFLOP/s" for name in precision.DTYPES)
    return "ok", f"auto is {found['precision']} here: {speeds}"


def _machine() -> tuple:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    message = f"{cores} cores, {memory / GB:.0f} GB of memory, {platform.system()} {platform.machine()}"
    if memory < 4 * GB:
        return "warn", message, "close other programs, and run chapters with notebooks/profiles/smoke.yaml"
    return "ok", message


def _cache() -> tuple:
    return "ok", f"{cache_folder()} can be written"


def _disk() -> tuple:
    folder = Path(cache_folder())
    free = shutil.disk_usage(folder).free
    message = f"{free / GB:.0f} GB free at {folder}"
    if free < 2 * GB:
        return "warn", message, "make room, or set LMCOURSE_CACHE to a folder on another disk"
    return "ok", message


def _data() -> tuple:
    from lmcourse.data import sources

    rows = sources.verify()
    bad = [name for name, good, _ in rows if not good]
    if bad:
        return "fail", f"{len(bad)} of {len(rows)} sources are missing or altered: {_few(bad)}", "make data"
    return "ok", f"all {len(rows)} sources, MiniLM's weights among them, have the SHA-256 they should"


def _jupyter() -> tuple:
    from jupyter_client.kernelspec import KernelSpecManager

    program = KernelSpecManager().get_kernel_spec("python3").argv[0]
    if program in {"python", "python3"}:  # Jupyter puts its own Python in the place of a bare name
        program = sys.executable
    message = f"JupyterLab {metadata.version('jupyterlab')}, kernel python3 runs {program}"
    if Path(program).parent != Path(sys.executable).parent:
        return "fail", f"{message}, not this Python", f"{sys.executable} -m ipykernel install --sys-prefix"
    return "ok", message


def _network() -> tuple:
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}:
        return "ok", "offline by choice (HF_HUB_OFFLINE): what is cached is used"
    from huggingface_hub.constants import ENDPOINT

    if reachable(ENDPOINT):
        return "ok", f"online: {ENDPOINT} answers"
    return "warn", f"{ENDPOINT} does not answer: what is cached is used", "export HF_HUB_OFFLINE=1 saves waiting"


def reachable(address: str, seconds: float = 1.0) -> bool:
    """Does a server take a connection within `seconds`? (In a thread, as a name look-up knows no time limit.)"""
    parts = urlsplit(address)
    answered = []

    def connect():
        try:
            port = parts.port or (443 if parts.scheme == "https" else 80)
            socket.create_connection((parts.hostname, port), timeout=seconds).close()
            answered.append(True)
        except OSError:
            pass

    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join(seconds)
    return bool(answered)


def chromium() -> str | None:
    """The Chromium that browser tests drive: `LMCOURSE_CHROMIUM`, else the first found, else None."""
    names = (os.environ.get("LMCOURSE_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    mac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    return next((path for name in (*names, mac) if name and (path := shutil.which(name))), None)


def _chromium() -> tuple:
    path = chromium()
    return "ok", path or "no Chromium: only the browser tests need one"
