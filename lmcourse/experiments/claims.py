"""Claims of the chapters: what is said, the stored rows that it stands on, and the band in which every seed must lie.

`python -m lmcourse.experiments.claims [CHAPTER…]` prints them all, and whether each holds.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from lmcourse.errors import CourseError, InputError
from lmcourse.experiments import by_seed


@dataclass(frozen=True)
class Claim:
    """A sentence of a chapter, the stored result it rests on, a figure of one seed's rows, and the band for it.

    A difference or a ratio belongs into `value`: "A is better than B" is A − B, above 0.
    """

    says: str
    result: str
    value: Callable[[list[dict]], float]
    low: float = -inf
    high: float = inf
    where: dict = field(default_factory=dict)  # the setting that all these rows share

    def seeds(self) -> dict[int, float]:
        """The figure for each seed that is stored."""
        return {seed: float(self.value(rows)) for seed, rows in by_seed(self.result, self.where).items()}

    @property
    def band(self) -> str:
        """The band as text."""
        if self.high == inf:
            return f"≥ {self.low:g}"
        return f"≤ {self.high:g}" if self.low == -inf else f"{self.low:g} to {self.high:g}"

    def holds(self) -> bool:
        """Whether there are three seeds, and each lies within the band."""
        found = self.seeds().values()
        return len(found) >= 3 and all(self.low <= value <= self.high for value in found)


def row(rows: list[dict], **setting) -> dict:
    """The one row with this setting.

    Errors: InputError when there is none, or more than one.
    """
    found = [each for each in rows if setting.items() <= each.items()]
    if len(found) != 1:
        raise InputError(
            f"{len(found)} stored rows instead of one", setting, "name every setting that tells them apart"
        )
    return found[0]


def claims(chapter: str = "") -> dict[str, Claim]:
    """The claims of a chapter ("06a"), or of all, by name: the chapter, a dot, a word or two."""
    from lmcourse.experiments.registry import CLAIMS

    return {name: claim for name, claim in CLAIMS.items() if name.startswith(chapter)}


def table(chapter: str = "") -> str:
    """One line a claim and one for its figures: what is said, the band, each seed's figure, and whether it holds."""
    lines = []
    for name, claim in claims(chapter).items():
        figures = ", ".join(f"{value:.3g}" for value in claim.seeds().values())
        verdict = "holds" if claim.holds() else "DOES NOT HOLD"
        lines += [f"{name}: {claim.says}", f"    {verdict}: {figures}; band {claim.band}; stored in {claim.result}"]
    return "\n".join(lines)


if __name__ == "__main__":
    try:
        for chapter in sys.argv[1:] or [""]:
            print(table(chapter))
            if not all(claim.holds() for claim in claims(chapter).values()):
                sys.exit(1)
    except CourseError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
