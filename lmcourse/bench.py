"""Our training and inference beside those of `transformers`: the same work on the same machine, in one run.

The sides take turns, each time in a fresh process (`bench_peers`). Told is the median over the rounds, with the lowest
and the highest. A measurement during which other programs took more than 6 % of the cores is repeated, and marked when
that does not help; so is one beside which large matrix products were 7 % slower than at their best in the run, because
others used the shared cache and the memory. Tokens are real ones, without padding. Ratios from one run can be compared;
speeds of two runs, on a machine that others use too, cannot.
"""

import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from importlib import metadata
from itertools import chain, islice
from pathlib import Path
from statistics import median

import numpy as np

from lmcourse import COMPILED
from lmcourse.bench_peers import IGNORED, LABELS, TUNED, Work
from lmcourse.errors import CourseError, InputError
from lmcourse.files import waiting, write_atomic, write_manifest
from lmcourse.models.bert import BertConfig

CONTENDED = 0.06  # the largest share of the cores that other programs may take
SLOWED = 0.07  # the largest share by which large products may be slower than the fastest of the run
AGREE = 1e-4  # the largest relative difference of two sides' losses
SECONDS = 830  # after which no measurement begins
LONGEST = {"compiled": 240}  # seconds that a process may take; others 180
REPEATS = 2  # of one contended measurement
BEST = ("bf16", "grouped", "compiled")  # the best peer is the fastest of these
PEERS = ("default", *BEST)


@dataclass(frozen=True)
class Case:
    """Some work, and who does it: `ours` and peers of `bench_peers.PEERS`."""

    name: str
    work: Work
    sides: tuple[str, ...]
    rounds: int = 1
    unit: str = "tokens/s"  # or s, or ms
    ends: tuple[str, ...] = ()  # the sides that run to their end; that of the others is projected from some steps


# ---------------------------------------------------------------- arithmetic


def flops(config: BertConfig, counted: dict, training: bool = True) -> float:
    """Floating-point operations that a BERT needs for what `bench_peers.counts` counted.

    Forward, 2 for each weight that multiplies a token, and 4 · D · T a layer for its attention; backward, twice that.
    The pooler sees one position an example; the MLM head (D² and V · D) the selected ones only. Padding counts nothing.
    """
    D, V = config.width, config.vocab_size
    a_token = config.layers * (4 * D**2 + 2 * D * config.ff_width)
    weights = counted["tokens"] * a_token + counted["selected"] * (D**2 + V * D) + counted["examples"] * (D**2 + 2 * D)
    attention = counted["squares"] * config.layers * 2 * D
    return (3 if training else 1) * 2 * (weights + attention)


def disturbance(found: dict) -> float:
    """What others took, of the cores (where that is told) or of cache and memory; 1 is the most that they may take."""
    return max((found["others"] or 0.0) / CONTENDED, found["slowed"] / SLOWED)


def contended(found: dict) -> bool:
    """Whether others took too much."""
    return disturbance(found) > 1


def summary(found: Sequence[dict]) -> dict:
    """Median, lowest and highest value of a side's rounds; contended ones count only where there are no others."""
    calm = [one for one in found if not contended(one)]
    values = [one["value"] for one in calm or found]
    told = {"median": median(values), "min": min(values), "max": max(values), "rounds": len(values)}
    told |= {"steps": sum(one["steps"] for one in calm or found), "contended": not calm}
    for name in ("before", "memory_mb", "accuracy"):
        if all(name in one for one in found):
            told[name] = median(one[name] for one in found)
    return told


def ratio(ours: float, theirs: float, unit: str) -> float:
    """How many times faster ours is."""
    return ours / theirs if unit == "tokens/s" else theirs / ours


def disagreement(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The largest relative difference of two lists of losses; NaN where one of them is."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    return float(np.max(np.abs(ours - theirs) / np.abs(ours)))


def answers_agree(found: Sequence[float], reference: Sequence[float]) -> dict:
    """Share of `equal` answers of two classifiers, and the largest difference of a `probability`."""
    found, reference = np.asarray(found), np.asarray(reference)
    equal = (found > 0.5) == (reference > 0.5)
    return {"equal": float(equal.mean()), "probability": float(np.abs(found - reference).max())}


def row(case: Case, rounds: dict[str, list[dict]], config: BertConfig | None = None) -> dict:
    """A case's result: each side's figures, how many times faster ours is than each, and how well they agree.

    With `config`, a side has `flops_per_second` too.
    """
    sides = {side: summary(found) for side, found in rounds.items()}
    ratios = {side: ratio(sides["ours"]["median"], sides[side]["median"], case.unit) for side in sides}
    best = min((side for side in BEST if side in sides), key=lambda side: ratios[side], default=None)
    for side, found in rounds.items() if config else ():
        calm = [one for one in found if not contended(one)] or found
        speeds = [flops(config, one, case.work.bench != "inference") / one["seconds"] for one in calm]
        sides[side]["flops_per_second"] = median(speeds)
    return {
        "case": case.name,
        "unit": case.unit,
        "dropout": case.work.dropout,
        "sides": sides,
        "ratios": ratios,
        "best": best,
        "ratio_default_peer": ratios.get("default"),
        "ratio_best_peer": ratios.get(best),
        "agreement": agreement(rounds),
        "contended": any(figures["contended"] for figures in sides.values()),
    }


def agreement(rounds: dict[str, list[dict]]) -> dict:
    """How far the sides of a case are from one another: `loss`, or, for answers, those of each side from the default's.

    Errors: CourseError when they do not do the same work.
    """
    if all("probabilities" in one for one in chain(*rounds.values())):
        given = {side: found[0]["probabilities"] for side, found in rounds.items() if found}
        reference = given.get("default")
        return {side: answers_agree(answers, reference) for side, answers in given.items()} if reference else {}
    losses = [(side, one["losses"]) for side, found in rounds.items() for one in found if "losses" in one]
    apart = [(disagreement(rounds["ours"][0]["losses"], theirs), side) for side, theirs in losses]
    for difference, side in apart:
        if not difference <= AGREE:
            what = f"the losses of two sides are {difference:.1e} apart"
            raise CourseError(what, side, "what was measured is not the same work; see `make parity`")
    return {"loss": max(apart)[0]} if apart else {}


# ---------------------------------------------------------------- processes that take turns


@dataclass
class Run:
    """One bench: where it keeps its files, how much time is left, what it had to skip."""

    folder: Path
    quick: bool = False
    tell: Callable[[str], object] = lambda line: None
    deadline: float = field(default_factory=lambda: time.monotonic() + SECONDS)
    repeats: int = 10  # that are left for contended measurements
    skipped: list[str] = field(default_factory=list)
    peaks: dict[str, float] = field(default_factory=dict)  # GFLOP/s of matrix products, the highest seen
    large: float = 0.0  # the highest of large ones

    def rounds(self, case: Case) -> dict[str, list[dict]]:
        """Let the sides of a case take turns: what each found, round by round; a side that failed is left out."""
        rounds: dict[str, list[dict]] = {}
        sides = list(case.sides)
        if self.quick:
            sides = [side for side in sides if side in ("ours", "default", "grouped" if "grouped" in sides else "bf16")]
            case = replace(case, rounds=1, work=replace(case.work, seconds=0.0, steps=2))
        for number in range(case.rounds):
            for side in list(sides):
                name = f"{case.name}, {side}"
                if self.late():
                    self.skipped.append(f"{name}, round {number + 1}: no time was left")
                    continue
                try:
                    work = replace(case.work, side=side, seed=number, whole=side in case.ends)
                    found = self.side(work, name)
                except CourseError as error:
                    if side == "ours" and not rounds.get(side) and not self.late():
                        raise
                    self.skipped.append(str(error))
                    self.tell(f"skipped: {error}")
                    sides.remove(side)
                    continue
                rounds.setdefault(side, []).append(found)
                agreement(rounds)
                noted = ", contended" if contended(found) else ""
                told = f"{number + 1} of {case.rounds}: {number_text(found['value'])} {case.unit}{noted}"
                self.tell(f"{name}, round {told}")
        return {side: [self.compared(one) for one in found] for side, found in rounds.items()}

    def side(self, work: Work, name: str) -> dict:
        """Measure one side once; where others took too much, again, and the calmest counts."""
        found = [self.process(work, name)]
        for _ in range(REPEATS):
            if not contended(found[-1]) or not self.repeats or self.late():
                break
            self.repeats -= 1
            self.tell(f"{name}: others took {disturbance(found[-1]):.1f} times what they may: again")
            with suppress(CourseError):  # one measurement is there
                found.append(self.process(work, name))
        return min(found, key=disturbance)

    def late(self) -> bool:
        """Whether it is too late to begin another measurement."""
        return time.monotonic() > self.deadline

    def process(self, work: Work, name: str) -> dict:
        """Measure in a process of its own. Errors: CourseError when it fails, or takes too long."""
        if work.side == "compiled" and not compiler():
            raise CourseError("not compiled", name, "install a C++ compiler, or name it in CXX")
        command = [sys.executable, "-m", "lmcourse.bench_peers", json.dumps(asdict(work))]
        seconds = min(LONGEST.get(work.side, 180), self.deadline + 60 - time.monotonic())
        code, out, err = run_alone(command, environment(work.side, self.folder), seconds)
        if code is None:
            raise CourseError(f"not done after {seconds:.0f} s", name, "try it on a faster or calmer machine")
        if code:
            reason = ([line for line in err.splitlines() if line.strip()] or [f"exit code {code}"])[-1]
            raise CourseError(f"the process failed: {reason[:200]}", name, "see the reason")
        found = json.loads(out.splitlines()[-1])
        for kind, speed in found.pop("peaks").items():
            self.peaks[kind] = max(speed, self.peaks.get(kind, 0.0))
        return self.compared(found)

    def compared(self, found: dict) -> dict:
        """A measurement, its large products beside the fastest of the run so far."""
        self.large = max(self.large, found["large"])
        return found | {"slowed": 1 - found["large"] / self.large}


def run_alone(command: list[str], variables: dict, seconds: float) -> tuple[int | None, str, str]:
    """Exit code, stdout and stderr of a command; None when it was ended, with all that it started, for its time."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        command, env=variables, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True, start_new_session=True
    )
    try:
        out, err = process.communicate(timeout=seconds)
        return process.returncode, out, err
    except subprocess.TimeoutExpired:
        return None, "", ""
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # its compilers, too
        process.wait()


def environment(side: str, folder: Path) -> dict[str, str]:
    """The variables of a side's process: no hub, compiled code kept in `folder` only, malloc tuned for one peer.

    Our threads wait as our commands let them on a quiet machine; neither that nor our smaller caches of compiled
    products are forced on a peer.
    """
    own = waiting(quiet=True)
    kept = {name: value for name, value in os.environ.items() if name not in {*TUNED, *own, *COMPILED}}
    kept |= {"HF_HUB_OFFLINE": "1", "TORCHINDUCTOR_CACHE_DIR": str(folder / "compiled")}
    if side.startswith("ours"):
        return kept | own
    return kept | dict.fromkeys(COMPILED, "1024") | (TUNED if side == "tuned" else {})


def compiler() -> str | None:
    """The C++ compiler that torch.compile would call, if there is one."""
    names = [os.environ["CXX"]] if os.environ.get("CXX") else ["g++", "clang++"]
    return next(filter(None, map(shutil.which, names)), None)


# ---------------------------------------------------------------- what both sides begin with


def pretraining_folder(run: Run, vocab_size: int, filled: bool = False, length: int = 128, width: int = 256) -> Path:
    """Masked examples from four corpora (from few documents of one, when quick), and a BERT of 4 layers to begin with.

    `filled`: each example has `length` tokens. The folder is made once.
    """
    from lmcourse.models.bert import BertForPreTraining
    from lmcourse.models.weights import save_model
    from lmcourse.pretraining.run import PRESETS, PretrainConfig, Task
    from lmcourse.training.loop import seed_everything

    tokens = 819_200  # 200 batches of 32 · 128: as many as `Trainer` needs to group by length as it does in long runs
    if run.quick:
        vocab_size, length, width, tokens = 1000, 32, 64, 8192
    folder = run.folder / f"{vocab_size}-{filled}-{length}-{width}"
    if folder.exists():
        return folder
    (folder / "weights").mkdir(parents=True)
    config = PretrainConfig(vocab_size=vocab_size, max_length=length)
    task = Task.of(replace(config, corpora=("wiki",), limit=400) if run.quick else config)
    rows = list(islice((filled_rows if filled else natural_rows)(task.train), tokens // length))
    sizes = PRESETS["mini"] | {"width": width, "heads": max(1, width // 64), "ff_width": 4 * width}
    seed_everything(0)
    vocabulary = task.train.vocabulary.size
    model = BertForPreTraining(BertConfig(vocab_size=vocabulary, max_length=length, dropout=0.0, **sizes))
    save_model(model, folder / "weights", "BertForPreTraining")
    write_atomic(folder / "examples.json", json.dumps(rows))
    return folder


def natural_rows(examples) -> Iterator[dict]:
    """The examples of an epoch as pretraining makes them, but that a text without a second part is given label 0.

    (Our loss leaves out what has no label. That of `transformers` would be NaN in a batch without any.)
    """
    for batch in examples.batches(epochs=1):
        labels = batch.ids.new_full(batch.ids.shape, IGNORED).masked_scatter(batch.selected, batch.targets)
        for i, length in enumerate(batch.mask.sum(1).tolist()):
            yield _row(batch.ids[i, :length], batch.segments[i, :length], labels[i, :length], max(0, batch.label[i]))


def filled_rows(examples) -> Iterator[dict]:
    """Examples that fill `max_length`: runs of neighbouring tokens as A and B; in half of them B is from elsewhere."""
    from lmcourse.pretraining.objectives import mask_tokens

    rng, vocabulary = np.random.default_rng(0), examples.vocabulary
    room = examples.max_length - 3
    ids = np.fromiter(chain.from_iterable(chain.from_iterable(examples.data["sentences"])), np.int64)
    runs = rng.permutation(ids[: len(ids) // room * room].reshape(-1, room))
    a, b = runs[:, : room // 2], runs[:, room // 2 :]
    swapped = rng.random(len(runs)) < 0.5
    b = np.where(swapped[:, None], np.roll(b, 1, axis=0), b)
    framed = np.pad(np.insert(a, a.shape[1], vocabulary.sep, axis=1), ((0, 0), (1, 0)), constant_values=vocabulary.cls)
    whole = np.concatenate([framed, np.insert(b, b.shape[1], vocabulary.sep, axis=1)], axis=1)
    inputs, selected = mask_tokens(whole, vocabulary, rng)
    segments = np.arange(whole.shape[1]) >= framed.shape[1]
    for i in range(len(whole)):
        yield _row(inputs[i], segments.astype(int), np.where(selected[i], whole[i], IGNORED), swapped[i])


def _row(ids, segments, labels, next_label) -> dict:
    """One example for pretraining, under the names of `transformers`' inputs."""
    row = {"input_ids": ids, "token_type_ids": segments, "labels": labels}
    return {name: values.tolist() for name, values in row.items()} | {"next_sentence_label": int(next_label)}


def movie_folder(run: Run, part: str, number: int | None = None, tune_on: int = 0) -> Path:
    """Sentences of one part of the movie reviews, and MiniLM with a head: random, or tuned shortly on some."""
    from lmcourse.experiments.finetuning import movie_parts
    from lmcourse.finetuning.run import FinetuneConfig, build, finetune
    from lmcourse.training.loop import seed_everything

    folder = run.folder / part
    if folder.exists():
        return folder
    (folder / "weights").mkdir(parents=True)
    parts = movie_parts(0)
    seed_everything(0)
    if tune_on:
        few = parts["train"].shuffle(seed=0).select(range(64 if run.quick else tune_on))
        predictor, _ = finetune(FinetuneConfig(freeze="3", epochs=1), few, LABELS)
    else:
        predictor = build(FinetuneConfig(dropout=0.0), LABELS)
    predictor.save(folder / "weights")
    write_manifest(folder / "weights")
    data = parts[part].shuffle(seed=0).select(range(64 if run.quick else number or len(parts[part])))
    ids = predictor.tokens(data["text"][:]).sequences
    rows = [
        {"text": text, "input_ids": tokens, "labels": label}
        for text, tokens, label in zip(data["text"], ids, data["label"], strict=True)
    ]
    write_atomic(folder / "examples.json", json.dumps(rows))
    return folder


# ---------------------------------------------------------------- the benches


def add(rows: list[dict], case: Case, rounds: dict[str, list[dict]]) -> None:
    """Append a case's result, if there was time for our side."""
    from lmcourse.models.weights import read_config

    if "ours" in rounds:
        counted = all("squares" in one for one in chain(*rounds.values()))
        config = read_config(case.work.weights) if counted and case.work.freeze == "none" else None
        rows.append(row(case, rounds, config))


def pretrain(run: Run) -> list[dict]:
    """BERT of 4 layers on masked words and sentence pairs: the headline, then the case for the share of the peak."""
    rows: list[dict] = []
    for case in pretraining_cases(run):
        add(rows, case, run.rounds(case))
    return rows


def pretraining_cases(run: Run) -> Iterator[Case]:
    """What pretraining is measured on; each case's examples are made when it is its turn."""
    from lmcourse.data import stores

    def work(*setting, **changes) -> Work:
        return Work("pretrain", "ours", str(pretraining_folder(run, *setting)), **changes)

    few = ("ours", "default", "grouped")
    yield Case("vocabulary 30,522, natural lengths", work(30_522), ("ours", *PEERS, "tuned"), rounds=3)
    yield Case("vocabulary 8,192, filled", work(8_192, True), few, rounds=3)
    if run.quick:
        return
    yield Case("vocabulary 8,192, natural lengths", work(8_192), few)
    yield Case("vocabulary 30,522, filled", work(30_522, True), few)
    yield Case("30,522, natural, dropout 0.1", work(30_522, dropout=0.1), few)
    yield Case("30,522, natural, float32", work(30_522, precision="fp32"), few)
    for length in (64, 128, 256, 512):  # as many tokens a batch
        batch = {"batch_size": 4096 // length, "seconds": 3.0}
        yield Case(f"8,192, filled, length {length}", work(8_192, True, length, **batch), ("ours",))
    for width in (128, 384, 512):
        yield Case(f"8,192, filled, width {width}", work(8_192, True, 128, width, seconds=3.0), ("ours",))
    tok = stores.train_tokenizer(("wiki",), 8_192)
    for repeat in (4, 12):  # the smaller one fills a block (`examples.BLOCK`) too
        tokens = sum(stores.store(("wiki",), tok, repeat=repeat)["tokens"])
        read = replace(work(8_192), bench="store", repeat=repeat, seconds=3.0)
        yield Case(f"8,192, natural, a store of {tokens / 1e6:.1f} million tokens", read, ("ours",))


def finetune(run: Run) -> list[dict]:
    """MiniLM on the movie sentences: all layers, and with the lower half frozen; seconds projected from some steps."""
    rows: list[dict] = []
    work = Work("finetune", "ours", str(movie_folder(run, "train")), batch_size=16)
    case = Case("all layers, 1 epoch", work, ("ours", *PEERS, "tuned"), 3, "s")
    all_layers = run.rounds(case)
    add(rows, case, all_layers)
    sides = tuple(filter(None, ("ours", rows[0]["best"])))
    case = Case("lower 3 layers frozen, 3 epochs", replace(work, freeze="3", epochs=3), sides, 3, "s")
    frozen = run.rounds(case)
    peers = {side: times(found, 3) for side, found in all_layers.items() if side in PEERS}
    ours = {side: found for side, found in frozen.items() if side == "ours"}
    add(rows, replace(case, name=f"{case.name}; peers tune all layers"), ours | peers)
    add(rows, replace(case, name=f"{case.name}; on both sides"), frozen)
    if not run.quick:
        few = ("ours", "default", "grouped")
        for told, changes in (("dropout 0.1", {"dropout": 0.1}), ("float32", {"precision": "fp32"})):
            case = Case(f"all layers, 1 epoch, {told}", replace(work, **changes), few, unit="s")
            add(rows, case, run.rounds(case))
    return rows


def frozen(run: Run) -> list[dict]:
    """MiniLM with a frozen trunk: ours run to its end, the trunk once; peers, which run it in each epoch, projected."""
    rows: list[dict] = []
    work = Work("finetune", "ours", str(movie_folder(run, "train")), 16, freeze="encoder")
    for epochs in (10, 30):
        timed = replace(work, epochs=epochs)
        case = Case(f"trunk frozen, {epochs} epochs", timed, ("ours", *PEERS), 3, "s", ends=("ours",))
        add(rows, case, run.rounds(case))
    return rows


def times(found: Sequence[dict], epochs: int) -> list[dict]:
    """Projected rounds of one epoch as those of so many."""
    return [one | {"value": epochs * one["value"]} for one in found]


def inference(run: Run) -> list[dict]:
    """A classifier on MiniLM, from text to probabilities: one sentence at a time, and 32."""
    rows: list[dict] = []
    folder = movie_folder(run, "test", number=300, tune_on=2000)
    for batch_size in (1, 32):
        work = Work("inference", "ours", str(folder), batch_size)
        sides = ("ours", "ours fp32", "default", "bf16", "int8")
        case = Case(f"sentences at once: {batch_size}", work, sides, 3, "ms")
        add(rows, case, run.rounds(case))
    return rows


BENCHES = {"pretrain": pretrain, "finetune": finetune, "frozen": frozen, "inference": inference}
DROPOUT = "Dropout, where there is any, acts on hidden states and not on attention weights, on both sides."
NOTES = {
    "pretrain": f"Both sides are given the examples already masked. {DROPOUT}",
    "finetune": "Seconds are projected from the timed steps, by real tokens; where layers are frozen, ours begin with "
    f"the time that computing their activations really took. {DROPOUT}",
    "frozen": "Our seconds are those of a whole run; those of the peers are projected from some steps, by real tokens.",
    "inference": "Milliseconds a sentence. int8 is not counted among the best peers: it gives other answers.",
}


def bench(
    name: str, quick: bool = False, out: Path | None = None, tell: Callable[[str], object] = lambda line: None
) -> dict:
    """Run a bench: `{cases, ratio_default_peer, ratio_best_peer, share_of_peak, …}` for its headline case.

    A case holds the figures of its `sides`, with the `ratios` of ours to each. `share_of_peak` is of the speed of
    bfloat16 matrix products in the same run; for `pretrain` it is that of vocabulary 8,192, filled. `quick` is for
    tests: it measures nothing of use. `out` gets `bench-NAME.json` and `bench-NAME.png`.
    Errors: InputError for another name; CourseError when our side fails, or the sides do different work.
    """
    if name not in BENCHES:
        raise InputError("unknown bench", name, f"give {', '.join(BENCHES)}")
    if out:
        try:
            Path(out).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CourseError(f"cannot write here: {error.strerror}", out, "name another --out") from None
    with tempfile.TemporaryDirectory(prefix="lmcourse-bench-") as folder:
        run = Run(Path(folder), quick, tell, repeats=0 if quick else 10)
        rows = BENCHES[name](run)
    for figures in chain.from_iterable(row["sides"].values() for row in rows):
        if "flops_per_second" in figures:
            figures["share_of_peak"] = figures.pop("flops_per_second") / 1e9 / run.peaks["bf16"]
    of_peak = rows[min(1, len(rows) - 1)] if name == "pretrain" else rows[0]
    results = {
        "bench": name,
        "cases": rows,
        **{key: rows[0][key] for key in ("ratio_default_peer", "ratio_best_peer", "agreement", "contended")},
        "share_of_peak": of_peak["sides"]["ours"].get("share_of_peak"),
        "peaks": run.peaks,
        "skipped": run.skipped,
        "note": NOTES[name],
        "quick": quick,
        "command": f"lmcourse bench {name}" + " --quick" * quick,
        "machine": machine(),
        "versions": {package: metadata.version(package) for package in ("torch", "transformers", "accelerate")},
    }
    if out:
        from lmcourse import plots

        write_atomic(Path(out) / f"bench-{name}.json", json.dumps(results, indent=1))
        write_atomic(Path(out) / f"bench-{name}.png", plots.png(figure(results)))
    return results


def machine() -> dict:
    """What was measured on; `others_told`: whether the system says what other programs take."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.processor()
    system = f"{platform.system()} {platform.machine()}"
    return {"system": system, "processor": model, "cores": os.cpu_count(), "others_told": Path("/proc/stat").exists()}


# ---------------------------------------------------------------- what a reader sees


def number_text(value: float) -> str:
    """Three digits, and all those before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(results: dict) -> tuple[list[str], list[list[str]]]:
    """Header and rows for a terminal: a line for each side of each case."""
    lines = []
    for case in results["cases"]:
        for side, figures in case["sides"].items():
            spread = f"{number_text(figures['min'])} to {number_text(figures['max'])}"
            cells = [case["case"], side, f"{number_text(figures['median'])} {case['unit']}", spread]
            cells.append("" if side == "ours" else f"{case['ratios'][side]:.2f}×")
            share, memory = figures.get("share_of_peak"), figures.get("memory_mb")
            notes = [f"{share:.0%} of the peak" if share else "", f"{memory:.0f} MB" if memory else ""]
            notes += ["best peer" if side == case["best"] else "", "contended" if figures["contended"] else ""]
            lines.append([*cells, ", ".join(filter(None, notes))])
    return ["case", "side", "median", "lowest to highest", "ours is faster", ""], lines


def remarks(results: dict) -> list[str]:
    """The headline in words, and what must be known of the run."""
    default, best, share = (results[name] for name in ("ratio_default_peer", "ratio_best_peer", "share_of_peak"))
    lines = ["", "A quick run: the figures mean nothing."] if results["quick"] else [""]
    lines += [f"{default:.2f}× the peer as it comes"] if default else []
    lines += [f"{best:.2f}× the best peer"] if best else []
    lines += [f"{share:.0%} of the peak of {results['peaks']['bf16']:.0f} GFLOP/s in bfloat16"] if share else []
    lines += [results["note"]]
    lines += [] if results["machine"]["others_told"] else ["The system does not tell what other programs took."]
    lines += [f"skipped: {line}" for line in results["skipped"]]
    return [*lines, ", ".join(f"{name} {version}" for name, version in results["versions"].items())]


def figure(results: dict):
    """Each case in which sides were compared as a line of points, with the spread over the rounds."""
    from lmcourse import plots

    cases = [case for case in results["cases"] if len(case["sides"]) > 1]
    sides = dict.fromkeys(chain.from_iterable(case["sides"] for case in cases))

    def figures(side: str, name: str) -> list[float]:
        return [case["sides"].get(side, {}).get(name, float("nan")) for case in cases]

    fig, ax = plots.figure(height=1.6 + 0.55 * len(cases))
    spread = {side: list(zip(figures(side, "min"), figures(side, "max"), strict=True)) for side in sides}
    names = [case["case"].replace("; ", ";\n") for case in cases]
    plots.points_with_intervals(ax, names, {side: figures(side, "median") for side in sides}, spread)
    unit = cases[0]["unit"]
    better = "more is better" if unit == "tokens/s" else "less is better"
    ax.set(xlim=(0, None), xlabel=f"{unit} ({better})", title=results["command"])
    fig.legend(loc="outside lower center", ncols=6)
    return fig
