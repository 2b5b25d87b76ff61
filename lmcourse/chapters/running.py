"""Running one chapter: strict parameters, outputs on disk as they come, no success without the last cell."""

import json
import re
import signal
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

from lmcourse.chapters import contract
from lmcourse.errors import CourseError, InputError
from lmcourse.files import sha256_bytes, write_atomic

RESULT = "application/vnd.lmcourse.result+json"


def chapters() -> list[Path]:
    """The course's chapters, in order."""
    return sorted(contract.NOTEBOOKS.glob("*.ipynb"))


def find(chapter: str | Path) -> Path:
    """The file of a chapter given as `05a`, `05a_fine_tuning` or a path; a name beats a file of that name."""
    known = {path.stem: path for path in chapters()}
    for stem, path in known.items():
        if str(chapter) in (stem, stem.split("_")[0]):
            return path
    path = Path(chapter)
    if path.suffix == ".ipynb" and path.is_file():
        return path.resolve()
    raise InputError("no such chapter", chapter, f"there are {', '.join(known) or 'none yet'}")


def report(**values: float | int | str | bool) -> None:
    """Show a chapter's results and store them in its output, for `results` and `sweep`; NaN is stored as empty."""
    plain = {}
    for name, value in values.items():
        value = value.item() if hasattr(value, "item") else value
        if not isinstance(value, int | float | str | bool):
            raise InputError(f"report: {name} is a {type(value).__name__}", fix="give a number, text or bool")
        finite = not isinstance(value, float) or abs(value) < float("inf")
        plain[name] = value if finite else None
    text = "\n".join(f"{n} = {v:.4g}" if isinstance(v, float) else f"{n} = {v}" for n, v in plain.items())
    from IPython.display import display

    display({RESULT: plain, "text/plain": text}, raw=True)


def outputs(notebook: dict):
    """Every (cell, output) of a notebook, in order."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            yield cell, output


def results(path: Path | str) -> dict:
    """What an executed chapter handed to `report`, all calls together."""
    found = {}
    for _, output in outputs(json.loads(Path(path).read_text(encoding="utf-8"))):
        found |= output.get("data", {}).get(RESULT, {})
    return found


def failure(notebook: dict) -> tuple[str, str] | None:
    """The cell id and the one-line exception of the first error in a notebook's outputs."""
    for cell, output in outputs(notebook):
        if output["output_type"] == "error":
            first = re.sub(r"\x1b\[[0-9;]*m", "", str(output["evalue"])).strip().split("\n")[0]
            return cell.get("id", "?"), f"{output['ename']}: {first}"
    return None


def unfinished(notebook: dict) -> str | None:
    """The id of the first code cell that was not run, in order 1..n; None when the last cell was reached."""
    code = [c for c in notebook["cells"] if c["cell_type"] == "code" and "".join(c["source"]).strip()]
    for count, cell in enumerate(code, start=1):
        if cell.get("execution_count") != count:
            return cell.get("id", "?")
    return None


def _last_started(notebook: dict) -> str:
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    started = [c.get("id", "?") for c in code if c["metadata"].get("papermill", {}).get("start_time")]
    return started[-1] if started else "none yet"


def source_hash(notebook: dict) -> str:
    """SHA-256 of a chapter's code, whatever its prose and outputs."""
    code = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    return sha256_bytes(json.dumps(code).encode())


def profile_values(profile: Path | str | None, declared: list[contract.Parameter]) -> dict:
    """The values of a profile that concern a chapter; a profile is one YAML file `name: value` for all chapters.

    `smoke` stands for `notebooks/profiles/smoke.yaml`. Errors: InputError for a name that no chapter declares.
    """
    if profile is None:
        return {}
    path = contract.NOTEBOOKS / "profiles" / f"{profile}.yaml"
    path = path if path.is_file() else Path(profile)
    import yaml

    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise InputError(f"the profile cannot be read: {' '.join(str(error).split())}", path) from None
    if not isinstance(values, dict):
        raise InputError("a profile is a list of lines `name: value`", path)
    here = {parameter.name for parameter in declared}
    if strange := values.keys() - here:
        elsewhere = contract.declared_anywhere()  # reads every chapter: once
        for name in strange - elsewhere:
            raise unknown_in(path, contract.unknown(name, declared))
    return {name: value for name, value in values.items() if name in here}


def unknown_in(path: Path, error: InputError) -> InputError:
    """The same error, with the file where it stands."""
    return InputError(error.what, path, error.fix)


@contextmanager
def _terminated_cleanly():
    """Let SIGTERM end this process as an exception does, so that the kernel is shut down before."""

    def stop(*_):
        raise SystemExit(128 + signal.SIGTERM)

    main = threading.current_thread() is threading.main_thread()
    replace = main and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    if replace:
        signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        if replace:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


def execute(notebook: dict, out: Path, values: dict, folder: Path, name: str) -> None:
    """Execute a notebook by papermill in this Python, writing `out` whole after every cell.

    The kernel watches this process and ends when it is gone. Errors: CourseError with chapter, cell, exception.
    """
    import nbformat
    import papermill
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError
    from papermill.iorw import papermill_io

    class ThisPython(AsyncKernelManager):
        """A kernel of the running interpreter, whichever kernels the user has installed."""

        kernel_spec = KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=50"],
            language="python",
        )

    class WholeFiles:
        """Papermill's writer replaced: a kill while it writes leaves the file of the cell before."""

        def write(self, text, path):
            write_atomic(path.removeprefix("whole:"), text)

        def pretty_path(self, path):
            return path.removeprefix("whole:")

    papermill_io._handlers = [h for h in papermill_io._handlers if h[0] != "whole:"]
    papermill_io.register("whole:", WholeFiles())
    target = "whole:" + str(out.resolve()).replace("{", "{{").replace("}", "}}")  # papermill formats paths
    notebook = nbformat.from_dict(notebook)
    notebook.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    died = None
    with _terminated_cleanly():
        try:
            papermill.execute_notebook(
                notebook,
                target,
                parameters=values,
                cwd=str(folder),
                kernel_name="python3",
                kernel_manager_class=ThisPython,
                autosave_cell_every=5,
                coalesce_streams=True,
                progress_bar={"desc": name, "file": sys.stderr},
            )
        except (PapermillExecutionError, DeadKernelError) as error:
            died = error
        except OSError as error:
            raise CourseError(f"the output cannot be written: {error.strerror or error}", out) from None
    done = json.loads(out.read_text(encoding="utf-8"))
    cell, what = failure(done) or (unfinished(done), "its kernel ended before the last cell")
    if died or cell:
        cell = cell if failure(done) else _last_started(done)
        raise CourseError(what, f"chapter {name}, cell {cell}", f"what ran is in {out}")
    done["metadata"]["lmcourse"]["finished"] = True
    write_atomic(out, json.dumps(done, indent=1, ensure_ascii=False))


def run(
    chapter: str | Path,
    parameters: dict[str, object] | None = None,
    profile: Path | str | None = None,
    out: Path | str | None = None,
) -> Path:
    """Run a chapter with other parameters and return the executed notebook, by default `out/CHAPTER.ipynb` here.

    `parameters` (text is read in the declared type) win over the profile. Errors: InputError, before a kernel
    starts, for an unknown name, a wrong type or a value out of range; CourseError when a cell fails.
    """
    path = find(chapter)
    declared = contract.parameters(path)
    values = contract.coerce_all(profile_values(profile, declared), declared)
    values |= contract.coerce_all(dict(parameters or {}), declared)
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    notebook["metadata"]["lmcourse"] = {
        "chapter": path.stem,
        "source": source_hash(notebook),
        "parameters": {p.name: values.get(p.name, p.default) for p in declared},
    }
    target = Path(out) if out else Path("out") / f"{path.stem}.ipynb"
    if target.resolve() == path.resolve():
        raise InputError("the output would replace the chapter itself", target, "name another file")
    try:
        write_atomic(target, json.dumps(notebook))  # says now, not after the run, that a folder cannot be written
    except OSError as error:
        raise InputError(f"the output cannot be written: {error.strerror}", target) from None
    execute(notebook, target, values, path.parent, path.stem)
    return target
