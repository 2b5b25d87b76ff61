"""Chapter 09: a drift alarm whose threshold comes from what it watches."""

from lmcourse.checks import Exercise, Specimen, find_error

CODE = """
reference = sorted(confidence(model, validation_texts))
windows = cut(confidence(model, incoming_texts), 40)
far = [distance(reference, window) for window in windows]
threshold = quantile(far, 0.95)
alarm = any(d > threshold for d in far)
print("changed" if alarm else "all quiet")
"""
WRONG = (
    "here it is: the threshold comes from the very windows that are watched. A twentieth of them passes it by "
    "construction, whether everything has changed or nothing. Take it from streams in which nothing changes."
)
FINE = {
    1: "takes the reference from texts that the model was not trained on, as it should.",
    2: "cuts what comes in into windows.",
    3: "computes each window's distance. Nothing is decided here.",
    5: "asks whether any window is too far. That would be right, with another threshold.",
    6: "says the result.",
}

exercise = Exercise(
    id="09.own_threshold",
    title="find the error: the alarm that knows nothing",
    text="""
An alarm is to ring when incoming texts are not like those before. It says "changed" on every stream of twenty windows
or more, and would whatever came. **Which line is to blame?** Give its number.
""",
    difficulty=2,
    minutes=4,
    stub="wrong_line = ...  # the number of a line",
    hints=(
        "Which number here should be known before any text comes in?",
        "Of twenty distances, how many lie above their own 95th percentile?",
    ),
    solution="wrong_line = 4",
    why="A threshold is set on what is known to be quiet, before watching begins: the same rule as for test data.",
    task=find_error(CODE, {4: WRONG}, FINE),
    specimens=(
        *(Specimen(number, words) for number, words in FINE.items()),
        Specimen({4, 5}, "the number of a line"),
    ),
)
