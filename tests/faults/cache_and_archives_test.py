"""The cache that several processes build, die in and cannot write; archives with faults."""

import io
import json
import os
import random
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_cli import write_csv
from test_data import HOSTILE
from tiny import encoder, in_one_line

from lmcourse import files
from lmcourse.data import sources
from lmcourse.errors import CourseError, InputError

pytestmark = pytest.mark.timeout(300)
KEY = {"what": "a test"}


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """An empty cache whose path holds spaces, accents and Chinese."""
    folder = tmp_path / "cache ä 缓存"
    monkeypatch.setenv("LMCOURSE_CACHE", str(folder))
    return folder


def build(folder: Path, log: Path, seconds: float, cache: Path) -> None:
    """Build the entry slowly, as a chapter would, and note that it was built."""
    os.environ["LMCOURSE_CACHE"] = str(cache)  # this process was forked from one with another

    def slowly(aside: Path) -> None:
        with open(log, "a") as file:
            file.write(f"{os.getpid()}\n")
        (aside / "first").write_text("1")
        time.sleep(seconds)
        (aside / "second").write_text("2")

    files.cached("test", KEY, slowly)


def content(folder: Path) -> dict[str, str]:
    return {name: (folder / name).read_text() for name in ("first", "second")}


def began(log: Path) -> None:
    end = time.monotonic() + 60
    while not log.exists():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_two_processes_build_one_cache_once(process, cache, tmp_path):
    log = tmp_path / "log"
    both = [process(build, cache, log, 0.5, cache) for _ in range(2)]
    for each in both:
        each.join(60)
    assert [each.exitcode for each in both] == [0, 0]
    assert len(log.read_text().splitlines()) == 1
    folder = files.cached("test", KEY, lambda aside: pytest.fail("it was there"))
    assert content(folder) == {"first": "1", "second": "2"}


def test_a_builder_that_is_killed_blocks_nobody_and_leaves_nothing_half(process, cache, tmp_path):
    log = tmp_path / "log"
    dying = process(build, cache, log, 60, cache)
    began(log)
    waiting = process(build, cache, log, 0, cache)
    time.sleep(0.3)
    assert len(log.read_text().splitlines()) == 1  # the second one waits
    dying.kill()
    waiting.join(20)
    assert waiting.exitcode == 0
    assert len(log.read_text().splitlines()) == 2
    folder = files.cached("test", KEY, lambda aside: pytest.fail("it was there"))
    assert content(folder) == {"first": "1", "second": "2"}


def test_a_lock_that_is_held_too_long_is_told(process, cache, tmp_path):
    log = tmp_path / "log"
    holder = process(build, cache, log, 60, cache)
    began(log)
    (lock,) = (cache / "test").glob("*.lock")
    with pytest.raises(CourseError, match=r"held the lock for 0 s.*wait for it") as error, files.lock(lock, 0.2):
        pass
    assert error.value.exit_code == 1
    holder.kill()


def test_a_changed_byte_in_the_cache_is_built_again(cache):
    def first(aside: Path) -> None:
        (aside / "data").write_bytes(bytes(range(200)))

    folder, chance = files.cached("test", KEY, first), random.Random(0)
    whole = (folder / "data").read_bytes()
    for _ in range(50):
        hurt = bytearray(whole)
        hurt[chance.randrange(len(hurt))] ^= 1 << chance.randrange(8)
        (folder / "data").write_bytes(hurt)
        assert (files.cached("test", KEY, first) / "data").read_bytes() == whole


@pytest.mark.parametrize("trouble", ["a read-only disk", "a file in its place"])
def test_a_home_that_cannot_be_written_names_the_variable(small_disk, tmp_path, trouble):
    if trouble == "a read-only disk":
        home = small_disk
        subprocess.run(["mount", "-o", "remount,ro", home], check=True)
    else:
        home = tmp_path / "home"
        home.write_text("")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LMCOURSE", "XDG"))}
    command = [sys.executable, "-m", "lmcourse", "data", "fetch", "vadersentiment"]
    done = subprocess.run(
        command, env=environment | {"HOME": str(home)}, capture_output=True, text=True, timeout=60
    )  # fmt: skip
    last = done.stderr.splitlines()[-1]
    assert (done.returncode, done.stdout) == (1, "")
    assert "LMCOURSE_CACHE" in last
    assert str(home) in last
    assert "Traceback" not in done.stderr


def test_paths_with_blanks_and_letters_of_other_alphabets_work(cache, tmp_path, shell):
    folder = tmp_path / "ein Ordner – 目录 {x} %s"
    folder.mkdir()
    train = write_csv(folder / "Übung 1.csv")
    words = ["--train", train, "--test", train, "--text", "review", "--label", "stars", "--epochs", "1"]
    words += ["--encoder", encoder(folder / "编码器"), "--max-length", "16", "--precision", "fp32"]
    code, _, err = shell("finetune", *words, "--out", folder / "模型 a")
    assert code == 0, err
    assert shell("verify", folder / "模型 a")[0] == 0


def archive(form: str) -> bytes:
    made, chance = io.BytesIO(), random.Random(0)
    members = {"a/good.txt": b"good" * 50, "a/other.bin": chance.randbytes(300)}
    if form == "zip":
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as opened:
            for name, data in members.items():
                opened.writestr(name, data)
        return made.getvalue()
    with tarfile.open(fileobj=made, mode="w:gz") as opened:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            opened.addfile(info, io.BytesIO(data))
    return made.getvalue()


@pytest.mark.parametrize("examples", [100, pytest.param(3000, marks=pytest.mark.long)])
@pytest.mark.parametrize("form", ["zip", "tar"])
def test_any_damage_to_an_archive_gives_the_right_bytes_or_none(tmp_path, form, examples):
    whole, good = archive(form), b"good" * 50
    pinned = {"a/good.txt": files.sha256_bytes(good)}

    @settings(max_examples=examples, database=None)
    @given(st.integers(0, len(whole)), st.integers(0, 9), st.binary(max_size=4))
    def one(place, gone, added):
        (tmp_path / "archive").write_bytes(whole[:place] + added + whole[place + gone :])
        out = tmp_path / "out"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        try:
            sources.extract(tmp_path / "archive", pinned, out)
        except InputError as error:
            in_one_line(error)
            assert not list(out.iterdir())
        else:
            assert (out / "good.txt").read_bytes() == good
            assert len(list(out.iterdir())) == 1

    one()


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_is_written_beside_a_hostile_archive_either(tmp_path, name):
    """The paths that such archives aim at: above the folder, and absolute ones."""
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    (deep / "archive").write_bytes(HOSTILE[name])
    aims = [Path("/tmp/x"), tmp_path / "x", deep.parent / "x"]
    before = [path.exists() for path in aims]
    with pytest.raises(InputError):
        sources.extract(deep / "archive", {"good.txt": None}, deep)
    assert [path.exists() for path in aims] == before
    assert [path.name for path in deep.iterdir()] == ["archive"]


def test_nothing_is_written_but_where_the_course_may(tmp_path):
    """The project, the cache, the progress, the output that was named, and what the system gives for the moment."""
    log, out = tmp_path / "log", tmp_path / "out" / "model"
    train = write_csv(tmp_path / "train.csv")
    words = ["--train", train, "--test", train, "--text", "review", "--label", "stars", "--epochs", "1", "--json"]
    words += ["--encoder", encoder(tmp_path / "encoder"), "--max-length", "16", "--precision", "fp32"]
    places = {"cache": "LMCOURSE_CACHE", "moment": "TMPDIR", "home": "HOME"}
    for name in places:
        (tmp_path / name).mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TORCH")}
    environment |= {variable: str(tmp_path / name) for name, variable in places.items()}
    environment |= {"FAULTS_LOG": str(log), "PYTHONDONTWRITEBYTECODE": "1"}
    hooks = Path(__file__).parent / "hooks"
    environment["PYTHONPATH"] = os.pathsep.join([str(hooks), str(files.PROJECT)])
    command = [sys.executable, "-m", "lmcourse", "finetune", *map(str, words), "--out", str(out)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["test"]["n"] == 40
    written = {line.split(" ", 2)[2] for line in log.read_text().splitlines()}
    allowed = tuple(map(str, (out.parent, tmp_path / "cache", tmp_path / "moment", "/dev/", "/proc/")))
    assert any(path.startswith(str(out.parent)) for path in written)
    caches = (str(tmp_path / "home" / ".cache"), str(tmp_path / "home" / ".config"))  # of matplotlib, of datasets
    assert [path for path in written if not path.startswith((*allowed, *caches))] == []
