"""Attributions: complete, captum's, exact where the model is linear; and the tests of them notice a false one."""

import pytest
import torch
from captum.attr import InputXGradient, IntegratedGradients
from parity import BOUND, apart, shaken

from lmcourse.explain import attributions, faithfulness
from lmcourse.finetuning.heads import BertWithHead
from lmcourse.models.bert import Bert, BertConfig

PAD, CLS, SEP, MASK = range(4)


@pytest.fixture
def text():
    torch.manual_seed(0)
    config = BertConfig(vocab_size=60, width=24, layers=3, heads=2, ff_width=40, max_length=16, dropout=0.0)
    model = shaken(BertWithHead(Bert(config), 3)).eval()
    ids = torch.randint(4, 60, (2, 10))
    ids[:, 0], ids[:, 9], ids[1, 6] = CLS, SEP, SEP
    mask = torch.ones_like(ids, dtype=torch.bool)
    mask[1, 7:] = False
    ids[~mask] = PAD
    words = mask & (ids > MASK)
    return model, ids, mask, words, torch.tensor([2, 0])


def test_attributions_are_captums_and_complete(text):
    model, ids, mask, words, target = text
    start = attributions.nothing_said(ids, ~words, PAD)
    embedded = [model.bert.embeddings(each, None).detach() for each in (ids, start)]

    def forward(embedded):
        return model(embedded, mask.repeat(len(embedded) // 2, 1), first=0)

    ours, gap = attributions.integrated_gradients(model, ids, mask, target, start, steps=50)
    theirs = IntegratedGradients(forward).attribute(
        embedded[0], embedded[1], target=target, n_steps=50, method="riemann_middle", internal_batch_size=2
    )
    assert apart(ours, theirs.sum(-1) * mask) <= BOUND
    assert not ours[~words].any()  # what is the same at both ends contributes nothing
    gaps = [
        float(attributions.integrated_gradients(model, ids, mask, target, start, steps=n)[1].abs().max())
        for n in (2, 8)
    ]
    assert gaps[0] > 4 * gaps[1] > 4 * gap.abs().max()  # it falls with the square of the number of steps
    simple = attributions.gradient_x_input(model, ids, mask, target)
    assert apart(simple, InputXGradient(forward).attribute(embedded[0], target=target).sum(-1) * mask) <= BOUND


def test_a_linear_model_is_explained_exactly():
    """Where the answer is a sum over words, both attributions are its terms."""

    class Sum(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.bert = torch.nn.Module()
            table = torch.nn.Embedding(20, 5)
            self.bert.embeddings = lambda ids, segments: table(ids)
            self.head = torch.nn.Linear(5, 2, bias=False)

        def forward(self, embedded, mask, first):
            return self.head((embedded * mask[..., None]).sum(1))

    torch.manual_seed(0)
    model, ids = Sum(), torch.randint(1, 20, (3, 6))
    mask, target = torch.ones_like(ids, dtype=torch.bool), torch.tensor([0, 1, 1])
    terms = model.head(model.bert.embeddings(ids, None))[torch.arange(3)[:, None], torch.arange(6), target[:, None]]
    torch.testing.assert_close(attributions.gradient_x_input(model, ids, mask, target), terms)
    found, gap = attributions.integrated_gradients(model, ids, mask, target, torch.zeros_like(ids), steps=1)
    origin = model.head(model.bert.embeddings(torch.zeros_like(ids), None))
    torch.testing.assert_close(found, terms - origin[torch.arange(3)[:, None], torch.arange(6), target[:, None]])
    torch.testing.assert_close(gap, torch.zeros(3), atol=1e-6, rtol=0)


class Spotter(torch.nn.Module):
    """Says class 1 as surely as it sees token 7, and token 8 half as much."""

    def forward(self, ids, mask):
        seen = 3.0 * (ids == 7).any(1) + 1.5 * (ids == 8).any(1)
        return torch.stack([torch.zeros(len(ids)), seen - 2], 1)


def test_deletion_and_insertion_tell_a_true_explanation_from_a_false_one():
    ids = torch.tensor([[CLS, 20, 7, 21, 8, 22, SEP]])
    words = ids > MASK
    true = torch.tensor([[0.0, 0, 3, 0, 1.5, 0, 0]])
    for insert in (False, True):
        areas = [
            faithfulness.area(faithfulness.curve(Spotter(), ids, scores, words, 1, MASK, insert=insert))
            for scores in (true, -true)
        ]
        assert (areas[0] > areas[1]) == insert
        assert abs(areas[0] - areas[1]) > 0.2
    whole = faithfulness.curve(Spotter(), ids, true, words, 1, MASK)
    back = faithfulness.curve(Spotter(), ids, true, words, 1, MASK, insert=True)
    assert len(whole) == int(words.sum()) + 1
    assert whole[0] == back[-1]
    assert whole[-1] == back[0]


def test_what_does_not_depend_on_the_weights_is_found_out(text):
    model, ids, mask, words, target = text
    one, shown, kept = ids[:1], mask[:1], words[:1]
    places = torch.arange(10.0)[None]
    assert faithfulness.likeness(lambda model: places, model, kept, blocks=3) == pytest.approx(1)
    forgotten = faithfulness.randomised(model, 1)
    changed = [not torch.equal(a, b) for a, b in zip(model.parameters(), forgotten.parameters(), strict=True)]
    names = [name for name, _ in model.named_parameters()]
    assert {n for n, c in zip(names, changed, strict=True) if c} == {
        n for n in names if n.startswith(("bert.blocks.2", "bert.pooler", "head"))
    }
    torch.manual_seed(1)
    explain = lambda model: attributions.gradient_x_input(model, one, shown, target[:1])  # noqa: E731
    assert abs(faithfulness.likeness(explain, model, kept, blocks=3)) < 0.9


def test_attention_is_a_share(text):
    model, ids, mask, _, _ = text
    found = attributions.attention_to_words(model, ids, mask)
    torch.testing.assert_close(found.sum(1), torch.ones(2))
    assert not found[~mask].any()
