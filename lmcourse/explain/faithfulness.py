"""Two tests of an explanation: does the answer follow its words, and does it depend on what was learnt?"""

from collections.abc import Callable

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from lmcourse.finetuning.heads import BertWithHead
from lmcourse.models.bert import initialise


@torch.no_grad()
def curve(
    model: BertWithHead,
    ids: Int[Tensor, "1 T"],
    scores: Float[Tensor, "1 T"],
    words: Bool[Tensor, "1 T"],
    target: int,
    mask_id: int,
    insert: bool = False,
) -> Float[Tensor, " N"]:
    """The probability of the target while words are masked one after the other, the highest score first (deletion).

    With `insert` all N − 1 words are masked at first and come back in the same order. `words` are the tokens that may
    be masked: not the special ones. A faithful explanation makes a deletion curve fall fast and an insertion curve rise
    fast (Petsiuk et al. 2018, section 3.2).
    """
    order = [i for i in scores[0].argsort(descending=True).tolist() if words[0, i]]
    shown = ids[0].clone()
    if insert:
        shown[words[0]] = mask_id
    rows = [shown.clone()]
    for place in order:
        shown[place] = ids[0, place] if insert else mask_id
        rows.append(shown.clone())
    batch = torch.stack(rows)
    return model(batch, torch.ones_like(batch, dtype=torch.bool)).softmax(-1)[:, target]


def area(values: Float[Tensor, " N"]) -> float:
    """The mean height of a curve, by trapezia."""
    return float(torch.trapezoid(values.double()) / (len(values) - 1)) if len(values) > 1 else float(values[0])


def randomised(model: BertWithHead, blocks: int) -> BertWithHead:
    """A copy whose head, pooler and top `blocks` blocks have forgotten all: fresh random weights.

    An explanation that stays the same without what was learnt does not explain it (Adebayo et al. 2018, section 3).
    """
    from copy import deepcopy

    copy = deepcopy(model)
    top = list(copy.bert.blocks)[len(copy.bert.blocks) - blocks :]
    for part in (copy.head, copy.bert.pooler, *top):
        part.apply(_forget)
    return copy


def _forget(module: nn.Module) -> None:
    initialise(module)
    if isinstance(module, nn.LayerNorm):
        module.reset_parameters()


def likeness(
    explain: Callable[[BertWithHead], Float[Tensor, "1 T"]],
    model: BertWithHead,
    words: Bool[Tensor, "1 T"],
    blocks: int,
) -> float:
    """Spearman's rank correlation of an explanation by the model and by its `randomised` copy, over the words."""
    from scipy.stats import spearmanr

    before, after = (explain(each)[words].detach().numpy() for each in (model, randomised(model, blocks)))
    return float(spearmanr(before, after).statistic)
