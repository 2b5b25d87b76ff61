"""The frame of every explorer: controls on top, what they show below, and a still picture where no kernel runs."""

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
