"""Rows about speed: what each measure that makes pretraining fast is worth, seen by taking it away alone.

Each row is a process of its own: `python -m lmcourse.experiments.speed MEASURE SEED` measures and prints it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable

from lmcourse.errors import CourseError
from lmcourse.experiments import Experiment, grid
from lmcourse.experiments.claims import Claim, row

STEPS, WARM_UP, BATCH = 48, 16, 32


def without(seed: int, measure: str) -> dict:
    """Real tokens per second of pretraining at vocabulary 30,522 and natural lengths, one measure taken away.

    Errors: CourseError when the process fails.
    """
    return _row([], measure, seed)


def together(processes: int, threads: int, seed: int) -> dict:
    """The same by some processes that train one model, each with some threads.

    Errors: CourseError when the processes fail.
    """
    launch = f"accelerate.commands.launch --multi_gpu --num_processes {processes} --num_machines 1"
    launch += " --mixed_precision no --dynamo_backend no -m"
    return _row(["-m", *launch.split()] if processes > 1 else [], "nothing", seed, OMP_NUM_THREADS=str(threads))


def _row(launch: list[str], measure: str, seed: int, **variables: str) -> dict:
    module = "lmcourse.experiments.speed"
    command = [sys.executable, *(launch or ["-m"]), module, measure, str(seed)]
    ended = subprocess.run(command, capture_output=True, text=True, env=os.environ | variables)
    if ended.returncode:
        raise CourseError("the measured process failed", ended.stderr.strip().splitlines()[-1])
    return json.loads(ended.stdout)


def measured(measure: str, seed: int) -> dict:
    """The same in this process, which is changed for good."""
    from itertools import islice

    from lmcourse.pretraining import run
    from lmcourse.training import loop

    losses, precision, dropout = MEASURES[measure]()
    corpora = ("wiki", "movies", "amazon", "editorials")
    config = run.PretrainConfig(corpora, vocab_size=30_522, batch_size=BATCH, dropout=dropout, seed=seed)
    task = run.Task.of(config)
    batches = list(islice(task.train.batches(), STEPS))
    training = loop.TrainingConfig(STEPS, 1e-4, precision=precision, seed=seed)
    history = loop.train(task.model(), batches, losses, training)
    seconds = history[-1]["seconds"] - history[WARM_UP - 1]["seconds"]
    tokens = sum(int(batch.mask.sum()) for batch in batches[WARM_UP:])
    return {"tokens_per_second": tokens / seconds, "loss": history[-1]["mlm"]}


def as_accurate(seed: int, side: str) -> dict:
    """Test accuracy of MiniLM after an epoch of 4,000 movie sentences, by our loop or by `Trainer`: the same recipe.

    Errors: CourseError when the training does not go on.
    """
    import tempfile
    from pathlib import Path

    from lmcourse.bench import Run, movie_folder
    from lmcourse.bench_peers import Work, measure
    from lmcourse.evaluation.uncertainty import wilson

    with tempfile.TemporaryDirectory() as folder:
        run = Run(Path(folder))
        train, test = (str(movie_folder(run, part, number)) for part, number in (("train", 4000), ("test", None)))
        work = Work("finetune", side, train, 16, dropout=0.1, whole=True, test=test, seed=seed)
        found = measure(work)
    right = found["right"]
    interval = wilson(sum(right), len(right))
    return {"accuracy": found["accuracy"], "n": len(right), "interval": list(interval), "seconds": found["seconds"]}


# ---------------------------------------------------------------- each takes one measure away


def nothing(losses: Callable | None = None, precision: str = "bf16", dropout: float = 0.0) -> tuple:
    """All measures: the losses, the number format and the dropout of a run."""
    from lmcourse.pretraining.run import own_losses

    return losses or own_losses, precision, dropout


def masked_logits() -> tuple:
    """Logits at every position, of which most are thrown away."""
    from lmcourse.pretraining.objectives import mean_cross_entropy

    def losses(model, batch):
        logits, nsp = model(batch.ids, batch.segments, batch.mask)
        chosen = logits[batch.selected]
        return {"mlm": mean_cross_entropy(chosen, batch.targets), "nsp": mean_cross_entropy(nsp, batch.label)}

    return nothing(losses)


def buckets() -> tuple:
    """Batches of texts as they come, filled up to the longest."""
    import numpy as np

    from lmcourse.pretraining import examples

    def as_they_come(lengths, batch_size, seed=0, epoch=0):
        order = np.random.default_rng([seed, epoch]).permutation(len(lengths))
        return [rows.tolist() for rows in np.split(order, range(batch_size, len(order), batch_size))]

    examples.by_length = as_they_come
    return nothing()


def bfloat16() -> tuple:
    """Everything in float32."""
    return nothing(precision="fp32")


def bfloat16_weights() -> tuple:
    """Weights in float32; torch's autocast turns them into bfloat16 anew in each step."""
    import torch

    from lmcourse.pretraining.run import own_losses

    def losses(model, batch):
        with torch.autocast("cpu", torch.bfloat16):
            return own_losses(model, batch)

    return nothing(losses, precision="fp32")


def products() -> tuple:
    """torch's fused attention kernel in place of two plain products."""
    from lmcourse.models import attention

    attention.fused_from = lambda dtype, device: 0
    return nothing()


def fused_adamw() -> tuple:
    """AdamW as one operation after the other, each on all weights."""
    import torch

    from lmcourse.training import optim

    optimizers: dict[torch.Tensor, torch.optim.AdamW] = {}  # by the first weight of a group

    def separate(weights, gradients, kept, rate, decay, divisor):
        if weights[0] not in optimizers:
            optimizers[weights[0]] = torch.optim.AdamW(weights, weight_decay=decay, foreach=True)
        optimizer = optimizers[weights[0]]
        optimizer.param_groups[0]["lr"] = rate
        if divisor is not None:
            torch._foreach_div_(gradients, divisor)
        for weight, gradient in zip(weights, gradients, strict=True):
            weight.grad = gradient
        optimizer.step()

    optim.KINDS["adamw"] = separate
    return nothing()


def kept_memory() -> tuple:
    """The C library's usual way: large pieces of memory go back to the system in each step."""
    from contextlib import nullcontext

    from lmcourse.training import loop

    loop.kept_memory = nullcontext
    return nothing()


def no_dropout() -> tuple:
    """With dropout 0.1 on hidden states, its masks from random bytes."""
    return nothing(dropout=0.1)


def cheap_dropout() -> tuple:
    """With dropout 0.1 on hidden states by torch's own function."""
    from torch.nn import functional as F

    from lmcourse.models.layers import Dropout

    Dropout.forward = lambda self, x: F.dropout(x, self.threshold / 256, self.training)
    return nothing(dropout=0.1)


MEASURES: dict[str, Callable[[], tuple]] = {
    "nothing": nothing,
    "logits at masked positions only": masked_logits,
    "batches of like length": buckets,
    "bfloat16": bfloat16,
    "bfloat16 weights (autocast instead)": bfloat16_weights,
    "plain products for attention": products,
    "fused AdamW": fused_adamw,
    "memory that is kept": kept_memory,
    "no dropout (0.1, bytes)": no_dropout,
    "no dropout (0.1, torch's)": cheap_dropout,
}

EXPERIMENTS = {
    "04c-ablation": Experiment(
        "What is each measure worth that makes pretraining fast?",
        without,
        grid(seed=[0, 1], measure=[*MEASURES]),
    ),
    "05a-trainer": Experiment(
        "Does our loop reach what Trainer reaches, with the same recipe and data?",
        as_accurate,
        grid(seed=[0, 1, 2, 3, 4], side=["ours", "grouped"]),
    ),
    "04c-processes": Experiment(
        "What do two processes bring on two cores?",
        together,
        [
            {"processes": processes, "threads": threads, "seed": seed}
            for seed in (0, 1)
            for processes, threads in ((1, 1), (1, 2), (2, 1))
        ],
    ),
}

CLAIMS = {
    # Two accuracies of 1,057 texts at 0.83 differ by up to 0.032 by chance alone (95 %, if they were independent).
    "05a.as-accurate-as-trainer": Claim(
        "By the same recipe our loop is as accurate as Trainer (test accuracy, ours − Trainer)",
        "05a-trainer",
        lambda rows: row(rows, side="ours")["accuracy"] - row(rows, side="grouped")["accuracy"],
        low=-0.032,
        high=0.032,
    ),
}

if __name__ == "__main__":
    from lmcourse.training import processes

    found = measured(sys.argv[1], int(sys.argv[2]))
    if processes.rank() == 0:
        print(json.dumps(found))
    processes.leave()
