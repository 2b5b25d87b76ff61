"""Chapter 08b: integrated gradients of a product, by hand."""

from lmcourse.checks import Exercise, Specimen, number

THERE = "That is gradient × input: the gradient at the text itself. Integrated gradients take the mean along the way."
START = "You took the gradient at the baseline, where it is 0. Take the mean of the gradients along the whole way."
SLOPE = "That is the mean gradient. Multiply it by the way that x₁ goes: from 0 to 2."

exercise = Exercise(
    id="08b.path_by_hand",
    title="integrated gradients by hand",
    text="""
f(x₁, x₂) = x₁ · x₂. The text is (2, 3), the baseline (0, 0). Along the straight way between them,
(x₁, x₂) = (2α, 3α). What do integrated gradients give to **x₁**?
""",
    difficulty=2,
    minutes=5,
    stub="answer = ...",
    hints=(
        "The gradient by x₁ is x₂. On the way it is 3α. What is its mean as α goes from 0 to 1?",
        "Mean gradient, times the way of x₁. And by completeness both shares together must give f(2, 3).",
    ),
    solution="answer = 2 * (3 / 2)",
    why="Mean gradient 1.5, times 2. x₂ gets 2 / 2 · 3 = 3 as well: together 6 = f(2, 3) − f(0, 0).",
    task=number(3, 0.001, mistakes={THERE: 6, START: 0, SLOPE: 1.5}),
    specimens=(
        Specimen(6, THERE),
        Specimen(0, START),
        Specimen(1.5, SLOPE),
        Specimen(4, "too large"),
        Specimen("3", "a number is expected"),
    ),
)
