"""A little English and its French, for an encoder–decoder: every sentence is made by the rules of this file.

A sentence is subject, verb, object: "the green cats do not see a hen" is "les chats verts ne voient pas de poule".
What must be learnt beside the words: the adjective stands behind its noun (order); article and adjective follow the
noun's gender and number, the verb that of its subject (agreement); "ne … pas" embraces the verb, and after it "un",
"une" and "des" become "de" (a rule that reaches from the verb to the object).
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from lmcourse.data.batches import at_random, pad
from lmcourse.models.generation import beam_search, generate
from lmcourse.models.seq2seq import Seq2Seq, Seq2SeqConfig
from lmcourse.pretraining.objectives import smoothed_loss
from lmcourse.training.loop import TrainingConfig, seed_everything, train

# All plurals end in -s, in both languages, and no word begins with a vowel: no "an", no "l'", no "n'".
NOUNS = {  # French, feminine
    "cat": ("chat", False),
    "dog": ("chien", False),
    "rabbit": ("lapin", False),
    "duck": ("canard", False),
    "pig": ("cochon", False),
    "hen": ("poule", True),
    "cow": ("vache", True),
    "frog": ("grenouille", True),
    "turtle": ("tortue", True),
    "goat": ("chèvre", True),
}
ADJECTIVES = {  # masculine, feminine
    "green": ("vert", "verte"),
    "black": ("noir", "noire"),
    "grey": ("gris", "grise"),
    "white": ("blanc", "blanche"),
    "slow": ("lent", "lente"),
    "brown": ("brun", "brune"),
    "blue": ("bleu", "bleue"),
    "round": ("rond", "ronde"),
}
VERBS = {  # of one, of several
    "see": ("voit", "voient"),
    "follow": ("suit", "suivent"),
    "find": ("trouve", "trouvent"),
    "feed": ("nourrit", "nourrissent"),
    "greet": ("salue", "saluent"),
    "bite": ("mord", "mordent"),
}


class Phrase(NamedTuple):
    """Article, perhaps an adjective, and a noun, which are named in English."""

    definite: bool
    plural: bool
    noun: str
    adjective: str | None


class Sentence(NamedTuple):
    """Who does what to whom, or does not."""

    subject: Phrase
    verb: str
    negated: bool
    object: Phrase

    @property
    def pairs(self) -> set[tuple[str, str]]:
        """The adjectives and nouns that stand together."""
        return {(phrase.adjective, phrase.noun) for phrase in (self.subject, self.object) if phrase.adjective}


def english(sentence: Sentence) -> list[str]:
    """The words of the source."""

    def words(phrase: Phrase) -> list[str]:
        article = "the" if phrase.definite else "some" if phrase.plural else "a"
        return [article, *filter(None, [phrase.adjective]), phrase.noun + "s" * phrase.plural]

    subject, verb, negated, object_ = sentence
    verbs = ["do" if subject.plural else "does", "not", verb] if negated else [verb + "s" * (not subject.plural)]
    return [*words(subject), *verbs, *words(object_)]


def french(sentence: Sentence) -> list[str]:
    """The words of the target."""

    def plural(word: str) -> str:
        return word if word.endswith("s") else word + "s"

    def words(phrase: Phrase, denied: bool = False) -> list[str]:
        noun, feminine = NOUNS[phrase.noun]
        one, several = (("le", "la"), "les") if phrase.definite else (("un", "une"), "des")
        article = "de" if denied and not phrase.definite else several if phrase.plural else one[feminine]
        rest = [noun, *([ADJECTIVES[phrase.adjective][feminine]] if phrase.adjective else [])]
        return [article, *(map(plural, rest) if phrase.plural else rest)]

    subject, verb, negated, object_ = sentence
    form = VERBS[verb][subject.plural]
    return [*words(subject), *(["ne", form, "pas"] if negated else [form]), *words(object_, denied=negated)]


def word_for_word(source: Sequence[str]) -> list[str]:
    """What a dictionary gives: every word by itself, in the order of the source, in the masculine."""
    found = {"the": "le", "a": "un", "some": "des", "do": "ne", "does": "ne", "not": "pas"}
    found |= {noun + s: french + s for noun, (french, _) in NOUNS.items() for s in ("", "s")}
    found |= {adjective: masculine for adjective, (masculine, _) in ADJECTIVES.items()}
    found |= {verb + s: forms[not s] for verb, forms in VERBS.items() for s in ("", "s")}
    return [found[word] for word in source]


# ---------------------------------------------------------------- sentences to learn from, and to be tested on


def held_out_pairs(seed: int) -> set[tuple[str, str]]:
    """A fifth of all pairs of adjective and noun: of each adjective two, of each noun one or two."""
    rng = np.random.default_rng(seed)
    adjectives, nouns = rng.permutation([*ADJECTIVES]).tolist(), rng.permutation([*NOUNS]).tolist()
    return {(adjectives[i], nouns[j]) for i, j in product(range(8), range(10)) if (i + j) % 5 == 0}


def random_sentences(rng: np.random.Generator) -> Iterator[Sentence]:
    """Sentences without end: a third of the phrases have no adjective, half of the sentences say no."""

    def phrase() -> Phrase:
        adjective = str(rng.choice([*ADJECTIVES])) if rng.random() < 2 / 3 else None
        return Phrase(bool(rng.integers(2)), bool(rng.integers(2)), str(rng.choice([*NOUNS])), adjective)

    while True:
        yield Sentence(phrase(), str(rng.choice([*VERBS])), bool(rng.integers(2)), phrase())


def corpus(seed: int, train: int = 2000, test: int = 200) -> dict[str, list[Sentence]]:
    """Different sentences: `train`, and two tests with adjectives, `seen` and `new`.

    Every pair of adjective and noun in `seen` stands in other sentences of the training part; in `new` at least one
    never does (though each of its words does, with others).
    """
    held_out, sizes = held_out_pairs(seed), {"train": train, "seen": test, "new": test}
    parts: dict[str, dict[Sentence, None]] = {name: {} for name in sizes}
    pairs: set[tuple[str, str]] = set()
    for sentence in random_sentences(np.random.default_rng([seed, 1])):
        if sentence.pairs & held_out:
            part = "new"
        elif len(parts["train"]) < train:
            part = "train"
            pairs |= sentence.pairs
        else:
            part = "seen" if sentence.pairs and sentence.pairs <= pairs else ""
        if part and len(parts[part]) < sizes[part] and sentence not in parts["train"]:
            parts[part][sentence] = None
        if all(len(parts[name]) == size for name, size in sizes.items()):
            return {name: [*found] for name, found in parts.items()}


# ---------------------------------------------------------------- the model

SPECIAL = ("[PAD]", "[BEGIN]", "[END]")
PAD, BEGIN, END = range(3)


def words() -> list[str]:
    """All words of both languages, behind the special ones: the place of each is its id."""
    phrases = [Phrase(*kind) for kind in product((False, True), (False, True), NOUNS, [None, *ADJECTIVES])]
    plain = Phrase(True, False, "cat", None)
    sentences = [Sentence(phrase, verb, negated, plain) for phrase, verb, negated in product(phrases, VERBS, (0, 1))]
    sentences.append(Sentence(plain, "see", True, Phrase(False, False, "cat", None)))
    return [*SPECIAL, *sorted({word for each in sentences for word in (*english(each), *french(each))})]


WORDS = words()
IDS = {word: number for number, word in enumerate(WORDS)}


def ids_of(texts: Sequence[Sequence[str]], ids: Mapping[str, int] = IDS) -> tuple[Tensor, Tensor]:
    """Ids (B, T) of some texts, [BEGIN] and [END] around each, and where they are no padding."""
    return pad([[BEGIN, *(ids[word] for word in text), END] for text in texts], PAD)


def losses(model: Seq2Seq, sentences: Sequence[Sentence]) -> dict[str, Tensor]:
    """The smoothed cross-entropy of each word of the French and of its end, in nats."""
    (source, seen), (target, real) = ids_of([*map(english, sentences)]), ids_of([*map(french, sentences)])
    return {"loss": smoothed_loss(model(source, target[:, :-1], seen), target[:, 1:], real[:, 1:])}


def learn(
    sentences: Sequence[Sentence],
    steps: int,
    seed: int = 0,
    batch_size: int = 64,
    learning_rate: float = 2e-3,
) -> tuple[Seq2Seq, list[dict]]:
    """A small encoder–decoder trained on some sentences, and one row a step."""
    seed_everything(seed)
    model = Seq2Seq(Seq2SeqConfig(vocab_size=len(WORDS), width=64, layers=2, heads=4, ff_width=256, pad_id=PAD))
    batches = at_random(sentences, batch_size, seed)
    return model, train(model, batches, losses, TrainingConfig(steps, learning_rate, seed=seed))


@torch.no_grad()
def translate(model: Seq2Seq, sources: Sequence[Sequence[str]], beams: int = 1, longest: int = 16) -> list[list[str]]:
    """The French of some English texts: greedily all at once, or by a beam search for each."""
    source, seen = ids_of(sources)
    memory, start = model.encode(source, seen), torch.full((len(source), 1), BEGIN)

    def read(ids: Tensor, cache, rows: slice = slice(None)) -> Tensor:
        return model.decode(ids, memory[rows].expand(len(ids), -1, -1), seen[rows].expand(len(ids), -1), cache=cache)

    if beams == 1:
        texts = generate(read, start, longest, end=END)
    else:
        one = [slice(i, i + 1) for i in range(len(source))]
        texts = [beam_search(partial(read, rows=rows), start[rows], longest, END, beams)[0] for rows in one]
    return [[WORDS[i] for i in text[1:].tolist() if i != END] for text in texts]


def figures(made: Sequence[Sequence[str]], wanted: Sequence[Sequence[str]]) -> dict[str, float]:
    """`exact`: the share of texts that are right to the last word; `bleu`: Papineni et al. 2002, from 0 to 100."""
    from sacrebleu import corpus_bleu

    hypotheses, references = ([" ".join(text) for text in texts] for texts in (made, wanted))
    exact = np.mean([one == other for one, other in zip(hypotheses, references, strict=True)])
    return {"exact": float(exact), "bleu": corpus_bleu(hypotheses, [references], tokenize="none").score}
