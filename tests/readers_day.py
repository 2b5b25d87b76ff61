"""Every chapter open at once, in one JupyterLab and one browser, each run from top to bottom: seconds and memory.

`python tests/readers_day.py [CHAPTER…]`: a line for each chapter as it is opened and run, none closed; exit code 1 when
a cell fails, or when the server and all kernels together need more than 8 GiB.
"""

import sys
import time

import psutil
from browser import chrome, lab, open_notebook, run_all, wait_for

from lmcourse.chapters.running import chapters, find
from lmcourse.doctor import chromium

MOST = 8 * 2**30
IN_FRONT = "path => jupyterapp.shell.currentWidget?.context?.path === path"  # a page shows the chapter before till then


def memory(processes) -> int:
    """Bytes that some processes and their children hold; what they share is counted once."""
    found = 0
    for process in processes:
        for one in (process, *process.children(recursive=True)):
            try:
                found += one.memory_full_info().pss
            except psutil.Error:  # it has just ended
                continue
    return found


def server_of(folder: str) -> list[psutil.Process]:
    """The process of the server of a folder: its kernels are its children."""
    return [p for p in psutil.Process().children() if folder in " ".join(p.cmdline())]


def main(names: list[str]) -> int:
    """Open and run the chapters, one after another."""
    executable = chromium()
    if not executable:
        print("browser: not run (no Chromium was found)", file=sys.stderr)
        return 1
    paths, failed = [find(name) for name in names] or chapters(), []
    print(f"{'chapter':34} {'open':>6} {'all':>6}  {'kernels so far':>14}")
    with lab(paths) as server, chrome(executable) as page:
        before = 0
        for path in paths:
            begin = time.monotonic()
            if path == paths[0]:
                open_notebook(page, server, path.name)
            else:
                page.evaluate("path => { jupyterapp.commands.execute('docmanager:open', {path}); }", path.name)
                page.wait_for_function(IN_FRONT, arg=path.name, timeout=90_000)
                wait_for(page, lambda now: now["status"] == "idle" and now["counts"], 90)
            opened = time.monotonic() - begin
            done = run_all(page, 900)
            took = time.monotonic() - begin
            now = memory(server_of(str(server.folder)))
            failed += [f"{path.stem}: {error}" for error in done["errors"]]
            print(
                f"{path.stem:34} {opened:6.1f} {took:6.0f}  {now / 2**20:9.0f} MiB (+{(now - before) / 2**20:.0f})",
                flush=True,
            )
            before = now
    print(*failed, sep="\n")
    print(f"server and {len(paths)} kernels: {before / 2**30:.1f} GiB of {MOST / 2**30:.0f}")
    return int(bool(failed) or before > MOST)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
