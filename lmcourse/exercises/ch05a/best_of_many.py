"""Chapter 05a: how good does the best of a hundred coins look? Asked before the simulation."""

from lmcourse.checks import Exercise, Specimen, number_prediction

WHY = "None of them knows anything: what lies above 0.5 is made by choosing."


exercise = Exercise(
    id="05a.best_of_many",
    title="predict: the best of 100 coins",
    text="""
A hundred "models" answer 200 test sentences by tossing a coin. Half of the sentences are positive, so each model has an
expected accuracy of 0.5. We look at all hundred **test** accuracies and publish the best model with its figure. What
accuracy do we publish, on average? Within 0.03 counts as right.
""",
    difficulty=2,
    minutes=3,
    stub="answer = ...",
    hints=(
        "The accuracy of one coin on n sentences has a standard deviation of √(0.25 / n).",
        "The largest of a hundred normal values lies about two and a half standard deviations above the mean.",
    ),
    solution="answer = 0.5 + 2.5 * (0.25 / 200) ** 0.5",
    why="√(0.25/200) is 0.035, and the best of a hundred lies about 2.5 of these above 0.5.",
    task=number_prediction(float, within=0.03, why=WHY),
    specimens=(
        Specimen("0.6", "a number is expected"),
        Specimen(float("inf"), "a number is expected"),
        Specimen(0.5, "made by choosing", 0.588),
        Specimen(0.9, "you predicted 0.9", 0.588),
    ),
)
