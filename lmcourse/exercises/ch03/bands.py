"""Chapter 03: what longer bands do to the search for near copies."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "More pairs are compared, and fewer near copies are missed.",
    "b": "Fewer pairs are compared, and more near copies are missed.",
    "c": "Nothing changes: there are 64 numbers in a signature as before.",
    "d": "The similarities that are found become more exact.",
}
TOLD = {
    "a": "The other way round. A longer band must agree in *more* rows at once, and there are fewer bands to try.",
    "b": "All eight rows of a band must agree, and there are only eight of them: fewer unlike pairs, fewer like ones.",
    "c": "The signature stays, its use does not: 16 chances to agree in 4 rows are not 8 chances to agree in 8.",
    "d": "What is compared is verified by the exact Jaccard similarity. The bands only choose the pairs.",
}

exercise = Exercise(
    id="03.bands",
    title="longer bands",
    text="""
A signature of 64 numbers is cut into 16 bands of 4 rows. Someone cuts it into **8 bands of 8 rows** instead. What does
this do to the search for pairs above the threshold?
""",
    difficulty=2,
    minutes=3,
    stub='effect = ...  # such as "a"',
    hints=(
        "Take a pair of similarity 0.8 and one band. It agrees in 4 rows with probability 0.8⁴. And in 8?",
        "Put r = 8 and b = 8 into the formula, for s = 0.8 and for s = 0.3. In which direction do both move?",
    ),
    solution='effect = "b"',
    why="""The S moves to the right and becomes steeper: less work, and less found. The package therefore takes the
longest bands with which a pair at the threshold is still found 999 times in 1,000.""",
    task=choice(OPTIONS, TOLD, "b"),
    specimens=(
        Specimen("a", TOLD["a"]),
        Specimen("c", TOLD["c"]),
        Specimen("d", TOLD["d"]),
        Specimen({"b", "d"}, "give one of them"),
    ),
)
