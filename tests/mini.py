"""Small things for tests: a chapter of seconds, and documents of a few words."""

import json
import random
from pathlib import Path

PARAMETERS = """
rows: int = 3  # 1..1000 how many
rate: float = 1e-3  # 1e-6..1e-2
freeze: str = "none"  # none|last:2|1
quick: bool = False  # say less
log: str = ""  # a file that each run adds its process to
seed: int = 0  # 0..1000
""".strip()
SETUP = """
import os
import time
from lmcourse.chapters import check_parameters, report
check_parameters(globals())
""".strip()
WORK = """
print("begun", flush=True)
with open(log or os.devnull, "a") as file:
    file.write(f"{os.getpid()} {freeze} {seed}\\n")
if rows == 7:
    time.sleep(60)
if rows == 8:
    raise ValueError("no <b>rows</b>")
if rows == 9:
    os.kill(os.getpid(), 9)
if rows == 10:
    raise SystemExit
""".strip()


def cell(kind: str, id: str, source: str, *tags: str) -> dict:
    """One cell of a notebook, not run."""
    made = {"cell_type": kind, "id": id, "metadata": {"tags": list(tags)} if tags else {}, "source": source}
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def notebook(*middle: dict) -> dict:
    """A chapter whose parameters steer how it ends; `middle` stands between its work and its report."""
    cells = [
        cell("markdown", "title", "# A chapter"),
        cell("markdown", "question", "How long does it take?"),
        cell("code", "parameters", PARAMETERS, "parameters"),
        cell("markdown", "about-setup", "Checked first."),
        cell("code", "setup", SETUP),
        cell("markdown", "about-work", "Then the work."),
        cell("code", "work", WORK),
        *middle,
        cell("markdown", "about-result", "What came out."),
        cell("code", "result", "report(score=rows * rate + seed, freeze_was=freeze, quick_is=quick)"),
    ]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def write(folder: Path, *middle: dict) -> Path:
    """Write the chapter into a folder."""
    path = folder / "99_mini.ipynb"
    path.write_text(json.dumps(notebook(*middle)))
    return path


WORDS = "cat dog sat ran on under mat tree red blue big house river bird sang".split()  # noqa: SIM905


def corpus(path: Path, documents: int) -> Path:
    """Documents of eight sentences, as a CSV file."""
    chance = random.Random(0)
    sentence = lambda: " ".join(chance.choices(WORDS, k=chance.randint(4, 9))).capitalize() + "."  # noqa: E731
    path.write_text("text\n" + "".join(f'"{" ".join(sentence() for _ in range(8))}"\n' for _ in range(documents)))
    return path
