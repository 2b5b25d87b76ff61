"""Chapter 00: a first prediction. Which sentence lies nearest to another, for a real encoder?"""

from lmcourse.checks import Exercise, Specimen, prediction

OPTIONS = {
    "a": "“The film is not good.”",
    "b": "“I enjoyed this movie.”",
    "c": "“The soup is good.”",
    "d": "“The train to Berlin leaves at noon.”",
}
OPPOSITE = (
    "the opposite lies nearest. The two share every word but one, and texts say both of the same things. "
    "A small distance means “about the same”, not “says the same”."
)
ENJOYED = "the sentence that means nearly the same lies nearest: this encoder looked past the words."
SOUP = "the shared words “is good” weigh more than what is spoken of."
TRAIN = "a sentence about something else lies nearest, which nothing in the words explains."


def nearest(similarities) -> str:
    """The letter of the largest of four similarities, in the order of the options."""
    return "abcd"[max(range(4), key=lambda i: similarities[i])]


exercise = Exercise(
    id="00.nearest_sentence",
    title="predict first: which sentence lies nearest?",
    text="""
An encoder has read a billion pairs of sentences and gives each sentence a vector. Take “The film is good.” Which of
these four lies nearest to it? Run the cell, choose in the form and press *Check*; or put your letter in the place of
the `...`, for instance `prediction = "c"`, and run the cell. There is no mark for it. A guess that you have made is one
that you can be surprised by.
""",
    difficulty=1,
    minutes=1,
    stub="prediction = ...",
    hints=(
        "Two things could make sentences near: the same words, or the same meaning. In which are they at odds here?",
        "Nobody told the encoder what “good” or “not” means. It only saw which sentences occur together.",
    ),
    solution='prediction = "a"',
    why="It is a prediction, so any letter will do; the measurement below decides. This is what we measured.",
    task=prediction(OPTIONS, {"a": OPPOSITE, "b": ENJOYED, "c": SOUP, "d": TRAIN}, nearest),
    specimens=(
        Specimen("b", "measured was a: the opposite", [0.8, 0.6, 0.5, 0.1]),
        Specimen("a", "measured was b: the sentence that means nearly the same", [0.5, 0.6, 0.5, 0.1]),
        Specimen("a", "measured was c: the shared words", [0.5, 0.6, 0.7, 0.1]),
        Specimen("a", "measured was d: a sentence about something else", [0.5, 0.6, 0.7, 0.9]),
        Specimen("e", "the options are a, b, c, d"),
        Specimen(0.8, "the options are a, b, c, d"),
    ),
)
