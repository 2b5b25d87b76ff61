"""Chapter 06a: a chatbot that is asked what it has been told."""

from lmcourse.checks import Exercise, Specimen, find_error

CODE = """
pairs = sorted({(d.station, d.kind) for d in dialogues})
new = set(rng.choice(pairs, len(pairs) // 4))
train = [d for d in dialogues if rng.random() < 0.8]
test = [d for d in dialogues if (d.station, d.kind) in new]
model, history = learn(train, steps=1500)
made = reply(model, [prompt(d) for d in test])
print("never asked of that station:", right(test, made))
"""
WRONG = (
    "wrong: the training part is drawn from all dialogues. It holds most of the test's, word for word, and every pair "
    "of station and question. Keep only those whose pair is not in `new`."
)
FINE = {
    1: "fine: every pair of station and question that there is.",
    2: "fine: a quarter of the pairs is chosen to be new. To be new, they must stand nowhere else.",
    4: "fine: the test asks for the chosen pairs. Whether those are new is decided elsewhere.",
    5: "fine: it learns from the training part. What is in there?",
    6: "fine: the desk answers what it is asked, without seeing the right answer.",
    7: "fine: the share of right answers. The words in front of it claim more than was done, though; where?",
}

exercise = Exercise(
    id="06a.seen_pairs",
    title="find the error: never asked before",
    text="""
A chatbot is to be tested on questions that were never asked of a station. It gets 0.99, and in service it fails. (That
`rng.choice` returns pairs is taken for granted here.) **One** line is the cause. Which?
""",
    difficulty=2,
    minutes=4,
    stub="answer = ...  # the number of a line",
    hints=(
        "What must be true of a dialogue in `test`, for the last line's words to be true? Who sees to it?",
        "Take one dialogue of `test`. How likely is it to be in `train`?",
    ),
    solution="answer = 3",
    why="A test of something new begins with a training part that does not have it.",
    task=find_error(CODE, {3: WRONG}, FINE),
    specimens=(
        *(Specimen(line, words) for line, words in FINE.items()),
        Specimen(9, "the number of a line"),
    ),
)
