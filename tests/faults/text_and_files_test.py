"""Texts and tables: whatever is in them, rows in are rows kept and rows rejected, and both are told."""

import csv
import io
import json
import sys
from itertools import chain
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import in_one_line, predictor

from lmcourse.data.cleaning import clean, valid_unicode
from lmcourse.data.tables import read_table
from lmcourse.errors import InputError
from lmcourse.files import write_manifest

pytestmark = pytest.mark.timeout(600)
HOSTILE = [
    "👩‍👩‍👧", "שלום \u202eabc", "e\u0301\u0301\u0301", "\x00\x07\x1b[31m", "\ud800", "\udc00\ud800", "a\r\nb\rc\nd",
    "\ufeff", "\u2028\u2029\x85", '"', '""', "'", ",;\t", "\\", "=1+1", "<script>", "&amp;", "\u200b", " ", "",
    "漢字", "x" * 5000, "NULL", "nan", "{}",
]  # fmt: skip
TEXT = st.one_of(st.text(st.characters(codec=None, categories=None), max_size=20), st.sampled_from(HOSTILE))
KIND = st.sampled_from(["good"] * 6 + ["short", "long", "blank", "odd", "broken"])
ROWS = st.lists(st.tuples(KIND, TEXT), min_size=150, max_size=250)


def accounted(path, rows: int) -> dict[int, str]:
    """Read a table: every row is kept or rejected, once; the kept ones by number."""
    data, rejected = read_table(path, "text", "label")
    assert all("\n" not in reason and reason for _, reason in rejected)
    numbers = [*data["row"], *(row for row, _ in rejected)]
    assert sorted(numbers) == list(range(1, rows + 1))
    assert set(data["label"]) <= {0, 1}
    return dict(zip(data["row"], data["text"], strict=True))


def csv_row(kind: str, text: str, number: int) -> list[str]:
    label = str(number % 2)
    odd = {"short": [text], "long": [text, label, "more"], "blank": ["", ""], "odd": ["\u200b", label]}
    return odd.get(kind, [text, label])


def json_row(kind: str, text: str, number: int) -> str:
    label = number % 2
    written = json.dumps(text)
    return {
        "short": json.dumps({"label": label}),
        "long": json.dumps([text, label]),
        "blank": json.dumps({"text": 5, "label": label}),
        "odd": f'{{"text": {written}, "text": {written}, "label": {label}}}',
        "broken": f'{{"text": {written}, "lab',
    }.get(kind, json.dumps({"text": text, "label": label, "more": number}))


@pytest.mark.parametrize("tables", [5, pytest.param(170, marks=pytest.mark.long)])
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_rows_in_are_rows_kept_and_rows_rejected(tmp_path, form, tables):
    path, seen = tmp_path / f"t.{form}", []

    @settings(max_examples=tables, database=None)
    @given(ROWS)
    def one(rows):
        rows = [("good", "one good text"), ("good", "half a pair: \ud800"), *rows]
        if form == "csv":
            written = io.StringIO()
            table = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n")
            table.writerows([["text", "label"], *(csv_row(*row, n) for n, row in enumerate(rows))])
            path.write_bytes(written.getvalue().encode("utf-8", "surrogatepass"))
        else:
            path.write_text("\n".join(json_row(*row, n) for n, row in enumerate(rows)))
        fine = ("good", "broken") if form == "csv" else ("good",)
        kept = accounted(path, len(rows))
        drop = "\0" if form == "csv" else ""  # which a CSV reader may not see
        texts = {n: text.replace(drop, "") if drop else text for n, (kind, text) in enumerate(rows, 1) if kind in fine}
        assert kept == {n: valid_unicode(text) for n, text in texts.items() if clean(text)}
        seen.append(len(rows))

    one()
    assert sum(seen) >= 150 * tables


@pytest.mark.parametrize("examples", [50, pytest.param(5000, marks=pytest.mark.long)])
@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl"])
def test_any_damage_to_a_table_is_told_or_counted(tmp_path, form, examples):
    """Bytes changed, cut and put in: one line that names the file, or no gap in the numbers of the rows."""
    between = {"csv": ",", "tsv": "\t"}.get(form)
    rows = [("a fine, “long” film 🎉", 1), ('it was "bad"', 0), ("two\nlines", 1), ("café", 0)] * 2
    if between:
        written = io.StringIO()
        csv.writer(written, delimiter=between).writerows([("text", "label"), *rows])
        whole = written.getvalue().encode()
    else:
        whole = "\n".join(json.dumps({"text": text, "label": label}, ensure_ascii=False) for text, label in rows)
        whole = whole.encode()
    path = tmp_path / f"t.{form}"

    @settings(max_examples=examples, database=None)
    @given(st.integers(0, len(whole)), st.integers(0, 9), st.binary(max_size=4))
    def one(place, gone, added):
        path.write_bytes(whole[:place] + added + whole[place + gone :])
        try:
            data, rejected = read_table(path, "text", "label")
        except InputError as error:
            in_one_line(error, path)
            return
        numbers = sorted([*data["row"], *(row for row, _ in rejected)])
        assert numbers == list(range(1, len(numbers) + 1))
        assert all(text.encode() for text in data["text"])

    one()


@pytest.fixture
def model(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    predictor().save(folder)
    write_manifest(folder)
    return folder


def test_evaluate_tells_the_rows_kept_and_rejected(shell, model, tmp_path):
    texts = [text.encode("utf-8", "replace").decode() for text in HOSTILE]
    with open(tmp_path / "t.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "label"), *((text, n % 2) for n, text in enumerate(texts)), ("half",)])
    words = ("evaluate", "--model", model, "--data", tmp_path / "t.csv", "--text", "text", "--label", "label", "--json")
    code, out, err = shell(*words)
    assert code == 0, err
    kept = json.loads(out)["n"]
    assert 0 < kept < len(texts) + 1
    assert f"{kept} rows kept, {len(texts) + 1 - kept} rejected, the first is row" in err


@pytest.mark.parametrize("lines", [100, pytest.param(5000, marks=pytest.mark.long)])
def test_predict_answers_every_line_in_order(shell, model, monkeypatch, lines):
    valid = [text.encode("utf-8", "ignore").replace(b"\n", b" ") for text in HOSTILE]
    given = [valid[n % len(valid)] + str(n).encode() for n in range(lines - 1)] + [b"long " * 100_000]
    for end in (b"\n", b"\r\n"):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(end.join(given)), isatty=lambda: False))
        code, out, err = shell("predict", "--model", model)
        assert code == 0, err
        answers = [json.loads(line) for line in out.split("\n") if line]
        assert [answer["text"] for answer in answers] == [line.decode() for line in given]
        assert set(chain(*(answer["probabilities"] for answer in answers))) == {"0", "1"}
