"""ALBERT, GPT-2, ViT, the encoder–decoder of 2017: what they promise. Their numbers: `test_parity.py`."""

import csv
import itertools
import math
import re
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch
import transformers
from parity import BOUND, ODD, TEXT, TINY, apart, padded, peer, shaken, twin
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from lmcourse.errors import InputError
from lmcourse.files import PROJECT, sha256
from lmcourse.models.albert import Albert, AlbertConfig, AlbertForPreTraining
from lmcourse.models.attention import Cache, fused, products
from lmcourse.models.bert import Bert, BertConfig, BertForPreTraining
from lmcourse.models.generation import beam_search, generate, length_penalty, probabilities, sample
from lmcourse.models.gpt import Gpt, GptConfig
from lmcourse.models.layers import Block
from lmcourse.models.names import FORMATS, GPT
from lmcourse.models.seq2seq import Seq2Seq, Seq2SeqConfig
from lmcourse.models.sizes import count, flops, parts, published, training_bytes, training_days, training_flops
from lmcourse.models.vit import Vit, VitConfig
from lmcourse.models.weights import (
    from_transformers,
    load_encoder,
    load_pretraining,
    read_config,
    save_model,
    to_transformers,
)
from lmcourse.pretraining.objectives import causal_loss, smoothed_loss


def assert_close(ours, theirs, what):
    assert apart(ours, theirs) <= BOUND, what


@torch.no_grad()
def test_gpt_goes_on_as_that_of_transformers_does(tmp_path):
    torch.manual_seed(0)
    config = GptConfig(**TINY | TEXT)
    theirs = shaken(peer(GPT, config))
    ours, start = twin(theirs, config, tmp_path), torch.tensor([[5, 6, 7, 8]])
    new = theirs.generate(start, do_sample=False, max_new_tokens=20, pad_token_id=0)
    assert torch.equal(generate(reader(ours), start, 20), new)


def test_smoothed_loss_is_the_papers():
    """Cross-entropy with the target's 1 − ε and, spread over all tokens, ε: Szegedy et al. 2016, section 7."""
    torch.manual_seed(0)
    logits, targets, mask = torch.randn(3, 5, 7), torch.randint(7, (3, 5)), torch.rand(3, 5) < 0.7
    wanted = 0.9 * F.one_hot(targets, 7) + 0.1 / 7
    by_hand = -(wanted * logits.log_softmax(-1)).sum(-1)[mask].mean()
    torch.testing.assert_close(smoothed_loss(logits, targets, mask, smoothing=0.1), by_hand)
    torch.testing.assert_close(
        smoothed_loss(logits, targets, mask, smoothing=0.0), F.cross_entropy(logits[mask], targets[mask])
    )


# ---------------------------------------------------------------- weights


MODELS = {
    "bert": lambda: BertForPreTraining(BertConfig(**TINY | TEXT)),
    "albert": lambda: AlbertForPreTraining(AlbertConfig(**TINY | TEXT, embedding_width=12)),
    "gpt2": lambda: Gpt(GptConfig(**TINY | TEXT)),
    "vit": lambda: Vit(VitConfig(**TINY, image_size=16, patch_size=4, classes=7)),
    "lmcourse-seq2seq": lambda: Seq2Seq(Seq2SeqConfig(**TINY, vocab_size=71)),
}
AUTO = {
    "bert": ("BertForPreTraining", transformers.AutoModelForPreTraining),
    "albert": ("AlbertForPreTraining", transformers.AutoModelForPreTraining),
    "gpt2": ("GPT2LMHeadModel", transformers.AutoModelForCausalLM),
    "vit": ("ViTForImageClassification", transformers.AutoModelForImageClassification),
}
KINDS = pytest.mark.parametrize("kind", MODELS)


def inputs_of(kind, B=3, seed=0):
    """What a model of MODELS reads, the same for our model and for `transformers`'."""
    random = torch.Generator().manual_seed(seed)
    if kind == "vit":
        return [torch.randn(B, 3, 16, 16, generator=random)]
    return [torch.randint(1, 71, (B, 9), generator=random) for _ in range(1 + (kind == "lmcourse-seq2seq"))]


@KINDS
def test_names_there_and_back(kind):
    state = shaken(MODELS[kind]()).state_dict()
    back = from_transformers(to_transformers(state, FORMATS[kind]), FORMATS[kind])
    assert back.keys() == state.keys()
    assert all(torch.equal(back[name], state[name]) for name in state)


@KINDS
@torch.no_grad()
def test_a_saved_model_is_the_same_for_us_and_for_transformers(kind, tmp_path):
    model, inputs = shaken(MODELS[kind]()), inputs_of(kind)
    save_model(model, tmp_path, AUTO[kind][0] if kind in AUTO else "Seq2Seq")
    made = model(*inputs)
    again = load_pretraining(tmp_path)(*inputs)
    made, again = (each if isinstance(each, tuple) else (each,) for each in (made, again))
    assert all(map(torch.equal, made, again))
    if kind in AUTO:
        theirs, report = AUTO[kind][1].from_pretrained(tmp_path, output_loading_info=True)
        assert not any(report[key] for key in ("missing_keys", "unexpected_keys", "mismatched_keys"))
        assert type(theirs).__name__ == AUTO[kind][0]
        assert_close(made[0], theirs.eval()(*inputs)[0], "what transformers makes of it")


def test_an_encoder_and_a_stranger(tmp_path):
    """The trunk of an ALBERT; a GPT is no encoder; an ALBERT of two blocks is none of ours."""
    model, [ids] = shaken(MODELS["albert"]()), inputs_of("albert")
    save_model(model, tmp_path, "AlbertForPreTraining")
    trunk = load_encoder(tmp_path)
    assert type(trunk) is Albert
    assert torch.equal(trunk(ids), model.bert(ids))
    config = (tmp_path / "config.json").read_text()
    (tmp_path / "config.json").write_text(config.replace('"num_hidden_groups": 1', '"num_hidden_groups": 2'))
    with pytest.raises(InputError, match="num_hidden_groups"):
        read_config(tmp_path)
    save_model(MODELS["gpt2"](), tmp_path, "GPT2LMHeadModel")
    with pytest.raises(InputError, match="no encoder"):
        load_encoder(tmp_path)


def anonymous() -> int:
    """Bytes of this process that are in no file."""
    return 1024 * int(re.search(r"^Anonymous:\s+(\d+)", Path("/proc/self/smaps_rollup").read_text(), re.MULTILINE)[1])


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="the system does not tell")
def test_encoders_of_one_file_hold_once_what_they_have_not_trained(tmp_path):
    config = BertConfig(vocab_size=40_000, width=256, layers=1, heads=4, ff_width=256, max_length=16)
    save_model(Bert(config), tmp_path, "BertModel")
    size = (tmp_path / "model.safetensors").stat().st_size
    load_encoder(tmp_path)
    before = anonymous()
    read = [load_encoder(tmp_path) for _ in range(4)]
    for model in read:
        model.embeddings.tokens.weight.sum()
    assert anonymous() - before < size
    digest = sha256(tmp_path / "model.safetensors")
    with torch.no_grad():
        read[0].embeddings.tokens.weight.add_(1.0)
    assert anonymous() - before > 0.9 * size
    assert not torch.equal(read[0].embeddings.tokens.weight, read[1].embeddings.tokens.weight)
    assert sha256(tmp_path / "model.safetensors") == digest


def test_an_encoder_is_saved_over_the_file_that_it_still_reads_from(tmp_path):
    save_model(Bert(BertConfig(**TINY)), tmp_path, "BertModel")
    model = load_encoder(tmp_path)
    other = Bert(BertConfig(**(TINY | {"layers": 1})))
    save_model(other, tmp_path, "BertModel")  # shorter: what lay behind its end would be lost
    assert all(weight.isfinite().all() for weight in model.parameters())
    save_model(model, tmp_path, "BertModel")
    again = load_encoder(tmp_path).state_dict()
    assert all(torch.equal(tensor, again[name]) for name, tensor in model.state_dict().items())


# ---------------------------------------------------------------- masks and the cache


@pytest.mark.parametrize("queries", [130, 7, 1])
def test_both_kernels_see_the_same(queries):
    """With causal masks, padding and fewer queries than keys: values and gradients."""
    random = torch.Generator().manual_seed(0)
    mask = torch.arange(130) < torch.tensor([130, 127, 124])[:, None]
    q, k, v = (torch.randn(3, 4, T, 16, generator=random) for T in (queries, 130, 130))
    for seen, causal in itertools.product((mask, None), (True, False)):
        ends = []
        for kernel in (products, fused):
            given = [tensor.clone().requires_grad_() for tensor in (q, k, v)]
            made = kernel(*given, seen, causal)
            made.square().sum().backward()
            ends.append((made, *(tensor.grad for tensor in given)))
            assert seen is None or not given[2].grad.transpose(1, 2)[~mask].any()
        for a, b in zip(*ends, strict=True):
            assert_close(a, b, f"causal {causal}")


@torch.no_grad()
def test_a_later_token_changes_no_earlier_output():
    torch.manual_seed(0)
    gpt, seq2seq = shaken(MODELS["gpt2"]()), shaken(MODELS["lmcourse-seq2seq"]())
    source, target = inputs_of("lmcourse-seq2seq")
    other = target.clone()
    other[:, 5] = (other[:, 5] + 1) % 71
    for model in (gpt, partial(seq2seq, source)):
        before, after = model(target), model(other)
        assert torch.equal(before[:, :5], after[:, :5])
        assert (before[:, 5:] != after[:, 5:]).any(-1).all()


@torch.no_grad()
@pytest.mark.parametrize("kind", ["albert", "gpt2", "lmcourse-seq2seq"])
def test_padding_has_no_influence(kind):
    torch.manual_seed(0)
    model = shaken(MODELS[kind]())
    ids, mask = padded(AlbertConfig(**TEXT | {"vocab_size": 71}))
    other, n = torch.where(mask, ids, torch.randint(5, 71, ids.shape)), int(mask[1].sum())
    read = {
        "albert": lambda ids, mask: model(ids, mask=mask)[0],
        "gpt2": model,
        "lmcourse-seq2seq": lambda ids, mask: model(ids, ids, mask, mask),
    }[kind]
    assert torch.equal(read(ids, mask)[mask], read(other, mask)[mask])
    torch.testing.assert_close(read(ids[1:2, :n], None)[0], read(ids, mask)[1, :n], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("norm_first", [False, True])
@pytest.mark.parametrize("wanted", [1, 3, 9])
@pytest.mark.parametrize("masked", [False, True])
def test_what_nobody_reads_need_not_be_computed(norm_first, wanted, masked):
    """The first tokens of a block, and every gradient, are the same whether the others are computed or not."""
    torch.manual_seed(0)
    block = shaken(Block(16, 2, 24, dropout=0.0, eps=1e-5, norm_first=norm_first))
    x, mask = torch.randn(4, 9, 16, requires_grad=True), torch.arange(9) < torch.tensor([[9], [4], [1], [7]])
    found = []
    for out in (block(x, mask if masked else None, wanted=wanted), block(x, mask if masked else None)[:, :wanted]):
        found.append([out, *torch.autograd.grad((out**2).sum(), [x, *block.parameters()])])
    assert found[0][0].shape == (4, wanted, 16)
    for some, every in zip(*found, strict=True):
        torch.testing.assert_close(some, every)


@pytest.mark.parametrize("kind", ["bert", "albert"])
def test_a_stack_computes_only_the_tokens_that_are_wanted(kind):
    torch.manual_seed(0)
    model = shaken(MODELS[kind]()).bert
    hidden = model.embeddings(*inputs_of(kind), None)
    every, some = model.run_blocks(hidden, None), model.run_blocks(hidden, None, wanted=2)
    torch.testing.assert_close(some, every[:, :2])
    assert torch.equal(model.run_blocks(hidden, None, 0, 0, wanted=2), hidden)  # no block, nothing left out


def reader(model, memory=None, memory_mask=None):
    """A model as `generate` and `beam_search` read it."""
    if memory is None:
        return lambda ids, cache: model(ids, cache=cache)
    return lambda ids, cache: model.decode(ids, memory, memory_mask, cache=cache)


def without_cache(read):
    """The same, but everything is read again for each token."""
    texts = []

    def again(ids, _):
        texts.append(ids)
        return read(torch.cat(texts, 1), None)

    return again


@torch.no_grad()
def test_the_cache_changes_nothing():
    """Logits in one pass, token by token, and in pieces; what is generated; one text going on as several."""
    torch.manual_seed(0)
    gpt, seq2seq = shaken(MODELS["gpt2"]()), shaken(MODELS["lmcourse-seq2seq"]())
    source, target = inputs_of("lmcourse-seq2seq")
    seen = torch.arange(9) < torch.tensor([9, 6, 2])[:, None]
    for read in (reader(gpt), reader(seq2seq, seq2seq.encode(source, seen), seen)):
        whole = read(target, None)
        for size in (1, 4):
            cache = Cache()
            pieces = [read(piece, cache) for piece in target.split(size, 1)]
            torch.testing.assert_close(torch.cat(pieces, 1), whole, rtol=1e-5, atol=1e-5)
            assert cache.length == 9
        for choose in (None, partial(sample, top_k=20)):
            texts = []
            for each in (read, without_cache(read)):
                given = (
                    {} if choose is None else {"choose": partial(choose, generator=torch.Generator().manual_seed(1))}
                )
                texts.append(generate(each, target[:, :2], 12, **given))
            assert torch.equal(*texts)
            assert texts[0].shape == (3, 14)
    rows, cache = torch.tensor([2, 0, 2, 2]), Cache()
    gpt(target[:, :5], cache=cache)
    cache.select(rows)
    torch.testing.assert_close(gpt(target[rows, 5:], cache=cache), gpt(target[rows])[:, 5:], rtol=1e-5, atol=1e-5)


@torch.no_grad()
def test_a_text_too_long_is_named():
    gpt = MODELS["gpt2"]()
    with pytest.raises(InputError, match="41 tokens, and positions for 40"):
        generate(reader(gpt), torch.ones(1, 5, dtype=torch.long), 37)


# ---------------------------------------------------------------- generation


def test_sampling_is_what_it_says():
    """Only what top-k and top-p leave, in the proportions of softmax(logits / temperature)."""
    logits = torch.tensor([[2.0, 1.0, 0.5, 0.5, -1.0, -3.0], [0.0, 3.0, 0.0, 1.0, 2.0, -1.0]])
    for temperature, top_k, top_p in itertools.product((0.5, 1.0, 3.0), (None, 1, 3), (1.0, 0.7, 1e-9)):
        for row, share in zip(logits, probabilities(logits, temperature, top_k, top_p), strict=True):
            kept = share > 0
            whole = (row / temperature).softmax(-1)
            torch.testing.assert_close(share[kept], whole[kept] / whole[kept].sum())
            assert not len(whole[~kept]) or whole[kept].min() >= whole[~kept].max()
            among = whole.sort(descending=True).values[:top_k]
            among = among / among.sum()
            fewest = next(n for n in range(1, 7) if n == len(among) or among[:n].sum() >= top_p - 1e-6)
            assert kept.sum() == fewest
    assert probabilities(torch.zeros(1, 4), top_p=0.5).tolist() == [[0.5, 0.5, 0, 0]]
    n, random = 20_000, torch.Generator().manual_seed(0)
    drawn = sample(logits[:1].expand(n, -1), random, temperature=1.5, top_k=5, top_p=0.95)
    expected = probabilities(logits[:1], 1.5, 5, 0.95)[0]
    error = (drawn.bincount(minlength=6) / n - expected).abs()
    assert (error <= 4 * (expected * (1 - expected) / n).sqrt()).all()
    for wrong in ({"temperature": 0.0}, {"top_k": 0}, {"top_p": 0.0}, {"top_p": 1.1}):
        with pytest.raises(InputError):
            probabilities(logits, **wrong)


def test_same_seed_same_texts():
    torch.manual_seed(0)
    gpt, start = shaken(MODELS["gpt2"]()), torch.ones(4, 1, dtype=torch.long)
    texts = []
    for seed, other in ((3, 0), (3, 1), (4, 0)):
        torch.manual_seed(other)  # the global generator has no part in it
        texts.append(generate(reader(gpt), start, 20, partial(sample, generator=torch.Generator().manual_seed(seed))))
    assert torch.equal(texts[0], texts[1])
    assert not torch.equal(texts[0], texts[2])


@torch.no_grad()
def test_a_text_ends_at_its_end():
    """Rows that are through are filled up, and nothing is read when all are."""
    sequence, reads = torch.tensor([[5, 1, 1, 1, 1], [7, 7, 7, 1, 1]]), []

    def read(ids, cache):
        reads.append(ids)
        return F.one_hot(sequence[:, len(reads) - 1 : len(reads)], 9).float()

    sequence[0, 2] = 8  # what a model says after the end counts for nothing
    text = generate(read, torch.tensor([[1], [1]]), 5, end=1)
    assert text.tolist() == [[1, 5, 1, 1, 1], [1, 7, 7, 7, 1]]
    assert len(reads) == 4


@torch.no_grad()
@pytest.mark.parametrize("alpha", [0.0, 0.6, 2.0])
@pytest.mark.parametrize("seed", range(3))
def test_beam_search_finds_the_best_text(alpha, seed):
    """A beam as wide as there are texts finds what trying all of them finds; a narrow one nothing better."""
    torch.manual_seed(seed)
    V, steps, end = 4, 4, 2
    model = shaken(Seq2Seq(Seq2SeqConfig(**TINY, vocab_size=V)))
    memory = model.encode(torch.randint(1, V, (1, 5)))
    start = torch.tensor([[1]])

    def score(text):
        logs = model.decode(torch.tensor([[1, *text]]), memory).log_softmax(-1)[0]
        return sum(logs[t, token].item() for t, token in enumerate(text)) / length_penalty(len(text), alpha)

    assert length_penalty(1, alpha) == 1
    assert length_penalty(7, alpha) == 2**alpha
    texts = [text for n in range(1, steps + 1) for text in itertools.product(range(V), repeat=n)]
    scores = {text: score(text) for text in texts if end not in text[:-1] and (text[-1] == end or len(text) == steps)}
    best = max(scores, key=scores.get)
    found, value = beam_search(reader(model, memory), start, steps, end, beams=V**steps, alpha=alpha)
    assert (*found.tolist()[1:],) == best
    assert value == pytest.approx(scores[best], abs=1e-5)
    values = []
    for beams in (1, 2, 4):
        found, value = beam_search(reader(model, memory), start, steps, end, beams, alpha)
        assert value == pytest.approx(scores[(*found.tolist()[1:],)], abs=1e-5)
        values.append(value)
    assert max(values) <= scores[best] + 1e-5


def test_beam_search_waits_for_a_longer_text_that_can_still_win():
    """An end at once is likelier (0.55), but the other text, certain from there on, is long: log 0.45 / (8/6)² wins."""
    shares = torch.tensor([[0.45, 0.0, 0.55], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]).log()
    steps = iter(shares)
    text, score = beam_search(lambda ids, _: next(steps).expand(len(ids), 1, 3), torch.tensor([[1]]), 3, 2, 1, 2.0)
    assert text.tolist() == [1, 0, 0, 0]
    assert score == pytest.approx(math.log(0.45) / (8 / 6) ** 2)


# ---------------------------------------------------------------- learning


@KINDS
def test_eight_examples_are_learnt_by_heart(kind):
    torch.manual_seed(0)
    model, inputs = MODELS[kind]().train(), inputs_of(kind, B=8)
    classes = torch.arange(8) % 2

    def loss():
        made = model(*inputs)
        if kind == "vit":
            return F.cross_entropy(made, torch.arange(8) % 7)
        if isinstance(made, tuple):  # BERT, ALBERT: the tokens themselves, and a class of each text
            return F.cross_entropy(made[0].flatten(0, 1), inputs[0].flatten()) + F.cross_entropy(made[1], classes)
        return causal_loss(made, inputs[-1])

    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    for _ in range(120):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
    model.eval()
    assert loss().item() < 0.15


# ---------------------------------------------------------------- sizes

PUBLISHED = {model.name: model for model in published()}


def built(config, heads=False) -> int:
    """The parameters of the real module, which is made without memory; of BERT and ALBERT the encoder alone."""
    make = {BertConfig: BertForPreTraining if heads else Bert, AlbertConfig: Albert}
    make |= {GptConfig: Gpt, Seq2SeqConfig: Seq2Seq, VitConfig: Vit}
    with torch.device("meta"):
        return sum(parameter.numel() for parameter in make[type(config)](config).parameters())


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_formula_counts_what_the_module_holds(name):
    """Wherever the published figure is another, its row says why, or that nobody knows."""
    model = PUBLISHED[name]
    assert count(model.config) == built(model.config)
    assert (model.counted == model.parameters) == (not model.note)
    assert model.config.width % model.config.heads == 0


@pytest.mark.parametrize(
    "config", [BertConfig(**TINY | TEXT), AlbertConfig(**ODD | TEXT), VitConfig(**ODD, image_size=32)]
)
def test_the_formula_with_odd_sizes(config):
    assert count(config) == built(config)


def test_the_table_is_whole():
    """A comma in a note that is not quoted would cut it short."""
    with (PROJECT / "data" / "published_models.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert {len(row) for row in rows} == {len(header)}


def test_the_notes_are_true():
    def with_other(name, **sizes):
        return replace(PUBLISHED[name], config=replace(PUBLISHED[name].config, **sizes))

    for model in PUBLISHED.values():
        if stated := re.match(r"the count is (\d+) % (less|more), unexplained", model.note):
            share = count(model.config) / (float(model.parameters[:-1]) * 1e6) - 1
            assert round(100 * share) == int(stated[1]) * (1 if stated[2] == "more" else -1), model.name
        if model.name.startswith("GPT-2"):
            assert f"names the model {model.counted};" in model.note
    assert PUBLISHED["ALBERT-xxlarge"].counted == "223M"
    for name in ("small", "medium", "large", "XL"):
        model = with_other(f"GPT-2 {name}", vocab_size=40478)
        assert model.counted == model.parameters
    for name, vocabulary in (("base", 40700), ("big", 35800)):
        model = with_other(f"Transformer {name}", vocab_size=vocabulary)
        assert model.counted == model.parameters
    assert round(built(PUBLISHED["BERT-base"].config, heads=True) / 1e6) == 110
    assert round(built(PUBLISHED["BERT-large"].config, heads=True) / 1e6, -1) == 340
    assert with_other("ViT-Base", classes=0).counted == "86M"
    assert with_other("ViT-Large", patch_size=32).counted == "307M"


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_memory_of_training_is_that_of_real_tensors(dtype):
    """Weights, gradients and AdamW's state after one step, each counted in bytes."""
    model = Bert(BertConfig(**TINY | TEXT)).to(dtype)
    optimizer = torch.optim.AdamW(model.parameters())
    sum(weight.sum() for weight in model.parameters()).backward()
    optimizer.step()
    weights = list(model.parameters())
    means = [optimizer.state[weight][name] for weight in weights for name in ("exp_avg", "exp_avg_sq")]
    found = [sum(t.nbytes for t in kept) for kept in (weights, [weight.grad for weight in weights], means)]
    assert found == list(training_bytes(count(BertConfig(**TINY | TEXT)), dtype.itemsize).values())


def test_six_operations_for_each_weight_and_token():
    """What torch counts forward and backward, where the input asks for a gradient too, as in an inner layer."""
    matrix, tokens = torch.nn.Linear(24, 40, bias=False), torch.randn(7, 24, requires_grad=True)
    with FlopCounterMode(display=False) as counter:
        matrix(tokens).sum().backward()
    assert counter.get_total_flops() == training_flops(matrix.weight.numel(), 7)
    assert training_days(86_400e12, peak_tflops=2, devices=5, utilisation=0.1) == pytest.approx(1)


PARTS = {"attention": r"attention|cross", "feed-forward": r"ff_(in|out|norm)", "token embeddings": r"tokens\.weight"}


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_parts_are_those_of_the_module(name):
    config = PUBLISHED[name].config
    make = {BertConfig: Bert, AlbertConfig: Albert, GptConfig: Gpt, Seq2SeqConfig: Seq2Seq, VitConfig: Vit}
    with torch.device("meta"):
        held = {name: parameter.numel() for name, parameter in make[type(config)](config).named_parameters()}
    found = parts(config)
    for part, pattern in PARTS.items():
        assert found.pop(part) == sum(n for name, n in held.items() if re.search(pattern, name)), part
    rest = sum(n for name, n in held.items() if not any(re.search(pattern, name) for pattern in PARTS.values()))
    assert found == {"everything else": rest}


@pytest.mark.parametrize("kind", [BertConfig, AlbertConfig, GptConfig, VitConfig, Seq2SeqConfig])
def test_the_operations_are_those_that_torch_counts(kind):
    """Against torch's own counter on the real module, which multiplies masked places too, and all it does at its end.

    So all that is compared is how the count grows: by one more layer of each stack, for T tokens of a text of T.
    """
    from torch.utils.flop_counter import FlopCounterMode

    def counted(layers):
        sizes = {**TINY, "layers": layers}
        if kind is VitConfig:
            config = kind(**sizes, image_size=24, patch_size=8, classes=3)
            model, inputs = Vit(config), (torch.zeros(1, 3, 24, 24),)
        else:
            config = kind(**sizes, **({"vocab_size": 50} if kind is Seq2SeqConfig else TEXT))
            make = {BertConfig: Bert, AlbertConfig: Albert, GptConfig: Gpt, Seq2SeqConfig: Seq2Seq}
            model = make[kind](config)
            inputs = (torch.ones(1, 10, dtype=torch.long),) * (2 if kind is Seq2SeqConfig else 1)
        counter = FlopCounterMode(display=False)
        with counter, torch.no_grad():
            model(*inputs)
        return counter.get_total_flops(), config

    (one, _), (two, config) = counted(1), counted(2)
    ours = {name: value // 2 for name, value in flops(config, 10).items()}
    causal = {GptConfig: 1, Seq2SeqConfig: 1}.get(kind, 0)  # half of the places are masked, and multiplied all the same
    masked = 4 * config.width * (10 - 11 / 2) * causal
    assert two - one == pytest.approx(10 * (sum(ours.values()) + masked), rel=0.002)
