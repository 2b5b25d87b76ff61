"""Chapter 09: the most accurate model that a budget allows."""

from lmcourse.checks import Exercise, Specimen, function


def best(variants, fits, key):
    names = [name for name, figures in variants.items() if fits(figures)]
    return max(names, key=lambda name: key(variants[name])) if names else ""


def right(variants, megabytes, milliseconds):
    return best(variants, lambda f: f["mb"] <= megabytes and f["ms"] <= milliseconds, lambda f: f["accuracy"])


def only_size(variants, megabytes, milliseconds):
    return best(variants, lambda f: f["mb"] <= megabytes, lambda f: f["accuracy"])


def only_time(variants, megabytes, milliseconds):
    return best(variants, lambda f: f["ms"] <= milliseconds, lambda f: f["accuracy"])


def either(variants, megabytes, milliseconds):
    return best(variants, lambda f: f["mb"] <= megabytes or f["ms"] <= milliseconds, lambda f: f["accuracy"])


def smallest(variants, megabytes, milliseconds):
    return best(variants, lambda f: f["mb"] <= megabytes and f["ms"] <= milliseconds, lambda f: -f["mb"])


def fastest(variants, megabytes, milliseconds):
    return best(variants, lambda f: f["mb"] <= megabytes and f["ms"] <= milliseconds, lambda f: -f["ms"])


def strict(variants, megabytes, milliseconds):
    return best(variants, lambda f: f["mb"] < megabytes and f["ms"] < milliseconds, lambda f: f["accuracy"])


def case(*rows, megabytes=50, milliseconds=5):
    names = "abcdef"
    return (
        {n: dict(zip(("mb", "ms", "accuracy"), r, strict=True)) for n, r in zip(names, rows, strict=False)},
        megabytes,
        milliseconds,
    )


FIXED = (
    case((90, 9, 0.85), (40, 9, 0.84), (90, 4, 0.83), (45, 4.5, 0.8), (20, 4, 0.7), (40, 2, 0.75)),
    case((50, 5, 0.81), (40, 4, 0.8)),
    case((90, 4, 0.8), (40, 9, 0.8)),
)


def some_variants(rng):
    rows = [
        (rng.randint(10, 90), round(rng.uniform(1, 9), 1), round(0.6 + 0.01 * k, 2))
        for k in rng.sample(range(25), rng.randint(4, 6))
    ]
    return case(*rows, megabytes=rng.randint(30, 70), milliseconds=rng.randint(3, 7))


SIZE = "You held the size against its budget, and not the time."
TIME = "You held the time against its budget, and not the size."
EITHER = "You asked for one budget *or* the other. A model must keep both."
SMALLEST = "Among what fits you took the smallest. What fits is small enough: now accuracy decides."
FASTEST = "Among what fits you took the fastest. What fits is fast enough: now accuracy decides."
STRICT = "A model that takes exactly what is allowed is allowed: at most, not less than."

exercise = Exercise(
    id="09.under_budget",
    title="compress under a budget",
    text="""
`variants` maps names to figures: `{"mb": size, "ms": time a sentence, "accuracy": …}`. Return the name of the **most
accurate** one that takes at most `megabytes` **and** at most `milliseconds`; `""` when none does. (No two are equally
accurate.)
""",
    difficulty=2,
    minutes=8,
    stub='''
def choose(variants, megabytes, milliseconds):
    """The name of the best variant within both budgets, or ""."""
    return ...
''',
    hints=(
        "First the names of those that fit both budgets, as a list. It may be empty.",
        "max(names, key=…) takes the name whose accuracy is largest.",
    ),
    solution='''
def choose(variants, megabytes, milliseconds):
    """The name of the best variant within both budgets, or ""."""
    fits = [name for name, f in variants.items() if f["mb"] <= megabytes and f["ms"] <= milliseconds]
    return max(fits, key=lambda name: variants[name]["accuracy"]) if fits else ""
''',
    why="A budget is a limit, not an aim: within it accuracy decides. Choose on validation texts, judge on test texts.",
    task=function(
        right,
        some_variants,
        mistakes={
            SIZE: only_size,
            TIME: only_time,
            EITHER: either,
            SMALLEST: smallest,
            FASTEST: fastest,
            STRICT: strict,
        },
        fixed=FIXED,
        name="choose",
    ),
    specimens=(
        Specimen(only_size, SIZE),
        Specimen(only_time, TIME),
        Specimen(either, EITHER),
        Specimen(smallest, SMALLEST),
        Specimen(fastest, FASTEST),
        Specimen(strict, STRICT),
        Specimen("a", "a function is expected"),
    ),
)
