"""Chapter 04a: what MLM maximises."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "the probability of the whole sentence given the input, P(w₁ … w_T | x)",
    "b": "the product of P(wᵢ | all words before i), over all positions",
    "c": "the sum of ln P(wᵢ | changed text), over the selected positions",
    "d": "the sum of ln P(wᵢ | changed text), over the positions that carry [MASK]",
    "e": "the sum of ln P(wᵢ | all other words), each word hidden alone, over all positions",
}
WHY = {
    "a": "that is the document's sentence. MLM computes no probability of a sentence: it answers single questions.",
    "b": "that is the chain rule, and what GPT learns. BERT also looks to the right.",
    "c": "right: 15 % of the positions are selected, and all are hidden, or changed, together.",
    "d": "nearly: a fifth of the selected positions carry another word, or their own. They are asked as well.",
    "e": "that is the pseudo-likelihood: near to MLM, but it hides one word at a time and asks everywhere.",
}

exercise = Exercise(
    id="04a.maximised",
    title="what does BERT maximise?",
    text="""
> §4.2: 预训练的目标是最大化上述概率

"The goal of pretraining is to maximise the probability above", that of the whole sequence. For BERT something here
can't be right. What does masked language modelling (Devlin et al. 2019, section 3.1) maximise?
""",
    difficulty=2,
    minutes=4,
    stub="answer = ...",
    hints=(
        "At which positions has the loss a term? And what does the model see while it answers?",
        "Several words are hidden at once, and some of those that are asked for are not hidden at all.",
    ),
    solution='answer = "c"',
    why="A sum over questions. The next cells show that it is not the logarithm of a sentence's probability.",
    task=choice(OPTIONS, WHY, "c"),
    specimens=(
        Specimen("a", WHY["a"]),
        Specimen("b", WHY["b"]),
        Specimen("d", WHY["d"]),
        Specimen("e", WHY["e"]),
        Specimen({"a", "c"}, "give one of them"),
    ),
)
