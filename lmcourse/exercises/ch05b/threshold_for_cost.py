"""Chapter 05b: the threshold that costs least."""

from lmcourse.checks import Exercise, Specimen, each, function

GRID = [k / 100 for k in range(5, 100, 5)]


def mean_cost(labels, probabilities, threshold, false_positive, false_negative):
    cost = 0
    for label, p in zip(labels, probabilities, strict=True):
        if p >= threshold and label == 0:
            cost += false_positive
        if p < threshold and label == 1:
            cost += false_negative
    return cost / len(labels)


def cheapest(labels, probabilities, false_positive, false_negative):
    return min(GRID, key=lambda t: mean_cost(labels, probabilities, t, false_positive, false_negative))


def swapped(labels, probabilities, false_positive, false_negative):
    return cheapest(labels, probabilities, false_negative, false_positive)


def most_accurate(labels, probabilities, false_positive, false_negative):
    return cheapest(labels, probabilities, 1, 1)


def dearest(labels, probabilities, false_positive, false_negative):
    return max(GRID, key=lambda t: mean_cost(labels, probabilities, t, false_positive, false_negative))


def the_cost(labels, probabilities, false_positive, false_negative):
    return min(mean_cost(labels, probabilities, t, false_positive, false_negative) for t in GRID)


def by_formula(labels, probabilities, false_positive, false_negative):
    return false_positive / (false_positive + false_negative)


def finer(labels, probabilities, false_positive, false_negative):
    grid = [k / 1000 for k in range(1, 1000)]
    return min(grid, key=lambda t: mean_cost(labels, probabilities, t, false_positive, false_negative))


def the_highest(labels, probabilities, false_positive, false_negative):
    return min(GRID[::-1], key=lambda t: mean_cost(labels, probabilities, t, false_positive, false_negative))


def strictly_above(labels, probabilities, false_positive, false_negative):
    lowered = [p - 1e-9 for p in probabilities]
    return cheapest(labels, lowered, false_positive, false_negative)


def some_texts(rng):
    n = rng.randint(40, 80)
    labels = [int(rng.random() < 0.5) for _ in range(n)]
    # none on a threshold: there the rounding of 0.05 + 0.05 + … would decide; a fixed call asks what happens there
    probabilities = [round(min(max(rng.gauss(0.3 + 0.4 * y, 0.25), 0.01), 0.98), 2) + 0.003 for y in labels]
    return labels, probabilities, *rng.choice([(1, 5), (5, 1), (1, 9), (8, 1), (3, 1)])


SWAPPED = "The two costs have changed places: a false *positive* is a text called positive that is not."
ACCURATE = "Your threshold does not depend on the costs: it is the one with the fewest errors, whatever they cost."
DEAREST = "That is the dearest threshold."
COST = "That is what the best threshold costs. The threshold itself is asked for."
FORMULA = (
    "That is the formula for probabilities that keep their promise, rounded or not: these need not. "
    "Try all thresholds on the texts that are given."
)
STRICTLY = "A text whose probability equals the threshold is called positive here: compare with `>=`, not with `>`."
HIGHEST = "another threshold costs as little and is lower."
UNSEEN = "not to be seen before that."


def read(got):
    """The threshold as a number, or None when the result is something else."""
    try:
        return float(got)
    except (TypeError, ValueError):
        return None


def candidate(got, *given):
    if read(got) is None:
        return "a number is expected, a threshold."
    near = any(abs(read(got) - threshold) < 1e-6 for threshold in GRID)
    return "" if near else f"{read(got):.4g} is not one of 0.05, 0.10, …, 0.95."


def costs_least(got, labels, probabilities, *costs):
    if read(got) is None:
        return UNSEEN
    threshold = next((t for t in GRID if abs(t - read(got)) < 1e-6), read(got))
    here, best = (
        mean_cost(labels, probabilities, t, *costs) for t in (threshold, cheapest(labels, probabilities, *costs))
    )
    return f"{threshold:.4g} costs {here:.4g} a text; {best:.4g} is possible." if here > best + 1e-9 else ""


def the_lowest(got, labels, probabilities, *costs):
    if read(got) is None or costs_least(got, labels, probabilities, *costs):
        return UNSEEN
    return HIGHEST if read(got) > cheapest(labels, probabilities, *costs) + 1e-6 else ""


exercise = Exercise(
    id="05b.threshold_for_cost",
    title="the threshold that costs least",
    text="""
`labels` are 0 or 1, `probabilities` a model's probability of 1. A text is called positive when `p >= threshold`.
Each false positive costs `false_positive`, each false negative `false_negative`. Return the threshold among
**0.05, 0.10, …, 0.95** with the lowest cost; of several equal ones the lowest.
""",
    difficulty=2,
    minutes=10,
    stub='''
def cheapest(labels, probabilities, false_positive, false_negative):
    """The threshold among 0.05, 0.10, …, 0.95 at which the errors cost least."""
    return ...
''',
    hints=(
        "Write the cost of one threshold first: go through the texts and add up what each error costs.",
        "`min(candidates, key=cost)` returns the candidate with the lowest cost, and the first of equal ones.",
        "`[k / 100 for k in range(5, 100, 5)]` are the candidates, without the rounding errors of adding 0.05.",
    ),
    solution='''
def cheapest(labels, probabilities, false_positive, false_negative):
    """The threshold among 0.05, 0.10, …, 0.95 at which the errors cost least."""

    def cost(threshold):
        pairs = list(zip(labels, probabilities))
        alarms = sum(p >= threshold and y == 0 for y, p in pairs)
        missed = sum(p < threshold and y == 1 for y, p in pairs)
        return alarms * false_positive + missed * false_negative

    return min([k / 100 for k in range(5, 100, 5)], key=cost)
''',
    why="The candidates are few, so all are tried: no assumption about the probabilities is needed.",
    task=function(
        None,
        some_texts,
        mistakes={
            SWAPPED: swapped,
            ACCURATE: most_accurate,
            DEAREST: dearest,
            COST: the_cost,
            FORMULA: by_formula,
            STRICTLY: strictly_above,
        },
        fixed=(
            ([0, 1], [0.2, 0.8], 5, 1),
            ([0, 1], [0.25, 0.5], 1, 1),
            ([0, 1, 1], [0.5, 0.5, 0.95], 1, 5),
            ([0, 0, 1], [0.6, 0.6, 0.6], 1, 5),
        ),
        name="cheapest",
        properties={
            "it is one of the thresholds": each(candidate),
            "none costs less": each(costs_least),
            "of several equal ones it is the lowest": each(the_lowest),
        },
    ),
    specimens=(
        Specimen(swapped, SWAPPED),
        Specimen(most_accurate, ACCURATE),
        Specimen(dearest, DEAREST),
        Specimen(the_cost, COST),
        Specimen(by_formula, FORMULA),
        Specimen(strictly_above, STRICTLY),
        Specimen(finer, "is not one of"),
        Specimen(the_highest, HIGHEST),
        Specimen(lambda *given: 0.5, "is possible"),
        Specimen(lambda *given: "0,5", "a number is expected"),
        Specimen(lambda *given: None, "forget to return"),
        Specimen(0.5, "a function is expected"),
    ),
)
