"""The forms of the exercises in a real browser: a reader types, chooses, moves, presses Check, asks for a hint."""

import json

import axe
import browser
import mini
import pytest

from lmcourse import checks
from lmcourse.exercises import catalogue

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

EVIL = "</script><script>window.hurt = 1</script><img src=x onerror='window.hurt = 1'>"
ASKED = (
    "05a.freeze_depth",
    "05a.last_layers",
    "05a.trainable_count",
    "05a.step_order",
    "05a.chosen_rate",
    "00.warm_up",
)
PRELUDE = "from lmcourse.exercises import check, compare"
ENDLESS = {
    "loops": "def answer(sentences):\n    while True:\n        pass\n\n\ncheck('00.warm_up', answer)",
    "raises": "def answer(sentences):\n    return 1 / 0\n\n\ncheck('00.warm_up', answer)",
    "prints": "def answer(sentences):\n    while True:\n        print('on and on')\n\n\ncheck('00.warm_up', answer)",
}


def slug(id: str) -> str:
    return "exercise-" + id.split(".")[1].replace("_", "-")


@pytest.fixture(scope="module")
def lab(chromium, tmp_path_factory):
    """A notebook with one exercise of each kind, run, in a server of its own."""
    cells = [mini.cell("code", "prelude", PRELUDE)]
    cells += [mini.cell("code", slug(id), checks.cell(catalogue.find(id), catalogue.find(id).stub)) for id in ASKED]
    cells += [
        mini.cell(
            "code", "measured", "compare('05a.freeze_depth', {'encoder': 0.6, 'last:2': 0.8, '3': 0.8, 'none': 0.8})"
        )
    ]
    cells += [mini.cell("code", name, source) for name, source in ENDLESS.items()]
    path = mini.write(tmp_path_factory.mktemp("forms"), *cells)
    with browser.lab([path]) as server, browser.chrome(chromium) as page:
        browser.open_notebook(page, server, path.name)
        assert browser.run_all(page, 120)["errors"] == []
        yield server, page


def form(page, id: str):
    return browser.output_area(page, slug(id)).locator(".lmcourse-exercise")


def said(area, words: str) -> str:
    """What the check says, once it holds the words."""
    told = area.locator(".lmcourse-said")
    told.filter(has_text=words).wait_for()
    return told.inner_text()


def test_choose_and_compare(lab):
    _, page = lab
    area = form(page, "05a.freeze_depth")
    assert "answer in the form" in said(area, "Not attempted")
    area.get_by_role("radio").nth(0).press("Space")
    area.get_by_role("button", name="Check").press("Enter")
    assert "you predict a" in said(area, "Noted")
    page.evaluate("jupyterapp.commands.execute('notebook:run-all-below')")
    browser.wait_for(page, lambda now: now["status"] == "idle" and all(now["counts"]), 60)
    measured = browser.output_area(page, "measured")
    measured.filter(has_text="as you predicted").wait_for()


def test_choose_several(lab):
    _, page = lab
    area = form(page, "05a.last_layers")
    boxes = area.get_by_role("checkbox")
    for place in (0, 2):
        boxes.nth(place).press("Space")
    area.get_by_role("button", name="Check").press("Enter")
    told = said(area, "Partly right")
    assert "2 more belong" in told
    assert catalogue.find("05a.last_layers").task.told["c"][:20] in told


def test_number_and_what_is_typed_stays_text(lab):
    server, page = lab
    area = form(page, "05a.trainable_count")
    field = area.get_by_role("textbox")
    field.fill(EVIL)
    field.press("Enter")
    assert "onerror" in said(area, "a number")
    assert page.evaluate("window.hurt") is None
    assert area.locator("img, script").count() == 0
    field.fill(str(catalogue.find("05a.trainable_count").task.expected))
    field.press("Enter")
    said(area, "Right")
    entry = json.loads((server.folder.parent / "progress.json").read_text())["exercises"]["05a.trainable_count"]
    assert (entry["right"], entry["attempts"]) == (True, 2)


def test_order_by_keyboard(lab):
    _, page = lab
    area = form(page, "05a.step_order")
    area.get_by_role("button", name="Check").press("Enter")
    first = said(area, "rules of the order hold")
    area.get_by_role("button", name="Move b up").press("Enter")
    assert (
        area.locator("li")
        .nth(0)
        .inner_text()
        .endswith(catalogue.find("05a.step_order").task.options["b"].replace("`", ""))
    )
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Move b down"
    assert "b is now number 1" in area.locator(".lmcourse-unseen").inner_text()
    area.get_by_role("button", name="Check").press("Enter")
    assert first
    said(area, "rules of the order hold")


def test_find_the_error_hint_and_solution(lab):
    _, page = lab
    exercise = catalogue.find("05a.chosen_rate")
    area = form(page, exercise.id)
    help = area.locator(".lmcourse-help")
    for step in (1, 2):
        area.get_by_role("button", name="Hint").press("Enter")
        help.filter(has_text=f"Hint {step} of {len(exercise.hints)}").wait_for()
    area.get_by_role("radio").nth(0).press("Space")
    area.get_by_role("button", name="Check").press("Enter")
    said(area, "Not yet: line 1")
    area.get_by_role("button", name="Solution").press("Enter")
    help.filter(has_text="Solution.").wait_for()
    assert exercise.solution.strip() in help.inner_text()


def test_code_that_does_not_end_leaves_the_notebook_usable(lab):
    _, page = lab
    areas = {name: browser.output_area(page, name) for name in ENDLESS}
    assert "stopped after 5 seconds" in areas["loops"].inner_text()
    assert "ZeroDivisionError" in areas["raises"].inner_text()
    assert "after printing 10,000 characters" in areas["prints"].inner_text()
    assert areas["prints"].locator(".jp-OutputArea-child").count() == 1
    area = form(page, "00.warm_up")
    area.get_by_role("button", name="Hint").press("Enter")
    area.locator(".lmcourse-help").filter(has_text="Hint 1").wait_for()


def test_axe_finds_nothing_grave_in_forms_that_were_used(lab):
    _, page = lab
    assert axe.grave(page) == []
