"""Chapter 06a: a table of contents that skips something (section 6 of the document)."""

from lmcourse.checks import Exercise, Specimen, find_error

CODE = """
5.   项目实践                  a project in practice
5.3  代码解读与分析             the code explained
5.4  运行结果展示               results shown
6.   实际应用场景               applications in practice
6.4  未来应用展望               applications of the future
7.   工具和资源推荐             tools and resources
7.1  学习资源推荐               resources to learn from
"""
WRONG = (
    "6.4 follows 6 at once: 6.1, 6.2 and 6.3 are missing. The chapter on applications in practice holds none of today, "
    "only those of the future."
)
FINE = {
    1: "5 follows 4, which stands above. Nothing is wrong here.",
    2: "5.3 follows 5.2, which is left out of this excerpt only; the document has 5.1 and 5.2.",
    3: "5.4 follows 5.3. Nothing is wrong here.",
    4: "6 follows 5. The chapter is there; look at what it holds.",
    6: "7 follows 6. Nothing is wrong here.",
    7: "7.1 is the first of 7. So a first part begins with 1. Does each?",
}

exercise = Exercise(
    id="06a.contents",
    title="find the error: the table of contents",
    text="""
Some headings of the document, with their numbers as they stand there (of section 5 only some are shown). **Something
here can't be right.** Before which line is something missing? Give that line.
""",
    difficulty=1,
    minutes=2,
    stub="answer = ...  # the number of a line",
    hints=(
        "Read the numbers only.",
        "Each section begins with its own first part. Compare 7 and 6.",
    ),
    solution="answer = 5",
    why="Whether the parts were lost or never written cannot be told from the document. Chapters 06a to 06c "
    "fill the gap.",
    task=find_error(CODE, {5: WRONG}, FINE),
    specimens=(
        *(Specimen(line, words) for line, words in FINE.items()),
        Specimen("6.4", "the number of a line"),
    ),
)
