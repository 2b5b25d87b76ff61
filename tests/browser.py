"""A chapter in a real JupyterLab in a real Chromium, for tests and for authors who want to look at it.

    .venv/bin/python tests/browser.py notebooks/05a_fine_tuning.ipynb OUTDIR [--dark] [--width 1280] [--widgets]

runs the chapter and stores pictures of the whole page, one a screen, as OUTDIR/NAME-light-01.png and so on. With
--widgets it stores one picture of each explorer and form instead, in both themes and at 1280 and 768 pixels.
"""

import argparse
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lmcourse import COMPILED
from lmcourse.doctor import chromium

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Every cell stays in the page, wherever it is scrolled to; no news from the network.
SETTINGS = {
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
STATE = """() => {
  const panel = window.jupyterapp?.shell.currentWidget;
  const cells = (panel?.content?.widgets ?? []).filter(
    cell => cell.model.type === 'code' && cell.model.sharedModel.getSource().trim());
  const outputs = cells.flatMap(cell => cell.model.outputs.toJSON());
  return {
    status: panel?.sessionContext?.session?.kernel?.status ?? 'none',
    counts: cells.map(cell => cell.model.executionCount),
    errors: outputs.filter(o => o.output_type === 'error').map(o => `${o.ename}: ${o.evalue}`),
  };
}"""
RUN_CELLS = """async ids => {
  const notebook = jupyterapp.shell.currentWidget.content;
  for (const id of ids) {
    notebook.activeCellIndex = notebook.widgets.findIndex(cell => cell.model.id === id);
    notebook.deselectAll();
    await jupyterapp.commands.execute('notebook:run-cell');
    const outputs = notebook.activeCell.model.outputs.toJSON().filter(o => o.output_type === 'error');
    if (outputs.length) return outputs.map(o => `${id}: ${o.ename}: ${o.evalue}`);
  }
  return [];
}"""
# What an explorer shows, without the controls themselves: their own reading changes even when nothing is computed.
SHOWN = """area => {
  const copy = area.cloneNode(true);
  copy.querySelectorAll('.lmcourse-controls, .lmcourse-run, script, style').forEach(node => node.remove());
  const pictures = [...copy.querySelectorAll('img, svg, canvas')].map(
    node => node.src || node.outerHTML || '').join('');
  return copy.innerText + pictures;
}"""


@dataclass
class Server:
    """A running JupyterLab: its address, its secret and the folder that it serves."""

    url: str
    token: str
    folder: Path


@contextmanager
def lab(notebooks: list[Path], dark: bool = False, env: dict[str, str] | None = None) -> Iterator[Server]:
    """Serve copies of notebooks on the loopback address, with settings, kernels and progress of their own."""
    with tempfile.TemporaryDirectory(prefix="lmcourse-lab-") as home:
        folder, settings = Path(home, "notebooks"), Path(home, "settings")
        folder.mkdir()
        for notebook in notebooks:
            copied = json.loads(notebook.read_text(encoding="utf-8"))
            copied["metadata"].setdefault("kernelspec", {"name": "python3", "display_name": "Python 3"})
            (folder / notebook.name).write_text(json.dumps(copied), encoding="utf-8")
        theme = {"theme": "JupyterLab Dark" if dark else "JupyterLab Light"}
        for name, values in (SETTINGS | {"@jupyterlab/apputils-extension/themes": theme}).items():
            path = settings / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        token = secrets.token_hex(24)
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser"]
        command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
        command += [f"--ServerApp.root_dir={folder}"]
        own = {
            "JUPYTER_TOKEN": token,
            "JUPYTER_CONFIG_DIR": f"{home}/config",
            "JUPYTER_DATA_DIR": f"{home}/data",
            "JUPYTER_RUNTIME_DIR": f"{home}/runtime",
            "JUPYTERLAB_SETTINGS_DIR": str(settings),
            "JUPYTERLAB_WORKSPACES_DIR": f"{home}/workspaces",
            "IPYTHONDIR": f"{home}/ipython",
            "LMCOURSE_PROGRESS": f"{home}/progress.json",
            "HF_HUB_OFFLINE": "1",
        }
        # A reader's server does not come from lmcourse, whose own choice of these would reach the kernels.
        inherited = {name: value for name, value in os.environ.items() if name not in COMPILED}
        with open(Path(home, "lab.log"), "w+") as log:
            process = subprocess.Popen(
                command, env=inherited | own | (env or {}), stdout=log, stderr=log, start_new_session=True
            )
            try:
                server = Server(f"http://127.0.0.1:{port}", token, folder)
                _wait_until_up(server, process, Path(log.name))
                yield server
            finally:
                process.terminate()  # the server shuts its kernels down
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def _wait_until_up(server: Server, process: subprocess.Popen, log: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"{server.url}/api/status?token={server.token}", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


@contextmanager
def chrome(executable: str, width: int = 1280, height: int = 900, dark: bool = False) -> Iterator:
    """A fresh page of a headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        try:
            page = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
            )
            page.set_default_timeout(30_000)
            yield page
        finally:
            browser.close()


def open_notebook(page, server: Server, name: str) -> None:
    """Open a notebook of the server and wait for its kernel; the file browser beside it is folded away."""
    page.goto(f"{server.url}/lab/tree/{name}?reset&token={server.token}")
    page.wait_for_selector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell", timeout=90_000)
    page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
    wait_for(page, lambda state: state["status"] == "idle", 90)


def state(page) -> dict:
    """Kernel status, execution counts of the code cells that are not empty, and errors."""
    return page.evaluate(STATE)


def wait_for(page, condition, seconds: float) -> dict:
    """Wait until `condition(state)` holds. Errors: AssertionError with the state that it ended in."""
    end = time.monotonic() + seconds
    while True:
        now = state(page)
        if condition(now):
            return now
        assert time.monotonic() < end, f"not reached within {seconds} s: {now}"
        page.wait_for_timeout(200)


def run_all(page, seconds: float = 300) -> dict:
    """Clear the outputs, choose Run All Cells in the menu and wait for the end, or for the first error."""
    page.evaluate("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    wait_for(page, lambda now: not any(now["counts"]), 30)
    page.locator("#jp-MainMenu >> text=/^Run$/").click()
    page.locator(".lm-Menu-item[data-command='runmenu:run-all']").click()
    done = wait_for(page, lambda now: now["errors"] or (now["status"] == "idle" and all(now["counts"])), seconds)
    page.wait_for_timeout(500)  # the last outputs are drawn after the kernel is idle
    return done


def output_area(page, cell_id: str):
    """The output area of a cell, by its id."""
    index = page.evaluate(
        "id => jupyterapp.shell.currentWidget.content.widgets.findIndex(cell => cell.model.id === id)", cell_id
    )
    assert index >= 0, f"no cell {cell_id}"
    return page.locator(f".jp-Cell[data-windowed-list-index='{index}'] .jp-OutputArea").first


def shown(area) -> str:
    """What an output area shows apart from its controls: text and pictures."""
    return area.evaluate(SHOWN)


def run_cells(page, ids: list[str]) -> list[str]:
    """Run some cells of the open notebook in their order, up to the first error; return the errors."""
    return page.evaluate(RUN_CELLS, ids)


def set_theme(page, dark: bool) -> None:
    """Change JupyterLab's theme, as its menu does."""
    theme = "JupyterLab Dark" if dark else "JupyterLab Light"
    page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    page.wait_for_selector(f"body[data-jp-theme-light='{'false' if dark else 'true'}']", state="attached")
    page.wait_for_timeout(500)


def tab_to(page, control, most: int = 60) -> None:
    """Press Tab until a control has the focus. Errors: AssertionError when it is not reached."""
    for _ in range(most):
        if control.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"not reached by {most} times Tab: {control}")


def act(page, area, control, *keys: str, seconds: float = 30) -> str:
    """Go to a control by Tab, press keys, and return what its area shows once that is something else."""
    before = shown(area)
    tab_to(page, control)
    for key in keys:
        page.keyboard.press(key)
    end = time.monotonic() + seconds
    while (after := shown(area)) == before:
        assert time.monotonic() < end, f"{keys} on {control}: its area shows the same as before: {before[:200]}"
        page.wait_for_timeout(50)
    return after


def screenshots(page, out: Path, name: str) -> list[Path]:
    """Pictures of the whole notebook, screen by screen."""
    out.mkdir(parents=True, exist_ok=True)
    scroller = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer").first
    total, height = scroller.evaluate("node => [node.scrollHeight, node.clientHeight]")
    step, paths, top = max(100, height - 60), [], 0
    while top == 0 or top + 60 < total:
        scroller.evaluate("(node, top) => { node.scrollTop = top; }", top)
        page.wait_for_timeout(250)
        paths.append(out / f"{name}-{len(paths) + 1:02d}.png")
        scroller.screenshot(path=paths[-1])
        top += step
    return paths


def widget_pictures(page, out: Path, name: str) -> list[Path]:
    """A picture of each explorer and form that is shown, in both themes and at two widths."""
    out.mkdir(parents=True, exist_ok=True)
    paths = []
    for dark in (False, True):
        set_theme(page, dark)
        for width in (1280, 768):
            page.set_viewport_size({"width": width, "height": 2400})
            page.wait_for_timeout(1000)
            for i, area in enumerate(page.locator(".lmcourse-explorer, .lmcourse-exercise").all(), 1):
                paths.append(out / f"{name}-widget-{i:02d}-{'dark' if dark else 'light'}-{width}.png")
                area.screenshot(path=paths[-1])
    return paths


def main() -> int:
    """The author's entry: run a chapter in JupyterLab, store its pictures, tell its errors."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("notebook", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--dark", action="store_true", help="JupyterLab's dark theme")
    parser.add_argument("--width", type=int, default=1280, help="of the window, in pixels")
    parser.add_argument("--widgets", action="store_true", help="each explorer and form, both themes, two widths")
    parser.add_argument("--as-stored", action="store_true", help="show the stored outputs, run nothing")
    given = parser.parse_args()
    executable = chromium()
    if not executable:
        print("browser: not run (no Chromium was found)", file=sys.stderr)
        return 1
    name = f"{given.notebook.stem}-{'dark' if given.dark else 'light'}"
    name += "" if given.width == 1280 else f"-{given.width}"
    with lab([given.notebook], given.dark) as server, chrome(executable, given.width, dark=given.dark) as page:
        open_notebook(page, server, given.notebook.name)
        started = time.monotonic()
        done = {"errors": []} if given.as_stored else run_all(page, 900)
        print(f"{time.monotonic() - started:.0f} s", *done["errors"], sep="\n", file=sys.stderr)
        taken = widget_pictures(page, given.out, given.notebook.stem) if given.widgets else None
        for path in taken or screenshots(page, given.out, name):
            print(path)
    return 1 if done["errors"] else 0


if __name__ == "__main__":
    sys.exit(main())
