"""Chapter 04b: a mask that comes too late."""

from lmcourse.checks import Exercise, Specimen, find_error

CODE = """
def masked_attention(q, k, v, seen):
    scores = q @ k.T / np.sqrt(q.shape[-1])
    weights = softmax(scores)
    weights = np.where(seen, weights, 0)
    return weights @ v
"""
WRONG = (
    "wrong: it comes too late. The softmax has already divided by the exponentials of the hidden keys: the rows sum to "
    "less than 1, and how much less depends on what was to be hidden."
)
FINE = {
    1: "fine: `seen` is True where a query may see a key.",
    2: "fine: scores divided by √d. Here, or just below, is the place for the mask.",
    3: "fine in itself: a softmax along the last axis. But by then what is hidden must have been taken out.",
    5: "fine: the weighted sum of the values.",
}

exercise = Exercise(
    id="04b.late_mask",
    title="find the line that lets something through",
    text="""
This function is to ignore the keys at which `seen` (T, K) is False. It runs, and hidden keys do get the weight 0. Yet
the result changes when a hidden token changes. **One** line is wrong. Which?
""",
    difficulty=2,
    minutes=4,
    stub="answer = ...  # the number of a line",
    hints=(
        "What is the sum of a row of `weights` after each line?",
        "softmax divides by a sum. Over which keys does it run?",
    ),
    solution="answer = 4",
    why="Before the softmax a hidden score becomes −∞, or the lowest number there is: its exponential is 0, in the "
    "numerator and in the sum below.",
    task=find_error(CODE, {4: WRONG}, FINE),
    specimens=(
        Specimen(1, FINE[1]),
        Specimen(2, FINE[2]),
        Specimen(3, FINE[3]),
        Specimen(5, FINE[5]),
        Specimen(6, "give the number of a line"),
    ),
)
