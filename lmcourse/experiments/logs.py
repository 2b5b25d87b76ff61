"""Rows of whole histories: runs to be read, good ones and bad ones."""

from lmcourse.experiments import Experiment


def logged(run: str, labels: int, epochs: int, learning_rate: float, seed: int) -> dict:
    """The history of a fine-tuning on movie sentences: the loss of each step, and (step, loss) on 200 others."""
    from lmcourse.experiments.finetuning import movie_parts
    from lmcourse.finetuning.run import FinetuneConfig, finetune

    parts = movie_parts(seed, labels)
    config = FinetuneConfig(epochs=epochs, learning_rate=learning_rate, max_length=64, precision="fp32", seed=seed)
    validation = parts["validation"].shuffle(seed=seed).select(range(200))
    _, history = finetune(config, parts["train"], ["negative", "positive"], validation)
    return {
        "loss": [round(row["loss"], 4) for row in history],
        "norm": [round(row["norm"], 3) for row in history],
        "validation": [[row["step"], round(row["validation"], 4)] for row in history if "validation" in row],
    }


RUNS = [
    {"run": "A", "labels": 64, "epochs": 25, "learning_rate": 1e-4},
    {"run": "B", "labels": 400, "epochs": 4, "learning_rate": 1e-2},
    {"run": "C", "labels": 400, "epochs": 4, "learning_rate": 1e-5},
    {"run": "D", "labels": 400, "epochs": 4, "learning_rate": 1e-4},
]

EXPERIMENTS = {
    "07-runs": Experiment(
        "What do an overfitted, a collapsed, a slow and a good fine-tuning look like in a log?",
        logged,
        [{**run, "seed": 0} for run in RUNS],
    )
}
