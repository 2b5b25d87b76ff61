"""Chapter 06a: what shows that a generator does not copy."""

from lmcourse.checks import Exercise, Specimen, choice

A = "A copy of a training image would be recognised as well. The judge says what is shown, not whether it is new."
B = "A model that learns its images by heart has a low training loss. The loss on images never seen is what counts."
C = (
    "Right: images that nobody copied lie so far from the training images. What was copied would lie nearer; "
    "what is no digit at all, much further."
)
D = "A thousand training images without a repetition would pass that, too. Repetition shows a lack of variety, no copy."

exercise = Exercise(
    id="06a.no_mere_copies",
    title="does it only copy?",
    text="""
A model has learnt from 1,257 images, and paints a thousand. Which finding speaks **against** the suspicion that it
merely hands out what it was shown?
""",
    difficulty=2,
    minutes=3,
    stub="answer = ...",
    hints=(
        "Imagine a fraud who hands out training images in random order. Which of the findings would he reach as well?",
        "There are real images that are certainly no copies: those that were held out.",
    ),
    solution='answer = "c"',
    why="A figure says something when you know what a fraud would get, and what an honest source would get.",
    task=choice(
        {
            "a": "a judge recognises 95 % of the images as the wanted digit",
            "b": "the loss on the training images is low",
            "c": "its images are about as far from the nearest training image as held-out real images are",
            "d": "no two of the thousand images are equal",
        },
        {"a": A, "b": B, "c": C, "d": D},
        "c",
    ),
    specimens=(Specimen("a", A), Specimen("b", B), Specimen("d", D), Specimen("e", "the options are")),
)
