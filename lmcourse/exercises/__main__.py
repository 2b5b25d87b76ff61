"""`python -m lmcourse.exercises FILE…` writes the exercises' generated cells into chapters."""

import json
import sys
from pathlib import Path

from lmcourse.exercises import fill
from lmcourse.files import write_atomic

for path in map(Path, sys.argv[1:]):
    notebook = fill(json.loads(path.read_text(encoding="utf-8")))
    write_atomic(path, json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
