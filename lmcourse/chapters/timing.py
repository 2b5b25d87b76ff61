"""What a chapter costs its reader: seconds until something is seen, seconds in all, memory."""

import json
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from lmcourse.chapters import running

EVERY = 0.2  # seconds between two looks at the memory


@contextmanager
def peak_memory():
    """Yields a list whose one entry becomes the largest memory, in MB, of this process's children meanwhile."""
    import psutil

    found, over = [0.0], threading.Event()

    def look() -> None:
        while not over.wait(EVERY):
            sizes = []
            for child in psutil.Process().children(recursive=True):
                try:
                    sizes.append(child.memory_info().rss)
                except psutil.Error:  # it has just ended
                    continue
            found[0] = max(found[0], sum(sizes) / 1e6)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield found
    finally:
        over.set()
        looking.join()


def measure(chapter: Path | str) -> dict:
    """Run a chapter with its defaults: `{chapter, seconds, first, memory, slowest}`.

    `first`: seconds until the first cell with an output has ended, the kernel's start included; `memory`: MB at most;
    `slowest`: the three cells that took longest, as (cell id, seconds).
    """
    path = running.find(chapter)
    with tempfile.TemporaryDirectory() as folder, peak_memory() as memory:
        begin = time.time()
        done = running.run(path, out=Path(folder) / path.name)
        seconds = time.time() - begin
        notebook = json.loads(done.read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    took = {cell["id"]: cell["metadata"]["papermill"]["duration"] or 0.0 for cell in cells}
    shown = next(cell["id"] for cell in cells if cell["outputs"])
    until = [*took].index(shown) + 1
    return {
        "chapter": path.stem,
        "seconds": seconds,
        "first": seconds - sum([*took.values()][until:]),
        "memory": memory[0],
        "slowest": sorted(took.items(), key=lambda item: -item[1])[:3],
    }


def table(names: list[str]) -> str:
    """A line for each chapter, as it is measured, and the whole book's seconds."""
    rows = [measure(name) for name in names or running.chapters()]
    lines = [f"{'chapter':22} {'seconds':>8} {'first':>6} {'MB':>6}  slowest cells"]
    for row in rows:
        slowest = ", ".join(f"{name} {seconds:.0f}" for name, seconds in row["slowest"])
        lines.append(f"{row['chapter']:22} {row['seconds']:8.0f} {row['first']:6.1f} {row['memory']:6.0f}  {slowest}")
    return "\n".join([*lines, f"{'all':22} {sum(row['seconds'] for row in rows):8.0f}"])
