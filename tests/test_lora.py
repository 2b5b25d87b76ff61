"""LoRA by hand is peft's: outputs, gradients, training; merged it is one layer again."""

import copy

import peft
import pytest
import torch
from parity import BOUND, apart

from lmcourse.errors import InputError
from lmcourse.finetuning.heads import BertWithHead
from lmcourse.finetuning.lora import Lora, add_lora, merge_lora
from lmcourse.models.bert import Bert, BertConfig

SIZES = BertConfig(vocab_size=60, width=24, layers=2, heads=2, ff_width=40, max_length=12, dropout=0.0)
LAYERS = r"attention\.qkv|ff_in"


@pytest.fixture
def twins():
    """Our model with our LoRA, and the same model in peft's hands with the same A and B, none of them 0."""
    torch.manual_seed(0)
    ours = BertWithHead(Bert(SIZES), 3).eval()
    config = peft.LoraConfig(r=4, lora_alpha=12, lora_dropout=0.0, target_modules=["qkv", "ff_in"], bias="none")
    theirs = peft.inject_adapter_in_model(config, copy.deepcopy(ours)).eval()
    add_lora(ours, LAYERS, rank=4, alpha=12)
    others = dict(theirs.named_modules())
    for name, layer in ours.named_modules():
        if isinstance(layer, Lora):
            torch.nn.init.normal_(layer.b, std=0.1)
            others[name].lora_A["default"].weight.data.copy_(layer.a.data)
            others[name].lora_B["default"].weight.data.copy_(layer.b.data)
    return ours, theirs


def learnt(model):
    """Ours and theirs, in one order: A and B of each layer."""
    return [weight for weight in model.parameters() if weight.requires_grad]


def test_outputs_gradients_and_training_are_pefts(twins):
    ids, labels = torch.randint(1, 60, (8, 12)), torch.randint(3, (8,))
    optimizers = [torch.optim.AdamW(learnt(model), lr=1e-2) for model in twins]
    assert [w.shape for w in learnt(twins[0])] == [w.shape for w in learnt(twins[1])]
    for _ in range(5):
        outputs = [model(ids) for model in twins]
        assert apart(*outputs) <= BOUND
        for model, out in zip(twins, outputs, strict=True):
            model.zero_grad()
            torch.nn.functional.cross_entropy(out, labels).backward()
        for a, b in zip(*map(learnt, twins), strict=True):
            assert apart(a.grad, b.grad) <= BOUND
        for optimizer in optimizers:
            optimizer.step()


def test_only_a_and_b_learn_and_nothing_changes_at_first():
    torch.manual_seed(0)
    model, ids = BertWithHead(Bert(SIZES), 3).eval(), torch.randint(1, 60, (5, 9))
    before = model(ids)
    number = add_lora(model, LAYERS, rank=4)
    assert torch.equal(model(ids), before)
    assert number == 2 * 4 * ((24 + 72) + (24 + 40))
    assert {name.rpartition(".")[2] for name, w in model.named_parameters() if w.requires_grad} == {"a", "b"}


def test_merged_is_one_layer_that_gives_the_same(twins):
    ours, ids = twins[0], torch.randint(1, 60, (5, 9))
    before, names = ours(ids), [name for name, _ in BertWithHead(Bert(SIZES), 3).named_parameters()]
    merge_lora(ours)
    torch.testing.assert_close(ours(ids), before, rtol=1e-5, atol=1e-6)
    assert [name for name, _ in ours.named_parameters()] == names


def test_a_name_or_a_rank_that_cannot_be():
    with pytest.raises(InputError, match="holds 'query'"):
        add_lora(BertWithHead(Bert(SIZES), 3), "query")
    for rank in (0, 25):
        with pytest.raises(InputError, match="from 1 to 24"):
            add_lora(BertWithHead(Bert(SIZES), 3), LAYERS, rank=rank)
