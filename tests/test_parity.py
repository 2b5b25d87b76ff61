"""Our models and their references give the same numbers and gradients: `parity.py` measures, and here it must hold."""

import parity
import pytest
import torch
from torch.nn import functional as F

from lmcourse.models.attention import LENGTHS, NEVER, fused, fused_from, products
from lmcourse.models.bert import BertConfig, BertForPreTraining
from lmcourse.models.gpt import GptConfig

CONFIG = BertConfig(**parity.TINY | parity.TEXT)


@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=f"{model} {i}") for model, cases in parity.CASES.items() for i, case in enumerate(cases)],
)
def test_the_same_numbers_as_the_reference(case):
    found = case()
    assert found.keys() == {*parity.PARTS}
    assert max(found.values()) <= parity.BOUND, found


def test_another_activation_is_noticed(monkeypatch, capsys):
    """GELU itself in place of GPT-2's formula for it, which differs by less than 0.0005."""
    monkeypatch.setattr("lmcourse.models.gpt.gelu_tanh", F.gelu)
    cases = {"GPT-2": [lambda: parity.gpt(GptConfig(**parity.TINY | parity.TEXT), 0)]}
    assert parity.main(cases) == 1
    row, verdict = capsys.readouterr().out.splitlines()[1:]
    hidden, logits, _, gradients, _ = map(float, row.split()[1:])
    assert min(hidden, logits, gradients) > 10 * parity.BOUND
    assert verdict.startswith("NOT")


@pytest.mark.parametrize(("cell", "code"), [(9e-6, 0), (1.1e-5, 1), (float("nan"), 1)])
@pytest.mark.parametrize("part", parity.PARTS)
def test_one_cell_decides(part, cell, code, capsys):
    found = dict.fromkeys(parity.PARTS, 0.0)
    assert parity.main({"one": [lambda: found | {part: cell}, lambda: found]}) == code
    assert f"{cell:.1e}" in capsys.readouterr().out


def test_padding_has_no_influence():
    model = BertForPreTraining(CONFIG).eval()
    ids, mask = parity.padded(CONFIG)
    segments = (torch.rand(ids.shape) < 0.5).long()
    other = torch.where(mask, ids, torch.randint(5, CONFIG.vocab_size, ids.shape))
    with torch.no_grad():
        assert torch.equal(model(ids, segments, mask)[0][mask], model(other, segments, mask)[0][mask])
        n = int(mask[1].sum())
        alone = model(ids[1:2, :n], segments[1:2, :n], None)[0]
    torch.testing.assert_close(alone[0], model(ids, segments, mask)[0][1, :n], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_both_kernels_of_attention_give_the_same(dtype):
    """Values and gradients; padding keys count for nothing in either."""
    random = torch.Generator().manual_seed(0)
    mask = torch.arange(130) < torch.tensor([130, 97, 1])[:, None]
    given = [torch.randn(3, 4, 130, 16, generator=random).to(dtype) for _ in range(4)]
    ends = []
    for kernel in (products, fused):
        q, k, v = (tensor.clone().requires_grad_() for tensor in given[:3])
        made = kernel(q, k, v, mask)
        (made * given[3]).sum().backward()
        ends.append((made, q.grad, k.grad, v.grad))
        assert not v.grad[1, :, 97:].any()
    for a, b in zip(*ends, strict=True):
        bound = 1e-5 if dtype == torch.float32 else 3e-2
        assert (a - b).abs().max() <= bound * b.abs().max()


def test_the_kernel_is_measured_once_and_changes_no_random_number(tmp_path, monkeypatch):
    monkeypatch.setenv("LMCOURSE_CACHE", str(tmp_path))
    before = torch.get_rng_state()
    first = fused_from.__wrapped__(torch.float32, torch.device("cpu"))
    assert torch.equal(torch.get_rng_state(), before)
    assert first in (*LENGTHS, NEVER)
    monkeypatch.setattr("lmcourse.models.attention.seconds", None)  # not measured again
    assert fused_from.__wrapped__(torch.float32, torch.device("cpu")) == first
