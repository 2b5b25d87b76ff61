"""The parameters of a chapter: declared in one cell, checked before and inside a run.

A declaration is a line `name: type = literal  # range help`, where the type is int, float, str or bool, and the
range is `low..high` (both included) for numbers, or `one|two|three`; a str whose comment starts with neither
takes any text. Nothing of the cell is executed to read it.
"""

import ast
import difflib
import gc
import io
import json
import keyword
import linecache
import re
import tokenize
from dataclasses import dataclass
from pathlib import Path

from lmcourse.errors import InputError
from lmcourse.files import PROJECT, glibc

NOTEBOOKS = PROJECT / "notebooks"
TYPES = {"int": int, "float": float, "str": str, "bool": bool}
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_RANGE = re.compile(rf"({_NUMBER})\.\.({_NUMBER})")
_INJECTED = "# Parameters"  # the first line of the cell that papermill adds


@dataclass(frozen=True)
class Parameter:
    """One declared parameter; `allowed` is its range as written (`1..1000`, `a|b`), empty for free text."""

    name: str
    type: type
    default: int | float | str | bool
    allowed: str = ""
    help: str = ""

    @property
    def allows(self) -> str:
        """What may be given, for a message."""
        return self.allowed or ("true|false" if self.type is bool else f"any {self.type.__name__}")

    def coerce(self, value: object) -> int | float | str | bool:
        """Return `value` in the declared type; text is read as that type (papermill hands over "false", "1e-4").

        Errors: InputError that names the parameter, the value and the range.
        """
        converted = self._convert(value)
        if converted is None or not self._within(converted):
            raise InputError(f"{self.name} = {value!r} is not allowed", fix=f"give {self.type.__name__} {self.allows}")
        return converted

    def _convert(self, value: object) -> int | float | str | bool | None:
        if self.type is bool:
            text = value.strip().lower() if isinstance(value, str) else value if isinstance(value, bool) else ""
            return {"true": True, "false": False, True: True, False: False}.get(text)
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return None
        if self.type is str:  # papermill reads `-p depth 2` as a number
            return value if isinstance(value, str) else str(value) if isinstance(value, int) else None
        if self.type is int and isinstance(value, float):
            return None
        try:
            return self.type(value)
        except ValueError:
            return None

    def _within(self, value: int | float | str | bool) -> bool:
        if span := _RANGE.fullmatch(self.allowed):
            return float(span[1]) <= value <= float(span[2])  # also refuses NaN
        return not self.allowed or str(value) in self.allowed.split("|")


def _annotated(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)


def declarations(source: str, where: object = "") -> list[Parameter]:
    """Read the declarations of a parameters cell without executing it.

    Errors: InputError that names the line, for anything which is not a declaration.
    """
    try:
        body = ast.parse(source).body
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (SyntaxError, tokenize.TokenError) as error:
        raise InputError(f"the parameters cell cannot be read: {error}", where) from None
    comments = {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}
    found = []
    for node in body:
        line = ast.get_source_segment(source, node)
        form = InputError(
            f"not a declaration: {line}", where, "write name: int|float|str|bool = literal  # low..high or a|b"
        )
        if not _annotated(node) or not isinstance(node.annotation, ast.Name):
            raise form
        name, kind = node.target.id, TYPES.get(node.annotation.id)
        try:
            default = ast.literal_eval(node.value)
        except (ValueError, TypeError):
            raise form from None
        if kind is None or name.startswith("_") or not isinstance(default, int | float | str | bool):
            raise form
        lines = range(node.lineno, node.end_lineno + 1)  # a formatter may break a long declaration
        first, _, rest = next((comments[i] for i in lines if i in comments), "").partition(" ")
        bounded = _RANGE.fullmatch(first) if kind in (int, float) else None
        if bounded or ("|" in first and kind is not bool):
            found.append(Parameter(name, kind, default, first, rest.strip(" :,;–-")))
        elif kind in (int, float):
            raise InputError(f"{name} has no range", where, "add a comment such as # 1..1000 or # 1|2|4")
        else:
            found.append(Parameter(name, kind, default, "", f"{first} {rest}".strip()))
    if len({p.name for p in found}) < len(found):
        raise InputError("a parameter is declared twice", where)
    return found


def parameters_cell(notebook: dict, where: object = "") -> dict:
    """Return the one cell tagged `parameters`. Errors: InputError when there is none, or more than one."""
    cells = [c for c in notebook["cells"] if "parameters" in c["metadata"].get("tags", [])]
    if len(cells) != 1:
        raise InputError(f"{len(cells)} cells are tagged `parameters`, one is expected", where)
    return cells[0]


def parameters(chapter: Path) -> list[Parameter]:
    """The declared parameters of a chapter's file, their defaults checked against their own ranges."""
    chapter = Path(chapter)
    try:
        notebook = json.loads(chapter.read_text(encoding="utf-8"))
        source = parameters_cell(notebook, chapter)["source"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"not a notebook: {error}", chapter) from None
    found = declarations("".join(source), chapter)
    for parameter in found:
        parameter.coerce(parameter.default)
    return found


def declared_anywhere() -> set[str]:
    """The names which some chapter of the course declares: a profile is one file for all chapters."""
    names = set()
    for path in NOTEBOOKS.glob("*.ipynb"):
        try:
            names |= {parameter.name for parameter in parameters(path)}
        except InputError:
            continue  # that chapter's own run tells
    return names


def unknown(name: str, declared: list[Parameter]) -> InputError:
    """The error for a name that is not declared, with the nearest one that is."""
    names = [parameter.name for parameter in declared]
    near = difflib.get_close_matches(str(name), names, n=1)
    known = f"did you mean {near[0]}?" if near else f"there are {', '.join(names) or 'none'}"
    return InputError(f"no parameter is called {name!r}", fix=known)


def valid_name(name: object) -> bool:
    """Whether a name is a plain identifier: papermill executes whatever stands on the left of its `=`."""
    return isinstance(name, str) and name.isidentifier() and not keyword.iskeyword(name)


def coerce_all(given: dict[str, object], declared: list[Parameter]) -> dict[str, int | float | str | bool]:
    """Return the given values in their declared types. Errors: InputError for an unknown name or a wrong value."""
    by_name = {parameter.name: parameter for parameter in declared}
    for name in given:
        if not valid_name(name) or name not in by_name:
            raise unknown(name, declared)
    return {name: by_name[name].coerce(value) for name, value in given.items()}


def _is_parameters_cell(source: str) -> bool:
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return False
    return bool(body) and all(
        _annotated(node) and isinstance(node.annotation, ast.Name) and node.annotation.id in TYPES for node in body
    )


def _cells_run(namespace: dict) -> list[str]:
    """The sources of the cells run so far: IPython's `In`, or what it keeps for tracebacks when it keeps no `In`."""
    history = [str(source) for source in namespace.get("In", [])]
    if any(map(_is_parameters_cell, history)):
        return history
    kept = [entry for name, entry in linecache.cache.items() if "ipykernel_" in name and len(entry) == 4]
    return ["".join(entry[2]) for entry in kept]  # nbval runs cells without history


def _give_back(_result) -> None:
    """Give back the memory that a cell has left free: chapters that are open side by side share one laptop."""
    gc.collect()  # a trainer and its callbacks hold each other, and hundreds of megabytes, until it comes along
    if glibc():
        glibc().malloc_trim(0)


def check_parameters(namespace: dict) -> None:
    """Check a chapter's parameters from its setup cell: `check_parameters(globals())`; see to its memory from then on.

    The cells that were run are read from IPython's `In`: the newest parameters cell declares, the newest cell
    that papermill injected after it tells which names were given. Values come back in their declared types.
    Errors: InputError for a value out of range (naming the range) or a name which is not declared.
    """
    history = _cells_run(namespace)
    places = [i for i, source in enumerate(history) if _is_parameters_cell(source)]
    if not places:
        raise InputError("the parameters cell has not been run", fix="run it, then this cell again")
    declared = declarations(history[places[-1]])
    injected = [source for source in history[places[-1] + 1 :] if source.startswith(_INJECTED)]
    given = {
        target.id
        for node in (ast.parse(injected[-1]).body if injected else [])
        for target in getattr(node, "targets", [])
        if isinstance(target, ast.Name)
    } - {parameter.name for parameter in declared}
    if given:
        elsewhere = declared_anywhere()
        for name in sorted(given):
            if name not in elsewhere:
                raise unknown(name, declared)
            print(f"Note: {name} is a parameter of another chapter and has no effect here.")
    for parameter in declared:
        namespace[parameter.name] = parameter.coerce(namespace.get(parameter.name))
    if "get_ipython" in namespace:
        events = namespace["get_ipython"]().events
        if _give_back not in events.callbacks["post_run_cell"]:  # the cell may be run again
            gc.freeze()  # what was imported stays: no need to look through it after each cell
            events.register("post_run_cell", _give_back)
