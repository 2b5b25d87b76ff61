"""Chapter 05a: the sentence of §5.2 that cannot be right."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "If only the head is tuned, then **all** six layers are frozen, not only the last few.",
    "b": "If only the last two layers are frozen, then the embeddings and the lowest four layers are tuned too.",
    "c": "The sentence holds: frozen last layers stop the gradient, so nothing below them can learn.",
    "d": "Whoever freezes a part usually freezes the *lower* layers, and the BERT paper tunes all of them.",
    "e": "Freezing the last two layers saves as much time as freezing the lowest two.",
}
WHY = {
    "a": "true: what is not tuned is frozen, and the lower layers are not part of the head.",
    "b": "true: nobody froze them, so the optimiser moves them.",
    "c": "false: a frozen layer's *weights* get no gradient, but its *input* does; the layers below learn from it.",
    "d": "true: lower layers hold what all tasks share; Devlin et al. (2019) fine-tune every weight.",
    "e": "false: the gradient must still pass through the frozen layers on its way down, and nothing can be kept.",
}

exercise = Exercise(
    id="05a.last_layers",
    title="what is wrong in §5.2?",
    text="""
The document says, in §5.2 and word for word again in §5.3:

> 在微调模型时，通常会将预训练模型的最后几层固定，只微调顶部分类头。

In English: "when fine-tuning, one usually fixes the last few layers of the pretrained model and tunes only the
classification head on top". Take MiniLM with its six layers. Something in the sentence can't be right. Which of
these statements are **true**? Give a set of letters, such as `{"a", "e"}`.
""",
    difficulty=2,
    minutes=6,
    stub="answer = ...",
    hints=(
        'Write two lists: the layers that "fix the last two" freezes, and those that "tune only the head" freezes.',
        "Three statements are true. For c and e, ask what the chain rule needs in order to reach layer 1.",
    ),
    solution='answer = {"a", "b", "d"}',
    why="The two halves of the sentence describe two recipes; they agree only if the last few layers are all layers.",
    task=choice(OPTIONS, WHY, {"a", "b", "d"}),
    specimens=(
        Specimen("c", WHY["c"]),
        Specimen({"a", "e"}, WHY["e"]),
        Specimen({"a", "b"}, "1 more"),
        Specimen("d", "2 more"),
        Specimen({"a", "b", "c", "d"}, WHY["c"]),
    ),
)
