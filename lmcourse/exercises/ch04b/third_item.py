"""Chapter 04b: a training loop with a step that is none."""

from lmcourse.checks import Exercise, Specimen, find_error

CODE = """
model = Bert(config)
for batch in batches:
    loss = mlm(model, batch) + nsp(model, batch)
    encode_in_both_directions(model, batch)
    loss.backward()
    optimizer.step()
"""
WRONG = (
    "wrong: there is nothing for it to do. Whether a token sees the later ones is decided where the model is *built*, "
    "by its mask (line 1); it has no loss, and changes no weight. Item 3 names the architecture."
)
FINE = {
    1: "fine: and this is where both directions come from, before any training.",
    2: "fine: each batch is used for both tasks at once.",
    3: "fine: items 1 and 2 of the list are losses of one and the same step, and are added.",
    5: "fine: the gradient of the sum.",
    6: "fine: the weights change here, and nowhere else.",
}

exercise = Exercise(
    id="04b.third_item",
    title="the third step of §4.3",
    text="""
§4.3 says that BERT's pretraining has "the following steps", the third of which is

> 3. 双向编码器表示（BERT）：通过Transformer模型进行双向编码，学习到句子的上下文信息。

("Bidirectional encoder representations: encode in both directions by a Transformer, and learn the context of the
sentence.") Someone has written a training loop after that list, one line for each thing named. Something here can't be
right. Which line has **no place** in a training loop?
""",
    difficulty=1,
    minutes=3,
    stub="answer = ...  # the number of a line",
    hints=(
        "For each line: what would change in the model if it were left out?",
        "What decides whether the first token sees the last one: a weight that is learnt, or the way it is built?",
    ),
    solution="answer = 4",
    why="BERT reads in both directions before it has learnt anything. Below a model with random weights shows it.",
    task=find_error(CODE, {4: WRONG}, FINE),
    specimens=(
        Specimen(1, FINE[1]),
        Specimen(2, FINE[2]),
        Specimen(3, FINE[3]),
        Specimen(5, FINE[5]),
        Specimen(6, FINE[6]),
        Specimen(0, "give the number of a line"),
    ),
)
