"""Files that are whole or absent: atomic writes, hashes, locks and the cache's place."""

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from lmcourse.errors import CourseError, InputError

PROJECT = Path(__file__).resolve().parents[1]
MANIFEST = "manifest.json"


def _user_folder(variable: str, kind: str) -> Path:
    if os.environ.get(variable):
        return Path(os.environ[variable]).expanduser()
    import platformdirs

    return Path(getattr(platformdirs, kind)("lmcourse"))


def cache_folder() -> Path:
    """The folder for what can be made again: `LMCOURSE_CACHE`, else the user's cache folder.

    Errors: CourseError when it cannot be written.
    """
    folder = _user_folder("LMCOURSE_CACHE", "user_cache_dir")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise CourseError(
            f"the cache cannot be written: {error.strerror}",
            folder,
            "set LMCOURSE_CACHE to a folder that can",
        ) from None


def progress_file() -> Path:
    """The reader's progress: `LMCOURSE_PROGRESS`, else `progress.json` in the user's data folder."""
    if os.environ.get("LMCOURSE_PROGRESS"):
        return Path(os.environ["LMCOURSE_PROGRESS"]).expanduser()
    return _user_folder("LMCOURSE_DATA", "user_data_dir") / "progress.json"


def waiting(quiet: bool) -> dict[str, str]:
    """The variables that tell OpenMP's threads how to wait for work; torch reads them when it loads.

    Left alone they spin for milliseconds and take the cores from whatever else runs: beside one other training ours
    takes three times as long. So they sleep. But to be woken takes time: on a quiet machine they spin for a moment
    first, which makes the steps of a small head three times as fast, and pretraining a tenth faster.
    """
    return {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "4000" if quiet else "0"}


@cache
def glibc():
    """The C library that the process runs on, if it is glibc; else None."""
    import ctypes

    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    return library if hasattr(library, "gnu_get_libc_version") else None


@contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    """Variables of this process's environment, for the length of a block."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def sha256_bytes(data: bytes) -> str:
    """SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def sha256(path: Path | str) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    """Bring a file or folder to the disk: without it a rename can outlive the bytes that it names."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomic(path: Path | str, data: bytes | str) -> None:
    """Write a file aside, sync it and rename it: a reader sees the old content or the new, never a part."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(aside, 0o644)  # mkstemp makes files that nobody else can read
        os.replace(aside, path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
    _sync(path.parent)


def _exchange(aside: Path, target: Path) -> None:
    """Let two folders change places: at once where the system can, else by way of a third place."""
    import ctypes

    system = ctypes.CDLL(None, use_errno=True)
    places = os.fsencode(aside), os.fsencode(target)
    if hasattr(system, "renameat2") and system.renameat2(-100, places[0], -100, places[1], 2) == 0:  # RENAME_EXCHANGE
        return
    if hasattr(system, "renamex_np") and system.renamex_np(*places, 2) == 0:  # macOS: RENAME_SWAP
        return
    old = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.old.")) / target.name
    os.replace(target, old)
    try:
        os.replace(aside, target)
    except OSError:
        os.replace(old, target)
        raise
    shutil.rmtree(old.parent)


@contextmanager
def whole_folder(target: Path | str) -> Iterator[Path]:
    """Yield an empty folder beside `target` that takes its place, synced, when the block ends well.

    An older `target` stays untouched until then; when the block raises, nothing is left behind.
    """
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        os.chmod(aside, 0o755)
        yield aside
        for path in (*aside.rglob("*"), aside):
            _sync(path)
        if target.exists():
            _exchange(aside, target)
        else:
            os.replace(aside, target)
        _sync(target.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def lock(path: Path | str, seconds: float = 600) -> Iterator[None]:
    """Hold a lock that other processes respect; the system frees it when its holder dies.

    Errors: CourseError when another process keeps it longer than `seconds`.
    """
    from filelock import FileLock, Timeout

    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(path, timeout=seconds):
            yield
    except Timeout:
        raise CourseError(
            f"another process has held the lock for {seconds:.0f} s",
            path,
            "wait for it, or end it, and try again",
        ) from None


def _vouched(folder: Path) -> Iterator[Path]:
    """The files that a folder's manifest names: not those of a folder within that has a manifest of its own."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not (path / MANIFEST).exists():
            yield from _vouched(path)
        elif path.is_file() and path.name != MANIFEST:
            yield path


def write_manifest(folder: Path | str) -> None:
    """Write `manifest.json`: size and SHA-256 of every other file of a folder."""
    folder = Path(folder)
    files = {
        path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": sha256(path)}
        for path in _vouched(folder)
    }
    write_atomic(folder / MANIFEST, json.dumps({"files": files}, indent=1))


def check_manifest(folder: Path | str) -> dict:
    """Return the manifest of a folder whose files are all as they were written.

    Errors: InputError that names the first file that is missing, changed or added, or the missing manifest.
    """
    folder = Path(folder)
    fix = "use another copy, or make it again"
    try:
        files = json.loads((folder / MANIFEST).read_text())["files"]
        expected = {name: (entry["bytes"], entry["sha256"]) for name, entry in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InputError("no readable manifest.json, so nothing vouches for the files", folder, fix) from None
    found = {path.relative_to(folder).as_posix() for path in _vouched(folder)}
    for name, (size, digest) in expected.items():
        path = folder / name
        if name not in found:
            raise InputError("a file that the manifest names is missing", path, fix)
        if path.stat().st_size != size or sha256(path) != digest:
            raise InputError("a file is not as it was written (its SHA-256 differs)", path, fix)
    if extra := sorted(found - files.keys()):
        raise InputError("a file that the manifest does not name", folder / extra[0], "remove it, or " + fix)
    return files


def measured_once(name: str, key: dict, measure: Callable[[], dict]) -> dict:
    """What was measured on this machine, kept in the cache as `NAME.json`; measured anew where `key` is another one."""
    path = cache_folder() / f"{name}.json"
    try:
        kept = json.loads(path.read_text())
        if kept["key"] == key:
            return kept["measured"]
    except (OSError, ValueError, KeyError, TypeError):
        pass  # not measured yet, or by another version
    measured = measure()
    write_atomic(path, json.dumps({"key": key, "measured": measured}))
    return measured


def cached(kind: str, key: dict, build: Callable[[Path], None]) -> Path:
    """Return the cache's folder for `key`, built once by `build(folder)`, also when two processes ask at once.

    `key` is everything that the result depends on; a folder whose manifest does not hold is built again.
    """
    digest = sha256_bytes(json.dumps(key, sort_keys=True, default=str).encode())[:16]
    folder = cache_folder() / kind / digest
    with lock(folder.with_suffix(".lock")):
        try:
            check_manifest(folder)
        except InputError:
            with whole_folder(folder) as aside:
                build(aside)
                (aside / "key.json").write_text(json.dumps(key, indent=1, sort_keys=True, default=str))
                write_manifest(aside)
    return folder
