"""Chapter 09, predicted before it is measured: is int8 faster on this machine?"""

from lmcourse.checks import Exercise, Specimen, prediction


def truth(ratios: tuple[float, float]) -> str:
    """The option into which the speeds of int8 (by hand, by torch), as multiples of float32's, fall."""
    hand, torch = (ratio > 1.1 for ratio in ratios)
    return {(True, True): "a", (False, True): "b", (True, False): "c", (False, False): "d"}[hand, torch]


A = "both are faster: the machine's integer products outweigh the work of quantising every input."
B = "torch's kernels gain, ours do not: we quantise inputs by several passes of Python calls, they in one."
C = "ours gain and torch's do not: whose integer product is chosen depends on the machine."
D = "neither is faster. Fewer bits are fewer bytes; whether they are less time, the processor decides."

exercise = Exercise(
    id="09.int8_here",
    title="predict: is int8 faster here?",
    text="""
The linear layers of a fine-tuned MiniLM are kept in 8 bits: once by the course's own code, once by torch's dynamic
quantisation. One sentence at a time, on *your* machine: which is faster than float32, by a tenth at least?
""",
    difficulty=1,
    minutes=1,
    stub="answer = ...",
    hints=(
        "A quarter of the bytes must be read. But what must be done with each input before it can be multiplied?",
        "Chapter 04c measured bfloat16 here. A prediction is compared, not marked.",
    ),
    solution='answer = "a"',
    why="It is a prediction; the measurement stands below.",
    task=prediction(
        {"a": "both", "b": "torch's only", "c": "the course's only", "d": "neither"},
        {"a": A, "b": B, "c": C, "d": D},
        truth,
    ),
    specimens=(
        Specimen("e", "the options are"),
        Specimen("b", A, measured=(1.4, 1.5)),
        Specimen("a", B, measured=(0.9, 1.5)),
        Specimen("a", C, measured=(1.5, 0.9)),
        Specimen("a", D, measured=(0.9, 1.0)),
    ),
)
