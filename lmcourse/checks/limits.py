"""A reader's code, kept within a time and an amount of output, on any thread."""

import ctypes
import io
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MOST_PRINTED = 10_000  # characters
_one_at_a_time = threading.Lock()  # sys.stdout belongs to the process


class Stopped(BaseException):
    """Raised inside a reader's code that goes on; BaseException, so that `except Exception` lets it pass."""


@dataclass(frozen=True)
class Ran:
    """What became of a call: its value, or its error; and what it printed."""

    value: Any = None
    error: BaseException | None = None
    printed: str = ""


class _Tap(io.TextIOBase):
    """Stands in for `sys.stdout`: keeps what one thread writes, up to the limit, and lets the others write on."""

    def __init__(self, stream):
        self.stream, self.thread, self.kept, self.size = stream, None, [], 0

    def write(self, text: str) -> int:
        if threading.get_ident() != self.thread:
            return self.stream.write(text)
        self.kept.append(text[: MOST_PRINTED - self.size])
        self.size += len(self.kept[-1])
        if self.size >= MOST_PRINTED:
            raise Stopped(f"it was stopped after printing {MOST_PRINTED:,} characters: does a loop print without end?")
        return len(text)

    def flush(self) -> None:
        if threading.get_ident() != self.thread:
            self.stream.flush()


def limited(call: Callable[[], Any], seconds: float) -> Ran:
    """What `call()` gives, raises and prints, ended after `seconds`; also off the main thread.

    Only Python code can be ended: a single call into compiled code that lasts is waited for no longer, but goes on.
    """
    box: dict[str, Any] = {}

    def work() -> None:
        tap.thread = threading.get_ident()
        try:
            box["value"] = call()
        except BaseException as error:
            box["error"] = error

    with _one_at_a_time:
        before, tap = (sys.stdout, sys.stderr), _Tap(sys.stdout)
        thread = threading.Thread(target=work, daemon=True)
        sys.stdout = sys.stderr = tap
        try:
            thread.start()
            thread.join(seconds)
            for _ in range(20):  # code that catches it once is told again
                if not thread.is_alive():
                    break
                box["error"] = Stopped(f"it was stopped after {seconds:.2g} seconds: does a loop never end?")
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(Stopped))
                thread.join(0.05)
        finally:
            sys.stdout, sys.stderr = before
    error = box.get("error")
    if isinstance(error, Stopped) and not error.args:
        error = Stopped(f"it was stopped after {seconds:.2g} seconds: does a loop never end?")
    return Ran(box.get("value"), error, "".join(tap.kept))
