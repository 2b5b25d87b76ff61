"""All experiments by name, and how their rows are computed and stored."""

import json
import os
import platform
import sys
from pathlib import Path

from lmcourse.errors import InputError
from lmcourse.experiments import (
    FOLDER,
    Experiment,
    challenges,
    concepts,
    finetuning,
    language,
    logs,
    models,
    pretraining,
    questions,
    senses,
    speed,
    stakes,
    transfer,
    trends,
    vision,
)
from lmcourse.files import cache_folder, lock, write_atomic

MODULES = (
    concepts, finetuning, pretraining, transfer, speed, models, logs,
    language, vision, senses, stakes, trends, challenges, questions,
)  # fmt: skip
EXPERIMENTS = {name: experiment for module in MODULES for name, experiment in module.EXPERIMENTS.items()}
CLAIMS = {name: claim for module in MODULES for name, claim in getattr(module, "CLAIMS", {}).items()}


def run(name: str) -> Path:
    """Compute the rows that `data/results/NAME.json` lacks, and write the file after each."""
    if name not in EXPERIMENTS:
        raise InputError("unknown experiment", name, f"there are {', '.join(EXPERIMENTS)}")
    experiment, path = EXPERIMENTS[name], FOLDER / f"{name}.json"
    for number, setting in enumerate(experiment.settings, 1):
        if not any(setting.items() <= row.items() for row in _rows(experiment, path)):
            _add(name, {**setting, **experiment.row(**setting)})
            print(f"{name}: {number} of {len(experiment.settings)}", file=sys.stderr, flush=True)
    return path


def _rows(experiment: Experiment, path: Path) -> list[dict]:
    """The rows that this experiment, as it is now, has stored."""
    kept = json.loads(path.read_text()) if path.is_file() else {}
    rows = kept["rows"] if kept.get("source") == experiment.source else []
    return [row for row in rows if any(setting.items() <= row.items() for setting in experiment.settings)]


def _add(name: str, row: dict) -> None:
    """Store one more row; another process may be storing others."""
    experiment, path = EXPERIMENTS[name], FOLDER / f"{name}.json"
    head = {
        "question": experiment.question,
        "command": f"python -m lmcourse.experiments {name}",
        "source": experiment.source,
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
    }
    with lock(cache_folder() / f"{name}.lock"):

        def place(row: dict) -> int:
            return experiment.settings.index({key: row[key] for key in experiment.settings[0]})

        others = [other for other in _rows(experiment, path) if place(other) != place(row)]  # it may have stored it too
        rows = sorted([*others, row], key=place)
        body = ",\n".join(json.dumps(row) for row in rows)
        write_atomic(path, f'{json.dumps(head, indent=1)[:-2]},\n "rows": [\n{body}\n]}}\n')
