"""Chapter 03: what the data sets of the document's section 3.2.1 are."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "The Pile is text without labels, hundreds of gigabytes of it.",
    "b": '"BigQuery" is the name of one particular corpus.',
    "c": "Every one of CIFAR-10's 60,000 images carries a label.",
    "d": "CIFAR-10 is large beside the Pile.",
    "e": "IMDB, which the document counts as labelled, also holds 50,000 reviews without a label.",
}
CORPUS = "BigQuery is a data warehouse, in which very different tables lie. Which of them is meant, the document omits."
LARGE = "60,000 images of 32 × 32 pixels are under 0.2 GB, thousands of times less than the Pile."

exercise = Exercise(
    id="03.unlabelled",
    title="large and unlabelled?",
    text="""
§3.2.1 of the document gives "Pile, BigQuery, CIFAR-10" as examples of **large unlabelled** data (大规模无标签数据), and
"IMDB, Yelp, Amazon" as labelled ones. Something here can't be right. Which of these statements are true? Look at the
cards above, then give a set of letters.
""",
    difficulty=1,
    minutes=4,
    stub="""
true_statements = ...  # such as {"a", "b"}
""",
    hints=(
        'Three of the five are true. Read the lines "origin" and "size" of each card.',
        "An image data set for *classification* comes with classes. Someone had to give each image one.",
    ),
    solution="""
true_statements = {"a", "c", "e"}
""",
    why="""Of the three examples only the Pile is what the document says. "BigQuery" needs a second word: which table?
CIFAR-10 is small and labelled; to pretrain on it without labels, one has to throw the labels away.""",
    task=choice(
        OPTIONS,
        {
            "a": "Right: 825 GiB in its paper (Gao et al. 2020), and nobody labelled it.",
            "b": CORPUS,
            "c": "Right: it was made for supervised classification (Krizhevsky 2009).",
            "d": LARGE,
            "e": "Right: a data set can have both (Maas et al. 2011).",
        },
        {"a", "c", "e"},
    ),
    specimens=(
        Specimen({"a", "b", "c", "e"}, CORPUS),
        Specimen({"a", "c", "d", "e"}, LARGE),
        Specimen({"a", "c"}, "1 more belong"),
        Specimen("a", "2 more belong"),
        Specimen("z", "the options are"),
    ),
)
