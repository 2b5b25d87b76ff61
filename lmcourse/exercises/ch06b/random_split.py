"""Chapter 06b: a recommender that knows the future."""

from lmcourse.checks import Exercise, Specimen, find_error

CODE = """
def evaluate(events, recommend, rng):
    out = rng.integers(0, events.shape[1], len(events))
    kept = [np.delete(row, i) for row, i in zip(events, out)]
    wanted = [row[i] for row, i in zip(events, out)]
    scores = recommend(kept)
    places = ranks(scores, wanted, kept)
    return np.mean(places <= 10)
"""
WRONG = (
    "wrong: the event that is left out lies anywhere, and what the user took *after* it stays in. What follows from an "
    "item gives the item away. Leave out the last event: nobody has seen the future."
)
FINE = {
    1: "fine: histories in order of time, a function that scores, and random numbers. Are they needed, though?",
    3: "fine in itself: the chosen event is taken out of each history. *Which* was chosen is decided above.",
    4: "fine: what is asked for is what was left out.",
    5: "fine: the method sees only what was kept. But what is in there?",
    6: "fine: the place among what the user has not had before.",
    7: "fine: the hit rate at 10.",
}

exercise = Exercise(
    id="06b.random_split",
    title="find the error: better in the test than in the shop",
    text="""
`events` (U, T) holds what each user took, in order of time. The test promises a hit rate of 0.75; in the shop it is a
third of that. **One** line is the cause. Which?
""",
    difficulty=2,
    minutes=4,
    stub="answer = ...  # the number of a line",
    hints=(
        "In the shop, what is known of a user at the moment of recommending? And in this test?",
        "A user bought a tent, pegs, a hammer. The pegs are left out. What tells you about them?",
    ),
    solution="answer = 2",
    why="A test must stand where the shop stands: at a moment, with nothing known of what comes after it.",
    task=find_error(CODE, {2: WRONG}, FINE),
    specimens=(
        Specimen(1, FINE[1]),
        Specimen(3, FINE[3]),
        Specimen(4, FINE[4]),
        Specimen(5, FINE[5]),
        Specimen(6, FINE[6]),
        Specimen(7, FINE[7]),
        Specimen(9, "give the number of a line"),
    ),
)
