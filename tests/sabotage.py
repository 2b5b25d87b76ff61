"""Takes the course's safeguards away, one at a time, in a copy of the tree: each time a test must notice.

`python tests/sabotage.py [WORD…]`: all sabotages, or those whose names hold one of the words. Prints sabotage → the
test that noticed it; exit code 1 when one was not noticed, or when its text is no longer found exactly once.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
COPIED, LINKED = ("lmcourse", "tests"), ("data", "notebooks")
FILES = ("Makefile", "pyproject.toml", "README.md", "requirements.lock")
SECONDS = 300  # of one run of pytest

FAULTS = "tests/faults/"
KILLS = "tests/test_checkpoints.py::test_a_kill_before_any_sync_rename_or_removal_costs_nothing"
EXACT = "tests/test_checkpoints.py::test_resuming_is_exact[fp32]"
DAMAGED = "tests/test_checkpoints.py::test_a_damaged_checkpoint_is_named_and_passed_over"
MODEL = FAULTS + "checkpoints_test.py::test_no_changed_byte_of_a_model_gives_another_one[100]"
TWO = FAULTS + "cache_and_archives_test.py::test_two_processes_build_one_cache_once"
ANSWERS = FAULTS + "chapters_and_exercises_test.py::test_whatever_an_answer_does_there_is_feedback_and_progress"
ROWS = FAULTS + "text_and_files_test.py::test_rows_in_are_rows_kept_and_rows_rejected"
PAGE = FAULTS + "page_and_server_test.py::test_markup_in_every_place_is_shown_as_text"


@dataclass(frozen=True)
class Sabotage:
    """A safeguard taken away: in a file, each text (found exactly once) becomes another; these tests must notice."""

    name: str
    file: str
    changes: dict[str, str]
    tests: tuple[str, ...]


def of(name: str, file: str, changes: dict[str, str], *tests: str) -> Sabotage:
    """A sabotage of a file of the package, or of the project."""
    return Sabotage(name, file if file in FILES else f"lmcourse/{file}", changes, tests)


SABOTAGES = [
    of(
        "what is compiled for each shape is kept for ever",
        "__init__.py",
        {"os.environ.setdefault(_name": "dict().setdefault(_name"},
        "tests/test_training.py::test_ever_new_shapes_do_not_fill_the_memory",
    ),
    of(
        "a folder is written in its place, not aside",
        "files.py",
        {
            'aside = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))': (
                "aside = target; aside.mkdir(exist_ok=True)"
            ),
            "        shutil.rmtree(aside, ignore_errors=True)": "        pass",
        },
        KILLS,
        DAMAGED,
    ),
    of(
        "an old folder is removed before the new one is in place",
        "files.py",
        {"            _exchange(aside, target)": "            shutil.rmtree(target); os.replace(aside, target)"},
        FAULTS + "checkpoints_test.py::test_a_kill_while_a_folder_is_replaced_leaves_the_old_or_the_new",
    ),
    of(
        "the manifest is written before the files that it vouches for",
        "training/checkpoints.py",
        {
            '            (aside / "state.json").write_text': (
                '            write_manifest(aside)\n            (aside / "state.json").write_text'
            ),
            "            write_manifest(aside)\n        _rotate": "        _rotate",
        },
        EXACT,
    ),
    of(
        "sizes are compared, hashes are not",
        "files.py",
        {"if path.stat().st_size != size or sha256(path) != digest:": "if path.stat().st_size != size:"},
        DAMAGED,
        FAULTS + "checkpoints_test.py::test_no_changed_byte_of_a_checkpoint_gives_another_one[100]",
    ),
    of(
        "files that no manifest names are let in",
        "files.py",
        {"if extra := sorted(found - files.keys()):": "if extra := []:"},
        DAMAGED,
    ),
    of(
        "weights are loaded without a look at their manifest",
        "models/weights.py",
        {"    if (Path(folder) / MANIFEST).exists():": "    if False:"},
        MODEL,
    ),
    of(
        "the position in the data is not restored",
        "pretraining/run.py",
        {"skip=state.batches if state else 0": "skip=0"},
        "tests/test_pretraining.py::test_interrupted_and_resumed_is_the_same_run[fp32]",
    ),
    of(
        "the random state is not restored",
        "training/checkpoints.py",
        {"    set_random_states(state.random[processes.rank()])": "    pass"},
        EXACT,
    ),
    of(
        "the optimiser's memory is not restored",
        "training/checkpoints.py",
        {"    optimizer.load_state_dict(state.optimizer)": "    pass"},
        EXACT,
    ),
    of(
        "a run goes on under other settings",
        "pretraining/run.py",
        {"        check_settings(older | state.settings, settings, out)": "        pass"},
        FAULTS + "training_and_data_test.py::test_resuming_under_anything_else_is_refused_by_name_and_changes_nothing",
    ),
    of(
        "a gradient that is not finite is noticed after the step",
        "training/optim.py",
        {
            "        if not math.isfinite(norm):\n            raise FloatingPointError\n": "",
            "        torch._foreach_copy_(self.weights, self.originals)": (
                "        torch._foreach_copy_(self.weights, self.originals)\n"
                "        if not math.isfinite(norm):\n            raise FloatingPointError"
            ),
        },
        FAULTS + "checkpoints_test.py::test_a_loss_that_is_not_finite_leaves_the_checkpoint_before",
        "tests/test_training.py::test_stops_before_a_step_that_is_not_finite",
    ),
    of(
        "a signal ends the step half-way",
        "training/checkpoints.py",
        {"signal.signal(number, lambda number, frame: received.append(number))": "pass"},
        "tests/test_checkpoints.py::test_signals_are_postponed_then_take_their_effect",
    ),
    of(
        "every process writes",
        "pretraining/run.py",
        {"                if processes.rank() == 0:": "                if True:"},
        FAULTS + "processes_test.py::test_when_one_process_raises_all_stop_and_only_the_first_has_written",
    ),
    of(
        "no lock is taken",
        "files.py",
        {"        with FileLock(path, timeout=seconds):": "        if True:"},
        TWO,
    ),
    of(
        "a dead process keeps its lock",
        "files.py",
        {
            "        with FileLock(path, timeout=seconds):": (
                "        import time\n"
                "        while Path(f'{path}.held').exists():\n"
                "            time.sleep(0.05)\n"
                "        Path(f'{path}.held').touch()\n"
                "        if True:"
            ),
            "            yield\n    except Timeout:": (
                "            yield\n            Path(f'{path}.held').unlink()\n    except Timeout:"
            ),
        },
        FAULTS + "cache_and_archives_test.py::test_a_builder_that_is_killed_blocks_nobody_and_leaves_nothing_half",
    ),
    of(
        "the cache is taken as it is",
        "files.py",
        {
            "        try:\n            check_manifest(folder)\n        except InputError:\n            with": (
                "        if not folder.exists():\n            with"
            )
        },
        FAULTS + "cache_and_archives_test.py::test_a_changed_byte_in_the_cache_is_built_again",
    ),
    of(
        "an archive may climb",
        "data/sources.py",
        {'or ".." in path.parts ': ""},
        FAULTS + "cache_and_archives_test.py::test_nothing_is_written_beside_a_hostile_archive_either",
    ),
    of(
        "an archive may hold links and devices",
        "data/sources.py",
        {" or not plain or path in seen": " or path in seen"},
        "tests/test_data.py::test_a_hostile_archive_is_refused_whole",
    ),
    of(
        "a member of an archive is not compared with its hash",
        "data/sources.py",
        {"if digest and files.sha256_bytes(contents[member]) != digest:": "if False:"},
        "tests/test_data.py::test_a_good_archive_is_unpacked_and_a_changed_member_refused",
    ),
    of(
        "rows of another length are dropped in silence",
        "data/tables.py",
        {'yield number, start, f"{len(cells)} cells where the heading has {len(names)}"': "pass"},
        ROWS,
    ),
    of(
        "rejected rows are not told",
        "cli.py",
        {"        if rejected:": "        if False:"},
        FAULTS + "text_and_files_test.py::test_evaluate_tells_the_rows_kept_and_rejected",
    ),
    of(
        "lone surrogates are let through",
        "data/tables.py",
        {"        texts.append(valid_unicode(value))": "        texts.append(value)"},
        ROWS,
    ),
    of(
        "a foreign tokenizer is taken",
        "inference.py",
        {'        if own["tokenizer"] != fingerprint(tokenizer):': "        if False:"},
        "tests/test_finetuning.py::test_foreign_tokenizer_of_equal_size_is_refused",
    ),
    of(
        "a parameter may have any value",
        "chapters/contract.py",
        {"if converted is None or not self._within(converted):": "if converted is None:"},
        FAULTS + "chapters_and_exercises_test.py::test_only_declared_names_and_values_in_range_pass",
    ),
    of(
        "an answer may print without end",
        "checks/limits.py",
        {"        if self.size >= MOST_PRINTED:": "        if False:"},
        ANSWERS + "[a hundred megabytes]",
    ),
    of(
        "an answer may take ten times its time",
        "checks/limits.py",
        {"            thread.join(seconds)": "            thread.join(seconds * 50)"},
        ANSWERS + "[an endless loop]",
    ),
    of(
        "damaged progress is deleted",
        "checks/progress.py",
        {'os.replace(path, path.with_name(f"{path.stem}.damaged-{now}{path.suffix}"))': "path.unlink()"},
        FAULTS + "chapters_and_exercises_test.py::test_a_damaged_progress_file_is_set_aside_never_deleted[100]",
    ),
    of(
        "what a reader typed is put into the page as it is",
        "widgets/similarity.py",
        {'"<li>{escape(text)}</li>"': '"<li>{text}</li>"'},
        PAGE,
    ),
    of(
        "an alternative text is put into the page as it is",
        "plots.py",
        {'alt = escaping.escape(" ".join(alt.split()))': 'alt = " ".join(alt.split())'},
        PAGE,
    ),
    of(
        "a result that could not be written is a success",
        "cli.py",
        {"        sys.stdout.flush()\n        if code == 130:": "        if code == 130:"},
        FAULTS + "checkpoints_test.py::test_results_that_cannot_be_told_are_no_success",
    ),
    of(
        "the server listens to everybody",
        "Makefile",
        {"--ip=127.0.0.1": "--ip=0.0.0.0"},
        FAULTS + "page_and_server_test.py::test_make_lab_keeps_the_token_and_the_loopback_address",
    ),
]


def sabotaged(source: str, sabotage: Sabotage) -> str:
    """The source without its safeguard. Errors: ValueError when a text does not stand there exactly once."""
    for text, instead in sabotage.changes.items():
        if source.count(text) != 1:
            raise ValueError(f"{sabotage.file} holds {source.count(text)} times: {text.strip()!r}")
        source = source.replace(text, instead)
    return source


def copy(folder: Path) -> None:
    """What the tests need of the tree: code and tests as copies, data and chapters as links."""
    for name in COPIED:
        shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in LINKED:
        (folder / name).symlink_to(PROJECT / name)
    for name in FILES:
        shutil.copy(PROJECT / name, folder / name)


def failed(folder: Path, tests: list[str]) -> list[str]:
    """Run tests on the copy until one fails. Errors: RuntimeError when pytest could not do that."""
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "--timeout=120",
        "--hypothesis-profile=first",
    ]
    done = subprocess.run(
        [*command, *tests], cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(f"pytest ended with {done.returncode}: {done.stdout[-500:]}{done.stderr[-500:]}")
    found = re.findall(r"^(?:FAILED|ERROR) (\S+::.*?)(?: - .*)?$", done.stdout, re.MULTILINE)
    return found or ["?"] * done.returncode


def main(words: list[str]) -> int:
    """Commit the sabotages whose names hold one of the words (none: all)."""
    chosen = [s for s in SABOTAGES if not words or any(word in s.name for word in words)]
    survived = []
    with tempfile.TemporaryDirectory(prefix="lmcourse-sabotage-") as place:
        folder = Path(place)
        copy(folder)
        unharmed = failed(folder, sorted({test for sabotage in chosen for test in sabotage.tests}))
        if unharmed:
            print(f"without any sabotage this fails: {unharmed[0]}", file=sys.stderr)
            return 1
        for number, sabotage in enumerate(chosen, 1):
            path, start = folder / sabotage.file, time.perf_counter()
            whole = path.read_text(encoding="utf-8")
            try:
                path.write_text(sabotaged(whole, sabotage), encoding="utf-8")
                noticed = failed(folder, list(sabotage.tests))
            except (ValueError, RuntimeError) as error:
                noticed = []
                print(f"{sabotage.name}: {error}", file=sys.stderr)
            finally:
                path.write_text(whole, encoding="utf-8")
            told = noticed[0] if noticed else "NOBODY"
            print(f"{number:2} {sabotage.name} → {told} ({time.perf_counter() - start:.0f} s)", flush=True)
            survived += [] if noticed else [sabotage.name]
    print(f"{len(chosen) - len(survived)} of {len(chosen)} sabotages were noticed")
    return int(bool(survived))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
