"""Chapter 04a, predicted before the run: what minimising the document's loss does."""

from lmcourse.checks import Exercise, Specimen, prediction


def truth(measured: dict) -> str:
    """The option that the accuracies on unseen texts after a few steps and at the end fall into; half are good."""
    early, late = measured["early"], measured["late"]
    if late > 0.6:
        return "a"
    if early >= 0.45:
        return "b"
    return "c" if late < 0.45 else "d"


TOLD = {
    "a": "the sign made no difference. That would need a second mistake.",
    "b": "nothing was learnt. A sign turned round does more than that.",
    "c": "it has learnt the task, and says the opposite: the gradient is the right one, followed upwards.",
    "d": "first it says the opposite of what is right; then it runs away, and says the same of every review.",
}

exercise = Exercise(
    id="04a.sign_run",
    title="predict: minimise the document's formula",
    text="""
A head learns to tell good from bad reviews by making −(1/N) Σ ℓ as small as it can, in 60 steps. Half of the reviews
are good. What will its accuracy on unseen reviews be?
""",
    difficulty=1,
    minutes=1,
    stub="answer = ...",
    hints=(
        "Which probability of the right class makes −ℓ smallest? And is there a smallest −ℓ at all?",
        "Is a model that is wrong as often as possible ignorant? What would you know if you heard it?",
    ),
    solution='answer = "d"',
    why="It is a prediction: it is compared with the run, not marked.",
    task=prediction(
        {
            "a": "above 60 %: the loss is only shown with another sign",
            "b": "like a coin from the first step to the last: nothing is learnt",
            "c": "below 45 % from the first step to the last",
            "d": "below 45 % at first, and like a coin in the end",
        },
        TOLD,
        truth,
    ),
    specimens=(
        Specimen("e", "the options are"),
        Specimen("c", TOLD["d"], measured={"early": 0.3, "late": 0.5}),
        Specimen("d", TOLD["c"], measured={"early": 0.3, "late": 0.3}),
        Specimen("c", TOLD["b"], measured={"early": 0.5, "late": 0.5}),
        Specimen("c", TOLD["a"], measured={"early": 0.6, "late": 0.8}),
    ),
)
