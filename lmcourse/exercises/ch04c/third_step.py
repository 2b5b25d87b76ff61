"""Chapter 04c: three items of a list, of which one is not like the others."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "item 1: MLM is no part of pretraining",
    "b": "item 2: NSP comes first, MLM after it",
    "c": "item 3: it names what the model is, not a step of training",
    "d": "nothing: the three are done one after the other",
}
WHY = {
    "a": "no: MLM is the larger of BERT's two pretraining tasks.",
    "b": "no: both losses are computed in each step, from the same input, and added.",
    "c": "right: a bidirectional Transformer is what is trained, by tasks 1 and 2. It has no loss of its own.",
    "d": "no: look for the loss of item 3. The formula below the list has two terms, for three “steps”.",
}

exercise = Exercise(
    id="04c.third_step",
    title="what is wrong with the list in §4.3?",
    text="""
§4.3 lists the "steps" of BERT's pretraining:

> 1. 掩码语言模型 … 2. 下一句预测 … 3. 双向编码器表示（BERT）：通过Transformer模型进行双向编码，学习到句子的上下文信息。

The third is "bidirectional encoder representations (BERT): encode in both directions by a Transformer, and learn the
context of the sentence". Something here can't be right. What?
""",
    difficulty=1,
    minutes=2,
    stub="answer = ...",
    hints=(
        "For each item: what is its loss? What is predicted?",
        "The formula under the list has a term for two of the three.",
    ),
    solution='answer = "c"',
    why="The architecture stands in a list of tasks. And 1 and 2 are not steps one after the other either.",
    task=choice(OPTIONS, WHY, "c"),
    specimens=(
        Specimen("a", WHY["a"]),
        Specimen("b", WHY["b"]),
        Specimen("d", WHY["d"]),
    ),
)
