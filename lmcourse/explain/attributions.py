"""Attributions: what each token contributes to a classifier's logit for one class.

All are computed on the token embeddings (B, T, D), which `BertWithHead` takes in place of ids with `first=0`, and are
summed over D: one number a token, (B, T), positive where the token speaks for the class.
"""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from lmcourse.finetuning.heads import BertWithHead
from lmcourse.models.layers import attention_maps


def logit(
    model: BertWithHead, embedded: Float[Tensor, "B T D"], mask: Bool[Tensor, "B T"], target: Int[Tensor, " B"]
) -> Float[Tensor, " B"]:
    """The logit of each text's target class, from its token embeddings."""
    return model(embedded, mask, first=0).gather(1, target[:, None])[:, 0]


def slope(model: BertWithHead, embedded: Tensor, mask: Tensor, target: Tensor) -> Float[Tensor, "B T D"]:
    """The gradient of the target's logit by the token embeddings."""
    embedded = embedded.detach().requires_grad_()
    return torch.autograd.grad(logit(model, embedded, mask, target).sum(), embedded)[0]


def gradient_x_input(
    model: BertWithHead, ids: Int[Tensor, "B T"], mask: Bool[Tensor, "B T"], target: Int[Tensor, " B"]
) -> Float[Tensor, "B T"]:
    """Each token's embedding times the logit's slope there: what a linear model would give it.

    Source: Shrikumar et al. 2017, section 2.
    """
    with torch.no_grad():
        embedded = model.bert.embeddings(ids, None)
    return (slope(model, embedded, mask, target) * embedded).sum(-1) * mask


def nothing_said(ids: Int[Tensor, "B T"], special: Bool[Tensor, "B T"], pad_id: int) -> Int[Tensor, "B T"]:
    """The text that integrated gradients begin at: of the same length, but every word is padding."""
    return torch.where(special, ids, pad_id)


def integrated_gradients(
    model: BertWithHead,
    ids: Int[Tensor, "B T"],
    mask: Bool[Tensor, "B T"],
    target: Int[Tensor, " B"],
    baseline: Int[Tensor, "B T"],
    steps: int = 64,
) -> tuple[Float[Tensor, "B T"], Float[Tensor, " B"]]:
    """The slopes along the straight way from the baseline to the text, times the way: and the completeness gap.

    In the limit of many steps the attributions add up to the difference of the two logits (Sundararajan et al. 2017,
    proposition 1); the gap is what is missing. The integral is a sum over the middles of `steps` equal parts.
    """
    with torch.no_grad():
        start, end = (model.bert.embeddings(each, None) for each in (baseline, ids))
        difference = logit(model, end, mask, target) - logit(model, start, mask, target)
    way = end - start
    slopes = sum(slope(model, start + (step + 0.5) / steps * way, mask, target) for step in range(steps)) / steps
    found = (slopes * way).sum(-1) * mask
    return found, difference - found.sum(1)


@torch.no_grad()
def attention_to_words(model: BertWithHead, ids: Int[Tensor, "B T"], mask: Bool[Tensor, "B T"]) -> Float[Tensor, "B T"]:
    """How much [CLS] looks at each token, the mean over all heads of all blocks: often shown as an explanation."""
    maps = attention_maps(model.bert.blocks, model.bert.embeddings(ids, None), mask)
    return maps[:, :, :, 0].mean((0, 2))
