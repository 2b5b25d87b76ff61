"""Chapter 05a: a script that tries learning rates, and one figure in it that is too good."""

from lmcourse.checks import Exercise, Specimen, find_error

CODE = """
parts = splits.split(reviews, shares=(0.8, 0.1, 0.1), seed=0)
results = {}
for rate in (1e-5, 3e-5, 1e-4, 3e-4):
    model = fine_tune(parts["train"], rate)
    results[rate] = (accuracy(model, parts["validation"]), accuracy(model, parts["test"]))
best = max(results, key=lambda rate: results[rate][1])
print(f"best learning rate: {best:g}")
print(f"test accuracy: {results[best][1]:.3f}")
"""
CHOSEN = "wrong: `[1]` is the test accuracy. What is chosen by it makes it too good; choose by `[0]`, the validation."
FINE = {
    1: "fine: one split, made before anything is tried; near copies stay together.",
    2: "fine: a place for the figures.",
    3: "fine: trying several rates is what the validation part is there for.",
    4: "fine: the model learns from the training part alone.",
    5: "fine as it stands: to compute a test accuracy spoils nothing. What counts is what is decided by it.",
    7: "fine: it says which rate was chosen. By which figure, another line decides.",
    8: "fine: the test accuracy of the model that was chosen. It would be honest, had another line chosen otherwise.",
}

exercise = Exercise(
    id="05a.chosen_rate",
    title="find the error in a script",
    text="""
The script tries four learning rates, keeps the best, and prints its test accuracy. That accuracy is too good on
average. **One** line is to blame. Give its number.
""",
    difficulty=2,
    minutes=4,
    stub="answer = ...  # the number of a line",
    hints=(
        "In which line is something *decided*?",
        "Each entry of `results` is a pair. Which figure is the first of the two, and which the second?",
    ),
    solution="answer = 6",
    why="One character apart: `results[rate][0]` chooses on validation, and the last line's figure is then honest.",
    task=find_error(CODE, {6: CHOSEN}, FINE),
    specimens=(
        Specimen(1, FINE[1]),
        Specimen(5, FINE[5]),
        Specimen(8, FINE[8]),
        Specimen(3, FINE[3]),
        Specimen(9, "give the number of a line"),
    ),
)
