"""Chapter 07: four entries of a reading list, of which one is no title."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "1. Attention is All You Need",
    "b": "2. BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
    "c": "3. GPT-3",
    "d": "4. ALBERT: A Lite BERT for Self-supervised Learning of Language Representations",
}
WHY = {
    "a": "it is one: Vaswani et al. 2017. (The paper writes Attention Is All You Need; no catalogue minds.)",
    "b": "it is one: Devlin et al. 2019, letter by letter.",
    "c": "right: GPT-3 is a model. Its paper is called “Language Models are Few-Shot Learners” (Brown et al. 2020).",
    "d": "it is one: Lan et al. 2020, letter by letter.",
}

exercise = Exercise(
    id="07.few_shot_title",
    title="something in this reading list can't be right",
    text="""
§7.3 recommends four papers by their titles. Whoever types them into a library's catalogue finds three. Which entry is
not the title of a paper?
""",
    difficulty=1,
    minutes=2,
    stub="answer = ...",
    hints=(
        "A title says what a paper found, or what it is about. Which entry only names a thing?",
        "Who are the authors, and what was shown? For one entry the words before you do not help to find out.",
    ),
    solution='answer = "c"',
    why="The name of the model says what was built; the title says what was found: that it learns from a few examples.",
    task=choice(OPTIONS, WHY, "c"),
    specimens=(
        Specimen("a", WHY["a"]),
        Specimen("b", WHY["b"]),
        Specimen("d", WHY["d"]),
        Specimen("GPT-3", "the options are"),
    ),
)
