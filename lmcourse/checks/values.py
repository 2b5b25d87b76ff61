"""Whether two values agree: exactly, closely, or not; and by how much not."""

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

EXACT, CLOSE, DIFFERENT = "exact", "close", "different"
_ORDER = (EXACT, CLOSE, DIFFERENT)


@dataclass(frozen=True)
class Agreement:
    """How two values agree; `largest` is the largest difference between their numbers (NaN: not comparable)."""

    kind: str
    largest: float = 0.0
    why: str = ""  # where they differ in more than their numbers


def plain(value: Any) -> Any:
    """Tensors as arrays; one number of numpy's, a fraction or a decimal as Python's; what is not imported stays so."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    if hasattr(value, "__array__"):
        import numpy as np

        value = np.asarray(value)
        return value.item() if value.ndim == 0 else value
    if isinstance(value, Fraction | Decimal):
        return float(value)
    return value


def agreement(got: Any, expected: Any, tolerance: float = 1e-6) -> Agreement:
    """Compare two answers; numbers are close within `tolerance`, relative to the larger one, or absolute.

    Lists and tuples agree with each other and, where they hold numbers, with arrays and tensors; 1 is not True.
    """
    try:
        return _agreement(plain(got), plain(expected), tolerance)
    except (TypeError, ValueError):
        return Agreement(DIFFERENT, math.nan, f"{_kind(got)} where {_kind(expected)} is expected")


def _agreement(a: Any, b: Any, tolerance: float) -> Agreement:
    if hasattr(a, "shape") or hasattr(b, "shape"):
        return _of_arrays(a, b, tolerance)
    if isinstance(a, bool) or isinstance(b, bool) or not (_is_number(a) and _is_number(b)):
        return _of_others(a, b, tolerance)
    if a == b or (math.isnan(a) and math.isnan(b)):
        return Agreement(EXACT)
    close = math.isclose(a, b, rel_tol=tolerance, abs_tol=tolerance)
    return Agreement(CLOSE if close else DIFFERENT, abs(a - b))


def _of_arrays(a: Any, b: Any, tolerance: float) -> Agreement:
    import numpy as np

    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        return Agreement(DIFFERENT, math.nan, f"the shape {a.shape} where {b.shape} is expected")
    if a.dtype.kind in "OUSb" or b.dtype.kind in "OUSb":
        return _of_others(a.tolist(), b.tolist(), tolerance)
    if np.array_equal(a, b, equal_nan=True):
        return Agreement(EXACT)
    close = np.allclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True)
    return Agreement(CLOSE if close else DIFFERENT, float(np.abs(a.astype(float) - b.astype(float)).max()))


def _of_others(a: Any, b: Any, tolerance: float) -> Agreement:
    pairs: list[tuple[Any, Any]]
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        if len(a) != len(b):
            return Agreement(DIFFERENT, math.nan, f"{len(a)} values where {len(b)} are expected")
        pairs = list(zip(a, b, strict=True))
    elif isinstance(a, dict) and isinstance(b, dict):
        if a.keys() != b.keys():
            return Agreement(
                DIFFERENT, math.nan, f"the keys {sorted(map(str, a))} where {sorted(map(str, b))} are expected"
            )
        pairs = [(a[key], b[key]) for key in a]
    elif type(a) is not type(b):
        return Agreement(DIFFERENT, math.nan, f"{_kind(a)} where {_kind(b)} is expected")
    else:
        return Agreement(EXACT if bool(a == b) else DIFFERENT, 0.0 if bool(a == b) else math.nan)
    found = [agreement(x, y, tolerance) for x, y in pairs]
    worst = max((f.kind for f in found), key=_ORDER.index, default=EXACT)
    why = next((f.why for f in found if f.why), "")
    apart = [f.largest for f in found]
    return Agreement(worst, math.nan if any(map(math.isnan, apart)) else max(apart, default=0.0), why)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _kind(value: Any) -> str:
    names = {"str": "a text", "bool": "True or False", "int": "a number", "float": "a number", "NoneType": "None"}
    name = type(value).__name__
    return names.get(name, f"{'an' if name[0] in 'aeiou' else 'a'} {name}")


def habit(got: Any, expected: Any, tolerance: float = 1e-6) -> str:
    """The name of a common slip that turns `expected` into `got`, or ""."""

    def same(a: Any, b: Any) -> bool:
        return agreement(a, b, tolerance).kind != DIFFERENT

    got, expected = plain(got), plain(expected)
    if same(got, expected):
        return ""
    if _is_number(got) and _is_number(expected) and expected:
        if same(got, 100 * expected):
            return "It is a hundred times too large: a percentage, where a share is asked?"
        if same(100 * got, expected):
            return "It is a hundred times too small: a share, where a percentage is asked?"
        if same(got, -expected):
            return "Its sign is turned round."
        if 0 <= expected <= 1 and same(got, 1 - expected):
            return "It is one minus what is asked: the other share."
        if same(got * expected, 1.0):
            return "It is upside down: numerator and denominator are exchanged."
    if hasattr(expected, "ndim") and expected.ndim == 2 and hasattr(got, "T") and same(got.T, expected):
        return "Its axes are exchanged: rows stand where columns should."
    if isinstance(got, str) and not isinstance(expected, str) and got == str(expected):
        return "It is a text: leave out `str` and the quotes."
    if isinstance(got, list | tuple) and _is_number(expected) and len(got) == 1 and same(got[0], expected):
        return "It is a list with the result in it: give the result itself."
    return ""
