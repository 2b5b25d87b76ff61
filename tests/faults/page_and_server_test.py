"""The page and the server: what is typed is text, reads no file and runs nowhere but in the reader's own kernel."""

import ast
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest

from lmcourse import checks
from lmcourse.files import PROJECT
from lmcourse.plots import html
from lmcourse.widgets.similarity import similarity

pytestmark = pytest.mark.timeout(120)
EVIL = ["<script>hurt()</script>", "<img src=x onerror=hurt()>", "</script><script>hurt()", '" onload="hurt()']
FILES = ["/etc/passwd", "file:///etc/passwd", "../../../../etc/passwd", "~/.ssh/id_rsa"]


def markup(page: str) -> list[str]:
    """The elements of a page that could run, or that bear an event handler."""
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        def __init__(self):
            super().__init__()
            self.found = []

        def handle_starttag(self, tag, attributes):
            if tag in ("script", "iframe", "object", "embed") or any(name.startswith("on") for name, _ in attributes):
                self.found.append(tag)

    reader = Reader()
    reader.feed(page)
    return reader.found


@pytest.mark.parametrize("text", EVIL)
def test_markup_in_every_place_is_shown_as_text(text, tmp_path):
    from matplotlib.figure import Figure

    assert markup(text) or markup(f'<p title="{text}">')  # the reader sees what it should
    pages = [
        checks.Outcome(checks.NOT_YET, f"{text} `{text}`").page(),
        html(Figure(), text),
        similarity(lambda sentences: np.eye(len(sentences)))._still(),
    ]
    explorer = similarity(lambda sentences: np.eye(len(sentences)))
    explorer.controls["own"].value = f"{text}\n{text}"
    pages += [explorer.view.value, explorer._still()]
    assert [markup(page) for page in pages] == [[]] * len(pages)
    assert any("hurt()" in page for page in pages)


def test_a_text_box_never_reads_a_file(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    opened, watching = [], [True]

    def audit(event, arguments):
        if watching[0] and event == "open" and isinstance(arguments[0], str | bytes):
            opened.append(str(arguments[0]))

    sys.addaudithook(audit)
    explorer = similarity(lambda sentences: np.eye(len(sentences)))
    try:
        explorer.controls["own"].value = "\n".join([*FILES, str(secret)])
    finally:
        watching[0] = False
    assert "/etc/passwd" in explorer.view.value
    assert "the secret" not in explorer.view.value
    assert not [path for path in opened if any(name in path for name in ("passwd", "id_rsa", "secret"))]


CALLS = {"eval", "exec", "compile", "__import__", "torch.load", "os.system", "os.popen"}
FORBIDDEN = ("trust_remote_code", "allow_pickle", "shell")
OURS = {"lmcourse/applications/future.py": {"exec", "compile"}}  # mutants of a function that stands in that very file
UNPICKLING = {"pickle", "dill", "joblib", "cloudpickle", "shelve", "marshal"}


def trespasses(source: str) -> list[str]:
    """The imports and calls of a module that would unpickle, evaluate text or start a shell."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            found += UNPICKLING & {name.split(".")[0] for name in names}
        if isinstance(node, ast.Call):
            told = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            found += CALLS & {ast.unparse(node.func)}
            found += [name for name in FORBIDDEN if told.get(name, "False") != "False"]
    return found


def test_nothing_is_unpickled_or_evaluated():
    """No eval or exec, no pickle, no code from a hub, no shell: what a reader or a file says is never code of ours."""
    assert trespasses("import pickle\nexec('1')\nf(trust_remote_code=True)") == ["pickle", "exec", "trust_remote_code"]
    modules = list((PROJECT / "lmcourse").rglob("*.py"))
    assert len(modules) > 100
    found = {path.relative_to(PROJECT).as_posix(): {*trespasses(path.read_text(encoding="utf-8"))} for path in modules}
    assert {path: calls for path, calls in found.items() if calls} == OURS


def test_make_lab_keeps_the_token_and_the_loopback_address():
    makefile = (PROJECT / "Makefile").read_text()
    (line,) = re.findall(r"^.*jupyter lab .*$", makefile, re.MULTILINE)
    assert "--ip=127.0.0.1" in line
    settings = " ".join(re.findall(r"^(?:LAB_FLAGS.*|.*jupyter lab .*)$", makefile, re.MULTILINE))
    assert not re.search(r"token|password|allow_origin|disable_check_xsrf|allow_remote|0\.0\.0\.0", settings)
    assert not list((PROJECT).glob("jupyter_*config*"))


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def answer(url: str, **headers: str) -> int:
    try:
        return urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20).status
    except urllib.error.HTTPError as error:
        return error.code


def test_the_server_answers_nobody_without_its_token(tmp_path):
    """JupyterLab as `make lab` starts it: without the token, from elsewhere and by another name nothing is had."""
    jupyter = Path(sys.executable).parent / "jupyter-lab"
    if not jupyter.exists():
        pytest.skip("no jupyter-lab beside this Python")
    makefile = (PROJECT / "Makefile").read_text()
    flags = re.search(r"jupyter lab (--ip=\S+)", makefile)[1]
    more = ["--no-browser", "--allow-root", f"--ServerApp.port={free_port()}", "--ServerApp.root_dir=" + str(tmp_path)]
    server = subprocess.Popen([jupyter, flags, *more], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        told = ""
        end = time.monotonic() + 60
        while not (found := re.search(r"http://127\.0\.0\.1:(\d+)/\S*\?token=(\w+)", told)):
            assert time.monotonic() < end
            line = server.stderr.readline()
            assert line, told
            told += line
        port, token = found.groups()
        url = f"http://127.0.0.1:{port}/api/contents"
        while True:
            with socket.socket() as listening:
                if listening.connect_ex(("127.0.0.1", int(port))) == 0:
                    break
            assert time.monotonic() < end
            time.sleep(0.1)
        assert answer(url) == 403
        assert answer(url + "?token=0123456789abcdef") == 403
        assert answer(url, Authorization=f"token {token}") == 200
        assert answer(url, Authorization=f"token {token}", Host="evil.example") == 403
        others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
        for address in others - {"127.0.0.1", "127.0.1.1"}:
            with socket.socket() as outside:
                outside.settimeout(2)
                assert outside.connect_ex((address, int(port))) != 0
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(tmp_path, ignore_errors=True)
