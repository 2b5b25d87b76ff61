"""Chapter 08a: what an adapter for each task takes for granted."""

from lmcourse.checks import Exercise, Specimen, choice

A = "Adapters are small, and come on top with each task. That is a cost; it does not say which of them is to be used."
B = "Right. Each adapter has never seen another task than its own. Who does not say the task must guess the adapter."
C = "No: nothing is kept of earlier tasks. That is just what sets it apart from replay."
D = "No: it is the adapters that learn. The network below them is frozen, which is why nothing can be forgotten."

exercise = Exercise(
    id="08a.lora_needs",
    title="what adapters take for granted",
    text="""
Each task gets a LoRA of its own on top of a frozen network. After the last task the accuracy on the first is what it
was: forgetting is 0, without one example kept. **What must be given, when the model is used, for that to be so?**
""",
    difficulty=1,
    minutes=2,
    stub="answer = ...",
    hints=(
        "A picture comes in. Which weights is it to be computed with?",
        "Five tasks, five sets of weights: someone has to choose.",
    ),
    solution='answer = "b"',
    why=B,
    task=choice(
        {
            "a": "as much memory as the adapters take",
            "b": "which task the picture belongs to",
            "c": "some examples of the earlier tasks",
            "d": "that the network itself goes on learning",
        },
        {"a": A, "b": B, "c": C, "d": D},
        "b",
    ),
    specimens=(Specimen("a", A), Specimen("c", C), Specimen("d", D), Specimen("e", "the options are")),
)
