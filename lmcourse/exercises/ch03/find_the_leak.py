"""Chapter 03: find the lines through which the test part leaks."""

from lmcourse.checks import Exercise, Specimen, find_error

CODE = """
texts, labels = load_reviews()
vectors = normalise_each_row(encoder(texts))
vectors = StandardScaler().fit_transform(vectors)
vectors = SelectKBest(k=50).fit_transform(vectors, labels)
train, test, y, y_test = train_test_split(vectors, labels)
models = [LogisticRegression(C=c).fit(train, y) for c in strengths]
print(max(model.score(test, y_test) for model in models))
"""
SCALED = "leaks, if only a little: mean and deviation come from all texts, and the split comes later."
CHOSEN = "leaks badly: the columns are chosen by labels, and those of the later test part are among them."
PICKED = "leaks: C is chosen by the test part, so the best of its scores is no longer an honest one."
FINE = {
    1: "only reads. No leak.",
    2: "takes each vector by itself: no text has a say in another one's vector. No leak.",
    5: "is fine, once no text is there twice: the split is drawn without looking at anything. But it comes late.",
    6: "fits on the training part only. To fit several models is no leak; to choose among them may be one.",
}

exercise = Exercise(
    id="03.find_the_leak",
    title="find the leak",
    text="""
This code was written in a hurry. It runs, and its accuracy looks good. **Through which lines does the test part leak**
into what is trained or chosen? Give a set of line numbers. (`encoder` was pretrained elsewhere; the texts hold no
duplicates.)
""",
    difficulty=2,
    minutes=6,
    stub="leaking = ...  # a set of line numbers, such as {1, 2}",
    hints=(
        "Go through the lines and ask of each: would its result change if one *test* text were another?",
        "Of a line whose result would change, ask whether it belongs to the training, or only to the test part itself.",
        "Choosing is learning too. Three lines leak.",
    ),
    solution="leaking = {3, 4, 7}",
    why="""Everything that is fitted or chosen belongs behind the split, into the training part; and what is chosen
by score needs a part of its own, the validation part. Put scaler, selection and model into one `Pipeline`,
and fit that.""",
    task=find_error(CODE, {3: SCALED, 4: CHOSEN, 7: PICKED}, FINE),
    specimens=(
        Specimen({3, 4}, "1 more belongs"),
        Specimen({4}, "2 more belong"),
        Specimen({2, 3, 4, 7}, FINE[2]),
        Specimen({3, 4, 5, 7}, FINE[5]),
        Specimen({3, 4, 6, 7}, FINE[6]),
        Specimen({1, 3, 4, 7}, FINE[1]),
        Specimen(5, FINE[5]),
        Specimen({"c", "d", "g"}, "give a set of line numbers"),
    ),
)
