"""Chapter 04c: what the document says that BERT maximises."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "The loss has a term for the selected positions only; most words of x have none.",
    "b": "Each term is the probability of one word given the *changed* text, with other words hidden too.",
    "c": "The product of these probabilities is the probability of the sentence, by the chain rule.",
    "d": "If x were not masked, copying the input would reach probability 1, and nothing would be learnt.",
    "e": "Every selected position carries [MASK].",
}
WHY = {
    "a": "true: about 85 of 100 words are context only.",
    "b": "true: the model sees the text after masking, and says something about each selected word by itself.",
    "c": "false: the chain rule wants each word given the words *before* it. Here the conditions are other ones, which "
    "need not fit together to one distribution of sentences.",
    "d": "true: with the answer in the input there is nothing to predict.",
    "e": "false: a fifth carries none: half of these another word, half the word itself.",
}

exercise = Exercise(
    id="04c.objective_sentence",
    title="what is wrong in §4.2?",
    text="""
The document says of BERT, in §4.2:

> 其在预训练时的目标是最大化语言模型的预测概率 $P(w_{1:T}|x)$。

In English: "its goal in pretraining is to maximise the probability $P(w_{1:T}|x)$ predicted by the language model",
where $x$ is the input and $w_{1:T}$ are its $T$ words. Something here can't be right. Which of these statements about
masked language modelling are **true**? Give a set of letters.
""",
    difficulty=2,
    minutes=5,
    stub="answer = ...",
    hints=(
        "Take the masked sentence from above. For which positions has the loss a term? What stands at the others?",
        "Three are true. For the chain rule write P(w₁, w₂) = P(w₁) · P(w₂ | w₁), and look what stands behind the bar.",
    ),
    solution='answer = {"a", "b", "d"}',
    why="MLM maximises Σ ln P(wᵢ | changed x) over the selected positions i. That is akin to a pseudo-likelihood, "
    "which hides one word at a time, and is not the probability of the sentence.",
    task=choice(OPTIONS, WHY, {"a", "b", "d"}),
    specimens=(
        Specimen("c", WHY["c"]),
        Specimen({"a", "e"}, WHY["e"]),
        Specimen({"a", "b"}, "1 more"),
        Specimen({"a", "b", "c", "d"}, WHY["c"]),
    ),
)
