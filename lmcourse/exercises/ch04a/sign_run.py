"""Chapter 04a, predicted before the run: what minimising the document's loss does."""

from lmcourse.checks import Exercise, Specimen, prediction


def truth(accuracy: float) -> str:
    """The option that the accuracy on unseen texts falls into, for two classes of about the same size."""
    return "a" if accuracy > 0.6 else "b" if accuracy >= 0.4 else "c"


TOLD = {
    "a": "the sign made no difference. That would need a second mistake.",
    "b": "nothing was learnt. A sign turned round does more than that.",
    "c": "it has learnt the task, and says the opposite: the gradient is the right one, followed upwards.",
}

exercise = Exercise(
    id="04a.sign_run",
    title="predict: minimise the document's formula",
    text="""
A head learns to tell good from bad reviews by making −(1/N) Σ ℓ as small as it can. About half of the reviews are good.
What will its accuracy on unseen reviews be?
""",
    difficulty=1,
    minutes=1,
    stub="answer = ...",
    hints=(
        "Which probability of the right class makes −ℓ smallest?",
        "Is a model that is wrong as often as possible ignorant? What would you know if you heard it?",
    ),
    solution='answer = "c"',
    why="It is a prediction: it is compared with the run, not marked.",
    task=prediction(
        {
            "a": "above 60 %: the loss is only shown with another sign",
            "b": "40 to 60 %: like a coin, nothing is learnt",
            "c": "below 40 %: worse than a coin",
        },
        TOLD,
        truth,
    ),
    specimens=(
        Specimen("d", "the options are"),
        Specimen("b", TOLD["c"], measured=0.2),
        Specimen("c", TOLD["b"], measured=0.5),
        Specimen("c", TOLD["a"], measured=0.8),
    ),
)
