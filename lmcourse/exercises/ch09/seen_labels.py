"""Chapter 09: why label errors are looked for by cross-validation."""

from lmcourse.checks import Exercise, Specimen, choice

A = "It is slower: five models are fitted in place of one. Speed is not the reason."
B = "Right. A model that was fitted on a wrong label has learnt to agree with it; one that never saw it has not."
C = "Nothing is evened out here: each text gets one probability, from the one model that did not see it."
D = "Labels that are right stay as unlikely as they are: a rare way to praise looks like an error still."

exercise = Exercise(
    id="09.seen_labels",
    title="why out of the fold?",
    text="""
A label is suspected when a model thinks it unlikely. Why must that model be fitted on the *other* folds, without the
text that is judged?
""",
    difficulty=1,
    minutes=2,
    stub="answer = ...",
    hints=(
        "What does a model say of a wrong label that it was trained on for long enough?",
        "Chapter 03 had a name for judging on what was learnt from.",
    ),
    solution='answer = "b"',
    why=B,
    task=choice(
        {
            "a": "it is faster",
            "b": "a model agrees with labels that it has learnt, also with wrong ones",
            "c": "five models even out each other's errors",
            "d": "then no right label is ever suspected",
        },
        {"a": A, "b": B, "c": C, "d": D},
        "b",
    ),
    specimens=(Specimen("a", A), Specimen("c", C), Specimen("d", D), Specimen("e", "the options are")),
)
