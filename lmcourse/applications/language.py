"""Language: topics from few labels, opinions of another domain, nouns in new roles, and a reader's own table.

N texts.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Int

from lmcourse.errors import InputError
from lmcourse.pretraining.translation import NOUNS, Sentence, random_sentences

HEADINGS = (  # of the document, from its section 5 to its section 7
    "## 5. 项目实践：代码实例和详细解释说明",
    "### 5.1 开发环境搭建",
    "### 5.2 源代码详细实现",
    "### 5.3 代码解读与分析",
    "### 5.4 运行结果展示",
    "## 6. 实际应用场景",
    "### 6.4 未来应用展望",
    "## 7. 工具和资源推荐",
    "### 7.1 学习资源推荐",
    "### 7.2 开发工具推荐",
    "### 7.3 相关论文推荐",
)
LARGEST = 100 << 20  # bytes of a reader's own table
Judge = Callable[[Sequence[str]], Int[np.ndarray, " N"]]


def missing_numbers(headings: Sequence[str]) -> list[str]:
    """The numbers "6.1" that the headings "### 6.4 …" jump over, each section counted from its own 1."""
    numbers = [re.search(r"(\d+)\.(\d+)", heading) for heading in headings]
    found, last = [], {}
    for section, part in (map(int, number.groups()) for number in numbers if number):
        found += [f"{section}.{i}" for i in range(last.get(section, 0) + 1, part)]
        last[section] = part
    return found


# ---------------------------------------------------------------- topics and opinions


def by_size(parts: dict, sizes: Sequence[int]) -> dict[str, list[float]]:
    """Test accuracy of counted words and of a frozen encoder from the first `sizes` labelled texts.

    As many validation texts choose the strength C of the regression.
    """
    from lmcourse.evaluation.baselines import tfidf_classifier
    from lmcourse.finetuning.features import features, frozen_classifier

    texts, labels = ({name: part[column][:] for name, part in parts.items()} for column in ("text", "label"))
    vectors = {name: features(part) for name, part in texts.items()}
    found = {}
    for name, fit, given in (("TF-IDF", tfidf_classifier, texts), ("frozen MiniLM", frozen_classifier, vectors)):
        found[name] = []
        for size in sizes:
            chosen_on = given["validation"][:size], labels["validation"][:size]
            model = fit(given["train"][:size], labels["train"][:size], chosen_on)
            found[name].append(float(model.score(given["test"], labels["test"])))
    return found


def balanced(data, seed: int, most: int):
    """As many texts of class 0 as of class 1, at most `most` together, drawn by `seed`: a coin is right in half."""
    rng, labels = np.random.default_rng(seed), np.asarray(data["label"][:])
    half = min(most // 2, *np.bincount(labels, minlength=2))
    rows = [rng.permutation(np.flatnonzero(labels == label))[:half] for label in (0, 1)]
    return data.select(np.sort(np.concatenate(rows)))


def opinions(name: str, seed: int, most: int):
    """Sentences of a rated corpus by name, as many that praise as that blame (see `balanced`)."""
    from lmcourse.data import corpora

    return balanced(corpora.sentiment(corpora.load(name)), seed, most)


def judges(train, validation) -> dict[str, Judge]:
    """Three ways to tell praise (1) from blame (0): a lexicon, counted words, a frozen encoder; the last two learn."""
    from lmcourse.evaluation.baselines import tfidf_classifier, vader
    from lmcourse.finetuning.features import features, frozen_classifier

    (texts, labels), (others, theirs) = ((part["text"][:], part["label"][:]) for part in (train, validation))
    counted = tfidf_classifier(texts, labels, (others, theirs))
    frozen = frozen_classifier(features(texts), labels, (features(others), theirs))
    return {
        "VADER": lambda texts: (vader(texts) > 0).astype(int),
        "TF-IDF": counted.predict,
        "frozen MiniLM": lambda texts: frozen.predict(features(texts)),
    }


# ---------------------------------------------------------------- translation


def roles(seed: int, train: int = 1000, test: int = 200) -> dict[str, list[Sentence]]:
    """Different sentences of chapter 07's grammar: `train`, and two tests, `met` and `new role`.

    In training two of the ten nouns are subjects only; in `new role` one of them is the object, in `met` none is.
    Source of the idea: Kim and Linzen 2020, COGS, section 3.
    """
    subjects_only = {*np.random.default_rng(seed).choice([*NOUNS], 2, replace=False).tolist()}
    sizes = {"train": train, "met": test, "new role": test}
    parts: dict[str, dict[Sentence, None]] = {name: {} for name in sizes}
    for sentence in random_sentences(np.random.default_rng([seed, 2])):
        moved = sentence.object.noun in subjects_only
        part = "new role" if moved else "train" if len(parts["train"]) < train else "met"
        if len(parts[part]) < sizes[part] and sentence not in parts["train"]:
            parts[part][sentence] = None
        if all(len(parts[name]) == size for name, size in sizes.items()):
            return {name: [*found] for name, found in parts.items()}


def memory(sources: Sequence[list[str]], answers: Sequence[list[str]]) -> Callable[[Sequence[list[str]]], list]:
    """A baseline that only remembers: the answer of the known source that is nearest by TF-IDF of words and pairs."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectoriser = TfidfVectorizer(ngram_range=(1, 2), lowercase=False, token_pattern=r"\S+")
    known = vectoriser.fit_transform(map(" ".join, sources))

    def nearest(texts: Sequence[list[str]]) -> list:
        found = vectoriser.transform(map(" ".join, texts)) @ known.T
        return [answers[i] for i in np.asarray(found.argmax(1)).ravel()]

    return nearest


# ---------------------------------------------------------------- a reader's own table


def read_own(path: str = "", text: str = "text", label: str = "label") -> tuple:
    """A reader's table of texts and classes: (Dataset with class numbers, rejected rows, names of the classes).

    Without a path: the course's product reviews, praise or blame. Errors: InputError for a file, a column or a label
    that cannot be used.
    """
    from lmcourse.data import corpora, tables
    from lmcourse.finetuning.labels import class_names, with_class_numbers

    if path.strip():
        where = Path(path.strip()).expanduser()
        if where.exists() and not where.is_file():
            raise InputError("this is no file", where, "name a CSV, TSV or JSONL file")
        if where.is_file() and where.stat().st_size > LARGEST:
            raise InputError(f"the file is larger than {LARGEST >> 20} MB", where, "give some of its rows")
        data, rejected = tables.read_table(where, text.strip(), label.strip())
    else:
        where, rejected = "the course's product reviews", []
        data = corpora.sentiment(corpora.load("amazon"))
    names = class_names(data, where)
    with corpora.quiet():
        return with_class_numbers(data, names, where), rejected, names


def quick_report(data, most: int = 400, seed: int = 0) -> dict:
    """What can be reached on a table without training an encoder: right answers on a fifth that nothing has seen.

    Of at most `most` texts, near copies kept together, three fifths are learnt from and a fifth chooses C. Keys:
    `used`, `n`, and `methods`: for each `right` and Wilson's `interval`; `p` is McNemar's for frozen against TF-IDF.
    """
    from lmcourse.data import corpora, splits
    from lmcourse.evaluation.baselines import majority, tfidf_classifier
    from lmcourse.evaluation.uncertainty import mcnemar, wilson
    from lmcourse.finetuning.features import features, frozen_classifier

    with corpora.quiet():
        data = data.shuffle(seed=seed).select(range(min(most, len(data))))
        parts = splits.split(data, shares=(0.6, 0.2, 0.2), seed=seed)
    train, validation, test = ((part["text"][:], part["label"][:]) for part in parts.values())
    vectors = [(features(texts), labels) for texts, labels in (train, validation, test)]
    said = {
        "always the commonest": majority(train[1], test[0]),
        "TF-IDF": tfidf_classifier(*train, validation).predict(test[0]),
        "frozen MiniLM": frozen_classifier(*vectors[0], vectors[1]).predict(vectors[2][0]),
    }
    right = {name: found == np.asarray(test[1]) for name, found in said.items()}
    counts = {name: int(found.sum()) for name, found in right.items()}
    return {
        "used": len(data),
        "n": len(test[0]),
        "methods": {n: {"right": k, "interval": wilson(k, len(test[0]))} for n, k in counts.items()},
        "p": mcnemar(right["frozen MiniLM"], right["TF-IDF"])["p"],
    }


APPLICATIONS = {
    "text classification": {
        "field": "language (自然语言处理)",
        "task": "which of eight newsgroups is a post from? From 480 labelled ones",
        "data": "20 Newsgroups, the eight commonest topics",
        "model": "frozen MiniLM",
        "baseline": "TF-IDF and logistic regression",
        "result": "06a-topics",
        "metric": "accuracy",
        "better": "higher",
        "ours": lambda rows: rows[0]["frozen MiniLM"][-1],
        "theirs": lambda rows: rows[0]["TF-IDF"][-1],
        "earnest": "Texts of the place where it is to work, classes that those who use them agree on, and texts of "
        "next year to test on.",
    },
    "sentiment of another domain": {
        "field": "language (自然语言处理)",
        "task": "praise or blame in tweets, learnt from films",
        "data": "1,000 movie sentences to learn from, tweets to test on",
        "model": "fine-tuned MiniLM",
        "baseline": "VADER",
        "result": "06a-domains",
        "metric": "accuracy where a coin is right in half",
        "better": "higher",
        "ours": lambda rows: rows[0]["tweets"]["fine-tuned MiniLM"],
        "theirs": lambda rows: rows[0]["tweets"]["VADER"],
        "earnest": "Some labelled texts of each domain that it will meet, and a watch on those that come.",
    },
    "translation": {
        "field": "language (自然语言处理)",
        "task": "English to French, with nouns in a role that they never had",
        "data": "sentences made by a grammar",
        "model": "encoder–decoder",
        "baseline": "dictionary, word for word",
        "result": "06a-translation",
        "metric": "exactly right",
        "better": "higher",
        "ours": lambda rows: rows[0]["new role"]["model"]["exact"],
        "theirs": lambda rows: rows[0]["new role"]["dictionary"]["exact"],
        "earnest": "Millions of pairs of real sentences, and people who read both languages to judge.",
    },
    "dialogue": {
        "field": "language (自然语言处理)",
        "task": "answers at a railway desk, to questions never asked of that station",
        "data": "dialogues made by rules",
        "model": "GPT of two layers",
        "baseline": "forms with gaps, by a programmer",
        "result": "06a-desk",
        "metric": "right answers",
        "better": "higher",
        "ours": lambda rows: rows[0]["new"]["GPT"],
        "theirs": lambda rows: rows[0]["new"]["forms"],
        "earnest": "Real dialogues, a timetable that is asked for as the question comes, and a person for what is new.",
    },
}
