"""Chapter 01: from a configuration to a bill, in order."""

from lmcourse.checks import Exercise, Specimen, order

OPTIONS = {
    "a": "operations of the training: 6 · parameters · tokens",
    "b": "price: days · devices · price of a day",
    "c": "parameters, from the sizes",
    "d": "days: operations / (devices · peak · utilisation)",
}
COUNT = "6 N D needs N: count the parameters first."
TIME = "The days follow from the operations."
PRICE = "Without the days there is no bill."

exercise = Exercise(
    id="01.what_grows",
    title="from a configuration to a bill",
    text="A paper tells a model's sizes and how many tokens it read. Put the steps to its price in order.",
    difficulty=1,
    minutes=2,
    stub='answer = ...  # such as "abcd"',
    hints=("What does each formula need that another one gives?", "The sizes are known; the price comes last."),
    solution='answer = "cadb"',
    why="Each step has an assumption of its own; the utilisation is the one that papers seldom tell.",
    task=order(OPTIONS, {("c", "a"): COUNT, ("a", "d"): TIME, ("d", "b"): PRICE}),
    specimens=(
        Specimen("acdb", COUNT),
        Specimen("cdab", TIME),
        Specimen("cabd", PRICE),
        Specimen("cad", "give each of a, b, c, d once"),
    ),
)
