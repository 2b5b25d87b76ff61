"""Spoken digits: a voice made by rules, its log-mel spectrogram, a recogniser by CTC, templates, translation.

The voice is a source and a filter (Fant 1960): pulses or noise, coloured by the resonances of a mouth. Its vowels have
the formants that Peterson and Barney (1952) measured; speakers differ in pitch, size, speed and noise.
B utterances, T frames, M mel bands, V words with the blank.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from lmcourse.data.batches import at_random
from lmcourse.models.generation import generate
from lmcourse.models.layers import Block
from lmcourse.models.seq2seq import Seq2Seq, Seq2SeqConfig, sinusoids
from lmcourse.pretraining.translation import BEGIN, END, PAD, SPECIAL, ids_of
from lmcourse.training.loop import TrainingConfig, seed_everything, train

RATE, WINDOW, HOP, FFT, MELS = 8000, 200, 80, 256, 24  # samples a second; 25 ms and 10 ms in samples; bands
STACK = 3  # frames that are read as one token: 30 ms
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
BLANK = 0  # digit d has the id d + 1


class Phone(NamedTuple):
    """Three resonances in Hz, how much voice and how much noise there is, and how long it lasts in ms."""

    formants: tuple[int, int, int]
    voice: float
    noise: float
    length: int


PHONES = {
    "iy": Phone((270, 2290, 3010), 1.0, 0.0, 110),
    "ih": Phone((390, 1990, 2550), 1.0, 0.0, 80),
    "eh": Phone((530, 1840, 2480), 1.0, 0.0, 90),
    "ah": Phone((640, 1190, 2390), 1.0, 0.0, 90),
    "aa": Phone((730, 1090, 2440), 1.0, 0.0, 100),
    "ao": Phone((570, 840, 2410), 1.0, 0.0, 110),
    "uw": Phone((300, 870, 2240), 1.0, 0.0, 120),
    "r": Phone((490, 1350, 1690), 0.8, 0.0, 70),
    "w": Phone((290, 610, 2150), 0.7, 0.0, 60),
    "n": Phone((250, 1300, 2500), 0.4, 0.0, 80),
    "v": Phone((250, 1100, 2300), 0.3, 0.15, 60),
    "z": Phone((250, 1700, 3400), 0.3, 0.4, 80),
    "s": Phone((1800, 2900, 3600), 0.0, 0.6, 100),
    "f": Phone((900, 1900, 3000), 0.0, 0.2, 90),
    "th": Phone((1000, 1700, 2700), 0.0, 0.15, 80),
    "t": Phone((1500, 2600, 3500), 0.0, 0.8, 30),
    "k": Phone((1000, 2000, 2700), 0.0, 0.6, 30),
    "-": Phone((500, 1500, 2500), 0.0, 0.0, 50),  # closed lips, or a pause
}
SPOKEN = {
    "zero": "z ih r ao uw",
    "one": "w ah n",
    "two": "- t uw",
    "three": "th r iy",
    "four": "f ao r",
    "five": "f aa iy v",
    "six": "s ih - k s",
    "seven": "s eh v ah n",
    "eight": "eh iy - t",
    "nine": "n aa iy n",
}


class Speaker(NamedTuple):
    """Pitch in Hz, the resonances' factor, seconds' factor, and the share of the noise around."""

    pitch: float = 120.0
    size: float = 1.0
    pace: float = 1.0
    noise: float = 0.0


def random_speaker(rng: np.random.Generator, noise: float | None = None) -> Speaker:
    """Somebody new: low or high, large or small, slow or fast, in a quiet or a loud room."""
    loud = rng.uniform(0.0, 0.3) if noise is None else noise
    return Speaker(rng.uniform(80, 240), rng.uniform(0.85, 1.2), rng.uniform(0.75, 1.3), loud)


def synthesise(digits: Sequence[int], speaker: Speaker, rng: np.random.Generator) -> Float[np.ndarray, " samples"]:
    """The sound of some digits: excitation, cut into frames, each frame's spectrum times the mouth's, added up."""
    names = "-"
    for digit in digits:
        names += f" {SPOKEN[WORDS[digit]]} -"
    phones = [PHONES[name] for name in names.split()]
    lengths = [round(p.length * speaker.pace * rng.uniform(0.8, 1.25) / 10) for p in phones]  # frames of 10 ms
    frames, centres = sum(lengths), np.cumsum(lengths) - np.array(lengths) / 2
    # What is said glides from the middle of a phone to that of the next: formants, voice and noise.
    glide = [
        np.interp(np.arange(frames), centres, values) for values in zip(*(p.formants for p in phones), strict=True)
    ]
    own = np.repeat(np.arange(len(phones)), lengths)
    voice, noise = (np.array([getattr(p, kind) for p in phones])[own] for kind in ("voice", "noise"))
    samples = frames * HOP
    pitch = speaker.pitch * np.linspace(1.1, 0.85, samples) * (1 + 0.02 * np.sin(np.arange(samples) / RATE * 30))
    pulses = np.diff(np.floor(np.cumsum(pitch) / RATE), prepend=0) * np.sqrt(RATE / pitch)
    spread = np.repeat(voice, HOP), np.repeat(noise, HOP)
    source = spread[0] * pulses + spread[1] * rng.normal(size=samples)
    frequency = np.fft.rfftfreq(FFT, 1 / RATE)
    mouth = np.zeros((frames, len(frequency)))
    for gain, width, path in zip((1.0, 0.6, 0.3), (90, 130, 200), glide, strict=True):
        mouth += gain / (1 + ((frequency - speaker.size * path[:, None]) / width) ** 2)
    window = np.hanning(2 * HOP + 1)[:-1]  # at a hop of half its width the windows add up to 1
    padded, out = np.pad(source, (HOP, HOP)), np.zeros(samples + FFT + HOP)
    for t in range(frames):
        part = np.fft.irfft(np.fft.rfft(padded[t * HOP : t * HOP + 2 * HOP] * window, FFT) * mouth[t], FFT)
        out[t * HOP : t * HOP + FFT] += part
    sound = out[HOP : HOP + samples]
    sound = sound / (sound.std() + 1e-9)  # no room is silent: a little noise is always there
    return (sound + (0.03 + 3 * speaker.noise) * rng.normal(size=samples)).astype(np.float32)


# ---------------------------------------------------------------- from sound to pictures


def mel(hertz):
    """The mel scale (O'Shaughnessy 1987): equal steps sound equally far apart."""
    return 2595 * np.log10(1 + np.asarray(hertz) / 700)


def mel_filters() -> Float[np.ndarray, "M F"]:
    """Triangles that overlap by half, equally wide in mel."""
    edges = 700 * (10 ** (np.linspace(mel(60), mel(RATE / 2), MELS + 2) / 2595) - 1)
    f = np.fft.rfftfreq(FFT, 1 / RATE)
    rise = (f - edges[:-2, None]) / np.diff(edges)[:-1, None]
    fall = (edges[2:, None] - f) / np.diff(edges)[1:, None]
    return np.clip(np.minimum(rise, fall), 0, None)


FILTERS = mel_filters()


def power(sound: Float[np.ndarray, " samples"]) -> Float[np.ndarray, "T F"]:
    """The power of each frequency in each frame: overlapping windows of 25 ms, every 10 ms, and their FFT."""
    frames = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::HOP]
    return np.abs(np.fft.rfft(frames * np.hanning(WINDOW + 1)[:-1], FFT)) ** 2


def log_mel(sound: Float[np.ndarray, " samples"]) -> Float[np.ndarray, "T M"]:
    """Log-mel spectrogram: power in each band, as a logarithm, each band with mean 0 over the utterance."""
    bands = np.log(power(sound) @ FILTERS.T + 1e-3)
    return (bands - bands.mean(0)).astype(np.float32)


class Utterance(NamedTuple):
    """What was said, by whom, and its log-mel spectrogram (T, M)."""

    digits: tuple[int, ...]
    speaker: Speaker
    picture: np.ndarray


def say(digits: Iterable[int], speaker: Speaker, rng: np.random.Generator) -> Utterance:
    """Digits said once."""
    digits = tuple(map(int, digits))
    return Utterance(digits, speaker, log_mel(synthesise(digits, speaker, rng)))


def corpus(
    seed: int | list[int], size: int, noise: float | None = None, shortest: int = 1, longest: int = 4
) -> list[Utterance]:
    """Strings of digits, each by a new speaker: another seed is another crowd."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(shortest, longest + 1, size)
    return [say(rng.integers(0, 10, n), random_speaker(rng, noise), rng) for n in lengths]


# ---------------------------------------------------------------- CTC


def collapse(path: Sequence[int]) -> tuple[int, ...]:
    """What a path says: runs become one, then blanks go (Graves et al. 2006, section 3.1)."""
    return tuple(token for token, _ in groupby(path) if token != BLANK)


def word_errors(said: Sequence, heard: Sequence) -> int:
    """Fewest words to put in, leave out or replace (Levenshtein 1966)."""
    row = np.arange(len(heard) + 1)
    for i, word in enumerate(said, 1):
        above, row = row, np.full(len(heard) + 1, i)
        for j, other in enumerate(heard, 1):
            row[j] = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (word != other))
    return int(row[-1])


def word_error_rate(said: Sequence[Sequence], heard: Sequence[Sequence]) -> float:
    """Word errors of all utterances by their words: a share of what was said, and so it may be above 1."""
    return sum(map(word_errors, said, heard)) / sum(map(len, said))


class Recogniser(nn.Module):
    """Spectrograms in, log-probabilities of the blank and ten words for each 30 ms out: an encoder of our blocks."""

    def __init__(self, width: int = 64, layers: int = 2):
        super().__init__()
        self.width = width
        self.enter = nn.Linear(MELS * STACK, width)
        self.blocks = nn.ModuleList(Block(width, 4, 4 * width, 0.1, 1e-5, norm_first=True) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, len(WORDS) + 1)

    def forward(self, frames: Float[Tensor, "B T F"], mask: Bool[Tensor, "B T"]) -> Float[Tensor, "B T V"]:
        hidden = self.enter(frames) + sinusoids(frames.size(1), self.width)
        for block in self.blocks:
            hidden = block(hidden, None if mask.all() else mask)
        return self.head(self.norm(hidden)).log_softmax(-1)


def tokens_of(pictures: Sequence[np.ndarray]) -> tuple[Float[Tensor, "B T F"], Bool[Tensor, "B T"]]:
    """Each picture's frames by three, padded to the longest, and where they are no padding."""
    rows = [torch.from_numpy(p[: len(p) // STACK * STACK].reshape(-1, STACK * MELS)) for p in pictures]
    lengths = torch.tensor([len(row) for row in rows])
    return nn.utils.rnn.pad_sequence(rows, batch_first=True), torch.arange(int(lengths.max())) < lengths[:, None]


def losses(model: Recogniser, batch: Sequence[Utterance]) -> dict[str, Tensor]:
    """−ln P(words | sound) by CTC, a word: the sum over all paths that say these words."""
    frames, mask = tokens_of([u.picture for u in batch])
    words = torch.tensor([d + 1 for u in batch for d in u.digits])
    lengths = torch.tensor([len(u.digits) for u in batch])
    return {"ctc": F.ctc_loss(model(frames, mask).transpose(0, 1), words, mask.sum(1), lengths)}


def varied(utterance: Utterance, rng: np.random.Generator) -> Utterance:
    """The same words a little different: cut into tokens elsewhere, by another microphone, and with some noise.

    A small corpus goes further so (Park et al. 2019, SpecAugment, hide whole bands and moments to the same end).
    """
    picture = utterance.picture[rng.integers(STACK) :]
    picture = picture + rng.normal(scale=0.2, size=MELS) + rng.normal(scale=0.3, size=picture.shape)
    return utterance._replace(picture=picture.astype(np.float32))


def learn(
    utterances: Sequence[Utterance],
    steps: int,
    seed: int = 0,
    batch_size: int = 32,
    learning_rate: float = 2e-3,
) -> tuple[Recogniser, list[dict]]:
    """A small recogniser trained on some utterances, and one row a step."""
    seed_everything(seed)
    model = Recogniser()

    def batches() -> Iterator[list[Utterance]]:
        rng = np.random.default_rng(seed)
        while True:
            yield [varied(utterances[i], rng) for i in rng.integers(len(utterances), size=batch_size)]

    return model, train(model, batches(), losses, TrainingConfig(steps, learning_rate, seed=seed))


@torch.no_grad()
def likeliest(model: Recogniser, pictures: Sequence[np.ndarray]) -> list[list[int]]:
    """The likeliest token of each 30 ms of some pictures."""
    frames, mask = tokens_of(pictures)
    return [path[seen].tolist() for path, seen in zip(model(frames, mask).argmax(-1), mask, strict=True)]


def recognise(model: Recogniser, pictures: Sequence[np.ndarray]) -> list[tuple[int, ...]]:
    """The digits that are heard: the likeliest tokens, collapsed (greedy decoding)."""
    return [tuple(i - 1 for i in collapse(path)) for path in likeliest(model, pictures)]


# ---------------------------------------------------------------- the baseline: templates; and synthesis with them

LENGTH = 12  # frames of a template


def squeezed(picture: np.ndarray, length: int = LENGTH) -> np.ndarray:
    """A picture of any duration as one of `length` frames."""
    at = np.linspace(0, len(picture) - 1, length)
    low = np.floor(at).astype(int)
    high, part = np.minimum(low + 1, len(picture) - 1), (at - low)[:, None]
    return (1 - part) * picture[low] + part * picture[high]


def pieces(picture: np.ndarray) -> list[np.ndarray]:
    """A picture cut where it is faint for 50 ms or more: what lies between is taken for a word."""
    level = np.convolve(picture.mean(1), np.ones(3) / 3, mode="same")
    faint, strong = np.quantile(level, (0.1, 0.95))
    loud = np.flatnonzero(level > faint + 0.35 * (strong - faint))
    words = np.split(loud, np.flatnonzero(np.diff(loud) > 5) + 1)
    return [picture[word[0] : word[-1] + 1] for word in words if len(word) >= 6]


class Templates(NamedTuple):
    """The mean picture of each digit (10, LENGTH, M), and its mean number of frames (10,)."""

    pictures: np.ndarray
    frames: np.ndarray

    @classmethod
    def of(cls, utterances: Sequence[Utterance]) -> "Templates":
        """From utterances that fall into as many pieces as they have digits."""
        found: dict[int, list[np.ndarray]] = {d: [] for d in range(10)}
        for u in utterances:
            if len(parts := pieces(u.picture)) == len(u.digits):
                for digit, part in zip(u.digits, parts, strict=True):
                    found[digit].append(part)
        pictures = [np.mean([squeezed(p) for p in found[d]] or [np.zeros((LENGTH, MELS))], axis=0) for d in range(10)]
        return cls(np.array(pictures), np.array([np.mean([len(p) for p in found[d]] or [LENGTH]) for d in range(10)]))

    def recognise(self, picture: np.ndarray) -> tuple[int, ...]:
        """For each piece the digit whose template is nearest."""
        return tuple(int(((self.pictures - squeezed(p)) ** 2).sum((1, 2)).argmin()) for p in pieces(picture))

    def speak(self, digits: Sequence[int]) -> np.ndarray:
        """Synthesis: a picture (T, M) made of the digits' mean pictures, each as long as it was on the average."""
        pause = np.full((8, MELS), self.pictures.min((0, 1)))
        parts = [pause]
        for d in digits:
            parts += [squeezed(self.pictures[d], round(self.frames[d])), pause]
        picture = np.concatenate(parts)
        return (picture - picture.mean(0)).astype(np.float32)


# ---------------------------------------------------------------- from digits to French

ONES = "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize".split()  # noqa: SIM905
TENS = {2: "vingt", 3: "trente", 4: "quarante", 5: "cinquante", 6: "soixante", 8: "quatre vingt"}


def french(number: int) -> list[str]:
    """The words of a number from 0 to 999, as in France: 72 is "soixante douze", sixty and twelve."""
    if number >= 100:
        hundreds, rest = divmod(number, 100)
        return [*([ONES[hundreds]] if hundreds > 1 else []), "cent", *(french(rest) if rest else [])]
    if number < 17:
        return [ONES[number]]
    if number < 20:
        return ["dix", ONES[number - 10]]
    ten, one = divmod(number, 10)
    if ten in (7, 9):
        ten, one = ten - 1, one + 10
    joint = ["et"] if one in (1, 11) and ten != 8 else []
    return [*TENS[ten].split(), *(joint + french(one) if one else [])]


TEXTS = [*SPECIAL, *WORDS, *sorted({word for n in range(1000) for word in french(n)} - set(WORDS))]
IDS = {word: number for number, word in enumerate(TEXTS)}


def english(digits: Sequence[int]) -> list[str]:
    """The words of some digits."""
    return [WORDS[d] for d in digits]


def number(digits: Sequence[int]) -> int:
    """The number that some digits write."""
    return int("".join(map(str, digits)))


def translator(numbers: Sequence[int], steps: int, seed: int = 0) -> tuple[Seq2Seq, list[dict]]:
    """An encoder–decoder from the digits' English words to the number's French ones, and one row a step."""
    seed_everything(seed)
    model = Seq2Seq(Seq2SeqConfig(vocab_size=len(TEXTS), width=64, layers=2, heads=4, ff_width=256, pad_id=PAD))

    def translation(model: Seq2Seq, batch: list[int]) -> dict[str, Tensor]:
        source, seen = ids_of([english(map(int, f"{n:03d}")) for n in batch], IDS)
        target, _ = ids_of([french(n) for n in batch], IDS)
        logits = model(source, target[:, :-1], seen)
        return {"loss": F.cross_entropy(logits.transpose(1, 2), target[:, 1:], ignore_index=PAD)}

    batches = at_random(numbers, 64, seed)
    return model, train(model, batches, translation, TrainingConfig(steps, 2e-3, seed=seed))


@torch.no_grad()
def translate(model: Seq2Seq, heard: Sequence[Sequence[int]]) -> list[list[str]]:
    """The French of some digits, greedily."""
    source, seen = ids_of([english(digits) for digits in heard], IDS)
    memory = model.encode(source, seen)
    start = torch.full((len(source), 1), BEGIN)
    texts = generate(lambda ids, cache: model.decode(ids, memory, seen, cache=cache), start, 10, end=END)
    return [[TEXTS[i] for i in text[1:].tolist() if i not in (PAD, END)] for text in texts]


def chain(recogniser: Recogniser, model: Seq2Seq, utterances: Sequence[Utterance]) -> dict[str, float]:
    """Shares that are right to the last word: heard, translated from what was said, and from what was heard."""
    wanted = [french(number(u.digits)) for u in utterances]
    heard = recognise(recogniser, [u.picture for u in utterances])
    parts, whole = translate(model, [u.digits for u in utterances]), translate(model, heard)
    return {
        "heard": float(np.mean([h == u.digits for h, u in zip(heard, utterances, strict=True)])),
        "translated": float(np.mean([a == b for a, b in zip(parts, wanted, strict=True)])),
        "both": float(np.mean([a == b for a, b in zip(whole, wanted, strict=True)])),
    }


APPLICATIONS = {
    "speech recognition": {
        "field": "speech",
        "task": "digits in the sound of speakers never heard",
        "data": "made by a synthesiser",
        "model": "Transformer encoder with CTC",
        "baseline": "nearest mean template of each piece",
        "result": "06b-speech",
        "better": "lower",
        "metric": "word error rate",
        "ours": lambda rows: rows[0]["wer"],
        "theirs": lambda rows: rows[0]["wer_templates"],
        "earnest": "Hundreds of hours of real speech with transcripts, or a model pretrained on sound without any.",
    },
}
