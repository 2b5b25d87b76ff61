"""Chapter 08a: what an exponent of 0.34 asks for."""

from lmcourse.checks import Exercise, Specimen, number

LINE = "Twice the parameters halve a term that falls as 1/N. This one falls as N to the power −0.34, which is slower."
TURNED = "You took the exponent itself, 2 to the power 0.34: that is by how much twice the parameters shrink the term."
TIMES = "You divided 2 by 0.34. The exponent stands above: solve k to the power 0.34 = 2."

exercise = Exercise(
    id="08a.halve_the_term",
    title="what an exponent costs",
    text="""
Hoffmann et al. (2022) report $\\alpha = 0.34$. **By which factor must the parameters grow** until the term
$A / N^{\\alpha}$ is half as large?
""",
    difficulty=1,
    minutes=3,
    stub="answer = ...",
    hints=(
        "With k times the parameters the term is divided by k to the power α.",
        "k to the power 0.34 is to be 2. Take both sides to the power 1 / 0.34.",
    ),
    solution="answer = 2 ** (1 / 0.34)",
    why="Each halving costs the same factor again; and the floor E is not touched by any of them.",
    task=number(2 ** (1 / 0.34), 0.05, mistakes={LINE: 2.0, TURNED: 2**0.34, TIMES: 2 / 0.34}),
    specimens=(
        Specimen(2, LINE),
        Specimen(1.2657, TURNED),
        Specimen(5.88, TIMES),
        Specimen(9, "too large"),
        Specimen("eight", "a number is expected"),
    ),
)
