"""Processes that train one model together, as `accelerate launch` starts them: each computes a part of every batch.

All hold the whole model and add up their gradients. A process that is alone never loads accelerate.
"""

import os
from collections.abc import Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor

from lmcourse.errors import CourseError


@cache
def _group():
    """What accelerate knows of the processes; None for a process that is alone."""
    if int(os.environ.get("WORLD_SIZE", 1)) < 2:
        return None
    from accelerate import PartialState

    return PartialState(cpu=not torch.cuda.is_available())  # without a GPU: gloo


def count() -> int:
    """The number of processes that train together."""
    return _group().num_processes if _group() else 1


def rank() -> int:
    """The number of this process, from 0; process 0 is the one that writes and tells."""
    return _group().process_index if _group() else 0


def own_device() -> torch.device | None:
    """The device that is this process's own; None for a process that is alone, which may choose."""
    return _group().device if _group() else None


def part(rows: Sequence[int]) -> Sequence[int]:
    """The rows of a batch that this process computes: every row is in the part of one process."""
    return rows[rank() :: count()]


def gather(value: Any) -> list:
    """Every process's value, in the order of their ranks. All must call it."""
    if not _group():
        return [value]
    from accelerate.utils import gather_object

    return gather_object([value])


def any_of(value: Any) -> bool:
    """Whether the value is true in any process: what all then do together. All must call it."""
    if not _group():
        return bool(value)
    found = torch.tensor([float(bool(value))], device=own_device())
    add_up([found])
    return bool(found)


def add_up(tensors: Sequence[Tensor]) -> None:
    """Replace each tensor by its sum over the processes, in one message. All must call it with the same shapes.

    Errors: CourseError when one of the others has ended.
    """
    if not _group() or not tensors:
        return
    from accelerate.utils import reduce

    try:
        total = reduce(torch.cat([tensor.flatten() for tensor in tensors]), "sum")
    except RuntimeError as error:
        raise CourseError(
            f"another process of this training has ended: {str(error).splitlines()[-1][:120]}",
            f"process {rank()} of {count()}",
            "see what it said; then go on from the last checkpoint (--resume)",
        ) from None
    for tensor, values in zip(tensors, total.split([tensor.numel() for tensor in tensors]), strict=True):
        tensor.copy_(values.view_as(tensor))


def leave() -> None:
    """End the work together: a process that goes while others still talk can take them down. All must call it."""
    if _group():
        _group().wait_for_everyone()
        _group().destroy_process_group()
