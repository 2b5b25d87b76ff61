"""Chapter 08b: equal opportunity from a table of counts."""

from lmcourse.checks import Exercise, Specimen, number

PARITY = "That is the gap of demographic parity: 40 of 100 against 40 of 100 are selected. Here only the able count."
ONE = "That is 40 of 80 alone. The gap is the difference of the two groups' shares."
COUNT = (
    "As people, 80 less 50? Take of each group the share selected among those who would pay back, then the difference."
)

exercise = Exercise(
    id="08b.opportunity",
    title="equal in one way",
    text="""
A model says to whom a loan is given. Of each group 100 people asked.

| group | would pay back | of these, selected | would not | of these, selected |
|---|---|---|---|---|
| A | 50 | 40 | 50 | 0 |
| B | 80 | 40 | 20 | 0 |

The share selected is the same, 0.4: demographic parity is perfect. **How wide is the gap of equal opportunity**?
""",
    difficulty=2,
    minutes=4,
    stub="answer = ...",
    hints=(
        "Equal opportunity looks only at those who would pay back. What share of them is selected in each group?",
        "40 of 50, and 40 of 80.",
    ),
    solution="answer = 40 / 50 - 40 / 80",
    why="""Where groups differ in the share of those who would pay back, a model that selects just these gives
unequal shares selected: to make them equal it must err. Equal opportunity asks for no such error.
Which one is wanted is no question of statistics.""",
    task=number(0.3, 0.001, mistakes={PARITY: 0, COUNT: 30, ONE: 0.5}),
    specimens=(
        Specimen(0, PARITY),
        Specimen(30, COUNT),
        Specimen(0.5, ONE),
        Specimen(0.2, "too small"),
        Specimen("0.3", "a number is expected"),
    ),
)
