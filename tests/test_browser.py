"""Chapters in a real JupyterLab and a real Chromium: run all, move a slider by the keyboard, see the result."""

import json

import browser
import mini
import pytest

from lmcourse import chapters

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

EXPLORER = """
import ipywidgets
slider = ipywidgets.IntSlider(description="depth", max=6)
shown = ipywidgets.HTML("0 squared is 0")
slider.observe(lambda change: setattr(shown, "value", f"{change.new} squared is {change.new ** 2}"), "value")
ipywidgets.VBox([slider, shown])
""".strip()
WITH_SLIDER = ("05a", "05b", "03")


def chapter(number: str):
    found = [path for path in chapters.chapters() if path.stem.startswith(f"{number}_")]
    return found[0] if found else pytest.skip(f"chapter {number} does not exist yet")


def test_harness(tmp_path, chromium):
    path = mini.write(tmp_path, mini.cell("code", "explorer", EXPLORER))
    with browser.lab([path]) as server, browser.chrome(chromium) as page:
        browser.open_notebook(page, server, path.name)
        done = browser.run_all(page, 60)
        assert done == {"status": "idle", "counts": [1, 2, 3, 4, 5], "errors": []}
        assert "score = 0.003" in browser.shown(browser.output_area(page, "result"))
        slider = page.locator(".widget-slider [role=slider]").first
        before, after = browser.move_slider(page, slider)
        assert ("0 squared is 0" in before, "1 squared is 1" in after) == (True, True)
        assert browser.screenshots(page, tmp_path / "pictures", "mini")
    assert json.loads(path.read_text()) == mini.notebook(mini.cell("code", "explorer", EXPLORER))


def test_harness_sees_errors(tmp_path, chromium):
    path = mini.write(tmp_path, mini.cell("code", "wrong", "1 / 0"))
    with browser.lab([path]) as server, browser.chrome(chromium) as page:
        browser.open_notebook(page, server, path.name)
        assert browser.run_all(page, 60)["errors"] == ["ZeroDivisionError: division by zero"]


@pytest.mark.parametrize("number", WITH_SLIDER)
def test_chapter_runs_and_its_explorer_answers(number, chromium):
    path = chapter(number)
    with browser.lab([path]) as server, browser.chrome(chromium) as page:
        browser.open_notebook(page, server, path.name)
        done = browser.run_all(page, 400)
        assert done["errors"] == []
        assert sorted(done["counts"]) == list(range(1, len(done["counts"]) + 1))
        slider = page.locator(".widget-slider [role=slider]").first
        slider.wait_for(timeout=60_000)
        before, after = browser.move_slider(page, slider)
        assert before.strip()
        assert after != before, "the slider was moved and its explorer shows the same"
