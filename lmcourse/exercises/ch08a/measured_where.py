"""Chapter 08a: forgetting that was measured in the wrong place."""

from lmcourse.checks import Exercise, Specimen, find_error

CODE = """
tasks = [split(task, test=0.3, seed=0) for task in sequence]
model, memory, r = new_model(seed=0), [], []
for i, task in enumerate(tasks):
    model.fit(task.train, replay=memory)
    memory += draw(task.train, 20)
    r.append([model.score(other.train) for other in tasks[: i + 1]])
print("average forgetting", forgetting(r))
"""
WRONG = (
    "here it is: the accuracy on the *training* parts. The examples in the memory are among them and were learnt again "
    "and again: they are remembered by heart, and the task may be lost. Score `other.test`."
)
FINE = {
    1: "cuts every task before anything is learnt.",
    2: "begins with a fresh model and an empty memory.",
    3: "goes through the tasks in their order.",
    4: "learns from the task's training part and from what was kept of earlier ones. That is replay.",
    5: "keeps examples of the training part, after it was learnt. None of the test part comes in.",
    7: "computes the figure from what it is given.",
}

exercise = Exercise(
    id="08a.measured_where",
    title="find the error: nothing was forgotten",
    text="""
With twenty kept examples a task, it is reported, nearly nothing is forgotten. **Which line makes the figure too
good?** Give its number.
""",
    difficulty=1,
    minutes=3,
    stub="wrong_line = ...  # the number of a line",
    hints=(
        "Which examples has the model seen again and again, and where do they count?",
        "Each task has two parts. Which of them is never used?",
    ),
    solution="wrong_line = 6",
    why="What replay repeats it remembers in any case. Whether the *task* is remembered, only new examples tell.",
    task=find_error(CODE, {6: WRONG}, FINE),
    specimens=(
        *(Specimen(line, words) for line, words in FINE.items()),
        Specimen({5, 6}, "the number of a line"),
    ),
)
