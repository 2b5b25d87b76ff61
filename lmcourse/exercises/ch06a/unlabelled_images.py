"""Chapter 06a, predicted before the stored rows are shown: does filling in pay?"""

from lmcourse.checks import Exercise, Specimen, prediction

STEP = 0.02  # what counts as a difference


def truth(means: tuple[float, float, float]) -> str:
    """The option into which accuracies from ten labels a digit fall: pretrained, from scratch, SVM."""
    pretrained, scratch, svm = means
    if pretrained - scratch < -STEP:
        return "d"
    if pretrained - scratch < STEP:
        return "c"
    return "a" if pretrained > svm else "b"


TOLD = {
    "a": "what the images have in common was learnt without a label, and ten labels a digit were enough to name it.",
    "b": "filling in helps the ViT. But with 64 pixels an SVM needs no help: it begins where the ViT has to get.",
    "c": "what was learnt from filling in was of no use here, or could be learnt as well from the labels alone.",
    "d": "the weights were a worse start than random ones. They had specialised in something else.",
}

exercise = Exercise(
    id="06a.unlabelled_images",
    title="predict: what are images without labels worth?",
    text="""
Three classifiers get **ten labelled images of each digit**: a ViT from random weights; the same ViT after it has filled
in hidden patches of 1,257 images without labels; an SVM on the pixels. What do you expect? (A step of less than two
points counts as none.)
""",
    difficulty=2,
    minutes=2,
    stub="answer = ...",
    hints=(
        "What does the document say of pretraining and few labels? Does it say how small the image may be?",
        "An SVM with a radial kernel compares whole images. How much is left to be learnt in 64 pixels?",
    ),
    solution='answer = "b"',
    why="It is a prediction: it is compared with the stored rows, not marked.",
    task=prediction(
        {
            "a": "filling in helps the ViT, and takes it past the SVM",
            "b": "filling in helps the ViT, but the SVM stays ahead",
            "c": "filling in makes no difference",
            "d": "filling in does harm",
        },
        TOLD,
        truth,
    ),
    specimens=(
        Specimen("e", "the options are"),
        Specimen("b", TOLD["a"], measured=(0.9, 0.7, 0.8)),
        Specimen("a", TOLD["b"], measured=(0.8, 0.7, 0.9)),
        Specimen("a", TOLD["c"], measured=(0.8, 0.79, 0.9)),
        Specimen("a", TOLD["d"], measured=(0.6, 0.79, 0.9)),
    ),
)
