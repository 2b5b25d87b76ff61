"""The number format to compute in: bfloat16 where this machine multiplies it clearly faster, else float32."""

import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from lmcourse.errors import InputError
from lmcourse.files import measured_once
from lmcourse.training import processes

MARGIN = 1.3  # bfloat16 must be so many times faster: below that, noise would decide
DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


def device() -> torch.device:
    """Where tensors live: the GPU if there is one (of several processes, each its own), else the CPU."""
    if own := processes.own_device():
        return own
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def speed(dtype: torch.dtype, seconds: float = 0.15, size: int = 768) -> float:
    """Speed of matrix products of one number format, in GFLOP/s: the best of several short rounds."""
    a = torch.randn(size, size, device=device()).to(dtype)
    b = a.clone()
    a @ b
    best, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(4):
            c = a @ b
        c[0, 0].item()  # waits for a GPU
        best = min(best, time.perf_counter() - start)
    return 4 * 2 * size**3 / best / 1e9


def choose_precision(precision: str = "auto") -> str:
    """`fp32` or `bf16`: as named, or for `auto` as measured once on this machine and kept in the cache.

    Of several processes the first one decides. Errors: InputError for another name.
    """
    if precision in DTYPES:
        return precision
    if precision != "auto":
        raise InputError(f"unknown precision {precision!r}", fix="choose auto, fp32 or bf16")
    return processes.gather(measured()["precision"])[0]


def measured() -> dict:
    """What was measured on this machine: `{precision, fp32, bf16}`, the speeds in GFLOP/s."""
    key = {"machine": platform.node(), "device": device().type, "torch": torch.__version__}

    def measure() -> dict:
        speeds = {name: round(speed(dtype)) for name, dtype in DTYPES.items()}
        return {"precision": "bf16" if speeds["bf16"] > MARGIN * speeds["fp32"] else "fp32", **speeds}

    return measured_once("precision", key, measure)


@contextmanager
def computing_in(model: nn.Module, precision: str) -> Iterator[dict[nn.Parameter, Tensor]]:
    """Let a model compute in another number format for the length of a block; yields each weight's original.

    The originals stay in their own format and are put back at the end, with whatever was learnt on them.
    """
    originals = {weight: weight.data for weight in model.parameters()}
    try:
        for weight in originals:
            weight.data = weight.data.to(DTYPES[precision])
        yield originals
    finally:
        for weight, original in originals.items():
            weight.data = original
