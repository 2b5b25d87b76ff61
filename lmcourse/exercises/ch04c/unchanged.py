"""Chapter 04c: how much of a text reaches the model as it was."""

from lmcourse.checks import Exercise, Specimen, number

HIDDEN = "That leaves out the selected words that stay as they are: a tenth of the 15 %."
MASKED_ONLY = "That takes off the words that became [MASK] only. A tenth of the selected ones is replaced by another."
TENTH = "You kept a tenth of all words. It is a tenth of the *selected* ones that stay: 1.5 % of all."
CHANGED = "That is the share of the words that are changed. Asked is what stays."

exercise = Exercise(
    id="04c.unchanged",
    title="what stays as it was?",
    text="""
15 % of the words are selected. Of these 80 % become [MASK], 10 % another word drawn at random, and 10 % stay. How many
of 1,000 words reach the model **unchanged**, on average? (Leave aside that chance may draw the very same word.)
""",
    difficulty=1,
    minutes=2,
    stub="answer = ...  # a number of words",
    hints=(
        "Two groups stay: those that are not selected at all, and some of the selected.",
        "850 words are not selected. Of the 150 others a tenth stays.",
    ),
    solution="answer = 850 + 0.1 * 150",
    why="850 + 15 = 865. The model is asked about those 15 as well, and cannot know which they are.",
    task=number(865, 0.5, "words", {HIDDEN: 850, MASKED_ONLY: 880, TENTH: 950, CHANGED: 135}),
    specimens=(
        Specimen(850, HIDDEN),
        Specimen(880, MASKED_ONLY),
        Specimen(950, TENTH),
        Specimen(135, CHANGED),
        Specimen(800, "too small"),
        Specimen("865", "a number of words is expected"),
    ),
)
