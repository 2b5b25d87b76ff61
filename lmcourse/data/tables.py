"""A reader's own tables: CSV, TSV and JSONL files read strictly, with every row accounted for."""

import codecs
import contextlib
import csv
import io
import json
import math
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from lmcourse.data.cleaning import clean, valid_unicode
from lmcourse.errors import InputError

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?inf(inity)?", re.I | re.ASCII)
TABLES = (".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".json")
Row = tuple[int, int, dict | str]  # row number from 1 (without the heading), line, cells or why it is rejected


def read_table(path: Path | str, text: str, label: str | None = None, encoding: str = "utf-8"):
    """Read a CSV, TSV or JSONL file: (Dataset, rejected).

    The Dataset has `text`, `label` if asked for, and `row`, the number of the row from 1 (a heading is not
    counted). Labels are int64 if all are whole numbers, else float64 if all are numbers, else strings.
    `rejected` lists (row, reason): empty texts, too few or too many cells, broken JSON, a last line cut in half.
    Rows in the file = rows of the Dataset + rejected rows.
    Errors: InputError for a missing file or column, another encoding, an open quote, a missing label, no rows.
    """
    import datasets

    path = Path(path)
    content = _decoded(path, encoding)
    wanted = [text] if label is None else [text, label]
    parse = _json_rows if path.suffix.lower() in TABLES[3:] else _csv_rows
    texts, labels, numbers, rejected = [], [], [], []
    for number, line, cells in parse(path, content, wanted):
        if isinstance(cells, str):
            rejected.append((number, cells))
            continue
        value = cells[text]
        if not isinstance(value, str | None):
            rejected.append((number, f"the text is a {type(value).__name__}"))
            continue
        if not clean(value or ""):
            rejected.append((number, "the text is empty"))
            continue
        if label is not None:
            labels.append(_label(cells[label], label, f"{path}, row {number} (line {line})"))
        texts.append(valid_unicode(value))
        numbers.append(number)
    if not texts:
        what = "it has no rows"
        if rejected:
            what = f"all {len(rejected)} rows were rejected, row {rejected[0][0]}: {rejected[0][1]}"
        raise InputError(what, path, "give a file with texts")
    columns = {"text": texts}
    if label is not None:
        columns["label"] = _typed(labels)
    return datasets.Dataset.from_dict(columns | {"row": numbers}), rejected


def _decoded(path: Path, encoding: str) -> str:
    """The file's content without a byte-order mark. Errors: InputError that names the encoding which reads it."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"the file cannot be read: {error.strerror}", path, "check its name and place") from None
    if not raw.strip():
        raise InputError("the file is empty", path, "give a file with a heading and rows")
    try:
        "".encode(encoding)  # refuses codecs that are none of text
        name = codecs.lookup(encoding).name
    except LookupError:
        raise InputError(
            f"no encoding is named {encoding!r}", path, "use --encoding utf-8, latin-1 or utf-16"
        ) from None
    if not name.startswith("utf-16"):
        if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise InputError(f"the file is UTF-16, not {name}", path, "read it with --encoding utf-16")
        beginning = raw[:4000]
        if (zeros := beginning.count(0)) > len(beginning) // 4:
            order = "le" if beginning[1::2].count(0) > zeros // 2 else "be"
            raise InputError(f"the file is UTF-16, not {name}", path, f"read it with --encoding utf-16-{order}")
    if name in ("utf-8", "utf-8-sig"):
        return _utf8(path, raw)
    try:
        content = raw.decode(encoding, "surrogatepass" if name.startswith("utf") else "strict")
    except UnicodeDecodeError as error:
        what = f"the file is not {name}: {error.reason} at byte {error.start}"
        raise InputError(what, path, "name another --encoding") from None
    # Encodings of one byte a character read everything, also what is UTF-8 in truth.
    if name.startswith(("iso8859", "cp12", "mac")) and any(byte > 127 for byte in raw):
        with contextlib.suppress(UnicodeDecodeError):
            raw.decode("utf-8")
            raise InputError(f"the file is UTF-8, which {name} would garble", path, "leave out --encoding")
    return content.removeprefix("\ufeff")


def _utf8(path: Path, raw: bytes) -> str:
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.start > len(raw) - 4:  # cut within a character
            return raw.decode("utf-8", "replace")
        try:  # lone surrogates, which some programs write; `valid_unicode` replaces them
            return raw.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            line = raw.count(b"\n", 0, error.start) + 1
        # 0x80..0x9f are control characters in Latin-1, but quotes and dashes in Windows' extension of it
        other = "cp1252" if re.search(rb"[\x80-\x9f]", raw) else "latin-1"
        name = {"cp1252": "Windows-1252 (Latin-1)", "latin-1": "Latin-1"}[other]
        raise InputError(
            f"the file is not UTF-8 (byte 0x{raw[error.start]:02x} in line {line}); it looks like {name}",
            path,
            f"read it with --encoding {other}, or save it as UTF-8",
        ) from None


def _csv_rows(path: Path, content: str, wanted: list[str]) -> Iterator[Row]:
    """The rows of a CSV or TSV file."""
    lines = io.StringIO(content.replace("\0", ""), newline="")
    heading = content.lstrip("\r\n").split("\n")[0].split("\r")[0]
    if path.suffix.lower() in TABLES[1:3]:
        delimiter = "\t"
    else:  # spreadsheets in much of Europe write semicolons
        delimiter = max(",;\t", key=heading.count)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    limit = csv.field_size_limit(sys.maxsize // 2**33)
    names, number, start = None, 0, 1
    try:
        while True:
            start = reader.line_num + 1
            cells = next(reader, None)
            if cells is None:
                return
            if not cells:
                continue  # an empty line
            if names is None:
                names = _heading(path, [name.strip() for name in cells], wanted)
                continue
            number += 1
            if len(names) > 1 and not "".join(cells).strip():
                yield number, start, "the row is empty"
            elif len(cells) != len(names):
                yield number, start, f"{len(cells)} cells where the heading has {len(names)}"
            else:
                yield number, start, dict(zip(names, cells, strict=True))
    except csv.Error as error:
        number += names is not None
        # If the row is the last line, the file was cut in half and only that row is lost.
        if names and "unexpected end" in str(error) and start == _line_count(content):
            yield number, start, "the last line ends within quotes"
            return
        what = f"the quotes are wrong, {error}"
        if "unexpected end" in str(error):
            what = "a quote is opened and never closed"
        fix = "close the quote, and double each quote within a text"
        raise InputError(what, f"{path}, row {number} (line {start})", fix) from None
    finally:
        csv.field_size_limit(limit)


def _line_count(content: str) -> int:
    return len(re.split(r"\r\n|\r|\n", content.rstrip("\r\n")))


def _heading(path: Path, names: list[str], wanted: list[str]) -> list[str]:
    for name in wanted:
        if name not in names:
            raise InputError(f"there is no column {name!r}", path, f"use one of {', '.join(names)[:200]}")
        if names.count(name) > 1:
            raise InputError(f"there are {names.count(name)} columns named {name!r}", path, "give them different names")
    return names


def _json_rows(path: Path, content: str, wanted: list[str]) -> Iterator[Row]:
    """The rows of a JSONL file: one object a line."""

    def unique(pairs: list[tuple]) -> dict:
        keys = [key for key, _ in pairs]
        if twice := next((name for name in wanted if keys.count(name) > 1), None):
            raise ValueError(f"the key {twice!r} stands twice")
        return dict(pairs)

    number, seen = 0, set()
    found = []
    for line, said in enumerate(re.split(r"\r\n|\r|\n", content), 1):
        if not said.strip():
            continue
        number += 1
        try:
            cells = json.loads(said, object_pairs_hook=unique)
        except json.JSONDecodeError as error:
            found.append((number, line, f"not JSON: {error.msg} at character {error.pos + 1}"))
            continue
        except (ValueError, RecursionError) as error:
            found.append((number, line, str(error)))
            continue
        if not isinstance(cells, dict):
            found.append((number, line, "not a JSON object"))
            continue
        seen |= cells.keys()
        found.append((number, line, {name: cells.get(name) for name in wanted}))
    for name in wanted:
        if seen and name not in seen:
            raise InputError(f"there is no key {name!r}", path, f"use one of {', '.join(sorted(seen))[:200]}")
    yield from found


def _label(value, column: str, where: str) -> str:
    """A label as text. Errors: InputError that names the row of a missing one."""
    label = "" if value is None else str(value).strip()
    if isinstance(value, bool):
        label = str(int(value))
    if label.lower() in ("", "nan"):
        raise InputError(f"the label in column {column!r} is missing", where, "fill it in, or remove the row")
    if isinstance(value, list | dict):
        raise InputError(
            f"the label in column {column!r} is a {type(value).__name__}", where, "give a word or a number"
        )
    if NUMBER.fullmatch(label) and not math.isfinite(float(label)):
        raise InputError(f"the label {label} in column {column!r} is not finite", where, "give a finite number")
    return valid_unicode(label)


def _typed(labels: list[str]) -> list:
    if all(re.fullmatch(r"[+-]?\d{1,18}", label, re.ASCII) for label in labels):
        return [int(label) for label in labels]
    if all(NUMBER.fullmatch(label) for label in labels):
        return [float(label) for label in labels]
    return labels
