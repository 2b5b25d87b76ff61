"""Chapter 04c, predicted before the run: how far half a minute of pretraining gets."""

from lmcourse.checks import Exercise, Specimen, prediction


def truth(measured: dict) -> str:
    """The interval between the baselines that the held-out loss falls into."""
    loss = measured["mlm"]
    return "a" if loss >= measured["unigram"] else "b" if loss > measured["bigram"] + 0.1 else "c"


TOLD = {
    "a": "in so few steps it has not even learnt which pieces are common. More steps, or another rate, would tell.",
    "b": "it knows which pieces are common, and makes something of its input. Of what in it, is the next question.",
    "c": "as good as a table of neighbours, on the whole. By which means, is the next question.",
}

exercise = Exercise(
    id="04c.live_minute",
    title="predict: half a minute of pretraining",
    text="""
A BERT of two small layers is about to learn from scratch, for some hundreds of steps. On documents that it never read,
how will its MLM loss compare with the two baselines? The unigram knows how common each piece is; the bigram also
looks at the piece to the left.
""",
    difficulty=1,
    minutes=1,
    stub="answer = ...",
    hints=(
        "How common a piece is can be learnt by one vector, the output's bias. What must be learnt to use a neighbour?",
        "The baselines have counted all of the training text. The model has seen it about once, in small steps.",
    ),
    solution='answer = "c"',
    why="It is a prediction: it is compared with this run, not marked.",
    task=prediction(
        {
            "a": "it will not get below the unigram",
            "b": "below the unigram, but more than 0.1 nats above the bigram",
            "c": "within 0.1 nats of the bigram, or below it",
        },
        TOLD,
        truth,
    ),
    specimens=(
        Specimen("d", "the options are"),
        Specimen("a", TOLD["b"], measured={"mlm": 6.1, "unigram": 6.3, "bigram": 5.9}),
        Specimen("b", TOLD["c"], measured={"mlm": 5.5, "unigram": 6.3, "bigram": 5.9}),
        Specimen("c", TOLD["a"], measured={"mlm": 6.5, "unigram": 6.3, "bigram": 5.9}),
    ),
)
