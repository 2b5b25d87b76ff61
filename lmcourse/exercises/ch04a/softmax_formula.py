"""Chapter 04a: the document's softmax."""

from lmcourse.checks import Exercise, Specimen, choice

OPTIONS = {
    "a": "Above the line a parenthesis is opened and not closed.",
    "b": "If 𝒱 is the vocabulary, a score of a whole sequence stands above, and scores of single words below.",
    "c": "exp must not be used, since scores may be negative.",
    "d": "Read in that way, the “probabilities” of all sequences do not sum to 1.",
    "e": "A dot product is no score: it would have to be a cosine.",
    "f": "If x is the very text that is to be predicted, copying it solves the task.",
}
WHY = {
    "a": "true: the numerator opens three and closes two. Small, but no program would accept it.",
    "b": "true: 𝒱 is never defined. As a vocabulary, the sum runs over words, and the numerator is none of its terms.",
    "c": "false: exp turns any number into a positive one, and that is what it is there for.",
    "d": "true: a softmax sums to 1 over what its denominator runs over. That would be words, not sequences.",
    "e": "false: any number serves as a logit. A dot product is the usual one, also in BERT.",
    "f": "true: nothing in the formula hides the answer. Masking is what makes it a question.",
}

exercise = Exercise(
    id="04a.softmax_formula",
    title="what is wrong with this softmax?",
    text=r"""
The document computes the probability of the words $w_{1:T}$ for an input $x$, in §4.2, as

$$P(w_{1:T}|x) = \frac{\exp(\text{dot}(M_{\theta}(x),v_{w_{1:T}})}
{\sum_{y \in \mathcal{V}}\exp(\text{dot}(M_{\theta}(x),v_y))}$$

"where $v_{w_{1:T}}$ is the vector that represents the output $w_{1:T}$, and dot the dot product". Something here can't
be right. Which objections hold? Give a set of letters.
""",
    difficulty=2,
    minutes=6,
    stub="answer = ...",
    hints=(
        "Count parentheses. Then: what does the sum below run over, and is the numerator one of its terms?",
        "Four hold. Try it with T = 2 and a vocabulary of two words: how many sequences, how many terms below?",
    ),
    solution='answer = {"a", "b", "d", "f"}',
    why="Right is one softmax a position i: exp(hᵢ · v of wᵢ) / Σ exp(hᵢ · v of y), y any word, hᵢ from a changed x.",
    task=choice(OPTIONS, WHY, {"a", "b", "d", "f"}),
    specimens=(
        Specimen({"a", "c"}, WHY["c"]),
        Specimen({"a", "b", "e"}, WHY["e"]),
        Specimen({"a", "b"}, "2 more"),
        Specimen("g", "the options are"),
    ),
)
