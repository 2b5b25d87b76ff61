"""The quiz in a real browser: answered and gone through by keyboard, read out, and kept."""

import axe
import browser
import mini
import pytest

from lmcourse.exercises import quiz

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def page(chromium, tmp_path_factory):
    cells = [
        mini.cell("code", "quiz", "from lmcourse.widgets.quiz import quiz, quiz_report\n\nquiz(seed)"),
        mini.cell("code", "quiz-report", "quiz_report()"),
    ]
    path = mini.write(tmp_path_factory.mktemp("quiz"), *cells)
    with browser.lab([path]) as server, browser.chrome(chromium) as page:
        browser.open_notebook(page, server, path.name)
        assert browser.run_all(page, 120)["errors"] == []
        yield page


def press(page, button) -> None:
    browser.tab_to(page, button)
    page.keyboard.press("Enter")


def test_by_keyboard(page):
    first, second, *_ = quiz.ordered(0)
    area = browser.output_area(page, "quiz").locator(".lmcourse-exercise")
    area.get_by_text(first.asks).wait_for()
    assert "No question is answered yet" in browser.output_area(page, "quiz-report").inner_text()
    place = next(at for at, words in enumerate(first.options.values()) if words != first.right)
    area.get_by_role("combobox", name="Questions of").focus()
    browser.tab_to(page, area.get_by_role("radio").nth(0))
    page.keyboard.press("Space")
    for _ in range(place):
        page.keyboard.press("ArrowDown")
    answer = area.get_by_role("button", name="Answer")
    press(page, answer)
    said = area.get_by_role("status")
    said.filter(has_text="Not yet").wait_for()
    assert f"To see again: {first.place}." in said.inner_text()
    assert answer.evaluate("node => node === document.activeElement")  # the keyboard stays where it was
    press(page, area.get_by_role("button", name="Skip, or on"))
    area.get_by_text(second.asks).wait_for()
    assert page.evaluate("document.activeElement.innerText").startswith("Question 2 of")
    assert said.inner_text() == ""
    assert axe.grave(page) == []
    assert browser.run_cells(page, ["quiz-report", "quiz"]) == []
    assert "0 of 1 answers are right" in browser.output_area(page, "quiz-report").inner_text()
    browser.output_area(page, "quiz").get_by_text(second.asks).wait_for()  # the first without an answer
    browser.set_theme(page, dark=True)
    assert axe.grave(page) == []
