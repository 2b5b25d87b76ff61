"""Corpora: every text that the course reads, as a memory-mapped `datasets.Dataset`, by one call."""

import re
import threading
import tomllib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import numpy as np

from lmcourse import files
from lmcourse.data import parsers, sources
from lmcourse.data.parsers import PARTS
from lmcourse.data.tables import TABLES, read_table
from lmcourse.errors import CourseError, InputError

ARROW = "data-00000-of-00001.arrow"  # the name that `save_to_disk` gives
HUB_SECONDS = 3  # that the hub has to answer, before what lies in its cache is tried


# ---------------------------------------------------------------- cards


@cache
def cards() -> dict[str, dict]:
    """The data cards by name: the course's corpora, MiniLM, and each data set that the document names.

    Keys of a card: name, title, kind (corpus | encoder | hub), origin, licence, size, flaws; a corpus also
    has source and parts; a hub card hub_id, the names of its text and label columns, and `offline`, the
    local corpus that serves instead.
    """
    found = {}
    for path in sorted((files.PROJECT / "data" / "cards").glob("*.toml")):
        found[path.stem] = {"name": path.stem, **tomllib.loads(path.read_text("utf-8"))}
    return found


def card(name: str) -> dict:
    """The data card of one corpus or data set. Errors: InputError for an unknown name."""
    if name not in cards():
        raise InputError(f"there is no card {name!r}", "data/cards", f"use one of {', '.join(cards())}")
    return cards()[name]


# ---------------------------------------------------------------- loading


def load(
    where: str | Path, *, split: str = "train", text: str = "text", label: str | None = None, limit: int | None = None
):
    """Return a `datasets.Dataset`: of a corpus, a file, a folder in the aclImdb layout, or the hub.

    `where` is looked up in this order: a corpus or card of the course by name, a CSV/TSV/JSONL file, a folder
    with `pos` and `neg` (perhaps below a folder named as the split), a hub id. Columns: `text`, and `label` where
    there is one (`text` and `label` name them in files and on the hub); rated corpora have `id, text, rating
    (mean, -4..4), ratings, document`; the other corpora `id, text, document` and perhaps `label`.
    `limit` keeps that many rows, drawn with a fixed seed, in their order.
    Errors: InputError for what is not there, CourseError when source or hub cannot be reached.
    """
    name, path = str(where), Path(where)
    if limit is not None and limit < 1:
        raise InputError(f"limit must be at least 1, not {limit}", name, "leave it out to take everything")
    if name in PARTS:
        data = _corpus(name, split)
    elif cards().get(name, {}).get("kind") == "hub":
        return _hub(cards()[name], split, text, label, limit)
    elif path.is_dir():
        data = _folder(path, split)
    elif path.is_file():
        data, rejected = read_table(path, text, label)
        if rejected:
            row, reason = rejected[0]
            warnings.warn(f"{path}: {len(rejected)} rows rejected, the first is row {row}: {reason}", stacklevel=2)
    elif re.fullmatch(r"[\w.-]+/[\w.-]+", name) and path.suffix.lower() not in TABLES:
        return _hub({"name": name, "hub_id": name}, split, text, label, limit)
    else:
        names = ", ".join((*PARTS, *(n for n, c in cards().items() if c["kind"] == "hub")))
        raise InputError(
            f"nothing is named {name!r}",
            "neither a corpus nor a file nor a folder",
            f"use a path, a hub id such as OWNER/NAME, or one of {names}",
        )
    return data if limit is None or limit >= len(data) else data.select(_sample(len(data), limit))


def _sample(rows: int, limit: int) -> np.ndarray:
    """Which rows a limit keeps: drawn, since many data sets are sorted by label."""
    return np.sort(np.random.default_rng(0).choice(rows, limit, replace=False))


def _corpus(name: str, split: str):
    import datasets

    if split not in PARTS[name]:
        raise InputError(
            f"the corpus {name} has no part {split!r}",
            "it has " + ", ".join(PARTS[name]),
            "cut parts with lmcourse.data.splits.split",
        )
    key = {
        "corpus": name,
        "part": split,
        "source": sources.sources()[PARTS[name][split][0]].sha256,
        "parser": files.sha256(parsers.__file__),
    }

    def build(folder: Path) -> None:
        rows = {part: list(parse(sources.fetched(source))) for part, (source, parse) in PARTS[name].items()}
        columns = {"id": datasets.Value("string"), "text": datasets.Value("string")}
        if "rating" in rows[split][0]:
            columns |= {"rating": datasets.Value("float64"), "ratings": datasets.List(datasets.Value("int8"))}
        if "label" in rows[split][0]:
            labels = sorted({row["label"] for part in rows.values() for row in part})
            columns["label"] = datasets.ClassLabel(names=labels)
        columns["document"] = datasets.Value("string")
        data = datasets.Dataset.from_list(rows[split], features=datasets.Features(columns))
        with quiet():
            data.save_to_disk(folder, num_shards=1)

    folder = files.cached("corpora", key, build)
    # `datasets` writes what it derives beside the file that it opened: so it opens a link to it in a folder
    # of its own, and the checked folder stays as it is.
    link = files.cache_folder() / "datasets" / folder.name / "data.arrow"
    link.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        link.symlink_to(Path("..", "..", "corpora", folder.name, ARROW))
    return datasets.Dataset.from_file(str(link), split=datasets.Split(split))


def _folder(folder: Path, split: str):
    """Texts of a folder in the layout of aclImdb: [SPLIT/]{neg,pos}/*.txt, label 0 and 1."""
    import datasets

    base = folder / split if (folder / split).is_dir() else folder
    rows = []
    for number, label in enumerate(("neg", "pos")):
        if not (base / label).is_dir():
            raise InputError(
                f"the folder lacks {label}/", base, "give a folder that holds pos/ and neg/ with .txt files"
            )
        for path in sorted((base / label).glob("*.txt")):
            try:
                content = path.read_text("utf-8-sig")
            except UnicodeDecodeError:
                raise InputError("the text is not UTF-8", path, "save it as UTF-8") from None
            rows.append({"id": path.stem, "text": content, "label": number, "document": ""})
    if not rows:
        raise InputError("no .txt file in pos/ and neg/", base, "give a folder that holds texts")
    features = {
        "id": datasets.Value("string"),
        "text": datasets.Value("string"),
        "label": datasets.ClassLabel(names=["neg", "pos"]),
        "document": datasets.Value("string"),
    }
    return datasets.Dataset.from_list(rows, features=datasets.Features(features))


def sentiment(ds):
    """The rows whose mean rating is not 0, with a column `label`: 1 for a positive mean, 0 for a negative one."""
    import datasets

    rating = np.asarray(ds["rating"], dtype=float)
    kept = ds.select(np.flatnonzero(rating != 0))
    values = (rating[rating != 0] > 0).astype(np.int64).tolist()
    with quiet():
        return kept.add_column("label", values, feature=datasets.ClassLabel(names=["negative", "positive"]))


# ---------------------------------------------------------------- the hub


@contextmanager
def quiet() -> Iterator[None]:
    """Without the progress bars of `datasets`, which would end up in a chapter's output."""
    import datasets

    shown = datasets.is_progress_bar_enabled()
    datasets.disable_progress_bars()
    try:
        yield
    finally:
        if shown:
            datasets.enable_progress_bars()


@contextmanager
def _offline(offline: bool) -> Iterator[None]:
    """Within, the hub's client looks into its cache only, if `offline`."""
    import datasets.config
    from huggingface_hub import constants

    places = [(constants, "HF_HUB_OFFLINE"), (datasets.config, "HF_HUB_OFFLINE")]
    before = [getattr(place, name) for place, name in places]
    for (place, name), value in zip(places, before, strict=True):
        setattr(place, name, offline or value)
    try:
        yield
    finally:
        for (place, name), value in zip(places, before, strict=True):
            setattr(place, name, value)


def _hub_answers(hub_id: str) -> bool:
    """Whether the hub answers within `HUB_SECONDS`. Errors: InputError when it has no such data set."""
    from huggingface_hub import HfApi, constants
    from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError

    if constants.HF_HUB_OFFLINE:
        return False
    answer = []

    def ask() -> None:
        try:
            HfApi().dataset_info(hub_id, timeout=HUB_SECONDS)
            answer.append("yes")
        except RepositoryNotFoundError:
            answer.append("unknown")
        except HfHubHTTPError as error:  # it answers, but not to this: let load_dataset say why
            answer.append("no" if error.response.status_code >= 500 else "yes")
        except Exception:
            answer.append("no")

    # In a thread, as the look-up of a host name has no time limit of its own.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(HUB_SECONDS)
    if answer == ["unknown"]:
        raise InputError(f"the hub has no public data set {hub_id!r}", "hub", "check the id OWNER/NAME")
    return answer == ["yes"]


def _hub(entry: dict, split: str, text: str, label: str | None, limit: int | None):
    """A data set of the hub by its card, or from the hub's cache when the network is absent."""
    import datasets

    hub_id, stream = entry["hub_id"], entry.get("stream", False)
    if stream and limit is None:
        raise InputError(f"{entry['name']} is too large to be fetched whole", entry["size"], "give a limit")
    answers = _hub_answers(hub_id)
    try:
        with quiet(), _offline(not answers):
            data = datasets.load_dataset(hub_id, split=split, streaming=stream, **entry.get("options", {}))
            if stream:
                rows = list(data.shuffle(seed=0, buffer_size=10 * limit).take(limit))
                data = datasets.Dataset.from_list(rows)
    except Exception as error:
        offline = entry.get("offline", "a corpus of the course, such as movies")
        said = str(error).strip().splitlines()
        raise CourseError(
            f"the hub's data set {hub_id} could not be loaded",
            (said[0] if said else type(error).__name__)[:200] if answers else "offline, and not in the hub's cache",
            f"connect to the network, or use {offline}",
        ) from None
    if not stream and limit is not None and limit < len(data):
        data = data.select(_sample(len(data), limit))
    if entry.get("images"):
        return data
    columns = {entry.get("text", "text") if text == "text" else text: "text"}
    if label or "label" in entry:
        columns[label or entry["label"]] = "label"
    for column, wanted in columns.items():
        if column not in data.column_names:
            raise InputError(
                f"the data set has no column {column!r}", hub_id, f"use one of {', '.join(data.column_names)}"
            )
        if column != wanted:
            data = data.remove_columns([wanted] if wanted in data.column_names else []).rename_column(column, wanted)
    return data
