"""Chapter 06c: from which probability on a payment should be looked at."""

from lmcourse.checks import Exercise, Specimen, number

RATIO = "That is the ratio of the costs. At equality p · 48 = (1 − p) · 2: both sides hold p, so divide by the sum."
TURNED = "You changed the costs over. The dearer an overlooked fraud, the *lower* the threshold."
HALF = "One half is right only when both mistakes cost the same."

exercise = Exercise(
    id="06c.cost_threshold",
    title="the threshold that costs ask for",
    text="""
To stop an honest payment costs 2. To let a fraud pass costs 48. What is right costs nothing. A calibrated model says
that a payment is fraud with probability p. **From which p on** is it cheaper to stop it?
""",
    difficulty=2,
    minutes=4,
    stub="answer = ...",
    hints=(
        "Write down the expected cost of stopping, and that of letting pass. Each holds p once.",
        "Stopping costs 2 (1 − p), letting pass 48 p. Where are they equal?",
    ),
    solution="answer = 2 / (2 + 48)",
    why="c_FP / (c_FP + c_FN): only the ratio of the costs counts, and p must be a true probability.",
    task=number(0.04, 0.0005, mistakes={RATIO: 2 / 48, TURNED: 48 / 50, HALF: 0.5}),
    specimens=(
        Specimen(2 / 48, RATIO),
        Specimen(0.96, TURNED),
        Specimen(0.5, HALF),
        Specimen(0.01, "too small"),
        Specimen("4 %", "a number is expected"),
    ),
)
