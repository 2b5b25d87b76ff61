"""A training's history in the files of TensorBoard and of Weights & Biases, and back: nothing leaves the machine."""

import json
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lmcourse.errors import InputError
from lmcourse.files import environment

Log = Callable[[dict], None]  # takes a row of a history; `train(..., on_step=log)`

# The form of a .wandb file is that of LevelDB's log: records in blocks, a long one in several parts.
HEADER, BLOCK = struct.Struct("<4sHB"), 2**15  # of the file: name, magic number, version
PART = struct.Struct("<IHB")  # before each part: checksum, length, kind
WHOLE, FIRST, MIDDLE, LAST = 1, 2, 3, 4


@contextmanager
def tensorboard(folder: Path) -> Iterator[Log]:
    """A function that writes every number of a row into TensorBoard's event file in `folder`."""
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(str(folder)) as writer:

        def log(row: dict) -> None:
            for name, value in row.items():
                if name != "step":
                    writer.add_scalar(name, value, row["step"])

        yield log


def read_tensorboard(folder: Path) -> list[dict]:
    """The rows in an event file, one a step: TensorBoard keeps float32."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0}).Reload()  # 0: keep all
    rows: dict[int, dict] = {}
    for name in events.Tags()["scalars"]:
        for event in events.Scalars(name):
            rows.setdefault(event.step, {"step": event.step})[name] = event.value
    return [rows[step] for step in sorted(rows)]


@contextmanager
def wandb_offline(folder: Path, **config) -> Iterator[Log]:
    """A function that writes rows into a run of Weights & Biases in `folder`; `config` is kept with the run.

    Offline: its service process writes files and calls nobody; it has ended when the block ends.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    places = ("WANDB_DIR", "WANDB_CACHE_DIR", "WANDB_CONFIG_DIR", "WANDB_DATA_DIR")
    quiet = {"WANDB_MODE": "offline", "WANDB_SILENT": "true", "WANDB_ERROR_REPORTING": "false"}
    with environment(dict.fromkeys(places, str(folder)) | quiet):
        import wandb

        settings = wandb.Settings(
            console="off",
            disable_code=True,
            disable_git=True,
            save_code=False,
            x_disable_machine_info=True,
            x_disable_meta=True,
            x_disable_stats=True,
        )
        run = wandb.init(dir=str(folder), project="lmcourse", config=config, settings=settings)
        try:
            yield lambda row: run.log({name: row[name] for name in row if name != "step"}, step=row["step"])
        finally:
            run.finish()
            wandb.teardown()


def read_wandb(folder: Path) -> list[dict]:
    """The rows of the one run below `folder`, without what W&B adds of its own (names that begin with _).

    Errors: InputError when there is not exactly one run, or when its file is damaged.
    """
    from wandb.proto.wandb_internal_pb2 import Record

    found = sorted(Path(folder).glob("**/*.wandb"))
    if len(found) != 1:
        raise InputError(f"{len(found)} runs of W&B, one is expected", folder, "give the folder of one run")
    rows = []
    for record in map(Record.FromString, _records(found[0])):
        if record.WhichOneof("record_type") == "history":
            items = {item.key or ".".join(item.nested_key): item.value_json for item in record.history.item}
            row = {name: json.loads(text) for name, text in items.items()}
            rows.append({"step": row["_step"]} | {name: row[name] for name in row if name[0] != "_"})
    return rows


def _records(path: Path) -> Iterator[bytes]:
    """The records of a .wandb file, each checked against its checksum."""
    data, at, parts = path.read_bytes(), HEADER.size, []
    if data[:4] != b":W&B":
        raise InputError("not a file of W&B", path)
    while at + PART.size <= len(data):
        if (left := BLOCK - at % BLOCK) < PART.size:  # no part begins in the last bytes of a block
            at += left
            continue
        checksum, length, kind = PART.unpack_from(data, at)
        at += PART.size
        part = data[at : at + length]
        at += length
        if zlib.crc32(part, zlib.crc32(bytes([kind]))) != checksum:
            raise InputError("the file is damaged: a checksum does not agree", path)
        parts.append(part)
        if kind in (WHOLE, LAST):
            yield b"".join(parts)
            parts = []
