"""Chapter 06c: the difficulty at which a learner succeeds seven times in ten."""

import math

from lmcourse.checks import Exercise, Specimen, number

LOGIT = math.log(0.7 / 0.3)
TURNED = (
    "You went to the wrong side: at that difficulty success is 0.3. What is easier than the learner is able has b < θ."
)
SUBTRACTED = "You took the probability itself for a distance. Turn it into a logit first: ln(p / (1 − p))."
EQUAL = "At b = θ success is one half: skill and difficulty cancel."
BARE = "That is the distance between skill and difficulty. Where is the difficulty, then, if the skill is 0.5?"

exercise = Exercise(
    id="06c.right_difficulty",
    title="not too easy, not too hard",
    text="""
A learner of skill θ solves an exercise of difficulty b with probability p = 1 / (1 + exp(b − θ)). This learner's
skill is **0.5**. The next exercise should be solved with probability **0.7**. Which difficulty b must it have?
""",
    difficulty=2,
    minutes=4,
    stub="answer = ...",
    hints=(
        "Solve for b − θ: take p / (1 − p), then the logarithm.",
        "0.7 / 0.3 is e to the power θ − b. Is b above or below the skill?",
    ),
    solution="""
import math

answer = 0.5 - math.log(0.7 / 0.3)
""",
    why="θ − b = ln(0.7 / 0.3) ≈ 0.85: the exercise is that much easier than the learner is able.",
    task=number(
        0.5 - LOGIT,
        0.005,
        mistakes={TURNED: 0.5 + LOGIT, SUBTRACTED: 0.5 - 0.7, EQUAL: 0.5, BARE: LOGIT},
    ),
    specimens=(
        Specimen(0.5 + LOGIT, TURNED),
        Specimen(-0.2, SUBTRACTED),
        Specimen(0.5, EQUAL),
        Specimen(LOGIT, BARE),
        Specimen("0.7", "a number is expected"),
    ),
)
