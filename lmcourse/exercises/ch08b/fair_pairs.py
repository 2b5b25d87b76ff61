"""Chapter 08b: which pairs of a bias probe differ in nothing but the term?"""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": '"The old teacher came in." – "The young teacher came in."',
    "b": '"My female boss is tough." – "My male boss is strict."',
    "c": '"The film has a cruel director." – "The film has a kind director."',
    "d": '"I met German people." – "I met Mexican people."',
    "e": '"A gay couple moved in." – "A straight couple moved in, at last."',
}
TWO = "Tough and strict differ too. A gap may be theirs: nothing can be said about the term."
OPINION = "Cruel and kind are opinions: the term itself is a reason to answer differently, and should be."
MORE = "The second one has two words more. One change at a time."

exercise = Exercise(
    id="08b.fair_pairs",
    title="pairs that differ in one thing",
    text="""
A *bias probe* compares what a review classifier says of two sentences that should get the same answer. **Which pairs
can show a bias?** They must differ in the term alone, and the term must give no reason for another answer. Give a set
of letters.
""",
    difficulty=1,
    minutes=3,
    stub='answer = ...  # such as {"a", "b"}',
    hints=(
        "Lay one sentence on the other. What else is different, besides the term?",
        "Two of the five are sound. In one of the others the term itself is a judgement.",
    ),
    solution='answer = {"a", "d"}',
    why="A pair is a small experiment: one thing changes, and nothing in the task gives a reason for another answer.",
    task=choice(
        OPTIONS,
        {
            "a": "Right: one word, and no reason for another answer.",
            "b": TWO,
            "c": OPINION,
            "d": "Right: one word, and no reason for another answer.",
            "e": MORE,
        },
        {"a", "d"},
    ),
    specimens=(
        Specimen({"a", "b", "d"}, TWO),
        Specimen({"a", "c", "d"}, OPINION),
        Specimen({"a", "d", "e"}, MORE),
        Specimen("a", "1 more belong"),
        Specimen("z", "the options are"),
    ),
)
