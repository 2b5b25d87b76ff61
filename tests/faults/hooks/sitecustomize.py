"""On the path of a Python process: notes what it opens to write, and makes one of several processes raise.

FAULTS_LOG names the file of the notes, one line each: rank, process, path. FAULTS_RAISE is a rank and a step.
"""

import contextlib
import os
import sys

LOG, RAISE = os.environ.get("FAULTS_LOG"), os.environ.get("FAULTS_RAISE", "")
RANK = os.environ.get("RANK", "0")
NAMES = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate", "os.symlink", "os.link")


def note(event: str, arguments: tuple) -> None:
    path = None
    if (
        event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    ) or event in NAMES:
        path = arguments[0]
    if isinstance(path, str | bytes | os.PathLike) and os.fsdecode(path) != LOG:
        with contextlib.suppress(OSError):
            line = f"{RANK} {os.getpid()} {os.path.abspath(os.fsdecode(path))}\n"
            descriptor = os.open(LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            os.write(descriptor, line.encode())
            os.close(descriptor)


def raising(step: int) -> None:
    """Let the optimiser raise at this step, once `lmcourse` has loaded it."""
    import importlib.abc
    import importlib.machinery

    class Finder(importlib.abc.MetaPathFinder):
        def find_spec(self, name, path, target=None):
            if name != "lmcourse.training.optim":
                return None
            sys.meta_path.remove(self)
            spec = importlib.machinery.PathFinder.find_spec(name, path)
            load = spec.loader.exec_module

            def exec_module(module):
                load(module)
                kept, calls = module.Optimizer.step, []

                def failing(self, *arguments):
                    calls.append(1)
                    if len(calls) == step:
                        raise RuntimeError("a fault of this test")
                    return kept(self, *arguments)

                module.Optimizer.step = failing

            spec.loader.exec_module = exec_module
            return spec

    sys.meta_path.insert(0, Finder())


if __name__ == "sitecustomize":
    if LOG:
        sys.addaudithook(note)
    if RAISE.startswith(f"{RANK}:"):
        raising(int(RAISE.partition(":")[2]))
