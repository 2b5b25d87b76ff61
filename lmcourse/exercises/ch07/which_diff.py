"""Chapter 07: which changes of a notebook a reviewer must look at."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": '`"execution_count": 3` became `"execution_count": 7` in every code cell',
    "b": "in the source of a cell `weight_decay=0.01` became `weight_decay=0.1`",
    "c": 'in the metadata `"display_name": "Python 3"` became `"display_name": "venv"`',
    "d": "no source has changed, and an output became `accuracy 0.84` where it was `accuracy 0.91`",
    "e": "a cell's output `12.3 s` became `14.1 s`",
}
WHY = {
    "a": "noise: it counts how often cells were run in that session. A build runs them in order, from 1.",
    "b": "this is the change: another experiment than before.",
    "c": "noise: the name of somebody's environment. A build writes one name, whoever builds.",
    "d": "look at this first: something outside the notebook has changed, or chance is not seeded. Which?",
    "e": "noise: times differ from run to run. A test must not compare them.",
}

exercise = Exercise(
    id="07.which_diff",
    title="which difference matters?",
    text="""
A colleague asks you to review a change of a notebook. The comparison of the two files shows five differences. Which of
them must you look at? Give a set of letters.
""",
    difficulty=2,
    minutes=3,
    stub="answer = ...",
    hints=(
        "For each: could two people with the same source and the same seed get it, and both be right?",
        "A result that changes without a reason is a reason to look. Two of the five matter.",
    ),
    solution='answer = {"b", "d"}',
    why="Sources say what is meant, outputs what came of it. What varies without meaning should not be stored at all.",
    task=choice(OPTIONS, WHY, {"b", "d"}),
    specimens=(
        Specimen({"b"}, "1 more belongs"),
        Specimen({"a", "b", "d"}, WHY["a"]),
        Specimen({"b", "d", "e"}, WHY["e"]),
        Specimen({"b", "c", "d"}, WHY["c"]),
    ),
)
