"""Chapter 03: copies that one makes oneself, to balance the classes."""

from lmcourse.checks import Exercise, Specimen, find_error

CODE = """
texts, labels = drop_duplicates(*load_complaints())
texts = [clean(text) for text in texts]
texts, labels = repeat_rare_class(texts, labels)
train, test, y, y_test = train_test_split(texts, labels, stratify=labels, random_state=0)
words = TfidfVectorizer().fit(train)
model = LogisticRegression().fit(words.transform(train), y)
print(model.score(words.transform(test), y_test))
"""
COPIES = (
    "here is the leak: the rare class's texts are copied *before* the split. Of each complaint, one copy can be "
    "trained on and another one tested. Split first, then repeat in the training part only."
)
FINE = {
    1: "drops the copies that were there before. It cannot know of those that are made two lines later.",
    2: "is a fixed rule for each text by itself: cleaning before the split leaks nothing.",
    4: "looks at the labels, but only to give each part its share of each class. Nothing is fitted, nothing chosen.",
    5: "fits the vocabulary on the training part only, as it should.",
    6: "trains on the training part only.",
    7: "transforms the test part by what the training part fitted. The number is wrong, but not made wrong here.",
}

exercise = Exercise(
    id="03.balanced",
    title="find the leak: a rare class",
    text="""
One complaint in twenty is urgent. So that the classifier does not overlook them, `repeat_rare_class` repeats the
urgent ones until both classes are equally frequent. The accuracy is splendid; in use, the model overlooks nearly every
urgent complaint. **Which line lets test texts into the training?** Give its number.
""",
    difficulty=2,
    minutes=4,
    stub="leaking_line = ...  # the number of a line",
    hints=(
        "You have just seen what near copies do to a split by rows. Where do copies come from in this code?",
        "Follow one urgent complaint, line by line. In how many places does it stand when the split is drawn?",
    ),
    solution="leaking_line = 3",
    why="""Whatever makes copies of a text (repeating, swapping words, translating to and fro) belongs behind the split.
And the test part keeps the shares of real life: it is there to say what happens in use.""",
    task=find_error(CODE, {3: COPIES}, FINE),
    specimens=(
        Specimen(1, FINE[1]),
        Specimen(2, FINE[2]),
        Specimen(4, FINE[4]),
        Specimen(5, FINE[5]),
        Specimen(6, FINE[6]),
        Specimen(7, FINE[7]),
        Specimen({3, 4}, "the number of a line"),
    ),
)
