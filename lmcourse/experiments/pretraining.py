"""Rows about pretraining: what was tried before the long run, and what a large corpus costs in memory."""

import json
import sys
from pathlib import Path

from lmcourse.errors import CourseError
from lmcourse.experiments import Experiment, grid

ALL_CORPORA = "wiki,movies,amazon,editorials,tweets,books,reuters,newsgroups"


def pretraining_trial(corpora: str, vocab_size: int, preset: str, learning_rate: float, seed: int) -> dict:
    """Held-out figures of a short pretraining run, beside the unigram's nats in the same vocabulary."""
    import tempfile

    from lmcourse.pretraining import baselines, run

    names = tuple(corpora.split(","))
    sizes = {"preset": preset, "vocab_size": vocab_size, "learning_rate": learning_rate}
    config = run.PretrainConfig(names, steps=1000, seed=seed, **sizes)
    with tempfile.TemporaryDirectory() as out:
        figures = run.pretrain(config, Path(out))
        history = json.loads((Path(out) / "history.json").read_text())
    task = run.Task.of(config)
    counts = baselines.count(task.train.data, task.train.vocabulary)
    nats = [baselines.unigram(counts, batch)[0] for batch in task.validation.batches(epochs=1)]
    kept = ("tokens", "pairs", "mlm", "mlm_accuracy", "nsp_accuracy", "intervals")
    unigram = sum(map(sum, nats)) / sum(map(len, nats))
    return {"seconds": history[-1]["seconds"], "unigram": float(unigram), **{name: figures[name] for name in kept}}


LEARN_FROM = """
import json, re, sys
from itertools import islice
import datasets
from lmcourse.data import stores
from lmcourse.models.bert import BertConfig, BertForPreTraining
from lmcourse.pretraining.examples import Examples
from lmcourse.pretraining.objectives import Vocabulary, pretraining_losses
from lmcourse.pretraining.run import PRESETS
from lmcourse.training.loop import TrainingConfig, train

peak = 0.0
def counted(batches):
    global peak
    for number, batch in enumerate(batches):
        if number % 20 == 0:  # pages of the mapped file are the system's, which takes them back at need
            own = re.search(r"RssAnon:\\s+([0-9]+)", open("/proc/self/status").read())[1]
            peak = max(peak, int(own) / 1e3)
        yield batch
data, seed = datasets.Dataset.from_file(sys.argv[1]), int(sys.argv[2])
vocabulary = Vocabulary.of(stores.train_tokenizer(("wiki",), 8192))
given = counted(Examples(data, vocabulary, seed=seed).batches())
model = BertForPreTraining(BertConfig(vocab_size=vocabulary.size, **PRESETS["tiny"]))
train(model, islice(given, 20), pretraining_losses, TrainingConfig(20, 1e-4))
batches = 20 + sum(1 for _ in islice(given, 2000))
print(json.dumps({"batches": batches, "peak_mb": peak}))
"""


def store_memory(millions: int, seed: int) -> dict:
    """Peak memory of its own, in MB, of a process that learns from a store of that many million tokens for 20 batches
    and makes 2,000 more; `tokens` and `disk_mb` tell the store's size. (On Linux: it looks into /proc.)

    Errors: CourseError when the process fails.
    """
    import shutil
    import subprocess

    from lmcourse.data import stores

    tok = stores.train_tokenizer(("wiki",), 8192)
    once = sum(stores.store(("wiki",), tok)["tokens"])
    data = stores.store(("wiki",), tok, repeat=round(millions * 1e6 / once))
    path = Path(data.cache_files[0]["filename"])
    row = {"tokens": sum(data["tokens"]), "disk_mb": path.stat().st_size / 1e6}
    process = subprocess.run([sys.executable, "-c", LEARN_FROM, str(path), str(seed)], capture_output=True, text=True)
    shutil.rmtree(path.parent)  # hundreds of megabytes that nobody will ask for again
    if process.returncode:
        raise CourseError("the measured process failed", process.stderr.strip().splitlines()[-1])
    return row | json.loads(process.stdout)


BASE_TRIAL = {"corpora": ALL_CORPORA, "vocab_size": 8192, "preset": "mini", "learning_rate": 1e-3, "seed": 0}
EXPERIMENTS = {
    "04c-trials": Experiment(
        "What should a long pretraining run look like, as far as a thousand steps can tell?",
        pretraining_trial,
        [
            BASE_TRIAL,
            BASE_TRIAL | {"learning_rate": 5e-4},
            BASE_TRIAL | {"preset": "tiny"},
            BASE_TRIAL | {"corpora": "wiki,movies,amazon,editorials"},
        ],
    ),
    "04c-store-memory": Experiment(
        "Does the memory of a pretraining process grow with its corpus?",
        store_memory,
        grid(seed=[0], millions=[1, 10, 100]),
    ),
}
