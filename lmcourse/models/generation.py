"""Text out of a model that foretells the next token: greedily, by chance, or by a beam search.

A model is given as `read(ids, cache)`: logits (B, T, V) after each new token of B texts that it has begun to read:
`lambda ids, cache: gpt(ids, cache=cache)`, or `lambda ids, cache: seq2seq.decode(ids, memory, cache=cache)`.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lmcourse.errors import InputError
from lmcourse.models.attention import Cache

Read = Callable[[Int[Tensor, "B T"], Cache], Float[Tensor, "B T V"]]


def greedy(logits: Float[Tensor, "B V"]) -> Int[Tensor, " B"]:
    """The likeliest token of each row."""
    return logits.argmax(-1)


def sample(
    logits: Float[Tensor, "B V"],
    generator: torch.Generator,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float = 1.0,
) -> Int[Tensor, " B"]:
    """Draw a token of each row from its `probabilities`; all chance comes from the generator."""
    return probabilities(logits, temperature, top_k, top_p).multinomial(1, generator=generator).squeeze(1)


def probabilities(
    logits: Float[Tensor, "B V"], temperature: float = 1.0, top_k: int | None = None, top_p: float = 1.0
) -> Float[Tensor, "B V"]:
    """Softmax of logits / temperature, of the likeliest `top_k` tokens, of the fewest that have `top_p` together.

    Each step works on what the one before has left, scaled to a sum of 1.
    Errors: InputError for a temperature or top_p that is not above 0, top_p above 1, top_k below 1.
    Source: Fan et al. 2018, section 5.4 (top-k); Holtzman et al. 2020, section 3.1 (top-p).
    """
    if temperature <= 0 or not 0 < top_p <= 1 or (top_k is not None and top_k < 1):
        wrong = f"temperature {temperature}, top_k {top_k}, top_p {top_p}"
        raise InputError(f"cannot sample with {wrong}", fix="give temperature > 0, top_k ≥ 1, 0 < top_p ≤ 1")
    ordered, token = (logits / temperature).sort(dim=-1, descending=True, stable=True)
    if top_k is not None:
        ordered[:, top_k:] = -torch.inf
    share = ordered.softmax(-1)
    if top_p < 1:
        share[share.cumsum(-1) - share >= top_p] = 0  # those before it suffice
        share /= share.sum(-1, keepdim=True)
    return torch.zeros_like(share).scatter(-1, token, share)


@torch.no_grad()
def generate(
    read: Read,
    start: Int[Tensor, "B T"],
    steps: int,
    choose: Callable[[Float[Tensor, "B V"]], Int[Tensor, " B"]] = greedy,
    end: int = -1,
) -> Int[Tensor, "B N"]:
    """Go on from texts of equal length by up to `steps` tokens, each chosen from the logits of the one before.

    A text that has reached the token `end` (−1: none) is filled up with it; when all have, no more is read.
    """
    cache, ids, new = Cache(), start, start
    done = torch.zeros(len(start), dtype=torch.bool, device=start.device)
    for _ in range(steps):
        token = choose(read(new, cache)[:, -1]).masked_fill(done, end)
        new = token[:, None]
        ids, done = torch.cat([ids, new], 1), done | (token == end)
        if done.all():
            break
    return ids


def length_penalty(length: int, alpha: float) -> float:
    """What a log-probability is divided by, so that long texts are not at a loss (Wu et al. 2016, equation 14)."""
    return ((5 + length) / 6) ** alpha


@torch.no_grad()
def beam_search(
    read: Read, start: Int[Tensor, "1 T"], steps: int, end: int, beams: int = 4, alpha: float = 0.6
) -> tuple[Int[Tensor, " N"], float]:
    """The best text found by going on with the `beams` likeliest at each step, and its score.

    The score is the log-probability, in nats, of what follows `start`, over its `length_penalty`. Texts end with `end`
    or after `steps` tokens. Source: Vaswani et al. 2017, section 6.1.
    """
    cache, ids, new = Cache(), start, start
    total = torch.zeros(1, device=start.device)  # log-probability of each text that goes on
    best, best_score = start[0], -torch.inf
    for step in range(1, steps + 1):
        logs = total[:, None] + read(new, cache)[:, -1].log_softmax(-1)
        # Of twice as many candidates at most half can be at their end: enough go on.
        total, place = logs.flatten().topk(min(2 * beams, logs.numel()))
        row, token = place // logs.size(1), place % logs.size(1)
        candidates = torch.cat([ids[row], token[:, None]], 1)
        ended = (token == end) | (step == steps)
        for text, score in zip(candidates[ended], (total[ended] / length_penalty(step, alpha)).tolist(), strict=True):
            if score > best_score:
                best, best_score = text, score
        row, ids, total = row[~ended][:beams], candidates[~ended][:beams], total[~ended][:beams]
        # A text can only lose probability; even the greatest division cannot make the rest better than the best.
        if not len(row) or total[0].item() / length_penalty(steps, alpha) <= best_score:
            break
        cache.select(row)
        new = ids[:, -1:]
    return best, best_score
