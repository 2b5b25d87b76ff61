"""Chapter 05b, predicted before it is measured: who stumbles over a negation?"""

from lmcourse.checks import Exercise, Specimen, prediction

OPTIONS = {
    "a": "neither: no difference can be shown",
    "b": "only TF-IDF, which counts words and word pairs",
    "c": "only the fine-tuned MiniLM",
    "d": "both",
}
TOLD = {
    "a": "for neither of the two can it be shown with these texts. That is not a proof that there is nothing.",
    "b": "counting stumbles, as expected: “not” and “funny” are two words to it like any others.",
    "c": "the encoder alone stumbles, which nobody would have bet on: read those sentences.",
    "d": "both stumble: negated sentences may simply be harder, for people as well.",
}


def truth(worse: list[str]) -> str:
    """The option, from the names of the models that are worse where a negation stands."""
    return {0: "a", 2: "d"}.get(len(worse)) or ("b" if worse == ["TF-IDF"] else "c")


exercise = Exercise(
    id="05b.negation_slice",
    title="predict: who stumbles over a negation?",
    text="""
The test sentences are cut in two: those with a word such as "not", "never", "without", and those without. For which of
the two models is the accuracy lower where a negation stands, by more than chance explains?
""",
    difficulty=1,
    minutes=1,
    stub="answer = ...",
    hints=(
        "TF-IDF counts word pairs, too: “not funny” is known to it, if it stood in the training texts often enough.",
        "An encoder reads “not” and “funny” together. And how many texts does a small difference need (section 4)?",
    ),
    solution='answer = "b"',
    why="It is a prediction; the intervals below decide. A slice holds fewer texts than the whole, so they are wide.",
    task=prediction(OPTIONS, TOLD, truth),
    specimens=(
        Specimen("b", "not a proof", measured=[]),
        Specimen("a", "as expected", measured=["TF-IDF"]),
        Specimen("b", "nobody would have bet", measured=["all learn"]),
        Specimen("b", "may simply be harder", measured=["all learn", "TF-IDF"]),
        Specimen({"b"}, "the options are"),
    ),
)
