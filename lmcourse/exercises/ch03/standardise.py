"""Chapter 03: standardising with the statistics of the training part."""

from lmcourse.checks import Exercise, Specimen, each, function


def moments(values):
    mean = sum(values) / len(values)
    return mean, (sum((value - mean) ** 2 for value in values) / len(values)) ** 0.5


def scaled(values, mean, deviation):
    return [(value - mean) / (deviation or 1.0) for value in values]


def standardise(train, test):
    mean, deviation = moments(train)
    return scaled(train, mean, deviation), scaled(test, mean, deviation)


def by_all(train, test):
    mean, deviation = moments([*train, *test])
    return scaled(train, mean, deviation), scaled(test, mean, deviation)


def each_by_itself(train, test):
    return scaled(train, *moments(train)), scaled(test, *moments(test))


def by_variance(train, test):
    mean, deviation = moments(train)
    return scaled(train, mean, deviation**2), scaled(test, mean, deviation**2)


def centred(train, test):
    mean, _ = moments(train)
    return scaled(train, mean, 1.0), scaled(test, mean, 1.0)


def sample(train, test):
    mean, deviation = moments(train)
    deviation *= (len(train) / (len(train) - 1)) ** 0.5
    return scaled(train, mean, deviation), scaled(test, mean, deviation)


def to_range(train, test):
    low, high = min(train), max(train)
    return scaled(train, low, high - low), scaled(test, low, high - low)


def forgotten(train, test):
    standardise(train, test)


def in_place(train, test):
    train[:], test[:] = standardise(train, test)
    return train, test


def undivided(train, test):
    mean, deviation = moments(train)
    return [(x - mean) / deviation for x in train], [(x - mean) / deviation for x in test]


def train_only(train, test):
    return standardise(train, test)[0], test


def one_list(train, test):
    return [*standardise(train, test)[0], *standardise(train, test)[1]]


def some_numbers(rng):
    def part(n):
        return [round(rng.uniform(-9, 9), 2) for _ in range(n)]

    train = part(rng.randint(3, 8))
    return train, [*part(rng.randint(1, 4)), rng.choice(train)]  # one value stands in both parts


def read(got):
    """The two lists of z-scores, or None."""
    try:
        train, test = ([float(value) for value in part] for part in got)
    except (TypeError, ValueError):
        return None
    return train, test


def shaped(got, train, test):
    if read(got) is None:
        return "two lists of numbers are expected: (train, test)."
    lengths = tuple(map(len, read(got)))
    return "" if lengths == (len(train), len(test)) else f"{lengths[0]} and {lengths[1]} values came back."


def centre(got, train, test):
    if read(got) is None or not read(got)[0]:
        return "not to be seen before that."
    mean = sum(read(got)[0]) / len(read(got)[0])
    return "" if abs(mean) < 1e-6 else f"the mean of the training z-scores is {mean:.3g}."


def one_scale(got, train, test):
    if read(got) is None:
        return "not to be seen before that."
    scores = dict(zip(train, read(got)[0], strict=False))
    for value, score in zip(test, read(got)[1], strict=False):
        if value in scores and abs(score - scores[value]) > 1e-6:
            return f"{value:g} became {scores[value]:.3g} in the training part and {score:.3g} in the test part."
    return ""


ALL = "Mean and deviation come from training and test values together: the test part leaks. Fit on `train` only."
OWN = "You standardise the test part by its own statistics: the same raw value then means two things in the two parts."
VARIANCE = "You divide by the variance. Divide by its square root, the standard deviation."
CENTRE = "You only subtract the mean. Also divide by the standard deviation."
SAMPLE = "You divide by n - 1 in the variance. Here, as in scikit-learn, it is n."
TEST = "The test part came back as it was. It is scaled, too, by the numbers of the training part."
RANGE = "That is normalising to the range 0 to 1. Here, subtract the mean and divide by the standard deviation."

exercise = Exercise(
    id="03.standardise",
    title="standardise without a leak",
    text="""
Write a function that gets the values of one feature, as two lists `train` and `test`, and returns both as lists of
z-scores. Leave nothing of the test part in the scale. The variance is divided by n; where the standard deviation is 0,
divide by 1 instead.
""",
    difficulty=2,
    minutes=8,
    stub='''
def standardise(train, test):
    """z-scores of two lists of numbers: (train, test)."""
    return ...
''',
    hints=(
        "Two numbers describe the scale: a mean and a standard deviation. From which list may they come?",
        "`mean = sum(train) / len(train)`, and the deviation is the root of the mean squared distance to it.",
        "Use the same two numbers for both lists.",
    ),
    solution='''
def standardise(train, test):
    """z-scores of two lists of numbers: (train, test)."""
    mean = sum(train) / len(train)
    deviation = (sum((x - mean) ** 2 for x in train) / len(train)) ** 0.5 or 1.0
    return [(x - mean) / deviation for x in train], [(x - mean) / deviation for x in test]
''',
    why="""The scale is part of the model: it is learnt, so it is learnt from the training part. `StandardScaler` keeps
the same rule by having two methods: `fit` for the training part, `transform` for every part.""",
    task=function(
        standardise,
        some_numbers,
        mistakes={
            ALL: by_all,
            OWN: each_by_itself,
            VARIANCE: by_variance,
            CENTRE: centred,
            SAMPLE: sample,
            RANGE: to_range,
            TEST: train_only,
        },
        fixed=(([2.0, 4.0, 6.0], [4.0, 10.0]), ([3.0, 3.0, 3.0], [3.0, 5.0])),
        properties={
            "two lists come back, as long as those given": each(shaped),
            "the training part has mean 0": each(centre),
            "both parts are measured on one scale": each(one_scale),
        },
        name="standardise",
    ),
    specimens=(
        Specimen(by_all, ALL),
        Specimen(each_by_itself, OWN),
        Specimen(by_variance, VARIANCE),
        Specimen(centred, CENTRE),
        Specimen(sample, SAMPLE),
        Specimen(to_range, RANGE),
        Specimen(train_only, TEST),
        Specimen(by_all, "the mean of the training z-scores is"),
        Specimen(each_by_itself, "in the training part and"),
        Specimen(one_list, "two lists of numbers are expected"),
        Specimen(undivided, "standardise([3.0, 3.0, 3.0], [3.0, 5.0]) raised ZeroDivisionError"),
        Specimen(forgotten, "forget to return"),
        Specimen(in_place, "changes its arguments"),
        Specimen(lambda train, test: train / test, "TypeError"),
        Specimen([0.0], "a function is expected"),
    ),
)
