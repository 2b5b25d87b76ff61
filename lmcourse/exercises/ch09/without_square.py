"""Chapter 09: a distillation whose soft part fades."""

from lmcourse.checks import Exercise, Specimen, find_error

CODE = """
wanted = softmax(teacher / T)
said = log_softmax(student / T)
soft = (wanted * (log(wanted) - said)).sum(-1).mean()
hard = cross_entropy(student, labels)
loss = share * soft + (1 - share) * hard
loss.backward()
"""
WRONG = (
    "here it is: the gradient of the soft part shrinks with 1 / T², so that at T = 4 the teacher counts a sixteenth. "
    "Write share · T² · soft: then `share` means what it says at any temperature."
)
FINE = {
    1: "softens the teacher's answer: that is what the temperature is for.",
    2: "softens the student's in the same way. Both sides must be.",
    3: "is the Kullback–Leibler divergence from teacher to student, mean over the texts.",
    4: "is at temperature 1, as it should be: labels are not softened.",
    6: "goes backwards through the student. The teacher's answers are given numbers.",
}

exercise = Exercise(
    id="09.without_square",
    title="find the error: the fading teacher",
    text="""
A student learns from a teacher at temperature T. The higher T, the less the teacher seems to matter, though `share`
stays 0.5. **Which line is to blame?** Give its number.
""",
    difficulty=2,
    minutes=5,
    stub="wrong_line = ...  # the number of a line",
    hints=(
        "Divide logits by T and take the gradient: what factor comes out?",
        "One factor 1 / T comes from the chain rule, another from answers that draw together. Who makes up for it?",
    ),
    solution="wrong_line = 5",
    why="Hinton et al. (2015, section 2) multiply by T², so that the two parts keep their weights when T is changed.",
    task=find_error(CODE, {5: WRONG}, FINE),
    specimens=(
        *(Specimen(number, words) for number, words in FINE.items()),
        Specimen({4, 5}, "the number of a line"),
    ),
)
