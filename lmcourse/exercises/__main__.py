"""`python -m lmcourse.exercises fill FILE…` writes the exercises' generated cells into chapters;
`python -m lmcourse.exercises practise FOLDER` makes the reader's copies."""

import json
import sys
from pathlib import Path

from lmcourse.chapters import chapters
from lmcourse.exercises.cells import fill, practise
from lmcourse.files import write_atomic

command, *names = sys.argv[1:]
if command == "practise":
    for path in practise(chapters(), Path(names[0])):
        print(path)
else:
    for path in map(Path, names):
        notebook = fill(json.loads(path.read_text(encoding="utf-8")))
        write_atomic(path, json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
