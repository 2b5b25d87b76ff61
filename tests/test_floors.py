"""Which floor may import which: imports only go down, and the rooms of the ground floor don't know each other."""

import ast
import subprocess
import sys

import pytest

from lmcourse.files import PROJECT

FLOORS = {
    0: {"errors", "files", "memory"},
    1: {"data", "models", "training", "evaluation", "checks", "plots", "chapters"},
    2: {"pretraining", "finetuning", "exercises", "widgets"}
    | {
        "bench",
        "bench_peers",
        "doctor",
        "inference",
        "experiments",
        "course_bert",
        "applications",
        "deployment",
        "explain",
        "compression",
    },
    3: {"cli", "__main__"},
}
FLOOR = {room: floor for floor, rooms in FLOORS.items() for room in rooms}
FROM_TRANSFORMERS = {"lmcourse.models.weights", "lmcourse.bench_peers"}


def imported(module: str, source: str, package: bool = False) -> set[str]:
    """All modules that a module's source imports, wherever the import stands in it."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            here = module.split(".")
            base = ".".join(here[: len(here) - node.level + package]) if node.level else ""
            start = ".".join(part for part in (base, node.module) if part)
            names |= {f"{start}.{alias.name}" for alias in node.names}
    return names


def faults(module: str, source: str, package: bool = False) -> list[str]:
    """What a module of lmcourse imports against the rule."""
    room = [*module.split("."), ""][1]
    found = []
    if room and room not in FLOOR:
        return [f"{module}: {room} stands on no floor; add it to FLOORS"]
    for name in sorted(imported(module, source, package)):
        top, other = [*name.split("."), ""][:2]
        if top == "transformers" and module not in FROM_TRANSFORMERS:
            found.append(f"{module} imports transformers, which only models/weights.py and bench_peers.py may")
        if top != "lmcourse" or other in {room, "", "__version__", "COMPILED"}:
            continue
        if other not in FLOOR:
            found.append(f"{module} imports {name}, which stands on no floor")
        elif not room:
            found.append(f"lmcourse/__init__.py imports {other}: it would be loaded by everything")
        elif FLOOR[other] > FLOOR[room]:
            found.append(f"{module} imports {other}, a floor above")
        elif FLOOR[other] == FLOOR[room] == 1:
            found.append(f"{module} imports {other}: the rooms of the ground floor do not know each other")
    return found


def test_imports_go_down():
    found = []
    for path in sorted((PROJECT / "lmcourse").rglob("*.py")):
        parts = path.relative_to(PROJECT).with_suffix("").parts
        package = parts[-1] == "__init__"
        found += faults(".".join(parts[:-1] if package else parts), path.read_text(), package)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("lmcourse.data.splits", "from lmcourse.evaluation.metrics import confusion"),
        ("lmcourse.data.splits", "def f():\n    from lmcourse import plots"),
        ("lmcourse.data.splits", "from ..models import bert"),
        ("lmcourse.training.loop", "import lmcourse.finetuning.run"),
        ("lmcourse.files", "from . import checks"),
        ("lmcourse.doctor", "from lmcourse.cli import main"),
        ("lmcourse.finetuning.run", "from transformers import AutoModel"),
        ("lmcourse", "from lmcourse.errors import CourseError"),
        ("lmcourse.attic", ""),
    ],
)
def test_a_fault_is_found(module, source):
    assert len(faults(module, source, package=module == "lmcourse")) == 1


@pytest.mark.parametrize("module", ["lmcourse", "lmcourse.cli"])
def test_light_to_import(module):
    heavy = ["torch", "transformers", "datasets", "pandas", "matplotlib", "sklearn", "scipy"]
    code = f"import sys, {module}; print(*(name for name in {heavy} if name in sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (run.returncode, run.stdout.split()) == (0, []), run.stderr
