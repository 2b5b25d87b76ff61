"""WordPiece tokenizers: trained, saved, loaded, and texts turned into token ids."""

import json
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from lmcourse import files
from lmcourse.data.cleaning import valid_unicode
from lmcourse.errors import InputError

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")  # at ids 0..4 of a tokenizer that is trained here


def train_wordpiece(texts: Iterable[str], vocab_size: int) -> Tokenizer:
    """Train a lower-case WordPiece tokenizer; the same texts give the same vocabulary with the same ids.

    The vocabulary is smaller than `vocab_size` when the texts hold fewer pieces that occur twice.
    Errors: InputError for a `vocab_size` below 100 and for texts without a word.
    """
    if vocab_size < 100:
        raise InputError(f"vocab_size must be at least 100, not {vocab_size}", "train_wordpiece", "choose more")
    texts = [valid_unicode(text) for text in texts]
    tok = _wordpiece({})
    alphabet = _alphabet(tok, texts, largest=min(vocab_size // 4, 400))
    if not alphabet:
        raise InputError("the texts hold no word", "train_wordpiece", "give more text")
    # The trainer numbers the letters in the random order of a hash table, and breaks ties by number. Letters
    # that are special tokens have fixed numbers; afterwards only the real special tokens remain special.
    letters = [*alphabet, *(f"##{letter}" for letter in alphabet)]
    trainer = trainers.WordPieceTrainer(
        vocab_size=vocab_size,
        min_frequency=2,
        special_tokens=[*SPECIAL, *letters],
        limit_alphabet=len(alphabet),
        show_progress=False,
    )
    tok.train_from_iterator(texts, trainer)
    tok = _wordpiece(tok.get_vocab())
    tok.add_special_tokens(list(SPECIAL))
    _frame(tok)
    return tok


def _alphabet(tok: Tokenizer, texts: list[str], largest: int) -> list[str]:
    """The most frequent letters, sorted, with no tie between the last one in and the first one out."""
    counts = Counter()
    for text in texts:
        counts.update(tok.normalizer.normalize_str(text))
    ranked = [(count, letter) for letter, count in counts.most_common() if not letter.isspace()]
    least = ranked[largest][0] if len(ranked) > largest else 0
    return sorted(letter for count, letter in ranked if count > least)


def _wordpiece(vocab: dict[str, int], lowercase: bool = True) -> Tokenizer:
    """BERT's tokenizer: clean, split at white space and punctuation, then the longest pieces first."""
    tok = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]"))
    tok.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tok.decoder = decoders.WordPiece()
    return tok


def _frame(tok: Tokenizer) -> None:
    """Let the tokenizer itself set [CLS] and [SEP] too, for those who open it with other programs."""
    tok.post_processor = processors.BertProcessing(
        ("[SEP]", tok.token_to_id("[SEP]")), ("[CLS]", tok.token_to_id("[CLS]"))
    )


def load_tokenizer(folder: Path | str) -> Tokenizer:
    """The tokenizer of a folder (`tokenizer.json`, else `vocab.txt`), which neither cuts nor pads.

    Errors: InputError when there is none, it cannot be read, or it lacks one of the five special tokens.
    """
    folder = Path(folder)
    try:
        if (folder / "tokenizer.json").is_file():
            tok = Tokenizer.from_str((folder / "tokenizer.json").read_text("utf-8"))
        elif (folder / "vocab.txt").is_file():
            words = (folder / "vocab.txt").read_text("utf-8").split("\n")
            config = folder / "tokenizer_config.json"
            lowercase = json.loads(config.read_text("utf-8")).get("do_lower_case", True) if config.is_file() else True
            tok = _wordpiece({word: number for number, word in enumerate(words) if word}, lowercase)
            tok.add_special_tokens([word for word in SPECIAL if word in words])
            _frame(tok)
        else:
            raise InputError("no tokenizer.json or vocab.txt", folder, "give the folder of a model")
    except InputError:
        raise
    except Exception as error:  # the tokenizers library raises bare Exceptions
        raise InputError(f"the tokenizer cannot be read: {error}", folder, "use another copy") from None
    if missing := [word for word in SPECIAL if tok.token_to_id(word) is None]:
        raise InputError(f"the tokenizer lacks {', '.join(missing)}", folder, "use one of a BERT-like model")
    tok.no_truncation()  # MiniLM's file says 128 tokens and padding
    tok.no_padding()
    return tok


def save_tokenizer(tok: Tokenizer, folder: Path | str, max_length: int = 512) -> None:
    """Write `tokenizer.json`, `tokenizer_config.json` and `vocab.txt`, so that `AutoTokenizer` opens the folder.

    `max_length`: the longest input of the model that it belongs to, in tokens.
    """
    folder = Path(folder)
    normalizer = json.loads(tok.to_str())["normalizer"] or {}
    config = {
        "tokenizer_class": "BertTokenizer",
        "do_lower_case": normalizer.get("lowercase", True),
        "strip_accents": normalizer.get("strip_accents"),
        "tokenize_chinese_chars": normalizer.get("handle_chinese_chars", True),
        "model_max_length": max_length,
        **{f"{word[1:-1].lower()}_token": word for word in SPECIAL},
    }
    vocab = sorted(tok.get_vocab().items(), key=lambda item: item[1])
    files.write_atomic(folder / "tokenizer.json", tok.to_str(pretty=True))
    files.write_atomic(folder / "tokenizer_config.json", json.dumps(config, indent=2))
    files.write_atomic(folder / "vocab.txt", "".join(f"{word}\n" for word, _ in vocab))


def encode(
    tok: Tokenizer, texts: Iterable[str], max_length: int, head_and_tail: bool = True
) -> tuple[list[list[int]], int]:
    """Token ids `[CLS] … [SEP]` of each text, at most `max_length` of them, and how many texts were cut.

    A long text keeps the first quarter and the last three quarters of the room: a review says first what it
    is about and last what it thinks of it, and Sun et al. (2019, "How to Fine-Tune BERT for Text
    Classification?", table 2) found 128 + 382 tokens best. `head_and_tail=False` keeps the beginning only.
    """
    if max_length < 3:
        raise InputError(f"max_length must be at least 3, not {max_length}", "encode", "choose a larger one")
    if tok.truncation is not None or tok.padding is not None:
        tok = Tokenizer.from_str(tok.to_str())
        tok.no_truncation()
        tok.no_padding()
    first, last, room = tok.token_to_id("[CLS]"), tok.token_to_id("[SEP]"), max_length - 2
    head = room // 4 if head_and_tail else room
    tail = room - head
    encoded, cut = [], 0
    texts = iter(texts)
    while some := [valid_unicode(text) for text in islice(texts, 10_000)]:  # in parts, to bound the memory
        for encoding in tok.encode_batch_fast(some, add_special_tokens=False):
            ids = encoding.ids
            if len(ids) > room:
                ids = ids[:head] + ids[len(ids) - tail :]
                cut += 1
            encoded.append([first, *ids, last])
    return encoded, cut


def fingerprint(tok: Tokenizer) -> str:
    """SHA-256 of all that decides which ids a text gets: normaliser, splitting, vocabulary, added tokens."""
    table = json.loads(tok.to_str())
    kept = {key: table[key] for key in ("normalizer", "pre_tokenizer", "model", "added_tokens")}
    return files.sha256_bytes(json.dumps(kept, sort_keys=True).encode())
