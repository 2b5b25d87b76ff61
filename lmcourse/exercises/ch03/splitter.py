"""Chapter 03: a splitter that keeps groups together."""

import random

from lmcourse.checks import Exercise, Specimen, each, function
from lmcourse.checks.values import plain


def splitter(groups, share, seed):
    order = sorted(set(groups))
    random.Random(seed).shuffle(order)
    test = []
    for group in order:
        if len(test) < share * len(groups):
            test += [row for row, g in enumerate(groups) if g == group]
    return [row for row in range(len(groups)) if row not in set(test)], sorted(test)


def by_row(groups, share, seed):
    rows = list(range(len(groups)))
    random.Random(seed).shuffle(rows)
    cut = round(share * len(rows))
    return rows[cut:], rows[:cut]


def without_copies(groups, share, seed):
    rows = [groups.index(group) for group in sorted(set(groups))]
    random.Random(seed).shuffle(rows)
    cut = round(share * len(rows))
    return rows[cut:], rows[:cut]


def not_drawn(groups, share, seed):
    test = []
    for group in sorted(set(groups)):
        if len(test) < share * len(groups):
            test += [row for row, g in enumerate(groups) if g == group]
    return [row for row in range(len(groups)) if row not in set(test)], test


def unseeded(groups, share, seed):
    return splitter(groups, share, random.random())


def exchanged(groups, share, seed):
    return splitter(groups, share, seed)[::-1]


def names(groups, share, seed):
    train, test = splitter(groups, share, seed)
    return sorted({groups[row] for row in train}), sorted({groups[row] for row in test})


def everything(groups, share, seed):
    return list(range(len(groups))), splitter(groups, share, seed)[1]


def repeated(groups, share, seed):
    train, test = splitter(groups, share, seed)
    return [*train, train[0]], test


def masks(groups, share, seed):
    parts = splitter(groups, share, seed)
    return tuple([row in part for row in range(len(groups))] for part in parts)


def nothing(groups, share, seed):
    return list(range(len(groups))), []


def sorting(groups, share, seed):
    groups.sort()
    return splitter(groups, share, seed)


def forgotten(groups, share, seed):
    splitter(groups, share, seed)


TORN = "The group {group} stands in both parts. Draw groups, not rows."
BOTH = "Row {row} stands in both parts: the rest, and only the rest, is the training part."
TWICE_IN_ONE = "Row {row} is given twice in the same part."
LOST = "Row {row} is in neither part. Keep every row; a copy may stay, if it stays beside its original."
ROWS = "Return row numbers, 0 to {last}, not the groups' names or the texts: two lists (train, test)."
SIZE = (
    "The test part has {n} of {total} rows; with share {share} it should have about {wanted} (one group more or less)."
)
EXCHANGED = "The two parts are exchanged: return (train, test), and `share` is the share of the test part."
ORDER = "Ten seeds give the same test part: the groups are taken in a fixed order. Shuffle them by the seed."
UNSEEN = "not to be seen before that."
SEED = "The same seed gives another split the second time: use random.Random(seed), so that the split can be repeated."


def some_groups(rng):
    groups = [
        number for number in rng.sample(range(100, 200), rng.randint(18, 30)) for _ in range(rng.choice((1, 1, 2, 3)))
    ]
    rng.shuffle(groups)
    return groups


def read(got):
    """Two sets and two lists of row numbers, (train, test), or None when the result is something else."""
    try:
        train, test = ([plain(row) for row in part] for part in got)
    except (TypeError, ValueError):
        return None
    return train, test


def rows(got, groups, share, seed):
    if read(got) is None:
        return "two lists are expected: (train, test)."
    train, test = read(got)
    both, total = [*train, *test], len(groups)
    if not all(isinstance(row, int) and not isinstance(row, bool) and 0 <= row < total for row in both):
        return ROWS.format(last=total - 1)
    if len(set(both)) < len(both):
        row = next(row for row in both if both.count(row) > 1)
        return (BOTH if row in train and row in test else TWICE_IN_ONE).format(row=row)
    lost = set(range(total)) - set(both)
    return LOST.format(row=min(lost)) if lost else ""


def torn(got, groups, share, seed):
    try:
        train, test = read(got)
        both = {groups[row] for row in train} & {groups[row] for row in test}
    except (TypeError, IndexError):
        return UNSEEN
    return TORN.format(group=min(both)) if both else ""


def size(got, groups, share, seed):
    if read(got) is None:
        return UNSEEN
    train, test = read(got)
    wanted, largest = share * len(groups), max(groups.count(group) for group in set(groups))
    if abs(len(test) - wanted) <= largest:
        return ""
    if abs(len(train) - wanted) <= largest:
        return EXCHANGED
    return SIZE.format(n=len(test), total=len(groups), share=share, wanted=round(wanted))


def drawn(trial):
    tests = [read(call.got) and set(read(call.got)[1]) for call in trial.calls[: len(TWICE)]]
    if None in tests:
        return UNSEEN
    if tests[0] != tests[-1]:
        return SEED
    return ORDER if all(test == tests[0] for test in tests) else ""


GROUPS = some_groups(random.Random(5))
TWICE = tuple((GROUPS, 0.3, seed) for seed in (*range(10), 0))

exercise = Exercise(
    id="03.splitter",
    title="a splitter that keeps copies together",
    text="""
`groups[i]` is the number of the group that row `i` belongs to: near copies, or sentences of one document, share a
number. Write a function that returns two lists of row numbers, `(train, test)`:

- no group stands in both parts, and every row stands in one;
- the test part has about `share` of the **rows** (one group more or less);
- which groups it has is drawn at random by `seed`, and the same seed draws the same again.
""",
    difficulty=3,
    minutes=15,
    stub='''
def splitter(groups, share, seed):
    """Row numbers (train, test) of a split that tears no group apart."""
    return ...
''',
    hints=(
        "Draw groups instead of rows: `order = sorted(set(groups))`, then `random.Random(seed).shuffle(order)`.",
        "Take one group after another into the test part, as long as it has fewer than `share * len(groups)` rows.",
        "All rows that are not in the test part are the training part.",
    ),
    solution='''
import random

def splitter(groups, share, seed):
    """Row numbers (train, test) of a split that tears no group apart."""
    order = sorted(set(groups))
    random.Random(seed).shuffle(order)
    test = set()
    for group in order:
        if len(test) < share * len(groups):
            test |= {row for row, g in enumerate(groups) if g == group}
    return [row for row in range(len(groups)) if row not in test], sorted(test)
''',
    why="""The unit that is drawn is the group, so no group can be torn. The size is counted in rows, since
groups differ in size. `lmcourse.data.splits.split` does the same for three parts, and keeps the
classes balanced as well.""",
    task=function(
        None,
        lambda rng: (some_groups(rng), rng.choice((0.2, 0.3)), rng.randint(0, 99)),
        fixed=TWICE,
        properties={
            "every row stands in one part": each(rows),
            "no group is torn": each(torn),
            "the test part has about the share asked": each(size),
            "the draw follows the seed": drawn,
        },
        name="splitter",
    ),
    specimens=(
        Specimen(by_row, "stands in both parts. Draw groups"),
        Specimen(without_copies, "in neither part"),
        Specimen(not_drawn, ORDER),
        Specimen(unseeded, SEED),
        Specimen(exchanged, EXCHANGED),
        Specimen(names, "Return row numbers"),
        Specimen(everything, "the rest, and only the rest"),
        Specimen(repeated, "twice in the same part"),
        Specimen(masks, "Return row numbers"),
        Specimen(nothing, "it should have about"),
        Specimen(sorting, "changes its arguments"),
        Specimen(forgotten, "forget to return"),
        Specimen(lambda groups, share, seed: 1 / 0, "ZeroDivisionError"),
        Specimen(lambda groups, share, seed: (["a"], ["b"]), "Return row numbers"),
        Specimen(lambda groups, share, seed: 5, "two lists"),
        Specimen(0.2, "a function is expected"),
    ),
)
