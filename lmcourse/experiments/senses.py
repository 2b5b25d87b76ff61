"""Rows about speech and recommendation: recognising, speaking and translating digits; what wins in which shop."""

from lmcourse.experiments import Experiment, grid
from lmcourse.experiments.claims import Claim, row

SEEDS = [0, 1, 2]


def spoken_digits(seed: int) -> dict:
    """Word error rates on new speakers, of a recogniser and of templates, by noise; synthesised speech; the chain."""
    import numpy as np

    from lmcourse.applications import speech

    learnt_from = speech.corpus([seed, 0], 1500)
    model, history = speech.learn(learnt_from, steps=700, seed=seed)
    templates = speech.Templates.of(learnt_from)

    def rates(utterances) -> dict:
        said, pictures = [u.digits for u in utterances], [u.picture for u in utterances]
        heard, matched = speech.recognise(model, pictures), [templates.recognise(p) for p in pictures]
        return {"wer": speech.word_error_rate(said, heard), "wer_templates": speech.word_error_rate(said, matched)}

    test = speech.corpus([seed, 1], 300)
    digits = [u.digits for u in test]
    rng = np.random.default_rng([seed, 2])
    numbers = rng.permutation(np.arange(100, 1000))
    spoken = [speech.say(map(int, str(n)), speech.random_speaker(rng), rng) for n in numbers[:200]]
    translator, translated = speech.translator(numbers[200:].tolist(), steps=400, seed=seed)
    heard = speech.recognise(model, [templates.speak(d) for d in digits])
    return {
        **rates(test),
        "words": sum(map(len, digits)),
        "by_noise": {str(noise): rates(speech.corpus([seed, 3], 150, noise)) for noise in (0.0, 0.1, 0.3, 0.6, 1.0)},
        "wer_synthesised": speech.word_error_rate(digits, heard),
        "chain": speech.chain(model, translator, spoken),
        "seconds": history[-1]["seconds"],
        "seconds_translator": translated[-1]["seconds"],
    }


def shops(order: float, seed: int) -> dict:
    """Hit rate and NDCG at 10 of each method in a shop of that order, and what a random split would have promised."""
    import time

    import numpy as np

    from lmcourse.applications import recommendation

    data, start = recommendation.shop(seed, order), time.perf_counter()
    found = recommendation.figures(data, recommendation.scores(data, steps=400, seed=seed))
    seconds = time.perf_counter() - start
    splits = recommendation.two_splits(data, np.random.default_rng([seed, 1]))
    return {"methods": found, "splits": splits, "users": len(data.events), "seconds": seconds}


def more_like_this(seed: int) -> dict:
    """For posts of 20 newsgroups the share of the nearest ten that have the same group: TF-IDF, MiniLM, chance."""
    import time

    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer

    from lmcourse.applications.recommendation import same_topic
    from lmcourse.data import corpora
    from lmcourse.finetuning.features import features

    posts = corpora.load("newsgroups", split="test")
    chosen = np.random.default_rng(seed).choice(len(posts), 600, replace=False)
    texts, topics = [posts[int(i)]["text"] for i in chosen], [posts[int(i)]["label"] for i in chosen]
    tfidf = TfidfVectorizer(stop_words="english", sublinear_tf=True).fit_transform(texts).toarray()
    start = time.perf_counter()
    vectors = features(texts, "minilm", max_length=96, precision="fp32")
    share = np.bincount(topics) / len(topics)
    return {
        "tfidf": float(same_topic(tfidf, topics).mean()),
        "minilm": float(same_topic(vectors, topics).mean()),
        "chance": float((share**2).sum()),
        "texts": len(texts),
        "seconds": time.perf_counter() - start,
    }


EXPERIMENTS = {
    "06b-speech": Experiment(
        "How many words of new speakers does a small recogniser get wrong, and what becomes of the errors?",
        spoken_digits,
        grid(seed=SEEDS),
    ),
    "06b-recommendation": Experiment(
        "Which way of recommending wins, and does that depend on the shop?",
        shops,
        grid(order=[0.0, 0.1, 0.5, 1.0], seed=SEEDS),
    ),
    "06b-more-like-this": Experiment(
        "Does a pretrained encoder find texts of the same topic more often than shared words do?",
        more_like_this,
        grid(seed=SEEDS),
    ),
}


def _hits(rows: list[dict], order: float, method: str, part: str = "hit") -> float:
    return row(rows, order=order)["methods"][method][part]


CLAIMS = {
    "06b.ctc-beats-templates": Claim(
        "On new speakers the recogniser gets fewer words wrong than templates do (WER, templates − CTC)",
        "06b-speech",
        lambda rows: rows[0]["wer_templates"] - rows[0]["wer"],
        low=0.02,
    ),
    "06b.noise-hurts": Claim(
        "Noise beyond that of the training hurts (WER at noise 1 − at noise 0)",
        "06b-speech",
        lambda rows: rows[0]["by_noise"]["1.0"]["wer"] - rows[0]["by_noise"]["0.0"]["wer"],
        low=0.05,
    ),
    "06b.quiet-is-not-best": Claim(
        "A room more quiet than those of the training is not the best one (WER at noise 0 − at noise 0.1)",
        "06b-speech",
        lambda rows: rows[0]["by_noise"]["0.0"]["wer"] - rows[0]["by_noise"]["0.1"]["wer"],
        low=0.01,
    ),
    "06b.means-are-harder": Claim(
        "Digits put together from means are understood less well than said ones (WER, synthesised − said)",
        "06b-speech",
        lambda rows: rows[0]["wer_synthesised"] - rows[0]["wer"],
        low=0.01,
    ),
    "06b.chain-mends": Claim(
        "The chain is right more often than independent parts would be (chain − heard × translated)",
        "06b-speech",
        lambda rows: rows[0]["chain"]["both"] - rows[0]["chain"]["heard"] * rows[0]["chain"]["translated"],
        low=0.01,
    ),
    "06b.taste-without-order": Claim(
        "Without order, factors find more than the GPT does (hit rate@10, factors − GPT)",
        "06b-recommendation",
        lambda rows: _hits(rows, 0.0, "factors") - _hits(rows, 0.0, "GPT"),
        low=0.0,
    ),
    "06b.counting-is-enough": Claim(
        "Where only the last item matters, counting pairs is as good as a GPT, or better (hit rate@10, pairs − GPT)",
        "06b-recommendation",
        lambda rows: _hits(rows, 1.0, "pairs") - _hits(rows, 1.0, "GPT"),
        low=-0.02,
    ),
    "06b.order-turns-it-over": Claim(
        "With full order the GPT finds far more than factors do (hit rate@10, GPT − factors)",
        "06b-recommendation",
        lambda rows: _hits(rows, 1.0, "GPT") - _hits(rows, 1.0, "factors"),
        low=0.2,
    ),
    "06b.new-items-need-content": Claim(
        "Of new items content finds more than any method that counts (hit rate@10, content − the best other)",
        "06b-recommendation",
        lambda rows: (
            _hits(rows, 0.5, "content", "new")
            - max(_hits(rows, 0.5, other, "new") for other in ("popularity", "factors", "pairs", "GPT"))
        ),
        low=0.05,
    ),
    "06b.random-split-leaks": Claim(
        "In a shop of half order a random split promises more than the future keeps (hit rate@10, random − last)",
        "06b-recommendation",
        lambda rows: row(rows, order=0.5)["splits"]["random"] - row(rows, order=0.5)["splits"]["last"],
        low=0.03,
    ),
    "06b.words-or-meaning": Claim(
        "Among a post's nearest ten, MiniLM has more of the same newsgroup than TF-IDF (share, MiniLM − TF-IDF)",
        "06b-more-like-this",
        lambda rows: rows[0]["minilm"] - rows[0]["tfidf"],
        low=0.0,
    ),
}
