"""Chapters in a real JupyterLab and a real Chromium: a reader acts by keyboard and reads the result from the page."""

import ast
import symtable
from pathlib import Path

import axe
import browser
import mini
import nbformat
import pytest
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from lmcourse import chapters, widgets

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

CHAPTERS = [path.stem.split("_")[0] for path in chapters.chapters()]
ECHOES = ("similarity-explorer", "table-explorer")  # they show what was typed
EVIL = "</script><script>window.hurt = 1</script><img src=x onerror='window.hurt = 1'>"
KEYS = {"range": ["ArrowRight"], "select-one": ["ArrowDown"], "checkbox": ["Space"], "text": ["End", "1"]}
KEYS["textarea"] = ["ControlOrMeta+End", "Enter", *"One more line."]
BROKEN = """
import time
import ipywidgets
from lmcourse.widgets.explorer import Explorer

drawn = []

def draw(depth):
    drawn.append(depth)
    if depth == 1:
        raise ZeroDivisionError("no <b>depth</b>")
    time.sleep(0.5 if depth > 2 else 0)
    return f"<p role='status'>depth {depth}</p>"

Explorer("Broken", {"depth": ipywidgets.IntSlider(description="depth", max=20)}, draw)
""".strip()


def names(source: str) -> tuple[set[str], set[str], set[str]]:
    """The names of a notebook that a cell makes, those that it changes (`x[0] = …`), and those that it uses."""
    top = symtable.symtable(source, "cell", "exec")
    made = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    used, tables = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_referenced()}, [top]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        used |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global()}
    changed = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            while isinstance(node, ast.Subscript | ast.Attribute):
                node = node.value
            changed |= {node.id} if isinstance(node, ast.Name) else set()
    return made, changed, used


def explorers(cells: list[dict]) -> list[str]:
    """The ids of the cells that end by showing an explorer."""
    modules = [ast.parse(path.read_text(encoding="utf-8")) for path in Path(widgets.__file__).parent.glob("*.py")]
    functions = [node for module in modules for node in module.body if isinstance(node, ast.FunctionDef)]
    makers = {f.name for f in functions if f.returns and ast.unparse(f.returns) in ("Explorer", "LongRun")}
    found = []
    for cell in cells:
        last = ast.parse(cell["source"]).body[-1:] if cell["cell_type"] == "code" else []
        if last and isinstance(last[0], ast.Expr) and isinstance(last[0].value, ast.Call):
            found += [cell["id"]] if ast.unparse(last[0].value.func).split(".")[-1] in makers else []
    return found


def needed(cells: list[dict], wanted: list[str]) -> list[str]:
    """The ids of the code cells that some cells stand on: those that make what they use, and so on upwards."""
    used, kept = set(), []
    for cell in reversed(cells):
        if cell["cell_type"] == "code":
            made, changed, uses = names(cell["source"])
            always = {"parameters", "injected-parameters"} & set(cell["metadata"].get("tags", []))
            if always or cell["id"] in (*wanted, "setup") or (made | changed) & used:
                used = (used - made) | uses
                kept.insert(0, cell["id"])
    return kept


@pytest.fixture(scope="module")
def lab(chromium, tmp_path_factory):
    """One JupyterLab with every chapter at its smallest, one page, and the cells of each chapter."""
    folder, cells = tmp_path_factory.mktemp("chapters"), {}
    for number in CHAPTERS:
        path = chapters.find(number)
        values = chapters.running.profile_values("smoke", chapters.parameters(path))
        notebook = parameterize_notebook(load_notebook_node(str(path)), values)
        nbformat.write(notebook, folder / f"{number}.ipynb")
        cells[number] = notebook["cells"]
    wrong = mini.cell("code", "wrong", "1 / 0")
    mini.write(folder, mini.cell("code", "broken", BROKEN), mini.cell("code", "count", "print(len(drawn))"), wrong)
    with browser.lab(sorted(folder.glob("*.ipynb"))) as server, browser.chrome(chromium) as page:
        outside = []
        page.on("request", lambda request: outside.append(request.url))
        yield server, page, cells
        ours = (server.url, "data:", "blob:")
        assert [url for url in outside if not url.startswith(ours)] == [], "a chapter is read offline"


def explorer(page, cell: str):
    found = browser.output_area(page, cell).locator(".lmcourse-explorer")
    found.wait_for()
    return found


def settled(area) -> None:
    area.locator(".lmcourse-picture[aria-busy=false]").wait_for(state="attached")


def check_every_control(page, area) -> None:
    """Each control has a label, is reached by Tab, and changes what is shown and said, in a live region that lasts."""
    said = area.get_by_role("status")
    said.evaluate("""node => {
      node.times = 0;
      new MutationObserver(() => { node.times += 1; }).observe(node, {childList: true});
    }""")
    for times, control in enumerate(area.locator("input, select, textarea").all(), 1):
        assert control.evaluate("node => node.labels[0].innerText.trim().length > 2")
        browser.act(page, area, control, *KEYS[control.evaluate("node => node.type")])
        assert said.inner_text().strip()
        assert said.evaluate("node => node.times ?? 0") >= times, (
            f"{control} has changed something, and nothing was said"
        )
        page.keyboard.press("Tab")  # leaving a control that was read already asks for nothing
        settled(area)


def check_markup_stays_text(page, area, echoes: bool) -> None:
    for field in area.get_by_role("textbox").all():
        before = field.input_value()
        field.fill(f"{EVIL}\n{EVIL}")
        field.press("Tab")
        settled(area)
        assert area.locator("script, [onerror]").count() == 0
        assert not echoes or "<script>" in browser.shown(area)
        field.fill(before)
        field.press("Tab")
        settled(area)
    assert page.evaluate("window.hurt") is None


def check_places(page, area) -> None:
    """A click into the picture chooses an option of a control, and what it chooses is shown."""
    for place in area.locator("[data-control]").all()[2:4]:
        before = browser.shown(area)
        wanted = int(place.get_attribute("data-value"))
        place.click()
        chosen = [area.locator("select").first.element_handle(), wanted]
        page.wait_for_function("([node, value]) => node.selectedIndex === value", arg=chosen)
        settled(area)
        assert browser.shown(area) != before


def check_long_run(page, area) -> None:
    """One button runs and stops, and keeps the focus; how far it is is shown, but only begin and end are read out."""
    button = area.get_by_role("button")
    browser.tab_to(page, button)
    page.keyboard.press("Enter")
    area.get_by_text("s left").wait_for()
    assert area.get_by_role("status").inner_text() == "The run has begun."
    assert area.get_by_role("progressbar", name="The run").is_visible()
    assert button.inner_text() == "Stop"
    assert button.evaluate("node => node === document.activeElement")
    page.keyboard.press("Enter")
    area.get_by_role("status").filter(has_text="Stopped after").wait_for()
    assert button.inner_text() == "Run"


def test_harness(lab):
    server, page, _ = lab
    browser.open_notebook(page, server, "99_mini.ipynb")
    assert browser.run_all(page, 60)["errors"] == ["ZeroDivisionError: division by zero"]
    area = explorer(page, "broken")
    slider = area.get_by_role("slider", name="depth")
    told = "This cannot be shown: ZeroDivisionError: no <b>depth</b>"
    assert told in browser.act(page, area, slider, "ArrowRight")
    assert "depth 2" in browser.act(page, area, slider, "ArrowRight")
    browser.act(page, area, slider, *["ArrowRight"] * 18)
    area.get_by_text("depth 20").wait_for()
    assert browser.run_cells(page, ["count"]) == []
    assert int(browser.shown(browser.output_area(page, "count"))) < 10, "every step of a drag was drawn"
    slider.evaluate("node => node.setAttribute('aria-label', '') || node.labels[0].replaceWith(node)")
    assert any(found.startswith("label: ") for found in axe.grave(page))
    assert browser.run_cells(page, ["wrong", "result"]) == ["wrong: ZeroDivisionError: division by zero"]
    assert browser.run_cells(page, ["result"]) == []
    assert "score = 0.003" in browser.shown(browser.output_area(page, "result"))


@pytest.mark.parametrize("number", CHAPTERS)
def test_chapter(number, lab):
    server, page, cells = lab
    ids = explorers(cells[number])
    assert ids, "a chapter without an explorer, or one that this test does not see"
    browser.open_notebook(page, server, f"{number}.ipynb")
    assert browser.run_cells(page, needed(cells[number], ids)) == []
    for id in ids:
        area = explorer(page, id)
        check_every_control(page, area)
        check_markup_stays_text(page, area, id in ECHOES)
        check_places(page, area)
        if area.get_by_role("button").count():
            check_long_run(page, area)
    found = axe.grave(page)
    browser.set_theme(page, dark=True)
    found += axe.grave(page)
    browser.set_theme(page, dark=False)
    assert found == []
