"""The frame of every explorer: controls on top, what they show below, and a still picture where no kernel runs."""

import re
import threading
import time
from collections.abc import Callable, Sequence
from html import escape, unescape
from pathlib import Path

import anywidget
import ipywidgets
import traitlets

from lmcourse import plots
from lmcourse.errors import CourseError, InputError

# ipywidgets' controls keep values and limits; they are shown by native ones, as its own slider has no name to be read.
KINDS = {
    ipywidgets.IntSlider: "slider",
    ipywidgets.FloatSlider: "slider",
    ipywidgets.Dropdown: "choice",
    ipywidgets.Text: "text",
    ipywidgets.Textarea: "lines",
    ipywidgets.Checkbox: "tick",
}
DETAILS = ("min", "max", "step", "rows", "placeholder")


class View(anywidget.AnyWidget):
    """What the browser shows (`explorer.js`): the controls, the result in words, which is read out, and the picture."""

    _esm = Path(__file__).with_name("explorer.js")
    _css = Path(__file__).with_name("explorer.css")
    title = traitlets.Unicode().tag(sync=True)
    controls = traitlets.List().tag(sync=True)  # name, kind, label, and what it allows
    values = traitlets.Dict().tag(sync=True)  # by name; of a choice its place in the list
    value = traitlets.Unicode().tag(sync=True)  # HTML; what has role='status' is the result in words
    drawn = traitlets.Int().tag(sync=True)  # how often: the browser swaps pictures when it rises
    run = traitlets.Dict().tag(sync=True)  # of a LongRun: running, and seconds spent and left


def line(words: str) -> str:
    """A result in words, as HTML that the view reads out."""
    return f"<p role='status'>{escape(words)}</p>"


def clickable(fig, ax, alt: str, control: str, places: Sequence[tuple[float, float]]) -> str:
    """A figure where a click near a point of an Axes chooses the option of that number, as the control itself does."""
    page, spots = plots.html(fig, alt), ""
    for number, (x, y) in enumerate(ax.transData.transform(places) / fig.bbox.size):
        style = f"left:{x:.1%};top:{1 - y:.1%};width:15%;height:18%;transform:translate(-50%,-50%)"
        spots += (
            f"<span aria-hidden='true' data-control='{escape(control)}' data-value='{number}' "
            f"style='position:absolute;cursor:pointer;{style}'></span>"
        )
    return f"<div style='position:relative;display:inline-block'>{page}{spots}</div>"


def plain(page: str) -> str:
    """The result in words that stands in an explorer's HTML, as plain text."""
    said = re.findall(r"<(\w+)[^>]*\brole=['\"]status['\"][^>]*>(.*?)</\1>", page, re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", "", " ".join(inner for _, inner in said))).split())


def one_line(error: Exception) -> str:
    """An error's kind and its words."""
    return " ".join(f"{type(error).__name__}: {error}".split())


def _kept(control: ipywidgets.ValueWidget) -> str:
    return "index" if KINDS[type(control)] == "choice" else "value"


class Explorer:
    """Controls by name, and `draw(**values)` that makes HTML of their values; it is drawn anew when one changes.

    A paragraph of that HTML with role='status' says the result: it stands on top and is read out to those who do not
    see it. Shown where a kernel runs as a widget; on a code host, in print and in papermill's output as what `draw`
    makes of the first values. `draw` escapes what a reader typed.
    """

    def __init__(self, title: str, controls: dict[str, ipywidgets.ValueWidget], draw: Callable[..., str]):
        self.title, self.controls, self.draw, self.moving = title, controls, draw, False
        for name, control in controls.items():
            if not control.description:
                raise InputError("a control without a name", f"{title}: {name}", "give it a description")
            control.observe(self._redraw, names="value")
        described = [self._described(name) for name in controls]
        self.view = View(title=title, controls=described, values=self._values(), value=self._drawn())
        self.view.observe(self._moved, names="values")

    def _described(self, name: str) -> dict:
        control = self.controls[name]
        allowed = {detail: getattr(control, detail) for detail in DETAILS if hasattr(control, detail)}
        if KINDS[type(control)] == "choice":
            allowed["options"] = [str(o[0] if isinstance(o, tuple) else o) for o in control.options]
        return {"name": name, "kind": KINDS[type(control)], "label": control.description, **allowed}

    def _values(self) -> dict:
        return {name: getattr(control, _kept(control)) for name, control in self.controls.items()}

    def _drawn(self) -> str:
        try:
            return self.draw(**{name: control.value for name, control in self.controls.items()})
        except CourseError as error:  # a reader's text or number that cannot be used: said where it stands
            return line(str(error))

    def _drawn_anyhow(self) -> str:
        try:
            return self._drawn()
        except Exception as error:  # an error of ours: in a widget's callback it would only reach the log
            return line(f"This cannot be shown: {one_line(error)}")

    def _show(self, page: str) -> None:
        with self.view.hold_sync():
            self.view.value, self.view.values = page, self._values()
            self.view.drawn += 1

    def _moved(self, change: dict) -> None:
        """Take the browser's values over, and draw once however many controls they move."""
        now = self._values()
        moved = {name: value for name, value in change["new"].items() if value != now[name]}
        if moved:
            self.moving = True
            try:
                for name, value in moved.items():
                    setattr(self.controls[name], _kept(self.controls[name]), value)
            finally:
                self.moving = False
            self._redraw()

    def _redraw(self, change: dict | None = None) -> None:
        if not self.moving:
            self._show(self._drawn_anyhow())

    def _still(self) -> str:
        """The explorer as HTML for those who cannot move it: title, settings, picture."""
        stands = {c.description: c.label if _kept(c) == "index" else c.value for c in self.controls.values()}
        told = "; ".join(
            f"{name}: {('no', 'yes')[at] if isinstance(at, bool) else at}" for name, at in stands.items() if at != ""
        )
        head = f"<p><strong>{escape(self.title)}</strong><br>{escape(told)}</p>"
        return f"<div>{head}{self.view.value}</div>"

    def _repr_mimebundle_(self, **kwargs) -> dict:
        shown, _ = self.view._repr_mimebundle_(**kwargs)
        return {**shown, "text/html": self._still(), "text/plain": f"{self.title} – {plain(self.view.value)}"}


class LongRun(Explorer):
    """An explorer for what takes seconds: `work` runs in a thread after a press on Run, until it ends or on Stop.

    `draw(**values)` says quickly what would be run and what was found so far; it is shown when a control moves, and
    after each run. `work(tell, **values)` does the run: it calls `tell(picture, left)` as often as it likes, with a
    function that makes HTML of how it stands (called twice a second at most) and the seconds left, and ends soon
    after `tell` has returned True.
    """

    def __init__(self, title, controls, draw, work):
        super().__init__(title, controls, draw)
        self.work, self.thread, self.stopping = work, None, threading.Event()
        self.view.run = {"running": False}
        self.view.on_msg(self._pressed)

    def _pressed(self, _, message: dict, buffers: list) -> None:
        if message.get("press") == "run":
            self.run()
        elif message.get("press") == "stop":
            self.stopping.set()

    def _redraw(self, change: dict | None = None) -> None:
        if self.thread is None:  # a run keeps the values that it began with, and its picture
            super()._redraw(change)

    def run(self) -> None:
        """Begin a run with the controls' values; nothing happens while one is under way."""
        if self.thread is not None:
            return
        values = {name: control.value for name, control in self.controls.items()}
        self.stopping.clear()
        self.view.run = {"running": True, "spent": 0, "left": None}
        self._show(line("The run has begun."))
        self.thread = threading.Thread(target=self._work, args=(values,), daemon=True)
        self.thread.start()

    def _work(self, values: dict) -> None:
        start = time.perf_counter()
        next_picture = start

        def tell(picture: Callable[[], str], left: float | None = None) -> bool:
            nonlocal next_picture
            if (now := time.perf_counter()) >= next_picture:
                self._show(line("The run has begun.") + picture())
                self.view.run = {"running": True, "spent": now - start, "left": left}
                next_picture = time.perf_counter() + 0.5
            return self.stopping.is_set()

        try:
            self.work(tell, **values)
            said = f"{'Stopped' if self.stopping.is_set() else 'Done'} after {time.perf_counter() - start:.0f} s."
        except Exception as error:  # whatever it was, the reader is told, and can run again
            said = f"The run has failed: {one_line(error)}"
        self.thread = None
        self.view.run = {"running": False}
        self._show(line(said) + self._drawn_anyhow())
