"""axe-core on what the course puts into a notebook: its output areas, not JupyterLab's own frame."""

from pathlib import Path

import axe_playwright_python

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
NOTEBOOK = ".jp-NotebookPanel:not(.lm-mod-hidden)"
OURS = f"{NOTEBOOK} .jp-OutputArea-output"
RUN = """async ours => {
  const found = await axe.run({include: [[ours]]}, {resultTypes: ['violations']});
  const grave = found.violations.filter(rule => ['serious', 'critical'].includes(rule.impact));
  const told = grave.flatMap(rule => rule.nodes.map(node =>
    `${rule.id}: ${node.html.slice(0, 160)} ${node.failureSummary.split('\\n').slice(1).join(' ')}`));
  const read = [...found.passes, ...found.violations].some(rule => rule.id === 'color-contrast')
    && [...document.querySelectorAll(ours)].every(area => area.getBoundingClientRect().top >= 0);
  return {told, read};
}"""


def grave(page, ours: str = OURS) -> list[str]:
    """What axe finds serious or critical in `ours` of the open notebook: the rule, the element, what is amiss."""
    size = page.viewport_size
    # axe takes for hidden what is scrolled away, and all of JupyterLab, whose body has no height.
    page.add_style_tag(content="body { height: 100vh }")
    outer = f"{NOTEBOOK} .jp-WindowedPanel-outer"
    height = page.locator(outer).evaluate("node => node.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": height + 200})
    tall = "([outer, height]) => { const node = document.querySelector(outer); return node.clientHeight >= height; }"
    page.wait_for_function(tall, arg=[outer, height])
    page.locator(outer).evaluate("node => { node.scrollTop = 0; }")  # a notebook scrolls past its end
    page.evaluate(AXE)
    found = page.evaluate(RUN, ours)
    page.set_viewport_size(size)
    assert found["read"], "axe takes for hidden what is not on the screen"
    return found["told"]
