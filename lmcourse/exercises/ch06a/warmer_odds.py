"""Chapter 06a: what a temperature makes of two words."""

from lmcourse.checks import Exercise, Specimen, number

SAME = "Nothing has changed. The logits are divided by 2: of ln 9, the distance between them, half is left."
HALVED = "Halving probabilities leaves a sum of one half. What is divided are the logits, and softmax comes after that."
COLD = "That is temperature ½: the logits were multiplied by 2, and the likelier word became likelier still."
LINEAR = "The odds 9 : 1 became 4.5 : 1. But halving a *logarithm* takes the square root: 3 : 1."
EVEN = "One half each is the limit at a very high temperature."

exercise = Exercise(
    id="06a.warmer_odds",
    title="two words at temperature 2",
    text="""
After some words the model gives "platform-3" a probability of 0.9, and the wrong "platform-7" one of 0.1; nothing else
can come. The odds are 9 : 1. **Which probability has the right one at temperature 2?**
""",
    difficulty=2,
    minutes=4,
    stub="answer = ...",
    hints=(
        "Logits are logarithms of probabilities, up to a constant. Divide both by 2, then softmax.",
        "exp(½ ln 9) = √9. So the odds are 3 : 1.",
    ),
    solution="answer = 3 / (3 + 1)",
    why="P^(1/τ), scaled to a sum of 1. An answer has several words: each is drawn, and the chances multiply.",
    task=number(0.75, 0.001, mistakes={SAME: 0.9, HALVED: 0.45, COLD: 81 / 82, LINEAR: 4.5 / 5.5, EVEN: 0.5}),
    specimens=(
        Specimen(0.9, SAME),
        Specimen(0.45, HALVED),
        Specimen(81 / 82, COLD),
        Specimen(4.5 / 5.5, LINEAR),
        Specimen(0.5, EVEN),
        Specimen(0.3, "too small"),
        Specimen("3:1", "a number is expected"),
    ),
)
