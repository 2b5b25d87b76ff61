"""Chapter 06a: a digit that is found twice."""

from lmcourse.checks import Exercise, Specimen, find_error

CODE = """
right, taken = [], set()
for box in sorted(said, key=lambda box: box.score, reverse=True):
    best = max(truth, key=lambda digit: iou(digit.box, box.box))
    fits = best.label == box.label and iou(best.box, box.box) >= 0.5
    right.append(fits)
    if fits:
        taken.add(best.number)
recall = np.cumsum(right) / len(truth)
precision = np.cumsum(right) / np.arange(1, len(right) + 1)
"""
WRONG = (
    "wrong: a second box on the same digit counts as right once more, and so recall may pass 1. It should read "
    "`fits and best.number not in taken`: who says the same thing twice has found one digit and made one false alarm."
)
FINE = {
    1: "fine: nothing has been found yet.",
    2: "fine: the surest box is asked first, and may take its digit first.",
    3: "fine: the digit that the box overlaps most.",
    4: "fine: the class must be right, and the overlap at least one half.",
    6: "fine in itself: only a box that fits takes its digit.",
    7: "fine: it notes which digits have been found. But who reads that note?",
    8: "fine: recall is the share of the digits found so far. Something in the sum is too much, though.",
    9: "fine: precision is the share of what was said that is right. It is too high, but not made so here.",
}

exercise = Exercise(
    id="06a.second_box",
    title="find the error: a recall of 1.3",
    text="""
A canvas holds three digits. The detector says four boxes, and this code finds a recall of 4/3. **Which line** is wrong?
""",
    difficulty=2,
    minutes=4,
    stub="wrong_line = ...  # the number of a line",
    hints=(
        "How can four boxes be right where there are three digits?",
        "Something is written down in the loop and never looked at.",
    ),
    solution="wrong_line = 5",
    why="Without this rule nobody would need non-maximum suppression: each copy of a good box would raise the score.",
    task=find_error(CODE, {5: WRONG}, FINE),
    specimens=(
        *(Specimen(line, words) for line, words in FINE.items()),
        Specimen({5, 7}, "the number of a line"),
    ),
)
