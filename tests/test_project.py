"""The project's own files agree: pyproject.toml, lock and environment.yml; no CUDA package, no host in a lock."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from sabotage import SABOTAGES, sabotaged

from lmcourse.doctor import locked
from lmcourse.files import PROJECT

PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
LOCK = (PROJECT / "requirements.lock").read_text()
ENVIRONMENT = yaml.safe_load((PROJECT / "environment.yml").read_text())["dependencies"]
PINS = [Requirement(line.rstrip(" \\")) for line in LOCK.splitlines() if re.match(r"[a-z0-9]", line)]


def test_lock_holds_every_direct_dependency():
    pinned = {}
    for pin in PINS:
        pinned.setdefault(canonicalize_name(pin.name), []).append(pin)
    direct = PYPROJECT["dependencies"] + PYPROJECT["optional-dependencies"]["dev"]
    for wanted in map(Requirement, direct):
        if wanted.name == "torch":
            continue
        found = pinned[canonicalize_name(wanted.name)]
        assert all(wanted.specifier.contains(str(pin.specifier)[2:]) for pin in found), wanted


def test_what_the_package_imports_is_declared():
    declared = {canonicalize_name(Requirement(d).name) for d in PYPROJECT["dependencies"]}
    providers = packages_distributions()
    for path in (PROJECT / "lmcourse").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
            for name in {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"lmcourse"}:
                assert {canonicalize_name(d) for d in providers.get(name, [])} & declared, f"{path}: {name}"


def test_lock_is_hashed_and_names_no_host():
    blocks = re.split(r"\n(?=[a-z0-9])", LOCK.split("\n", 2)[2])
    assert len(blocks) == len(PINS) > 100
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", block) for block in blocks)
    assert not re.search(r"https?:|file:|--(extra-)?index|--find-links|/opt/", LOCK)


def test_torch_stands_outside_and_brings_no_cuda_into_the_lock():
    torch = [d for d in PYPROJECT["dependencies"] if Requirement(d).name == "torch"]
    assert re.fullmatch(r"torch==\d+\.\d+\.\d+", *torch)
    gpu = [pin.name for pin in PINS if re.match(r"torch$|triton|nvidia|cuda|pytorch-triton", pin.name)]
    assert gpu == []


def test_conda_users_get_the_same_set():
    assert f"python {PYPROJECT['requires-python']}" in ENVIRONMENT
    [pip] = [entry["pip"] for entry in ENVIRONMENT if isinstance(entry, dict)]
    torch = next(d for d in PYPROJECT["dependencies"] if d.startswith("torch=="))
    assert pip[-2:] == [torch, "-e ."]
    assert [str(Requirement(line)) for line in pip[:-2]] == [str(pin) for pin in PINS], "run make lock"


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_lock_names_each_package_once_for_every_python(version):
    for system in ("linux", "darwin"):
        place = {"python_version": version, "python_full_version": f"{version}.9", "sys_platform": system}
        held = [pin.name for pin in PINS if not pin.marker or pin.marker.evaluate(place)]
        assert len(held) == len(set(held))
        assert {"numpy", "scipy", "transformers", "jupyterlab"} <= set(held)


def test_locked_reads_the_lines_that_hold_here():
    text = "a==1 \\\n    --hash=x\nb==2 ; python_version < '3' \\\nc.d==3 ; python_version >= '3' \\\n# e==4\n"
    assert locked(text) == {"a": "1", "c.d": "3"}


def test_each_make_target_has_a_help_line():
    makefile = (PROJECT / "Makefile").read_text()
    targets = re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE)
    assert targets == re.findall(r"^([a-z]+):.*## \w", makefile, flags=re.MULTILINE)
    phony = re.search(r"^\.PHONY: (.+)$", makefile, flags=re.MULTILINE).group(1).split()
    assert sorted(targets) == sorted(phony)


def test_each_test_that_the_readme_names_exists():
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", (PROJECT / "README.md").read_text(encoding="utf-8"))
    assert len(named) > 50
    for path, name in named:
        source = (PROJECT / "tests" / path).read_text(encoding="utf-8")
        assert re.search(rf"^def {name}\(", source, re.MULTILINE), f"{path}::{name}"


def test_each_test_that_a_sabotage_names_exists():
    for sabotage in SABOTAGES:
        for name in sabotage.tests:
            path, test = name.split("[")[0].split("::")
            assert f"\ndef {test}(" in (PROJECT / path).read_text(encoding="utf-8"), name
        sabotaged((PROJECT / sabotage.file).read_text(encoding="utf-8"), sabotage)  # each text stands there once
