"""What the document promises in its sections 8.1, 8.2 and 8.4, and the claims of this course that bear on it."""

from typing import NamedTuple

from lmcourse.experiments.claims import claims


class Promise(NamedTuple):
    """A sentence of the document, in Chinese and in English, and the claims that support it or set it a limit."""

    sections: str
    chinese: str
    english: str
    supports: tuple[str, ...]
    limits: tuple[str, ...]


PROMISES = (
    Promise(
        "8.1 (1)",
        "大模型通过大规模数据训练，学习到了广泛的知识和技能",
        "pretraining on much data teaches broad knowledge",
        ("04c.gain-on-topics", "02.pretraining-helps"),
        ("04c.no-gain-on-movies", "02.length-is-lost"),
    ),
    Promise(
        "8.1 (2)",
        "大模型通过微调可以快速适应新任务",
        "fine-tuning adapts quickly to a new task",
        ("03.few-labels-suffice", "05b.all-layers-win"),
        ("05b.head-only-is-below-counting",),
    ),
    Promise(
        "8.1 (3)",
        "大模型在各种任务上取得了卓越的性能",
        "one model is excellent at all kinds of tasks",
        ("03.one-encoder-many-tasks", "06c.phrasings"),
        ("06c.fraud-line", "06b.taste-without-order"),
    ),
    Promise(
        "8.2 (1), 8.4 (1)",
        "超大规模预训练",
        "ever larger pretraining",
        ("08a.more-parameters", "08a.more-data"),
        ("08a.larger-run",),
    ),
    Promise(
        "8.2 (2), 8.4 (2)",
        "自监督学习：减少对标注数据的依赖",
        "self-supervision needs fewer labels",
        ("03.weights-not-shape", "04c.gain-on-topics"),
        ("04c.no-gain-on-movies",),
    ),
    Promise(
        "8.2 (3), 8.4 (3)",
        "多模态学习：跨模态的信息融合",
        "several modalities are brought together",
        ("08a.captions-above-chance", "08a.space-finds-new-pairs", "08a.zero-shot"),
        ("08a.zero-shot-below", "08a.new-pairs-are-harder", "08a.no-word-no-class"),
    ),
    Promise(
        "8.2 (4), 8.4 (4)",
        "持续学习：不断提高性能",
        "learning goes on without end",
        ("08a.replay-mends",),
        ("08a.plain-forgets", "08a.lora-needs-the-task"),
    ),
    Promise(
        "8.2 (5), 8.4 (5)",
        "迁移学习：提高模型适应新任务的能力",
        "what is learnt serves other tasks",
        ("08a.other-domains", "02.a-head-for-its-like"),
        ("08a.own-is-best", "08a.films-to-tweets", "02.and-for-no-other"),
    ),
)


def verdicts() -> list[tuple[Promise, str, str, str, str]]:
    """Each promise with each claim that bears on it: supports or limits, the claim's name, its words, whether it holds.

    Errors: KeyError when a claim is named that does not exist.
    """
    known, found = claims(), []
    for promise in PROMISES:
        for bearing, names in (("supports", promise.supports), ("limits", promise.limits)):
            for name in names:
                verdict = "holds" if known[name].holds() else "does not hold"
                found.append((promise, bearing, name, known[name].says, verdict))
    return found
