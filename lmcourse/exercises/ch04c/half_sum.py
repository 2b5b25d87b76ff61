"""Chapter 04c: the ½ before the sum of the two losses."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "Both losses are lowest at the same weights.",
    "b": "With plain SGD each step is half as long.",
    "c": "With Adam each step is half as long.",
    "d": "SGD with an L2 penalty λw that is added to the gradient: relative to the data's gradient λ counts double.",
    "e": "AdamW's decay of the weights, which does not pass through the gradient, becomes half as strong.",
    "f": "Gradients cut to norm 1: where both the whole and the half are longer than 1, the step is the same.",
}
WHY = {
    "a": "true: half of a function is lowest where the function is lowest.",
    "b": "true: the step is the learning rate times the gradient, and the gradient is halved.",
    "c": "false: Adam divides the gradient's mean by the root of its mean square. Both are halved, and the ½ cancels "
    "but for the small ε below the line.",
    "d": "true: ½g + λw = ½(g + 2λw). The penalty is not halved with the loss.",
    "e": "false: it takes the same share of each weight off, whatever the loss.",
    "f": "true: both are cut to the same length, and they point in the same direction.",
}

exercise = Exercise(
    id="04c.half_sum",
    title="what does the ½ change?",
    text="""
The document's loss, in §4.3, is ½ (MLM + NSP). Devlin et al. (2019, appendix A.2) take the sum. The learning rate and
all other settings stay as they are. Which statements are **true**? Give a set of letters.
""",
    difficulty=3,
    minutes=6,
    stub="answer = ...",
    hints=(
        "Write each rule for the new weight twice: with the gradient g, and with ½g in its place.",
        "Adam's step is rate · m / (√v + ε), with m a mean of gradients and v one of their squares. Four are true.",
    ),
    solution='answer = {"a", "b", "d", "f"}',
    why="A deviation from the paper, and no blunder: the minimum stays, and with Adam hardly a step changes.",
    task=choice(OPTIONS, WHY, {"a", "b", "d", "f"}),
    specimens=(
        Specimen({"a", "c"}, WHY["c"]),
        Specimen({"a", "b", "d", "e"}, WHY["e"]),
        Specimen({"a", "b"}, "2 more"),
        Specimen("c", "4 more"),
    ),
)
