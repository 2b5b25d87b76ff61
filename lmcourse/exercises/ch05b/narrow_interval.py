"""Chapter 05b: a bootstrap whose interval has no width."""

from lmcourse.checks import Exercise, Specimen, find_error

CODE = """
right = (predicted == labels).astype(float)
rng = np.random.default_rng(0)
accuracies = []
for _ in range(1000):
    rows = rng.permutation(len(right))
    accuracies.append(right[rows].mean())
low, high = np.quantile(accuracies, [0.025, 0.975])
print(f"accuracy {right.mean():.3f}, 95 % interval {low:.3f} to {high:.3f}")
"""
SHUFFLED = (
    "this is it: a permutation takes every row exactly once, in another order, and a mean does not know the order. "
    "Draw *with* replacement: `rng.integers(len(right), size=len(right))`."
)
FINE = {
    1: "fine: 1 for every text that was judged rightly, else 0. Their mean is the accuracy.",
    2: "fine: one generator for all draws; its seed makes the result repeatable. Inside the loop it would be an error.",
    4: "fine: 1,000 draws are enough for the ends of a 95 % interval. More would not widen it.",
    6: "fine: the accuracy of one resampled test set. The fault lies in how its rows were drawn.",
    7: "fine: 2.5 % lie below, 2.5 % above. The quantiles of equal numbers are equal.",
    8: "fine: the accuracy of the test set itself stands beside the interval.",
}

exercise = Exercise(
    id="05b.narrow_interval",
    title="find the error: an interval without a width",
    text="""
Somebody wrote a bootstrap. It always prints an interval whose two ends are the same, as if a test set of forty texts
left no doubt at all. Which line is wrong?
""",
    difficulty=2,
    minutes=4,
    stub="answer = ...  # the number of a line",
    hints=(
        "All 1,000 accuracies must have come out equal. What would make two of them differ?",
        "Play the loop for three texts, `right = [1, 0, 1]`. Write down what `rows` can be, and the mean for each.",
    ),
    solution="answer = 5",
    why="With replacement some rows come twice and others not at all: only then is a draw another test set.",
    task=find_error(CODE, {5: SHUFFLED}, FINE),
    specimens=(
        Specimen(1, FINE[1]),
        Specimen(2, FINE[2]),
        Specimen(3, "does what it should"),
        Specimen(4, FINE[4]),
        Specimen(6, FINE[6]),
        Specimen(7, FINE[7]),
        Specimen(8, FINE[8]),
        Specimen({5, 6}, "the number of a line"),
    ),
)
