"""Stored results of chapter 06a come out again, up to the number format of another machine."""

import numpy as np
import pytest
from test_results import row_of

from lmcourse.applications import dialogue, language
from lmcourse.experiments.finetuning import movie_parts, task_parts
from lmcourse.pretraining.translation import english, figures, french, word_for_word


def test_the_first_sizes_of_a_row_of_the_topics():
    row, parts = row_of("06a-topics", seed=0), dict(task_parts("newsgroups", 0))
    for name in ("train", "validation"):
        parts[name] = parts[name].select(range(120))
    again = language.by_size(parts, [40, 120])
    assert again["TF-IDF"] == pytest.approx(row["TF-IDF"][:2], abs=1e-9)
    assert again["frozen MiniLM"] == pytest.approx(row["frozen MiniLM"][:2], abs=0.03)


def test_a_row_of_the_domains():
    """All but the fine-tuned judge, which takes longer than a test may."""
    row, parts = row_of("06a-domains", seed=1), movie_parts(1, 1000)
    judges = language.judges(parts["train"], parts["validation"])
    for domain, test in {
        "movies": language.balanced(parts["test"], 1, 400),
        "tweets": language.opinions("tweets", 1, 400),
    }.items():
        assert len(test) == row[domain]["n"]
        for name, bound in {"VADER": 1e-9, "TF-IDF": 1e-9, "frozen MiniLM": 0.03}.items():
            again = (judges[name](test["text"][:]) == np.asarray(test["label"][:])).mean()
            assert again == pytest.approx(row[domain][name], abs=bound), (domain, name)


def test_the_baselines_of_a_row_of_translation():
    row, parts = row_of("06a-translation", seed=2), language.roles(2)
    remembered = language.memory([*map(english, parts["train"])], [*map(french, parts["train"])])
    for part in ("met", "new role"):
        sources, wanted = [*map(english, parts[part])], [*map(french, parts[part])]
        for name, made in (("memory", remembered(sources)), ("dictionary", [*map(word_for_word, sources)])):
            assert figures(made, wanted) == pytest.approx(row[part][name], abs=1e-6), (part, name)


def test_the_baselines_of_a_row_of_the_desk():
    row, parts = row_of("06a-desk", seed=0), dialogue.corpus(0)
    prompts = [dialogue.prompt(d) for d in parts["train"]]
    said = {
        "nearest dialogue": language.memory(prompts, [*map(dialogue.answer, parts["train"])]),
        "forms": dialogue.Forms(parts["train"]).reply,
    }
    for part in ("seen", "new", "absent", "fixed"):
        asked = [dialogue.prompt(d) for d in parts[part]]
        for name, reply in said.items():
            assert dialogue.right(parts[part], reply(asked)) == pytest.approx(row[part][name], abs=0.01), (part, name)
