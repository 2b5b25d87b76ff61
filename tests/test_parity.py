"""Our BERT and `transformers`' give the same numbers and the same gradients, in float32 with eager attention."""

import pytest
import torch
from torch.nn import functional as F

from lmcourse.data.sources import encoder_folder
from lmcourse.models.attention import LENGTHS, NEVER, fused, fused_from, products
from lmcourse.models.bert import BertConfig, BertForPreTraining
from lmcourse.models.names import BERT
from lmcourse.models.weights import from_transformers, load_weights, read_config, read_weights, to_transformers

BOUND = 1e-5
SHAPES = {  # width, heads, layers, feed-forward width, tokens
    "tiny": BertConfig(vocab_size=101, width=32, heads=2, layers=2, ff_width=64, max_length=40),
    "one head": BertConfig(vocab_size=57, width=24, heads=1, layers=1, ff_width=100, max_length=33, eps=1e-6),
    "deep": BertConfig(vocab_size=211, width=64, heads=8, layers=5, ff_width=128, max_length=64),
}


def peer(config: BertConfig):
    """`transformers`' model of the same sizes, with random weights."""
    import transformers

    sizes = {theirs: getattr(config, ours) for ours, theirs in BERT.sizes.items()}
    return transformers.BertForPreTraining(
        transformers.BertConfig(**sizes, attention_probs_dropout_prob=config.dropout, attn_implementation="eager")
    ).eval()


def batch(config: BertConfig, B: int = 4, seed: int = 0):
    """Random ids in two segments, padded on the right to different lengths, with both kinds of labels."""
    random = torch.Generator().manual_seed(seed)
    T = config.max_length
    lengths = torch.randint(5, T, (B,), generator=random)
    lengths[0] = T
    mask = torch.arange(T) < lengths[:, None]
    ids = torch.randint(5, config.vocab_size, (B, T), generator=random) * mask + config.pad_id * ~mask
    segments = ((torch.arange(T) >= lengths[:, None] // 2) & mask).long()
    selected = (torch.rand(B, T, generator=random) < 0.3) & mask
    selected[:, 1] = True
    labels = torch.randint(5, config.vocab_size, (B, T), generator=random)
    return ids, segments, mask, selected, labels, torch.randint(2, (B,), generator=random)


def assert_close(ours: torch.Tensor, theirs: torch.Tensor, what: str):
    difference, scale = (ours - theirs).abs().max().item(), theirs.abs().max().item()
    assert difference <= BOUND * scale, f"{what}: differs by {difference:.2e} of {scale:.2e}"


def compare(ours: BertForPreTraining, theirs, data):
    ids, segments, mask, selected, labels, next_labels = data
    loaded = theirs(
        input_ids=ids,
        token_type_ids=segments,
        attention_mask=mask.long(),
        labels=labels.masked_fill(~selected, -100),
        next_sentence_label=next_labels,
        output_hidden_states=True,
    )
    mlm_logits, nsp_logits = ours(ids, segments, mask)
    chosen, _ = ours(ids, segments, mask, selected)
    hidden = ours.bert.embeddings(ids, segments)
    for layer, reference in enumerate(loaded.hidden_states):
        if layer:
            hidden = ours.bert.run_blocks(hidden, mask, layer - 1, layer)
        assert_close(hidden[mask], reference[mask], f"hidden states {layer}")
    assert_close(mlm_logits[mask], loaded.prediction_logits[mask], "MLM logits")
    assert_close(nsp_logits, loaded.seq_relationship_logits, "NSP logits")
    assert_close(chosen, mlm_logits[selected], "MLM logits at the selected positions only")
    loss = F.cross_entropy(chosen, labels[selected]) + F.cross_entropy(nsp_logits, next_labels)
    assert_close(loss, loaded.loss, "loss")
    loss.backward()
    loaded.loss.backward()
    mine = to_transformers({name: p.grad for name, p in ours.named_parameters()})
    reference = {name: p.grad for name, p in theirs.named_parameters()}
    assert mine.keys() == reference.keys()
    largest = max(gradient.abs().max().item() for gradient in reference.values())
    for name, gradient in reference.items():
        if name.endswith("key.bias"):  # zero in exact arithmetic: a constant added to all scores of a row
            assert max(gradient.abs().max(), mine[name].abs().max()) <= 1e-6 * largest, name
        else:
            assert_close(mine[name], gradient, f"gradient of {name}")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(3))
def test_random_models(shape, seed):
    torch.manual_seed(seed)
    config = SHAPES[shape]
    theirs = peer(config)
    for parameter in theirs.parameters():  # biases and norms away from 0 and 1, so that a mix-up would show
        parameter.data.add_(0.1 * torch.randn_like(parameter))
    ours = BertForPreTraining(config).eval()
    load_weights(ours, from_transformers(theirs.state_dict()))
    compare(ours, theirs, batch(config, seed=seed))


def test_minilm():
    folder = encoder_folder()
    config = read_config(folder)
    torch.manual_seed(0)
    theirs = peer(config)
    ours = BertForPreTraining(config).eval()
    trunk = {f"bert.{name}": tensor for name, tensor in read_weights(folder).items()}
    load_weights(ours, from_transformers(theirs.state_dict()) | trunk)
    theirs.load_state_dict(to_transformers(ours.state_dict()), strict=False)
    ids, *rest = batch(config, B=3)
    compare(ours, theirs, (ids[:, :96], *(x[:, :96] if x.ndim == 2 else x for x in rest)))


def test_names_there_and_back():
    model = BertForPreTraining(SHAPES["tiny"])
    state = model.state_dict()
    back = from_transformers(to_transformers(state))
    assert back.keys() == state.keys()
    assert all(torch.equal(back[name], state[name]) for name in state)


def test_padding_has_no_influence():
    config = SHAPES["tiny"]
    model = BertForPreTraining(config).eval()
    ids, segments, mask, *_ = batch(config)
    other = torch.where(mask, ids, torch.randint(5, config.vocab_size, ids.shape))
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
