"""A scan of a corpus for personal data and words of licences; what is found is counted, and shown only in a mask."""

import re
from collections.abc import Iterable, Sequence
from importlib import metadata

E_MAIL, PHONE = "e-mail address", "phone number"
PERSONAL = {
    E_MAIL: re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    PHONE: re.compile(r"(?<![\w.-])(?:\+\d{1,3}[ .-]?)?(?:\(\d{2,5}\)|\d{2,5})(?:[ .-]\d{2,5}){1,3}(?![\w-]|\.\d)"),
}
LICENCES = {
    "copyright": re.compile(r"copyright|©|\(c\) ?\d{4}", re.IGNORECASE),
    "all rights reserved": re.compile(r"all rights reserved", re.IGNORECASE),
    "public domain": re.compile(r"public domain", re.IGNORECASE),
    "MIT": re.compile(r"\bMIT\b|permission is hereby granted, free of charge", re.IGNORECASE),
    "BSD": re.compile(r"\bBSD\b|redistributions of source code must retain", re.IGNORECASE),
    "Apache": re.compile(r"\bapache\b", re.IGNORECASE),
    "GPL": re.compile(r"\b[AL]?GPL|general public licen[cs]e", re.IGNORECASE),
}
# An address whose signs were taken off leaves words: "jane cs example edu".
REMAINS = re.compile(r"\b[a-z]+ [a-z]+ (?:edu|gov)\b")

# Invented lines, and what truly stands in each: some are made to be overlooked, some to be taken for what they are not.
LINES = (
    ("write to jane.doe@example.org please", E_MAIL),
    ("j_doe+news@mail.example.com", E_MAIL),
    ("questions: info@example.net.", E_MAIL),
    ("<ANNA@EXAMPLE.EDU> wrote:", E_MAIL),
    ("reach me as jane at example dot org", E_MAIL),
    ("jane (a) example.org", E_MAIL),
    ("call 555-0134 after six", PHONE),
    ("phone: (212) 555-0187", PHONE),
    ("tel. +44 20 7946 0991", PHONE),
    ("fax 0316.555.018", PHONE),
    ("ring 5550123 tonight", PHONE),
    ("five five five, oh one two three", PHONE),
    ("on 1993-04-05 it rained", ""),
    ("version 2.10.3 is out", ""),
    ("they won 21-17 at home", ""),
    ("pages 118-134 of the book", ""),
    ("an ISBN: 0-19-853453-1", ""),
    ("it costs 1 299 a year", ""),
    ("meet @noon at the gate", ""),
    ("import numpy@latest now", ""),
    ("3@5.00 each", ""),
    ("from 1914 to 1918", ""),
)


def found(texts: Iterable[str], patterns: dict[str, re.Pattern] = PERSONAL) -> dict[str, list[list[str]]]:
    """For each pattern, and each text, what it finds there."""
    texts = list(texts)
    return {name: [pattern.findall(text) for text in texts] for name, pattern in patterns.items()}


def counts(texts: Iterable[str], patterns: dict[str, re.Pattern] = PERSONAL) -> dict[str, tuple[int, int]]:
    """For each pattern how often it is found, and in how many texts."""
    return {name: (sum(map(len, hits)), sum(map(bool, hits))) for name, hits in found(texts, patterns).items()}


def hidden(item: str) -> str:
    """The form of what was found: letters as x, digits as 0; only the ending of an address stays."""
    head, dot, end = item.rpartition(".") if "@" in item else (item, "", "")
    return re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "0", head)) + dot + end


def scrubbed(text: str) -> str:
    """The text with a mark in the place of each find."""
    for name, pattern in PERSONAL.items():
        text = pattern.sub(f"[{name}]", text)
    return text


def judged(lines: Sequence[tuple[str, str]] = LINES) -> dict[str, dict[str, float]]:
    """For each kind `found`, `precision` and `recall` of its pattern on lines of which the truth is known."""
    result = {}
    for name, pattern in PERSONAL.items():
        said = [bool(pattern.search(text)) for text, _ in lines]
        right = sum(s and kind == name for s, (_, kind) in zip(said, lines, strict=True))
        there = sum(kind == name for _, kind in lines)
        result[name] = {"found": sum(said), "precision": right / max(sum(said), 1), "recall": right / max(there, 1)}
    return result


def installed() -> dict[str, tuple[str, str, str]]:
    """For each package installed here: its description, the text of its licence files, and the licence it declares."""
    packages = {}
    for package in metadata.distributions():
        about = package.metadata
        declared = [about.get("License-Expression"), about.get("License")]
        declared += [line for line in about.get_all("Classifier") or [] if line.startswith("License ::")]
        files = [file for file in package.files or [] if re.match(r"(licen[cs]e|copying)", file.name, re.IGNORECASE)]
        text = " ".join(package.read_text(_below(file)) or "" for file in files)
        words = " ".join(line[:100] for line in declared if line)
        packages[str(about["Name"]).lower()] = (package.read_text("METADATA") or "", text, words)
    return dict(sorted(packages.items()))


def _below(file: metadata.PackagePath) -> str:
    """The path of a file below the folder of its package's description."""
    return "/".join(file.parts[1:])
