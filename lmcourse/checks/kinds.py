"""The kinds of exercise: write a function; choose one or several; a number; an order; find the error; a prediction."""

import copy
import linecache
import math
import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lmcourse.checks.exercise import (
    NOT_ATTEMPTED,
    NOT_YET,
    NOTED,
    RAISED,
    RIGHT,
    Criterion,
    Mistake,
    Outcome,
    Task,
    Unfit,
    described,
    short,
)
from lmcourse.checks.limits import Stopped, limited
from lmcourse.checks.values import CLOSE, DIFFERENT, EXACT, agreement, habit, plain

FRESH = 20  # calls with random arguments


# ---------------------------------------------------------------- write a function


@dataclass(frozen=True)
class Call:
    """One call of the reader's function: what was given, what came back, and what became of the arguments."""

    name: str
    arguments: tuple
    got: Any
    after: tuple

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(short, self.arguments))})"


@dataclass(frozen=True)
class Trial:
    """All calls of the reader's function, and what it printed."""

    calls: tuple[Call, ...]
    printed: str

    @property
    def note(self) -> str:
        """What was printed, for the reader to see again."""
        lines = self.printed.strip().splitlines()
        return f"\nIt printed: {short(lines[0])[1:-1]}{' …' if len(lines) > 1 else ''}" if lines else ""


@dataclass(frozen=True)
class Function(Task):
    """A function, held against criteria on fixed and on fresh random arguments."""

    inputs: Callable[[random.Random], tuple] = lambda rng: ()
    fixed: tuple[tuple, ...] = ()
    reference: Callable | None = None
    tolerance: float = 1e-6
    seconds: float = 5
    name: str = "answer"

    def read(self, answer: Any) -> Trial:
        """Call the function on copies of all arguments, within the limits of time and output."""
        if not callable(answer):
            raise Unfit(f"a function is expected, not {short(answer)}.")
        rng, calls, printed, end = random.Random(), [], "", time.monotonic() + self.seconds
        for arguments in [*self.fixed, *(self.inputs(rng) for _ in range(FRESH))]:
            given = copy.deepcopy(arguments)
            ran = limited(lambda given=given: answer(*given), max(0.1, end - time.monotonic()))
            calls.append(Call(self.name, arguments, plain(ran.value), given))
            printed += ran.printed
            note = Trial((), printed).note
            if ran.error is not None:
                raise Unfit(f"{calls[-1]}{_told(ran.error)}{note}", RAISED)
            if ran.value is ...:
                raise Unfit("replace the `...` by your code.", NOT_ATTEMPTED)
            if ran.value is None:
                forgotten = "did you forget to return the result?"
                raise Unfit(f"{calls[-1]} gives None: {forgotten}{note}", misconception=forgotten)
        return Trial(tuple(calls), printed)

    def praise(self, evidence: Trial) -> str:
        """How many calls there were, and how closely they agreed."""
        told = f"{len(evidence.calls)} calls, all as they should be."
        if self.reference:
            found = [self.agreement(call) for call in evidence.calls]
            if any(f.kind == CLOSE for f in found):
                told = f"{len(found)} calls, all close: the largest difference is {max(f.largest for f in found):.1g}."
            else:
                told = f"{len(found)} calls, all exact."
        return told + evidence.note

    def blame(self, evidence: Trial, lacking: Mapping[str, str]) -> str:
        """Each criterion with its sign, when there is more than one; and what was printed."""
        merits = [criterion.name for criterion in self.criteria if criterion.merit]
        if len(merits) == 1 and len(lacking) == 1:
            told = next(iter(lacking.values()))
        else:
            names = [c.name for c in self.criteria if c.merit or c.name in lacking]
            told = "\n".join(f"✗ {name}: {lacking[name]}" if name in lacking else f"✓ {name}" for name in names)
        return told + evidence.note

    def agreement(self, call: Call):
        """How a call's result agrees with the reference's."""
        return agreement(call.got, self.reference(*copy.deepcopy(call.arguments)), self.tolerance)


def _told(error: BaseException) -> str:
    """An error, with the line of the reader's code that it came from."""
    frame, place = error.__traceback__, ""
    while frame:
        name, line = frame.tb_frame.f_code.co_filename, frame.tb_lineno
        if name not in (__file__, limited.__code__.co_filename):
            source = linecache.getline(name, line).strip()
            place = f"\nin line {line}" + (f": `{source}`" if source else "")
            break
        frame = frame.tb_next
    return f": {error}{place}" if isinstance(error, Stopped) else f" raised {described(error)}{place}"


def each(test: Callable[..., str]) -> Callable[[Trial], str]:
    """A property of every call by itself: `test(got, *arguments)` says what is wrong with one, or ""."""

    def lacks(trial: Trial) -> str:
        for call in trial.calls:
            if words := test(call.got, *copy.deepcopy(call.arguments)):
                return f"{call}: {words}"
        return ""

    return lacks


def function(
    reference: Callable | None,
    inputs: Callable[[random.Random], tuple],
    mistakes: Mapping[str, Callable] | None = None,
    fixed: tuple[tuple, ...] = (),
    tolerance: float = 1e-6,
    seconds: float = 5,
    name: str = "answer",
    properties: Mapping[str, Callable[[Trial], str]] | None = None,
) -> Function:
    """Write a function: it must agree with `reference` (None: where many answers are right) and have the properties.

    `inputs(rng)` gives one tuple of arguments, `fixed` those that are always tried. `mistakes` maps a message to
    the wrong function that it names: it is given when the reader's function does what that one does, call by call.
    `properties` maps what a right function does to a test of all its calls, which says what is wrong, or "".
    `seconds` is the time for all calls together.
    """

    def differs(trial: Trial) -> str:
        for call in trial.calls:
            expected = reference(*copy.deepcopy(call.arguments))
            found = agreement(call.got, expected, tolerance)
            if found.kind == DIFFERENT:
                told = f"{call} gives {short(plain(call.got))}; right is {short(plain(expected))}"
                if found.why:
                    return f"{told} ({found.why}).{habits(trial)}"
                by = f" (largest difference {found.largest:.3g})" if math.isfinite(found.largest) else ""
                return f"{told}{by}.{habits(trial)}"
        return ""

    def habits(trial: Trial) -> str:
        """A common slip, if each wrong call shows the same one."""
        named = set()
        for call in trial.calls:
            expected = reference(*copy.deepcopy(call.arguments))
            if agreement(call.got, expected, tolerance).kind == DIFFERENT:
                named.add(habit(call.got, expected, tolerance))
        return f"\n{named.pop()}" if len(named) == 1 and "" not in named else ""

    def changes(trial: Trial) -> str:
        for call in trial.calls:
            if agreement(call.after, call.arguments, 0).kind != EXACT:
                return f"{call} changes its arguments: work on a copy."
        return ""

    def does(mistake: Callable) -> Callable[[Trial], bool]:
        def made(trial: Trial) -> bool:
            try:
                return all(
                    agreement(mistake(*copy.deepcopy(call.arguments)), call.got, tolerance).kind != DIFFERENT
                    for call in trial.calls
                )
            except Exception:  # a wrong function need not bear every argument
                return False

        return made

    right = [Criterion("the results are right", differs)] if reference else []
    asked = [Criterion(words, test) for words, test in (properties or {}).items()]
    untouched = Criterion("the arguments stay as they were", changes, merit=False)
    changeable = any(map(_changeable, inputs(random.Random(0))))
    criteria = (*right, *asked, *([untouched] if changeable else []))
    known = tuple(Mistake(says, does(mistake)) for says, mistake in (mistakes or {}).items())
    return Function(criteria, known, inputs, fixed, reference, tolerance, seconds, name)


def _changeable(value: Any) -> bool:
    """Whether a value can be changed in place."""
    if isinstance(value, tuple):
        return any(map(_changeable, value))
    return isinstance(value, list | dict | set | bytearray) or bool(getattr(value, "ndim", 0))


# ---------------------------------------------------------------- choose


def _listed(options: Mapping[str, str]) -> str:
    """Options with their letters, as Markdown."""
    return "\n".join(f"- **{letter}**  {words}" for letter, words in options.items())


@dataclass(frozen=True)
class Choice(Task):
    """One or several of some options, each with an explanation."""

    options: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)
    right: frozenset[str] = frozenset()

    def shown(self) -> str:
        """The options, as Markdown."""
        return _listed(self.options)

    def read(self, answer: Any) -> frozenset[str]:
        """The chosen letters."""
        chosen = answer if isinstance(answer, set | frozenset | list | tuple) else (answer,)
        one = isinstance(answer, str | int) or len(self.right) > 1 or len(chosen) == 1
        if not one or not chosen or not {str(letter) for letter in chosen} <= self.options.keys():
            raise Unfit(f"the options are {', '.join(self.options)}: give {self.example}.")
        return frozenset(str(letter) for letter in chosen)

    @property
    def example(self) -> str:
        """The form of an answer."""
        first, second = [*self.options, "", ""][:2]
        return (
            f'one of them, such as "{first}"' if len(self.right) == 1 else f'a set, such as {{"{first}", "{second}"}}'
        )

    def weigh(self, evidence: frozenset[str]) -> Outcome:
        """Hold the choice against every criterion; the first wrong option is the misconception."""
        outcome = super().weigh(evidence)
        wrong = next((self.told[letter] for letter in self.options if letter in evidence - self.right), "")
        return replace(outcome, misconception=wrong)

    def explained(self, chosen: Iterable[str]) -> str:
        """Why each chosen option is right or wrong."""
        return "\n".join(f"{letter}: {self.told[letter]}" for letter in self.options if letter in chosen)

    def praise(self, evidence: frozenset[str]) -> str:
        """Why what was chosen is right."""
        return self.explained(evidence)

    def blame(self, evidence: frozenset[str], lacking: Mapping[str, str]) -> str:
        """What was chosen, explained; of what was not chosen, only how many belong to the answer."""
        missing = len(self.right - evidence) if len(self.right) > 1 else 0
        more = f"{missing} more {'belongs' if missing == 1 else 'belong'} to the answer." if missing else ""
        return "\n".join(filter(None, (self.explained(evidence), more)))


def choice(options: Mapping[str, str], told: Mapping[str, str], right: str | set[str]) -> Choice:
    """Choose one option, or a set of them; `told` maps every letter to why it is right or wrong."""
    wanted = frozenset({right} if isinstance(right, str) else right)

    def criterion(letter: str) -> Criterion:
        if letter in wanted:
            return Criterion(f"{letter} is chosen", lambda chosen: "" if letter in chosen else "missing")
        return Criterion(f"{letter} is not chosen", lambda chosen: "wrong" if letter in chosen else "", merit=False)

    if len(wanted) == 1:
        criteria = (Criterion("the right one is chosen", lambda chosen: "" if chosen == wanted else "another one"),)
    else:
        criteria = tuple(map(criterion, options))
    return Choice(criteria, (), options, told, wanted)


@dataclass(frozen=True)
class Lines(Choice):
    """The wrong line, or lines, of some code."""

    def shown(self) -> str:
        """The code with its lines numbered, as Markdown."""
        width = len(str(len(self.options)))
        lines = "\n".join(f"{number:>{width}}  {line}".rstrip() for number, line in self.options.items())
        return f"```text\n{lines}\n```"

    @property
    def example(self) -> str:
        """The form of an answer."""
        return "the number of a line, such as 2" if len(self.right) == 1 else "a set of line numbers, such as {2, 3}"

    def explained(self, chosen: Iterable[str]) -> str:
        """What each chosen line does."""
        return "\n".join(f"line {number}: {self.told[number]}" for number in self.options if number in chosen)


def find_error(code: str, wrong: Mapping[int, str], fine: Mapping[int, str]) -> Lines:
    """Find the wrong line of some code; `wrong` and `fine` map line numbers, from 1, to what is the matter or not.

    A line in neither is said to do what it should.
    """
    lines = {str(number): line for number, line in enumerate(code.strip("\n").splitlines(), start=1)}
    told = dict.fromkeys(lines, "this line does what it should.")
    told |= {str(number): words for number, words in (*fine.items(), *wrong.items())}
    chosen = choice(lines, told, {str(number) for number in wrong})
    return Lines(chosen.criteria, (), lines, told, chosen.right)


# ---------------------------------------------------------------- a number


@dataclass(frozen=True)
class Number(Task):
    """A number of some unit, within a tolerance."""

    expected: float = 0.0
    tolerance: float = 0.0
    unit: str = ""

    def read(self, answer: Any) -> float:
        """The number as Python's."""
        return _number(answer, self.unit)

    def praise(self, evidence: float) -> str:
        """The number, and how near it is."""
        off = abs(evidence - self.expected)
        near = "exact" if agreement(evidence, self.expected, 1e-9).kind != DIFFERENT else f"close: {off:.2g} off"
        return f"{_with_unit(evidence, self.unit)}, {near}."


def _number(answer: Any, unit: str) -> float:
    value = plain(answer)
    value = value.item() if getattr(value, "size", 0) == 1 else value
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Unfit(f"a number{f' of {unit}' if unit else ''} is expected, not {short(answer)}.")
    return value


def _with_unit(value: float, unit: str) -> str:
    whole = value == int(value) and abs(value) < 1e15
    return f"{value:{',.0f' if whole else '.6g'}} {unit}".strip()


def number(expected: float, tolerance: float, unit: str = "", mistakes: Mapping[str, float] | None = None) -> Number:
    """Give a number within `tolerance` (absolute, in `unit`); `mistakes` maps a message to its wrong value."""

    def lacks(value: float) -> str:
        if abs(value - expected) <= tolerance:
            return ""
        slip = habit(value, expected, max(tolerance / abs(expected), 1e-6) if expected else 1e-6)
        side = "large" if value > expected else "small"
        return f"{_with_unit(value, unit)} is too {side}." + (f" {slip}" if slip else "")

    def near(wrong: float) -> Callable[[float], bool]:
        return lambda value: abs(value - wrong) <= tolerance

    known = tuple(Mistake(says, near(wrong)) for says, wrong in (mistakes or {}).items())
    return Number((Criterion("the number is right", lacks),), known, expected, tolerance, unit)


# ---------------------------------------------------------------- an order


@dataclass(frozen=True)
class Order(Task):
    """Some things, to be put in order."""

    options: Mapping[str, str] = field(default_factory=dict)

    def shown(self) -> str:
        """The things, as Markdown."""
        return _listed(self.options)

    def read(self, answer: Any) -> str:
        """The letters in the order given."""
        letters = [str(x) for x in answer] if isinstance(answer, str | list | tuple) else []
        letters = [letter for letter in letters if letter.strip(" ,>-→")]
        if sorted(letters) != sorted(self.options):
            first = "".join(self.options)
            raise Unfit(f'give each of {", ".join(self.options)} once, in order, such as "{first}".')
        return "".join(letters)

    def praise(self, evidence: str) -> str:
        """The order."""
        return " → ".join(evidence)

    def blame(self, evidence: str, lacking: Mapping[str, str]) -> str:
        """How many of the rules hold; the known mistake says which one does not."""
        return f"{len(self.criteria) - len(lacking)} of {len(self.criteria)} rules of the order hold."


def order(options: Mapping[str, str], before: Mapping[tuple[str, str], str]) -> Order:
    """Put things in order: `before` maps (x, y), where x must stand before y, to what is said when it does not.

    A single right order needs its neighbours only; where several are right, `before` says what all of them share.
    """

    def late(x: str, y: str) -> Callable[[str], bool]:
        return lambda given: given.index(x) > given.index(y)

    def rule(x: str, y: str, says: str) -> Criterion:
        return Criterion(f"{x} before {y}", lambda given: says if late(x, y)(given) else "")

    criteria = tuple(rule(x, y, says) for (x, y), says in before.items())
    known = tuple(Mistake(says, late(x, y)) for (x, y), says in before.items())
    return Order(criteria, known, options)


# ---------------------------------------------------------------- a prediction


@dataclass(frozen=True)
class Prediction(Task):
    """One of some options, noted before a measurement and compared after it; `truth(measured)` names the true one."""

    options: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)
    truth: Callable[[Any], Any] = lambda measured: measured

    def shown(self) -> str:
        """The options, as Markdown."""
        return _listed(self.options)

    def read(self, answer: Any) -> str:
        """The letter."""
        if not isinstance(answer, str) or answer not in self.options:
            raise Unfit(
                f'the options are {", ".join(self.options)}: give one of them, such as "{next(iter(self.options))}".'
            )
        return answer

    def weigh(self, evidence: Any) -> Outcome:
        """Noted; what it is worth shows itself later."""
        return Outcome(NOTED, f"you predict {self.said(evidence)}. Read on: the measurement follows.")

    def said(self, evidence: Any) -> str:
        """The prediction in words."""
        return evidence

    def found(self, measured: Any) -> str:
        """What was measured, as one of the options."""
        true = self.truth(measured)
        return f"measured was {true}: {self.told[true]}"

    def compared(self, evidence: Any, measured: Any) -> Outcome:
        """The prediction against what was measured."""
        true = self.truth(measured)
        if all(not criterion.lacks((evidence, true)) for criterion in self.criteria):
            return Outcome(RIGHT, f"as you predicted, {true}: {self.told[true]}")
        return Outcome(NOT_YET, f"you predicted {evidence}; {self.found(measured)}")


def prediction(options: Mapping[str, str], told: Mapping[str, str], truth: Callable[[Any], str]) -> Prediction:
    """Predict one of the options; `told` maps each letter to what is said when it is the measured one."""
    as_measured = Criterion("it came as predicted", lambda pair: "" if pair[0] == pair[1] else "it did not")
    return Prediction((as_measured,), (), options, told, truth)


@dataclass(frozen=True)
class NumberPrediction(Prediction):
    """A number, noted before a measurement and compared after it."""

    unit: str = ""
    why: str = ""

    def read(self, answer: Any) -> float:
        """The number as Python's."""
        return _number(answer, self.unit)

    def said(self, evidence: float) -> str:
        """The number with its unit."""
        return _with_unit(evidence, self.unit)

    def found(self, measured: Any) -> str:
        """The number that was measured, and why."""
        told = f"measured was {float(self.truth(measured)):.4g} {self.unit}".strip()
        return f"{told}. {self.why}".strip()

    def compared(self, evidence: float, measured: Any) -> Outcome:
        """The number against what was measured."""
        true = float(self.truth(measured))
        met = all(not criterion.lacks((evidence, true)) for criterion in self.criteria)
        return Outcome(RIGHT if met else NOT_YET, f"you predicted {self.said(evidence)}; {self.found(measured)}")


def number_prediction(truth: Callable[[Any], float], within: float, unit: str = "", why: str = "") -> NumberPrediction:
    """Predict a number: right when at most `within` from `truth(measured)`; `why` is said in either case."""
    near = Criterion("it came as predicted", lambda pair: "" if abs(pair[0] - pair[1]) <= within else "it did not")
    return NumberPrediction((near,), (), {}, {}, truth, unit, why)
