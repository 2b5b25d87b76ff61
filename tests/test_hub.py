"""Encoders from the hub: the real client against a server on loopback that speaks the hub's protocol."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch

from lmcourse.models.bert import Bert, BertConfig
from lmcourse.models.weights import save_model

COMMIT = "0123456789abcdef0123456789abcdef01234567"
CONFIG = BertConfig(vocab_size=30522, width=32, heads=2, layers=2, ff_width=64, max_length=64)


@pytest.fixture
def hub(tmp_path):
    """A server with one model, `someone/small-bert`, and a file of code that nobody should ask for."""
    from lmcourse.data.sources import encoder_folder
    from lmcourse.data.tokenizer import load_tokenizer, save_tokenizer

    folder = tmp_path / "served"
    folder.mkdir()
    torch.manual_seed(0)
    save_model(Bert(CONFIG), folder, "BertModel")
    save_tokenizer(load_tokenizer(encoder_folder()), folder)
    (folder / "modeling.py").write_text("raise SystemExit('code from a download was run')")
    asked = []

    class Hub(BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.answer(body=False)

        def do_GET(self):
            self.answer(body=True)

        def answer(self, body):
            asked.append(self.path)
            path, data = self.path.split("?")[0], None
            name = path.rsplit("/", 1)[-1]
            if path.startswith("/api/models/someone/small-bert"):
                files = [
                    {"type": "file", "path": f.name, "rfilename": f.name, "size": f.stat().st_size, "oid": COMMIT}
                    for f in folder.iterdir()
                ]
                model = {"id": "someone/small-bert", "sha": COMMIT, "siblings": files}
                data = json.dumps(files if "/tree/" in path else model).encode()
            elif path.startswith("/someone/small-bert/resolve/") and (folder / name).is_file():
                data = (folder / name).read_bytes()
            self.send_response(200 if data is not None else 404)
            if data is not None:
                self.send_header("ETag", f'"{hashlib.sha256(data).hexdigest()}"')
                self.send_header("X-Repo-Commit", COMMIT)
            else:
                self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", str(len(data or b"")))
            self.end_headers()
            if body and data:
                self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", folder, asked
    server.shutdown()


def fetch(endpoint, tmp_path, hub_id):
    """`find_encoder` in a process of its own: the hub's client reads its address when it is imported."""
    code = (
        "import sys; from lmcourse.finetuning.encoders import find_encoder; from lmcourse.models.weights import *\n"
        f"folder = find_encoder({hub_id!r}); print(folder); print(load_encoder(folder).config)"
    )
    environment = {**os.environ, "HF_ENDPOINT": endpoint, "HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "0"}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=60)


def test_an_encoder_of_the_hub(hub, tmp_path):
    endpoint, folder, asked = hub
    done = fetch(endpoint, tmp_path, "someone/small-bert")
    assert done.returncode == 0, done.stderr
    assert str(CONFIG) in done.stdout
    assert not any("modeling.py" in path for path in asked)
    got = done.stdout.splitlines()[0]
    with open(f"{got}/model.safetensors", "rb") as ours, open(folder / "model.safetensors", "rb") as theirs:
        assert ours.read() == theirs.read()


def test_an_unknown_encoder(hub, tmp_path):
    endpoint, _, _ = hub
    done = fetch(endpoint, tmp_path, "someone/else")
    assert done.returncode == 1
    assert "--encoder minilm" in done.stderr.splitlines()[-1]
