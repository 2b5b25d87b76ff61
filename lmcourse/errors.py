"""Errors that a reader can act on: one line that says what, where, and what to do."""


class CourseError(Exception):
    """A failure told in one line."""

    exit_code = 1

    def __init__(self, what: str, where: object = "", fix: str = ""):
        self.what, self.where, self.fix = what, str(where), fix
        line = f"{what} ({where})" if str(where) else what
        super().__init__(" ".join(f"{line}: {fix}".split() if fix else line.split()))

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in a chapter instead of a traceback."""
        return [f"{type(self).__name__}: {self}"]


class InputError(CourseError):
    """A failure that lies in what was given: a value, a file, a name."""

    exit_code = 2
