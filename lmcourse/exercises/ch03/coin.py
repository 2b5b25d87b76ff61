"""Chapter 03: how well does one predict a coin, when the words were chosen by all labels?"""

from lmcourse.checks import Exercise, Specimen, number_prediction

exercise = Exercise(
    id="03.coin",
    title="predict: the accuracy of predicting a coin",
    text="""
Each of 800 texts gets a label thrown by a coin, so there is nothing to be learnt. From all words and word pairs the
300 are kept that go best with the labels of **all** 800 texts. Then 640 texts train a classifier, and 160 test it.
What test accuracy do you expect, in per cent?
""",
    difficulty=1,
    minutes=2,
    stub="coin_accuracy = ...  # in per cent",
    hints=(
        "An honest test would say 50. Do the chosen words know anything about the 160 test labels?",
        "Among tens of thousands of words and pairs, some go with the test labels by pure chance. Who chose the 300?",
    ),
    solution="coin_accuracy = 75",
    why="Whatever lies above 50 is leak: the words were chosen because they fit the test labels, too.",
    task=number_prediction(
        lambda measured: measured,
        within=8,
        unit="%",
        why="Of a coin nothing can be learnt. Whatever lies above 50 came through the choice of the words.",
    ),
    specimens=(
        Specimen(50, "measured was 77 %", 77.0),
        Specimen(100, "measured was 77 %", 77.0),
        Specimen(0.77, "you predicted 0.77 %", 77.0),
        Specimen("77 %", "a number of % is expected"),
    ),
)
