"""Chapter 08a: a power law through losses that have a floor."""

from lmcourse.checks import Exercise, Specimen, find_error

CODE = """
runs = [train(width=w, tokens=TOKENS, seed=s) for w in WIDTHS for s in SEEDS]
n = np.array([run.parameters for run in runs])
loss = np.array([evaluate(run, validation) for run in runs])
slope, start = np.polyfit(np.log(n), np.log(loss), 1)
alpha, A = -slope, np.exp(start)
forecast = A / large_n ** alpha
"""
WRONG = (
    "here it is: a line through the logarithms of the *losses*. Text has an entropy that no model undercuts, so the "
    "points bend; the line cuts through the bend, α comes out too small, and far out the forecast falls to 0."
)
FINE = {
    1: "the same data for every width, and several seeds: as it should be.",
    2: "counts the parameters of each run.",
    3: "measures on held-out text.",
    5: "turns slope and intercept into the law's letters, rightly.",
    6: "uses the law as it was fitted. It is wrong, but not made wrong here.",
}

exercise = Exercise(
    id="08a.no_floor",
    title="find the error: a law without a floor",
    text="""
Somebody fits how the loss falls with the parameters, and foretells a model a thousand times as large. The forecast is
below the entropy of the language. **Which line makes it so?** Give its number.
""",
    difficulty=1,
    minutes=3,
    stub="wrong_line = ...  # the number of a line",
    hints=(
        "What would the loss of an infinitely large model be by this law?",
        "L = E + A / N^α. Which of the three numbers is never estimated?",
    ),
    solution="wrong_line = 4",
    why="Subtract the floor, or fit it with the rest. Inside the range of the runs the bend can hardly be seen.",
    task=find_error(CODE, {4: WRONG}, FINE),
    specimens=(
        *(Specimen(line, words) for line, words in FINE.items()),
        Specimen({4, 6}, "the number of a line"),
    ),
)
