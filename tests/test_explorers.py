"""The frame of the explorers, without a browser: what is drawn, what is said, what stays when no kernel runs."""

import threading

import ipywidgets
import pytest

from lmcourse.errors import InputError
from lmcourse.models import sizes
from lmcourse.widgets import architectures
from lmcourse.widgets.explorer import Explorer, LongRun, line, plain

EVIL = "<script>alert(1)</script>"


def controls() -> dict:
    return {
        "word": ipywidgets.Text("a & b", description="word"),
        "kind": ipywidgets.Dropdown(options=[("one", 1), ("two", 2)], description="kind"),
        "depth": ipywidgets.IntSlider(3, 0, 6, description="depth"),
        "whole": ipywidgets.Checkbox(True, description="whole"),
    }


def test_values_from_the_browser_are_drawn_once():
    drawn = []
    explorer = Explorer("Title", controls(), lambda **values: drawn.append(values) or line(str(values)))
    explorer.view.values = explorer.view.values | {"kind": 1, "depth": 5}
    assert drawn[1:] == [{"word": "a & b", "kind": 2, "depth": 5, "whole": True}]
    assert explorer.view.drawn == 1
    explorer.view.values = explorer.view.values | {"depth": 99}  # the control's limit holds
    assert (explorer.controls["depth"].value, explorer.view.values["depth"]) == (6, 6)
    explorer.controls["word"].value = "new"
    assert explorer.view.values["word"] == "new"


def test_without_a_kernel_the_first_drawing_is_there_and_safe():
    explorer = Explorer(f"Title {EVIL}", controls(), lambda word, **_: f"{line(word)}<p>drawn</p>")
    explorer.controls["word"].value = EVIL
    bundle = explorer._repr_mimebundle_()
    assert bundle["text/plain"] == f"Title {EVIL} – {EVIL}"
    assert "kind: one; depth: 3; whole: yes" in bundle["text/html"]
    assert "<p>drawn</p>" in bundle["text/html"]
    assert "<script" not in bundle["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_errors_are_said_and_leave_it_usable():
    def draw(depth, **_):
        if depth == 4:
            raise InputError("too deep", "depth", "less <b>")
        return line(f"{6 // (depth - 5)}")

    explorer = Explorer("Title", controls(), draw)
    for depth, said in ((4, "too deep (depth): less <b>"), (5, "This cannot be shown: ZeroDivisionError"), (6, "6")):
        explorer.controls["depth"].value = depth
        assert plain(explorer.view.value).startswith(said)
    with pytest.raises(ZeroDivisionError):  # an explorer that cannot even begin is a chapter's error
        Explorer("Title", {"depth": ipywidgets.IntSlider(5, description="depth")}, draw)
    with pytest.raises(InputError, match="without a name"):
        Explorer("Title", {"depth": ipywidgets.IntSlider(5)}, draw)


@pytest.mark.parametrize("ends", ["Done after", "Stopped after", "The run has failed: ValueError: no <b> such"])
def test_long_run(ends):
    shown, go_on, seen = threading.Event(), threading.Event(), []

    def work(tell, **values):
        tell(lambda: "<p>half</p>", 3.0)
        shown.set()
        go_on.wait(10)
        seen.append((values["depth"], tell(lambda: "")))
        if ends.startswith("The run"):
            raise ValueError("no\n<b> such")

    explorer = LongRun("Title", controls(), lambda depth, **_: line(f"plan {depth}"), work)
    assert explorer.view.run == {"running": False}
    explorer._pressed(None, {"press": "run"}, [])
    assert shown.wait(10)
    assert explorer.view.run["left"] == 3.0
    assert explorer.view.value == line("The run has begun.") + "<p>half</p>"
    explorer.controls["depth"].value = 5  # drawn when the run has ended
    assert "plan" not in explorer.view.value
    thread = explorer.thread
    explorer._pressed(None, {"press": "run"}, [])  # one at a time
    assert explorer.thread is thread
    if ends.startswith("Stopped"):
        explorer._pressed(None, {"press": "stop"}, [])
    go_on.set()
    thread.join(10)
    assert seen == [(3, ends.startswith("Stopped"))]
    assert plain(explorer.view.value).startswith(ends)
    assert plain(explorer.view.value).endswith("plan 5")
    assert (explorer.view.run, explorer.thread) == ({"running": False}, None)


def test_architectures_side_by_side():
    explorer = architectures.architecture_explorer()
    said = plain(explorer.view.value)
    assert "1/9.37 of the parameters and 1 times the operations" in said
    assert "1, used 12 times" in explorer.view.value
    explorer.controls["first"].value, explorer.controls["second"].value = "Transformer base", "GPT-3 175B"
    explorer.controls["context"].value = 16
    assert plain(explorer.view.value).startswith("Texts of 16 tokens. Transformer base: 63 million parameters")
    assert "to the left only (causal)" in explorer.view.value
    explorer.controls["context"].value = 2048
    explorer.controls["first"].value = "BERT-base"
    assert "Texts of 2,048 tokens (BERT-base reads 512). BERT-base" in plain(explorer.view.value)
    explorer.controls["first"].value = "GPT-3 175B"  # the same twice: still two columns
    assert explorer.view.value.count("GPT-3 175B (again)") >= 2
    for model in sizes.published():
        explorer.controls["second"].value = model.name
        assert f"{sizes.count(model.config):,}" in explorer.view.value
        assert "cannot be shown" not in explorer.view.value
