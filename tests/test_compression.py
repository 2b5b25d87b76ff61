"""Eight bits stay within their bound, pruning takes the smallest, distillation is its formula."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from lmcourse.compression.distillation import distillation_loss, spread_blocks
from lmcourse.compression.pruning import keep_pruned, prune, zeros
from lmcourse.compression.quantisation import Int8Linear, bound, product, quantise, quantised
from lmcourse.errors import InputError
from lmcourse.finetuning.heads import BertWithHead
from lmcourse.models.bert import Bert, BertConfig

SIZES = BertConfig(vocab_size=60, width=32, layers=2, heads=2, ff_width=64, max_length=12, dropout=0.0)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 9), st.integers(1, 300), st.integers(1, 9), st.floats(-3, 3))
def test_the_product_of_integers_is_within_its_bound(seed, n, d, m, power):
    random = torch.Generator().manual_seed(seed)
    x, w = (torch.randn(rows, d, generator=random) * 10**power for rows in (n, m))
    (q, q_step), (p, p_step) = quantise(x), quantise(w)
    exact = (q.long() @ p.long().t()).double() * q_step.double() * p_step.double().t()
    found = product(q, q_step, p, p_step).double()
    torch.testing.assert_close(found, exact, rtol=1e-6, atol=0)
    apart = (found - x.double() @ w.double().t()).abs()
    assert (apart <= bound(x, q_step, w, p_step).double() * (1 + 1e-5) + 1e-12).all()


def test_the_bound_is_not_idle():
    """Some product comes near to it: with one weight and one input each half a step off, all of it is used."""
    x, w = torch.tensor([[127.0, 0.5]]), torch.tensor([[127.0, 0.5]])
    (q, a), (p, b) = quantise(x), quantise(w)
    apart = (product(q, a, p, b) - x @ w.t()).abs()
    assert apart.item() == 0.25  # both halves are rounded to 0: 0.5 · 0.5 is lost
    assert bound(x[:, 1:], a, w[:, 1:], b).item() == 0.75


def test_rows_of_zeros_and_single_values():
    q, step = quantise(torch.tensor([[0.0, 0.0], [-2.0, 1.0]]))
    assert q.tolist() == [[0, 0], [-127, 64]]
    assert (step > 0).all()


def test_a_quantised_model_is_a_quarter_and_answers_alike():
    torch.manual_seed(0)
    model, ids = BertWithHead(Bert(SIZES), 3).eval(), torch.randint(1, 60, (7, 12))
    small = quantised(model)
    linear = [m for m in model.modules() if isinstance(m, nn.Linear)]
    assert sum(isinstance(m, Int8Linear) for m in small.modules()) == len(linear)
    assert not any(isinstance(m, nn.Linear) for m in small.modules())
    saved = 3 * sum(m.weight.numel() for m in linear) - 4 * sum(m.out_features for m in linear)
    large, little = (sum(t.nbytes for t in (*m.parameters(), *m.buffers())) for m in (model, small))
    assert large - little == saved
    before, after = model(ids), small(ids)
    assert 0 < (before - after).abs().max() < 0.05 * before.abs().max() + 0.05
    assert torch.equal(model(ids), before)  # the original is left as it was


def test_pruning_takes_the_smallest_and_they_stay_away():
    torch.manual_seed(0)
    model = BertWithHead(Bert(SIZES), 3)
    before = {name: w.clone() for name, w in model.named_parameters()}
    kept = prune(model, 0.6)
    assert zeros(model) == pytest.approx(0.6, abs=0.01)
    for name, mask in kept.items():
        weights = before[name].abs()
        assert weights[~mask].max() <= weights[mask].min()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model(torch.randint(1, 60, (4, 8))).square().sum().backward()
    optimizer.step()
    keep_pruned(model, kept)
    assert zeros(model) == pytest.approx(0.6, abs=0.01)
    for share in (-0.1, 1.0):
        with pytest.raises(InputError, match="share"):
            prune(model, share)


def test_distillation_is_its_formula():
    torch.manual_seed(0)
    student, teacher, labels = torch.randn(6, 4), torch.randn(6, 4), torch.randint(4, (6,))
    p, q = (
        np.exp(x / 3) / np.exp(x / 3).sum(1, keepdims=True)
        for x in (teacher.double().numpy(), student.double().numpy())
    )
    kl = (p * np.log(p / q)).sum(1).mean()
    assert distillation_loss(student, teacher, temperature=3.0).item() == pytest.approx(9 * kl, rel=1e-5)
    both = distillation_loss(student, teacher, labels, temperature=3.0, share=0.25).item()
    assert both == pytest.approx(0.25 * 9 * kl + 0.75 * F.cross_entropy(student, labels).item(), rel=1e-5)
    assert distillation_loss(teacher, teacher).item() == pytest.approx(0, abs=1e-6)
    teacher.requires_grad_()
    distillation_loss(student.requires_grad_(), teacher).backward()
    assert teacher.grad is None


def test_a_student_begins_with_blocks_from_bottom_to_top():
    assert spread_blocks(6, 3) == [0, 2, 5]
    assert spread_blocks(6, 6) == list(range(6))
    assert spread_blocks(6, 1) == [0]
