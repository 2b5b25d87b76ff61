"""Rows about the models of four papers: GPT against counting, induction heads, ALBERT beside BERT, translation."""

from lmcourse.experiments import Experiment, grid, stored
from lmcourse.experiments.claims import Claim, row

SEEDS = [0, 1, 2]


def language_model(model: str, steps: int, seed: int) -> dict:
    """Held-out figures of a GPT after a run of some steps, or of n-grams ("3-gram"), and two texts that it writes."""
    import json
    import tempfile
    from functools import partial
    from pathlib import Path

    import torch

    from lmcourse.models.generation import generate, sample
    from lmcourse.models.weights import load_pretraining
    from lmcourse.pretraining import ngrams, run

    config = run.PretrainConfig(
        steps=max(steps, 1), preset="tiny", pairs="none", vocab_size=4096, learning_rate=3e-3, model="gpt", seed=seed
    )
    task = run.Task.of(config)
    vocabulary = task.train.vocabulary
    choose = partial(sample, generator=torch.Generator().manual_seed(seed), temperature=0.8)
    if model == "gpt":
        with tempfile.TemporaryDirectory() as out:
            found = run.pretrain(config, Path(out))
            history = json.loads((Path(out) / "history.json").read_text())
            gpt = load_pretraining(out)
        readers = [lambda ids, cache: gpt(ids, cache=cache)] * 2
        row = {name: found[name] for name in ("tokens", "clm", "bits_a_byte", "intervals")}
        row |= {"seconds": history[-1]["seconds"], "learnt": steps * config.batch_size * config.max_length}
    else:
        counted = ngrams.NGrams.of(task.train, int(model[0]))
        given = counted.answers(task.validation.batches(epochs=1))
        bits, interval = run.bits_a_byte(given["nats"], vocabulary.bytes[given["target"]], given["text"])
        row = {"tokens": len(given["nats"]), "clm": float(given["nats"].mean()), "bits_a_byte": bits}
        row |= {"intervals": {"bits_a_byte": interval}, "learnt": sum(task.train.data["tokens"])}
        readers = [counted.reader(), counted.reader()]
    start = torch.tensor([[vocabulary.sep]])
    written = [generate(read, start, 40, choose, end=vocabulary.sep)[0].tolist() for read in readers]
    return row | {"texts": [task.tokenizer.decode(ids, skip_special_tokens=True) for ids in written]}


def induction_heads(layers: int, seed: int) -> dict:
    """How the loss on known successors falls, what each head looks at in the end, and what is lost without heads."""
    import numpy as np

    from lmcourse.pretraining import induction

    model, history = induction.learn(layers, steps=1200, seed=seed)
    rows = induction.repeated(1000, np.random.default_rng([seed, 1]))
    scores, heads = induction.scores(model, *rows), model.config.heads
    layer, head = divmod(int(scores["induction"].argmax()), heads)

    def without(layer: int, head: int | slice) -> float:
        return induction.figures(induction.without_head(model, layer, head), *rows)["repeated"]

    curve = [
        [part[-1]["step"], float(np.mean([row["repeated"] for row in part]))]
        for part in (history[start : start + 10] for start in range(0, len(history), 10))
    ]
    return {
        **induction.figures(model, *rows),
        "best": [layer, head],
        "without": [[without(i, j) for j in range(heads)] for i in range(layers)],
        "without_layer": [without(i, slice(None)) for i in range(layers)],
        "curve": curve,
        **{name: found.tolist() for name, found in scores.items()},
        "seconds": history[-1]["seconds"],
    }


def shared_layers(model: str, pairs: str, seed: int) -> dict:
    """Held-out figures of a BERT or an ALBERT after as many steps, its parameters, and tokens read a second."""
    import json
    import tempfile
    from pathlib import Path

    from lmcourse.pretraining import run

    config = run.PretrainConfig(steps=300, preset="mini", pairs=pairs, vocab_size=4096, model=model, seed=seed)
    with tempfile.TemporaryDirectory() as out:
        found = run.pretrain(config, Path(out))
        history = json.loads((Path(out) / "history.json").read_text())
    task = run.Task.of(config)
    read = sum(int(batch.mask.sum()) for batch, _ in zip(task.train.batches(), history, strict=False))
    kept = ("tokens", "mlm", "mlm_accuracy", "nsp", "nsp_accuracy", "intervals")
    return {
        "parameters": sum(parameter.numel() for parameter in task.model().parameters()),
        "seconds": history[-1]["seconds"],
        "tokens_per_second": read / history[-1]["seconds"],
        **{name: found[name] for name in kept},
    }


def compositions(sentences: int, seed: int) -> dict:
    """Exact matches and BLEU of an encoder–decoder on sentences whose pairs of words it has met, and has never met."""
    from lmcourse.pretraining import translation
    from lmcourse.pretraining.translation import english, figures, french, translate, word_for_word

    parts = translation.corpus(seed, sentences)
    model, history = translation.learn(parts["train"], steps=1500, seed=seed)
    row = {"seconds": history[-1]["seconds"], "loss": history[-1]["loss"]}
    for part in ("seen", "new"):
        source, wanted = [*map(english, parts[part])], [*map(french, parts[part])]
        made = {"greedy": translate(model, source), "beam": translate(model, source, beams=4)}
        made["word for word"] = [*map(word_for_word, source)]
        row[part] = {name: figures(texts, wanted) for name, texts in made.items()}
        rows = zip(source, made["greedy"], wanted, strict=True)
        row[part]["wrong"] = [[*map(" ".join, each)] for each in rows if each[1] != each[2]][:5]
    return row


EXPERIMENTS = {
    "07-gpt": Experiment(
        "After how much text does a small GPT know more of held-out text than counted runs of tokens do?",
        language_model,
        [{"model": f"{n}-gram", "steps": 0, "seed": 0} for n in (1, 2, 3)]
        + grid(model=["gpt"], steps=[100, 400, 1600], seed=SEEDS),
    ),
    "07-induction": Experiment(
        "Does a GPT learn to go on with what it has read before, and how many layers does that take?",
        induction_heads,
        grid(layers=[1, 2], seed=SEEDS),
    ),
    "07-albert": Experiment(
        "What does it cost to use one block in every layer, and what does it save?",
        shared_layers,
        grid(pairs=["sop"], seed=SEEDS, model=["bert", "albert"]),  # in turns, as their speeds are compared
    ),
    "07-translation": Experiment(
        "Does an encoder–decoder translate pairs of words that it has never seen together?",
        compositions,
        grid(sentences=[100, 150, 250, 1000], seed=SEEDS),
    ),
}

CLAIMS = {
    "07.gpt-above-the-pair": Claim(
        "After 1,600 steps a GPT needs fewer bits a byte than counted pairs of tokens do (2-gram − GPT)",
        "07-gpt",
        lambda rows: (
            row(stored("07-gpt")["rows"], model="2-gram")["bits_a_byte"] - row(rows, steps=1600)["bits_a_byte"]
        ),
        low=0.05,
    ),
    "07.two-layers-copy": Claim(
        "Two layers know a successor that they have seen before, one layer does not (nats, one − two layers)",
        "07-induction",
        lambda rows: row(rows, layers=1)["repeated"] - row(rows, layers=2)["repeated"],
        low=1.0,
    ),
    "07.sharing-costs-little": Claim(
        "After as many steps ALBERT's MLM loss is a little higher than BERT's (nats, ALBERT − BERT)",
        "07-albert",
        lambda rows: row(rows, model="albert")["mlm"] - row(rows, model="bert")["mlm"],
        low=0.0,
        high=0.3,
    ),
    "07.new-pairs-are-harder": Claim(
        "From 100 sentences, pairs of words that were never met are translated less often than met ones (seen − new)",
        "07-translation",
        lambda rows: (
            row(rows, sentences=100)["seen"]["greedy"]["exact"] - row(rows, sentences=100)["new"]["greedy"]["exact"]
        ),
        low=0.05,
    ),
}
