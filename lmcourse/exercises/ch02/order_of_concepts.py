"""Chapter 02: the corrected graph, in the order in which it is run."""

from lmcourse.checks import Exercise, Specimen, order

OPTIONS = {
    "a": "fine-tune on a few labelled examples",
    "b": "collect text without labels",
    "c": "measure on test examples that nobody learnt from",
    "d": "pretrain: foretell hidden words",
    "e": "put a new head on the pretrained trunk",
}
TEXT = "Pretraining reads the text: it must be there."
TRUNK = "The head stands on the pretrained trunk: pretrain first."
HEAD = "Fine-tuning trains the head: it must be there."
TEST = "What is measured is the fine-tuned model."

exercise = Exercise(
    id="02.order_of_concepts",
    title="run the graph",
    text="Put the steps from raw text to a figure in order.",
    difficulty=1,
    minutes=2,
    stub='answer = ...  # such as "abcde"',
    hints=("What does each step need that another one makes?", "The test comes last, and only once."),
    solution='answer = "bdeac"',
    why="This is the corrected graph, read from left to right.",
    task=order(OPTIONS, {("b", "d"): TEXT, ("d", "e"): TRUNK, ("e", "a"): HEAD, ("a", "c"): TEST}),
    specimens=(
        Specimen("dbeac", TEXT),
        Specimen("bedac", TRUNK),
        Specimen("bdaec", HEAD),
        Specimen("bdeca", TEST),
        Specimen("bde", "give each of a, b, c, d, e once"),
    ),
)
