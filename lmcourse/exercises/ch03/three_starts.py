"""Chapter 03, predicted before the run: what the course's own pretraining is worth in fine-tuning."""

from lmcourse.checks import Exercise, Specimen, prediction

OPTIONS = {
    "a": "nothing that these test texts can show",
    "b": "something, but less than half of the way from random weights to MiniLM",
    "c": "half of that way or more",
}
TOLD = {
    "a": "nothing that these test texts can show. That is no proof that there is nothing: it is less than their noise.",
    "b": "something, and most of the way to MiniLM is still to go.",
    "c": "at least half of the way to MiniLM: a little pretraining went far here.",
}


def truth(measured: dict) -> str:
    """The share of the way from the random start to MiniLM; "a" where the test of the pair shows no gain."""
    gain, way = measured["course"] - measured["random"], measured["minilm"] - measured["random"]
    if gain <= 0 or measured["p"] >= 0.05:
        return "a"
    return "b" if gain < way / 2 else "c"


exercise = Exercise(
    id="03.three_starts",
    title="predict: what was pretraining worth?",
    text="""
The course's network learns the same few hundred labels twice: once from random weights, once from the weights that
the course's own pretraining left. MiniLM, larger and pretrained with far more, learns them too. How much does the
course's pretraining add to the test accuracy?
""",
    difficulty=1,
    minutes=2,
    stub="""
prediction_starts = ...  # such as "a"
""",
    hints=(
        "Look at the table above: how many nats is the course's BERT ahead of a model that only knows which words are "
        "common?",
        "The two differences are tested on the same few hundred texts. How large must one be to be seen there at all?",
    ),
    solution="""
prediction_starts = "a"
""",
    why="""What the course's BERT read was mostly posts and news, and little of it praises or blames: chapter 04c looks
for the reasons. It is a prediction: the run below decides, and another seed may come out otherwise.""",
    task=prediction(OPTIONS, TOLD, truth),
    specimens=(
        Specimen("b", "measured was a", {"random": 0.62, "course": 0.64, "minilm": 0.79, "p": 0.4}),
        Specimen("c", "measured was a", {"random": 0.66, "course": 0.61, "minilm": 0.79, "p": 0.01}),
        Specimen("a", "measured was b", {"random": 0.6, "course": 0.66, "minilm": 0.8, "p": 0.01}),
        Specimen("b", "measured was c", {"random": 0.6, "course": 0.7, "minilm": 0.79, "p": 0.001}),
        Specimen(0.1, "the options are a, b, c"),
    ),
)
