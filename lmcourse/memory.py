"""How freed memory is kept for the next step."""

from collections.abc import Iterator
from contextlib import contextmanager

from lmcourse.files import glibc

TRIM_THRESHOLD, MMAP_MAX = -1, -4  # the numbers of malloc.h
KEPT = {MMAP_MAX: 0, TRIM_THRESHOLD: 2**31 - 1}
USUAL = {MMAP_MAX: 65_536, TRIM_THRESHOLD: 128 * 1024}  # what man mallopt gives as defaults


_blocks = 0  # that are being run, one within the other


@contextmanager
def kept_memory() -> Iterator[None]:
    """Let glibc keep freed memory for the length of a block; behind the outermost one it gives back what is free.

    A training step allocates the same large temporaries again and again, and so does reading many texts. By default
    glibc maps each anew, and the kernel fills every page with zeros at its first touch: reading takes half as long
    again. On other C libraries nothing happens.
    """
    global _blocks
    if glibc() is None:
        yield
        return
    for number, value in KEPT.items():
        glibc().mallopt(number, value)
    _blocks += 1
    try:
        yield
    finally:
        _blocks -= 1
        if not _blocks:
            for number, value in USUAL.items():
                glibc().mallopt(number, value)
            glibc().malloc_trim(0)
