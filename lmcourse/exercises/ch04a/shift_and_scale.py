"""Chapter 04a: what softmax notices, and what it does not."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "Add 1,000 to every logit.",
    "b": "Multiply every logit by 2.",
    "c": "Divide every logit by a temperature of 10.",
    "d": "Subtract the largest logit from every logit.",
    "e": "Add 1 to the largest logit only.",
    "f": "Change the order of the words, each with its logit.",
}
WHY = {
    "a": "unchanged: exp(z + c) = exp(z) · exp(c), and exp(c) stands above and below the line.",
    "b": "changed: p is squared, and normalised again. The largest gains.",
    "c": "changed: differences become small, and the probabilities nearly equal.",
    "d": "unchanged: it adds a constant, as a. That is what stable code does.",
    "e": "changed: differences between logits are what counts, and these have changed.",
    "f": "unchanged: each word keeps its probability; softmax does not know about places.",
}

exercise = Exercise(
    id="04a.shift_and_scale",
    title="what does softmax notice?",
    text="""
A model gives logits 3, 2, 1, −1 and −2 to five words. Which of these changes leave the probability of **every word** as
it is? Give a set of letters. (The explorer above shows most of them; decide first.)
""",
    difficulty=1,
    minutes=4,
    stub="answer = ...",
    hints=(
        "Divide p of one word by p of another: exp(z₁ − z₂). What does a change do to z₁ − z₂?",
        "Three of them leave all differences between two words as they were.",
    ),
    solution='answer = {"a", "d", "f"}',
    why="Only differences between logits count. That one may subtract the maximum is what section 3 lives on.",
    task=choice(OPTIONS, WHY, {"a", "d", "f"}),
    specimens=(
        Specimen({"a", "b"}, WHY["b"]),
        Specimen({"c", "d", "f"}, WHY["c"]),
        Specimen({"a", "d", "e"}, WHY["e"]),
        Specimen("a", "2 more"),
    ),
)
