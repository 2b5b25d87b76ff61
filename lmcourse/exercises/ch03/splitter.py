"""Chapter 03: a splitter that keeps groups together."""

import copy
import random

from lmcourse.checks import NOT_ATTEMPTED, NOT_YET, RAISED, RIGHT, Exercise, Outcome, Specimen, limited


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


def nothing(groups, share, seed):
    return list(range(len(groups))), []


def sorting(groups, share, seed):
    groups.sort()
    return splitter(groups, share, seed)


def forgotten(groups, share, seed):
    splitter(groups, share, seed)


TORN = "The group {group} stands in both parts. Draw groups, not rows."
BOTH = "Row {row} stands in both parts: the rest, and only the rest, is the training part."
LOST = "Row {row} is in neither part. Keep every row; a copy may stay, if it stays beside its original."
ROWS = "Return row numbers, 0 to {last}, not the groups' names or the texts: two lists (train, test)."
SIZE = (
    "The test part has {n} of {total} rows; with share {share} it should have about {wanted} (one group more or less)."
)
EXCHANGED = "The two parts are exchanged: return (train, test), and `share` is the share of the test part."
ORDER = "Ten seeds give the same test part: the groups are taken in a fixed order. Shuffle them by the seed."
SEED = "The same seed gives another split the second time: use random.Random(seed), so that the split can be repeated."


def some_groups(rng):
    groups = [
        number for number in rng.sample(range(100, 200), rng.randint(18, 30)) for _ in range(rng.choice((1, 1, 2, 3)))
    ]
    rng.shuffle(groups)
    return groups


def faults(groups, share, train, test):
    """What is wrong with a split, most telling first; None when nothing is."""
    total, wanted = len(groups), share * len(groups)
    largest = max(groups.count(group) for group in set(groups))
    rows = [*train, *test]
    if not all(isinstance(row, int) and 0 <= row < total for row in rows):
        return ROWS.format(last=total - 1)
    if len(set(rows)) < len(rows):
        return BOTH.format(row=next(row for row in rows if rows.count(row) > 1))
    if torn := {groups[row] for row in train} & {groups[row] for row in test}:
        return TORN.format(group=min(torn))
    if lost := set(range(total)) - set(rows):
        return LOST.format(row=min(lost))
    if abs(len(test) - wanted) > largest:
        if abs(len(train) - wanted) <= largest:
            return EXCHANGED
        return SIZE.format(n=len(test), total=total, share=share, wanted=round(wanted))
    return None


def judge(answer):
    """Judge a splitter by what any good split must fulfil; which groups it draws is its own affair."""
    if not callable(answer):
        return Outcome(NOT_YET, "a function is expected.")
    rng, cases = random.Random(), 0
    for _ in range(12):
        groups, share, tests = some_groups(rng), rng.choice((0.2, 0.3)), []
        for seed in [*range(10), 0]:
            given = copy.copy(groups)
            try:
                got = limited(lambda given=given, share=share, seed=seed: answer(given, share, seed))
            except BaseException as error:
                return Outcome(RAISED, f"splitter({groups}, {share}, {seed}) raised {type(error).__name__}: {error}")
            if got is ...:
                return Outcome(NOT_ATTEMPTED, "replace the `...` by your code.")
            if got is None:
                return Outcome(NOT_YET, "the function gives None: did you forget to return the result?")
            if given != groups:
                return Outcome(NOT_YET, "the function changes its arguments: work on a copy.")
            try:
                train, test = ([int(row) if hasattr(row, "__index__") else row for row in part] for part in got)
            except (TypeError, ValueError):
                return Outcome(NOT_YET, "two lists are expected: (train, test).")
            if wrong := faults(groups, share, train, test):
                return Outcome(NOT_YET, wrong)
            tests.append(set(test))
            cases += 1
        if tests[-1] != tests[0]:
            return Outcome(NOT_YET, SEED)
        if all(test == tests[0] for test in tests):
            return Outcome(NOT_YET, ORDER)
    return Outcome(RIGHT, f"{cases} splits: no group torn, no row lost, the share kept, each repeatable by its seed.")


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
    judge=judge,
    specimens=(
        Specimen(by_row, "stands in both parts. Draw groups"),
        Specimen(without_copies, "in neither part"),
        Specimen(not_drawn, ORDER),
        Specimen(unseeded, SEED),
        Specimen(exchanged, EXCHANGED),
        Specimen(names, "Return row numbers"),
        Specimen(everything, "the rest, and only the rest"),
        Specimen(nothing, "it should have about"),
        Specimen(sorting, "changes its arguments"),
        Specimen(forgotten, "forget to return"),
        Specimen(lambda groups, share, seed: 1 / 0, "ZeroDivisionError"),
        Specimen(lambda groups, share, seed: (["a"], ["b"]), "Return row numbers"),
        Specimen(lambda groups, share, seed: 5, "two lists"),
        Specimen(0.2, "a function is expected"),
    ),
)
