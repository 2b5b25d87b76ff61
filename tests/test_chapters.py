"""Chapters: their form, reruns with other parameters, and runs that are refused, fail, or are killed."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import mini
import psutil
import pytest
from IPython.core.interactiveshell import InteractiveShell

from lmcourse import chapters, checks
from lmcourse.chapters import anatomy, contract, running, timing
from lmcourse.errors import CourseError, InputError
from lmcourse.exercises import catalogue, cells
from lmcourse.files import glibc

CHAPTERS = [pytest.param(path, id=path.stem) for path in chapters.chapters()]


def outcomes(notebook: dict) -> dict[str, list[str]]:
    """The kinds of outcome shown in a notebook, by exercise."""
    found = {}
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if told := output.get("data", {}).get(checks.OUTCOME):
                found.setdefault(told["exercise"], []).append(told["kind"])
    return found


# The course's chapters


@pytest.mark.parametrize("path", CHAPTERS)
def test_chapter_has_the_form(path):
    assert chapters.problems(path) == []


@pytest.mark.parametrize("path", CHAPTERS)
def test_chapter_has_the_generated_exercises(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert "".join(notebook["cells"][0]["source"]).startswith("# ")
    found = cells.in_notebook(notebook)
    number = path.stem.split("_")[0]
    assert sorted(found) == [id for id in catalogue.ids() if id.startswith(f"{number}.")]
    for id, (stub, text) in found.items():
        assert "".join(stub["source"]) == checks.cell(catalogue.find(id), catalogue.find(id).stub)
        assert text is None or "".join(text["source"]) == checks.text(catalogue.find(id))
    kinds = outcomes(notebook)
    assert all(set(kinds[id]) == {checks.NOT_ATTEMPTED} for id in found), "outputs are made with stubs untouched"


@pytest.mark.parametrize("path", CHAPTERS)
def test_chapter_reruns_offline_with_another_seed_and_solutions(path, tmp_path, no_network):
    solved = tmp_path / path.name
    solved.write_text(json.dumps(cells.solve(json.loads(path.read_text(encoding="utf-8")))))
    seed = [p for p in chapters.parameters(path) if p.name == "seed"]
    out = chapters.run(solved, {"seed": seed[0].default + 1} if seed else {}, "smoke", tmp_path / "out.ipynb")
    done = json.loads(out.read_text(encoding="utf-8"))
    assert done["metadata"]["lmcourse"]["finished"] is True
    kinds = outcomes(done)
    for id in cells.in_notebook(done):
        # What a smaller run measures may differ from what the text predicts.
        predicted = isinstance(catalogue.find(id).task, checks.Prediction)
        assert kinds[id][-1] in ((checks.RIGHT, checks.NOT_YET) if predicted else (checks.RIGHT,)), (id, kinds[id])


# Parameters


BAD = [
    ({"rowz": "1"}, "did you mean rows?"),
    ({"x=1;import os": "1"}, "no parameter is called"),
    ({"class": "1"}, "no parameter is called"),
    ({"rows": "0"}, "int 1..1000"),
    ({"rows": "1.5"}, "int 1..1000"),
    ({"rows": "abc"}, "int 1..1000"),
    ({"rows": True}, "int 1..1000"),
    ({"rate": "nan"}, "float 1e-6..1e-2"),
    ({"rate": "1e400"}, "float 1e-6..1e-2"),
    ({"freeze": "last:3"}, "str none|last:2|1"),
    ({"quick": "perhaps"}, "bool true|false"),
    ({"quick": 1}, "bool true|false"),
]


@pytest.mark.parametrize(("given", "says"), BAD)
def test_bad_parameters_are_refused_before_a_kernel_starts(given, says, tmp_path, monkeypatch):
    monkeypatch.setattr(running, "execute", lambda *_: pytest.fail("a kernel was started"))
    with pytest.raises(InputError) as error:
        chapters.run(mini.write(tmp_path), given, out=tmp_path / "out.ipynb")
    assert says in str(error.value)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "out.ipynb").exists()


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("rows = 3  # 1..5", "not a declaration"),
        ("rows: int = 1 + 2  # 1..5", "not a declaration"),
        ("rows: list = []", "not a declaration"),
        ("rows: int = print()  # 1..5", "not a declaration"),
        ("rows: int = 3", "has no range"),
        ("rows: int = 9  # 1..5", "int 1..5"),
        ("rows: int = 3  # 1..5\nrows: int = 3  # 1..5", "declared twice"),
        ("rows: int =", "cannot be read"),
    ],
)
def test_bad_declarations_are_named(source, says, tmp_path):
    path = tmp_path / "x.ipynb"
    cells = [mini.cell("code", "parameters", source, "parameters")]
    path.write_text(json.dumps(mini.notebook() | {"cells": cells}))
    with pytest.raises(InputError, match=says):
        chapters.parameters(path)


def test_a_range_holds_where_a_formatter_has_broken_the_line():
    broken = 'freeze: str = (\n    "none"  # none|last:2 what stays\n)\nrows: int = 3  # 1..5'
    assert [(p.name, p.allowed) for p in contract.declarations(broken)] == [("freeze", "none|last:2"), ("rows", "1..5")]


def test_check_inside_a_chapter(monkeypatch, capsys):
    first = {"rows": 3, "rate": 1e-3, "freeze": "none", "quick": False, "log": "", "seed": 0}

    def check(*cells, **values):
        namespace = first | values | {"In": ["", *cells]}
        chapters.check_parameters(namespace)
        return {name: namespace[name] for name in first}

    injected = "# Parameters\nrate = '1e-4'\nquick = 'false'\nfreeze = 1\n"
    assert check(mini.PARAMETERS) == first
    given = {"rate": "1e-4", "quick": "false", "freeze": 1}
    assert check(mini.PARAMETERS, injected, **given) == first | {"rate": 1e-4, "freeze": "1"}
    assert check(mini.PARAMETERS, injected, mini.SETUP, mini.PARAMETERS, mini.SETUP) == first  # run twice in JupyterLab
    with pytest.raises(InputError, match="did you mean rows"):
        check(mini.PARAMETERS, "# Parameters\nrowz = 1\n")
    with pytest.raises(InputError, match=r"1\.\.1000"):
        check(mini.PARAMETERS, rows=0)
    with pytest.raises(InputError, match="has not been run"):
        check()
    monkeypatch.setattr(contract, "declared_anywhere", lambda: {"masking"})  # one profile serves all chapters
    check(mini.PARAMETERS, "# Parameters\nmasking = 1\n")
    assert "masking is a parameter of another chapter" in capsys.readouterr().out


def test_profile(tmp_path):
    path, profile = mini.write(tmp_path), tmp_path / "own.yaml"
    profile.write_text("rows: 5\nrate: 1e-4\n")
    out = chapters.run(path, {"rows": "6"}, profile, tmp_path / "o {x}.ipynb")
    used = json.loads(out.read_text())["metadata"]["lmcourse"]["parameters"]
    assert (used["rows"], used["rate"], used["seed"]) == (6, 1e-4, 0)
    for text, says in (("rowz: 5", "did you mean rows"), ("- 5", "a list of lines"), ("a: [", "cannot be read")):
        profile.write_text(text)
        with pytest.raises(InputError, match=says):
            chapters.run(path, {}, profile, tmp_path / "o.ipynb")


def test_raw_papermill_meets_the_same_check(tmp_path):
    command = [sys.executable, "-m", "papermill", mini.write(tmp_path), tmp_path / "out.ipynb", "--no-progress-bar"]
    good = subprocess.run([*command, "-p", "quick", "false", "-p", "rate", "1e-4"], capture_output=True, text=True)
    assert good.returncode == 0, good.stderr
    assert chapters.results(tmp_path / "out.ipynb") == {"score": 3 * 1e-4, "freeze_was": "none", "quick_is": False}
    bad = subprocess.run([*command, "-p", "rowz", "1"], capture_output=True, text=True)
    assert bad.returncode != 0
    assert "did you mean rows?" in bad.stderr


def test_nbval_runs_a_chapter_as_it_stands(tmp_path):
    path = mini.write(tmp_path)  # nbval keeps no history of the cells run, so the check reads them elsewhere
    chapters.build([path])
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--nbval",
        "--nbval-cell-timeout=60",
        "-p",
        "no:cacheprovider",
        path,
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout


# Runs that fail or are killed


@pytest.mark.parametrize(("rows", "says"), [(8, "ValueError: no <b>rows</b>"), (9, "kernel ended"), (10, "SystemExit")])
def test_a_failed_cell_is_never_success(rows, says, tmp_path):
    with pytest.raises(CourseError) as error:
        chapters.run(mini.write(tmp_path), {"rows": rows}, out=tmp_path / "out.ipynb")
    assert error.value.exit_code == 1
    assert says in str(error.value)
    assert "chapter 99_mini, cell work" in str(error.value)
    assert "finished" not in json.loads((tmp_path / "out.ipynb").read_text())["metadata"]["lmcourse"]


def started(code: str) -> subprocess.Popen:
    """A Python process of its own that runs `code`."""
    return subprocess.Popen(
        [sys.executable, "-c", f"from lmcourse.chapters import *\n{code}"], stderr=subprocess.DEVNULL
    )


def wait_until(condition, seconds: float = 60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def alive(process: int) -> bool:
    stat = Path(f"/proc/{process}/stat")
    if stat.parent.parent.joinpath("self").exists():
        return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(("sent", "code"), [("SIGTERM", 143), ("SIGINT", -2), ("SIGKILL", -9)])
def test_killed_half_way(sent, code, tmp_path):
    path, log, out = mini.write(tmp_path), tmp_path / "log", tmp_path / "out.ipynb"
    process = started(f"run({str(path)!r}, {{'rows': 7, 'log': {str(log)!r}}}, out={str(out)!r})")
    wait_until(lambda: log.exists() and log.read_text())
    kernel = int(log.read_text().split()[0])
    assert alive(kernel)
    process.send_signal(getattr(signal, sent))
    assert process.wait(20) == code
    wait_until(lambda: not alive(kernel), 20)
    done = {cell["id"]: cell for cell in json.loads(out.read_text())["cells"]}
    assert done["setup"]["execution_count"]
    assert done["result"]["execution_count"] is None


def test_sockets_are_blocked_in_the_kernel_too(tmp_path, no_network):
    source = "import socket\ntry:\n    socket.create_connection(('192.0.2.1', 80), 5)\nexcept Exception as e:\n    "
    middle = mini.cell("code", "call", source + "report(blocked=type(e).__name__)")
    quiet = chapters.run(mini.write(tmp_path, middle), {}, out=tmp_path / "out.ipynb")
    assert "Timeout" not in chapters.results(quiet)["blocked"]


# Sweeps


def test_sweep_goes_on_after_a_kill(tmp_path):
    path, log, out = mini.write(tmp_path), tmp_path / "log", tmp_path / "sweep"
    grid = {"freeze": ["none", "last:2"], "seed": ["0", "1"], "log": [str(log)]}
    process = started(f"sweep({str(path)!r}, {grid!r}, {str(out)!r})")
    wait_until(lambda: log.exists() and len(log.read_text().splitlines()) == 3)
    process.kill()
    process.wait()
    page = chapters.sweep(path, grid, out)
    told = [line.split(maxsplit=1)[1] for line in log.read_text().splitlines()]
    assert told[:3] == ["none 0", "none 1", "last:2 0"]
    assert sorted(told[3:]) in (["last:2 0", "last:2 1"], ["last:2 1"])  # the third had perhaps just ended
    with open(out / "table.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["freeze"], row["seed"], row["score"]) for row in rows] == [
        ("none", "0", "0.003"),
        ("none", "1", "1.003"),
        ("last:2", "0", "0.003"),
        ("last:2", "1", "1.003"),
    ]
    assert (out / "figure.png").read_bytes().startswith(b"\x89PNG")
    assert page.read_text().count("href='runs/") == 4
    before = log.read_text()
    chapters.sweep(path, grid, out)
    assert log.read_text() == before  # nothing ran again
    path.write_text(path.read_text().replace("rows * rate", "rows * rate * 2"))
    chapters.sweep(path, grid | {"seed": [0], "freeze": ["1"]}, out)
    with pytest.raises(InputError, match=r"none\|last:2\|1"):
        chapters.sweep(path, {"freeze": ["5"]}, out)


def test_sweep_tells_failures_and_escapes(tmp_path):
    out = tmp_path / "sweep"
    with pytest.raises(CourseError, match="1 of 2 combinations failed"):
        chapters.sweep(mini.write(tmp_path), {"rows": ["8", "3"]}, out)
    page = (out / "index.html").read_text()
    assert "no &lt;b&gt;rows&lt;/b&gt;" in page
    assert "<b>rows" not in page
    with open(out / "table.csv", newline="") as file:
        assert [row["score"] for row in csv.DictReader(file)] == ["", "0.003"]


# The form


def test_build_stores_outputs_and_nothing_of_the_machine(tmp_path):
    widget = "import ipywidgets\nipywidgets.IntSlider()"
    path = mini.write(tmp_path, mini.cell("code", "widget", widget), mini.cell("markdown", "more", "More."))
    ids = [cell["id"] for cell in json.loads(path.read_text())["cells"]]
    assert any("was not run" in line for line in chapters.problems(path))
    chapters.build([path])
    assert chapters.problems(path) == []
    stored = json.loads(path.read_text())
    assert [cell["id"] for cell in stored["cells"]] == ids
    assert stored["metadata"].keys() == {"kernelspec", "language_info"}
    assert "papermill" not in path.read_text()
    assert "widget-view" not in path.read_text()
    first = path.read_bytes()
    chapters.build([path])
    assert path.read_bytes() == first
    path.write_text(path.read_text().replace("rows: int = 3", "rows: int = 8"))
    broken = path.read_bytes()
    with pytest.raises(CourseError, match="no <b>rows"):
        chapters.build([path])
    assert path.read_bytes() == broken


PNG = {"output_type": "display_data", "data": {"image/png": "AAAA"}, "metadata": {}}
HTML = {"output_type": "display_data", "data": {"text/html": "<figure><img src='x'></figure>"}, "metadata": {}}
ERROR = {"output_type": "error", "ename": "ValueError", "evalue": "no", "traceback": []}
VIEW = {"output_type": "display_data", "data": {anatomy.WIDGET_VIEW: {}}, "metadata": {}}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda nb: nb["cells"][6].update(id="a1b2c3d4"), "not a speaking slug"),
        (lambda nb: nb["cells"][6].update(id="Work_1"), "not a speaking slug"),
        (lambda nb: nb["cells"][6].update(id="setup"), "occurs 2 times"),
        (lambda nb: nb["cells"][2]["metadata"].clear(), "tagged `parameters`"),
        (lambda nb: nb["cells"][4].update(source="1"), "does not call check_parameters"),
        (lambda nb: nb["cells"][6].update(source="1\n" * 41), "41 lines"),
        (lambda nb: nb["cells"][6].update(source="1\n" * 21), "90th percentile"),
        (lambda nb: [c.update(source="1\n" * 7) for c in nb["cells"][4::2]], "the median code cell"),
        (lambda nb: nb["cells"].pop(0), "more text than code"),
        (lambda nb: nb["metadata"].update(widgets={"x": 1}), "widget state"),
        (lambda nb: nb["cells"][6]["outputs"].append(VIEW), "stores a widget"),
        (lambda nb: nb["cells"][6]["outputs"].append(ERROR), "error output: ValueError: no"),
        (lambda nb: nb["cells"][6]["outputs"].append(PNG), "without alternative text"),
        (lambda nb: nb["cells"][6]["outputs"].append(HTML), "without alternative text"),
        (lambda nb: nb["cells"][0].update(source="![](x.png)"), "without alternative text"),
        (lambda nb: nb["cells"][6].update(execution_count=7), "was not run in order"),
        (lambda nb: nb["cells"][0].update(source="x" * 1_000_001), "bytes"),
    ],
)
def test_every_rule_of_the_form_can_fail(change, says, tmp_path):
    notebook = mini.notebook()
    for count, cell in enumerate((c for c in notebook["cells"] if c["cell_type"] == "code"), start=1):
        cell["execution_count"] = count
    notebook["cells"][6]["source"] = "1"  # so that the chapter is in form before the change
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps(notebook))
    assert chapters.problems(path) == []
    change(notebook)
    path.write_text(json.dumps(notebook))
    assert any(says in line for line in chapters.problems(path)), chapters.problems(path)


def test_what_a_chapter_costs_is_measured(tmp_path):
    path = mini.write(tmp_path, mini.cell("code", "heavy", 'held = b"x" * 300_000_000\ntime.sleep(1)'))
    found = timing.measure(path)
    assert found["chapter"] == path.stem
    assert found["memory"] > 300
    assert found["slowest"][0][0] == "heavy"
    assert 1 < found["seconds"] - found["first"] < found["seconds"]


@pytest.mark.skipif(glibc() is None, reason="not glibc")
def test_what_a_cell_leaves_free_is_given_back():
    """Two hundred megabytes are freed below a block that stays: glibc alone would keep them for this kernel."""
    shell = InteractiveShell()
    namespace = {"In": ["seed: int = 0  # 0..9"], "seed": 0, "get_ipython": lambda: shell}
    for _ in range(2):
        contract.check_parameters(namespace)
    hooks = shell.events.callbacks["post_run_cell"]
    assert [f.__module__ for f in hooks].count(contract.__name__) == 1
    before = psutil.Process().memory_info().rss
    shell.run_cell(
        "blocks = [bytes([k % 256]) * 100_000 for k in range(2_000)]; top = bytes(b'x') * 100_001; del blocks"
    )
    assert psutil.Process().memory_info().rss - before < 50e6
