"""Chapter 03: find the lines through which the test part leaks."""

from lmcourse.checks import Exercise, Specimen, choice

TOLD = {
    "a": "Line 1 only reads. No leak.",
    "b": "Line 2 takes each vector by itself: no text has a say in another one's vector. No leak.",
    "c": "Line 3 leaks, if only a little: mean and deviation come from all texts, and the split comes later.",
    "d": "Line 4 leaks badly: the columns are chosen by labels, and those of the later test part are among them.",
    "e": "Line 5 is fine, once no text is there twice: the split is drawn without looking at anything.",
    "f": "Line 6 fits on the training part only. No leak.",
    "g": "Line 7 leaks: C is chosen by the test part, so the best of five scores is no longer an honest one.",
}

exercise = Exercise(
    id="03.find_the_leak",
    title="find the leak",
    text="""
This code was written in a hurry. It runs, and its accuracy looks good. **Which lines let the test part leak** into
what is trained or chosen? (`encoder` was pretrained elsewhere; the texts hold no duplicates.)

```python
texts, labels = load_reviews()                                        # 1
vectors = normalise_each_row(encoder(texts))                          # 2
vectors = StandardScaler().fit_transform(vectors)                     # 3
vectors = SelectKBest(k=50).fit_transform(vectors, labels)            # 4
train, test, y, y_test = train_test_split(vectors, labels)            # 5
models = [LogisticRegression(C=c).fit(train, y) for c in strengths]   # 6
print(max(model.score(test, y_test) for model in models))             # 7
```

Give a set of letters.
""",
    difficulty=2,
    minutes=6,
    stub="""
leaking = ...
""",
    hints=(
        "Go through the lines and ask of each: would its result change if one *test* text were another?",
        "Of a line whose result would change, ask whether it belongs to the training, or only to the test part itself.",
        "Choosing is learning too. Three lines leak.",
    ),
    solution="""
leaking = {"c", "d", "g"}
""",
    why="""Everything that is fitted or chosen belongs behind the split, into the training part; and what is chosen
by score needs a part of its own, the validation part. Put scaler, selection and model into one `Pipeline`,
and fit that.""",
    task=choice({letter: f"line {line}" for line, letter in enumerate("abcdefg", 1)}, TOLD, {"c", "d", "g"}),
    specimens=(
        Specimen({"c", "d"}, "1 more belong"),
        Specimen({"d"}, "2 more belong"),
        Specimen({"b", "c", "d", "g"}, TOLD["b"]),
        Specimen({"c", "d", "e", "g"}, TOLD["e"]),
        Specimen({"c", "d", "f", "g"}, TOLD["f"]),
        Specimen({"a", "c", "d", "g"}, TOLD["a"]),
        Specimen({3, 4, 7}, "the options are"),
    ),
)
