"""Chapter 05b: McNemar's exact test with eleven coins."""

from math import comb

from lmcourse.checks import Exercise, Specimen, number

ONE_SIDE = "That is one side of the test. Nobody said beforehand which model would win: both sides count, so double it."
CHI = "That is McNemar's older approximation by a chi-squared distribution. With 11 texts the exact sum is short."
CORRECTED = "That is the chi-squared approximation with the continuity correction: near, but the exact sum is short."
POINT = "That is the probability of exactly 2 of 11, doubled. *At least as uneven* also counts 1 of 11 and 0 of 11."
UNPAIRED = (
    "That treats the two models as if they had seen different texts. They judged the same 200: the 189 on "
    "which both are right or both are wrong say nothing, and drop out."
)
EXPECTED = 2 * sum(comb(11, k) for k in range(3)) / 2**11

exercise = Exercise(
    id="05b.mcnemar_by_hand",
    title="McNemar's test by hand",
    text="""
Models A and B judge the same 200 texts. Both are right on 150, both wrong on 39; **only A** is right on 9, **only B**
on 2. Were the two equally good, each of the 11 texts on which they part would fall to either side like a fair coin.
What is the probability that 11 coins fall at least as unevenly as 9 to 2, to **either** side? Give three digits.
""",
    difficulty=2,
    minutes=6,
    stub="answer = ...",
    hints=(
        "Of 2¹¹ equally likely outcomes, count those with 0, 1 or 2 heads: `math.comb(11, k)` for each k.",
        "That was one side. The other one, 9, 10 or 11 heads, is as likely.",
    ),
    solution="""
from math import comb

answer = 2 * sum(comb(11, k) for k in (0, 1, 2)) / 2**11
""",
    why=(
        "2 × (1 + 11 + 55) / 2048. A is right on seven texts more, and yet an outcome as uneven comes about once in "
        "15 times between equally good models."
    ),
    task=number(
        EXPECTED,
        0.0006,
        mistakes={
            ONE_SIDE: EXPECTED / 2,
            CHI: 0.0348,
            CORRECTED: 0.0704,
            POINT: 2 * comb(11, 2) / 2**11,
            UNPAIRED: 0.3977,
        },
    ),
    specimens=(
        Specimen(EXPECTED / 2, ONE_SIDE),
        Specimen(0.0348, CHI),
        Specimen(0.0704, CORRECTED),
        Specimen(0.0537, POINT),
        Specimen(0.3977, UNPAIRED),
        Specimen(9 / 11, "too large"),
        Specimen("significant", "a number is expected"),
    ),
)
