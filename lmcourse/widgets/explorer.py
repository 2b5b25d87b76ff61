"""The frame of every explorer: controls on top, what they show below, and a still picture where no kernel runs."""

import threading
import time
from collections.abc import Callable
from html import escape

import ipywidgets

from lmcourse.errors import CourseError


class Explorer:
    """Controls by name, and `draw(**values)` that makes HTML of their values; it is drawn anew when one changes.

    Shown where a kernel runs as widgets; on a code host, in print and in papermill's output as what `draw` makes of
    the first values. `draw` escapes what a reader typed.
    """

    def __init__(self, title: str, controls: dict[str, ipywidgets.ValueWidget], draw: Callable[..., str]):
        self.title, self.controls, self.draw = title, controls, draw
        self.view = ipywidgets.HTML(self._drawn())
        for control in controls.values():
            control.style.description_width = "initial"
            control.layout.width = "min(32em, 95%)"
            control.observe(self._redraw, names="value")
        heading = ipywidgets.HTML(f"<strong>{escape(title)}</strong>")
        self.box = ipywidgets.VBox([heading, *controls.values(), self.view])
        self.box.add_class("lmcourse-explorer")

    def _drawn(self) -> str:
        try:
            return self.draw(**{name: control.value for name, control in self.controls.items()})
        except CourseError as error:  # a reader's text or number that cannot be used: said where it stands
            return f"<p>{escape(str(error))}</p>"

    def _redraw(self, change: dict) -> None:
        self.view.value = self._drawn()

    def _repr_mimebundle_(self, **kwargs) -> dict:
        still = f"<div><strong>{escape(self.title)}</strong>{self.view.value}</div>"
        return {**self.box._repr_mimebundle_(**kwargs), "text/html": still, "text/plain": self.title}


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
        self.start = ipywidgets.Button(description="Run", button_style="primary")
        self.end = ipywidgets.Button(description="Stop", disabled=True)
        self.start.on_click(lambda _: self.run())
        self.end.on_click(lambda _: self.stopping.set())
        self.state = ipywidgets.HTML()
        buttons = ipywidgets.HBox([self.start, self.end, self.state])
        self.box.children = (*self.box.children[:-1], buttons, self.view)

    def _redraw(self, change: dict) -> None:
        if self.thread is None:  # a run keeps the values that it began with, and its picture
            super()._redraw(change)

    def run(self) -> None:
        """Begin a run with the controls' values; nothing happens while one is under way."""
        if self.thread is not None:
            return
        values = {name: control.value for name, control in self.controls.items()}
        self.stopping.clear()
        self.start.disabled, self.end.disabled = True, False
        self._say("starting …")
        self.thread = threading.Thread(target=self._work, args=(values,), daemon=True)
        self.thread.start()

    def _work(self, values: dict) -> None:
        start = time.perf_counter()
        next_picture = start

        def tell(picture: Callable[[], str], left: float | None = None) -> bool:
            nonlocal next_picture
            if time.perf_counter() >= next_picture:
                self.view.value = picture()
                self._say("running" + (f", about {left:.0f} s left" if left is not None else ""))
                next_picture = time.perf_counter() + 0.5
            return self.stopping.is_set()

        try:
            self.work(tell, **values)
            said = f"{'stopped' if self.stopping.is_set() else 'done'} after {time.perf_counter() - start:.0f} s"
        except Exception as error:  # whatever it was, the reader is told, and can run again
            said = f"{type(error).__name__}: {error}"
        self.view.value = self._drawn()
        self.thread = None
        self.start.disabled, self.end.disabled = False, True
        self._say(said)

    def _say(self, words: str) -> None:
        self.state.value = f"<span role='status'>{escape(words)}</span>"
