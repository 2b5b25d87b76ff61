"""Chapter 04a: what gets no gradient when the formulas are taken at their word."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "Fine-tuning with h(x): the encoder's weights θ.",
    "b": "Fine-tuning with h(x): the weights of the layer h.",
    "c": "Pretraining by predicted words only, without NSP: the layer that decides about NSP.",
    "d": "Pretraining by predicted words only, without NSP: the pooler, which reads [CLS] for it.",
    "e": "Pretraining by predicted words only, without NSP: the first block of the encoder.",
}
WHY = {
    "a": "no gradient: θ does not occur in h(x). Fine-tuning would not even use the pretrained model.",
    "b": "a gradient: h is all that this formula trains.",
    "c": "no gradient: no term of the loss contains its output.",
    "d": "no gradient: only NSP reads the pooler's vector.",
    "e": "a gradient: every predicted word is made from what the first block hands on.",
}

exercise = Exercise(
    id="04a.missing_model",
    title="which weights never move?",
    text="""
Two formulas of §4.2 leave something out. The loss of fine-tuning has ℓ(h(xᵢ), yᵢ), where h is the output layer: no
M_θ. And the goal of pretraining is a probability of words only, though §4.3 pretrains BERT with next sentence
prediction, too. Something here can't be right. Take both at their word: which weights would get **no gradient**? Give a
set of letters.
""",
    difficulty=2,
    minutes=4,
    stub="answer = ...",
    hints=(
        "A weight gets a gradient when the loss would change if the weight did. Follow it from the weight to the loss.",
        "Three get none. What does the pooler's output go into?",
    ),
    solution='answer = {"a", "c", "d"}',
    why="h(M_θ(xᵢ)) and L_MLM + L_NSP are meant. The next cells ask autograd.",
    task=choice(OPTIONS, WHY, {"a", "c", "d"}),
    specimens=(
        Specimen({"a", "b"}, WHY["b"]),
        Specimen({"c", "d", "e"}, WHY["e"]),
        Specimen({"a", "c"}, "1 more"),
        Specimen("z", "the options are"),
    ),
)
