"""Chapter 05a: a training script with two mistakes, of which no error tells."""

from lmcourse.checks import Exercise, Specimen, find_error

CODE = """
model = BertWithHead(load_encoder("minilm"), outputs=2)
optimizer = torch.optim.AdamW(model.bert.parameters(), lr=1e-4)
for epoch in range(3):
    for ids, mask, labels in batches(train_part, size=16):
        logits = model(ids, mask)
        loss = F.cross_entropy(logits.softmax(dim=-1), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
"""
NO_HEAD = (
    "wrong: the optimiser is given the encoder's weights only. The new last layer gets a gradient, and nobody moves "
    "it: it stays as chance made it. Others learn around it, so that no error tells."
)
TWICE = (
    "wrong: `cross_entropy` takes logits and applies softmax itself. Applied twice, even a perfect answer keeps a loss "
    "of ln(1 + 1/e), about 0.31."
)
FINE = {
    1: "fine: a pretrained encoder with a new head of two outputs.",
    3: "fine: three epochs are usual.",
    4: "fine: sixteen texts at a time, with the mask that says what is padding.",
    5: "fine: one logit for each text and class.",
    7: "fine: the old gradients go before `backward` brings the new ones; after the forward pass is early enough.",
    8: "fine: the loss of this batch is there, and the old gradients are gone.",
    9: "fine: the step uses the gradients that have just come.",
}

exercise = Exercise(
    id="05a.silent_loop",
    title="find the errors in a training script",
    text="""
This script runs without an error. But its loss stops far above zero, even on the training texts, and one part of the
model is at the end as it was at the start. **Two** lines are wrong. Which? Give a set of their numbers. (`model.bert`
is the encoder with the pooler, `model.head` the last layer; all names are imported.)
""",
    difficulty=2,
    minutes=5,
    stub="answer = ...  # a set of line numbers",
    hints=(
        "Ask of each line what goes in and what comes out. Which weights does the optimiser know?",
        "Look up in section 2 what becomes of the logits, and in which order. Who applies the softmax here?",
    ),
    solution="answer = {2, 6}",
    why="Pass `model.parameters()` to the optimiser, and the logits themselves to `cross_entropy`.",
    task=find_error(CODE, {2: NO_HEAD, 6: TWICE}, FINE),
    specimens=(
        Specimen({2}, "1 more belongs"),
        Specimen({6}, TWICE),
        Specimen({2, 7}, FINE[7]),
        Specimen({1, 6}, FINE[1]),
        Specimen({2, 5, 6}, FINE[5]),
        Specimen({2, 4}, FINE[4]),
        Specimen({8, 9}, FINE[9]),
        Specimen({2, 12}, "give a set of line numbers"),
    ),
)
