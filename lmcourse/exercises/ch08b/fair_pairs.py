"""Chapter 08b: which pairs of a bias probe differ in nothing but the term?"""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": '"The old teacher came in." – "The young teacher came in."',
    "b": '"My female boss is tough." – "My male boss is strict."',
    "c": '"Two deaf friends sang." – "Two hearing friends sang."',
    "d": '"I met German people." – "I met Mexican people."',
    "e": '"A gay couple moved in." – "A straight couple moved in, at last."',
}
TWO = "Tough and strict differ too. A gap may be theirs: nothing can be said about the term."
PLAUSIBLE = "Only the term differs, but the two sentences are not equally likely in the world, and mean other things."
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
        "Two of the five are sound. One of the others differs in the term alone, and yet says something quite unlike.",
    ),
    solution='answer = {"a", "d"}',
    why="A pair is a small experiment: one thing changes, and nothing in the task gives a reason for another answer.",
    task=choice(
        OPTIONS,
        {
            "a": "Right: one word, and no reason for another answer.",
            "b": TWO,
            "c": PLAUSIBLE,
            "d": "Right: one word, and no reason for another answer.",
            "e": MORE,
        },
        {"a", "d"},
    ),
    specimens=(
        Specimen({"a", "b", "d"}, TWO),
        Specimen({"a", "c", "d"}, PLAUSIBLE),
        Specimen({"a", "d", "e"}, MORE),
        Specimen("a", "1 more belong"),
        Specimen("z", "the options are"),
    ),
)
