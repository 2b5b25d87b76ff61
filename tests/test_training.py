"""The loop learns, is reproducible, and stops before a bad step; optimisers and number formats keep their promises."""

import ctypes
import math
import subprocess
import sys
from typing import ClassVar

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from lmcourse.errors import CourseError, InputError
from lmcourse.files import glibc
from lmcourse.memory import kept_memory
from lmcourse.models.bert import Bert, BertConfig
from lmcourse.models.layers import Dropout
from lmcourse.training.loop import TrainingConfig, train
from lmcourse.training.optim import Optimizer, schedule
from lmcourse.training.precision import choose_precision, computing_in

TINY = BertConfig(vocab_size=60, width=32, heads=2, layers=2, ff_width=64, max_length=16)


# Of malloc.h's mallinfo2.
FIELDS = ["arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"]


def some_batches(n=40, size=4):
    random = torch.Generator().manual_seed(1)
    inputs = torch.randn(8, 5, generator=random)
    return [(inputs[i % 2 * size : i % 2 * size + size], torch.arange(size) % 3) for i in range(n)]


def network(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(5, 16), nn.GELU(), Dropout(0.1), nn.Linear(16, 3))


def losses(model, batch):
    return {"loss": F.cross_entropy(model(batch[0].to(model[0].weight.dtype)).float(), batch[1])}


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_same_seed_same_history(precision):
    config = TrainingConfig(steps=20, learning_rate=1e-2, precision=precision, accumulation=2, seed=3)
    histories = []
    for _ in range(2):
        model = network()
        history = train(model, some_batches(), losses, config)
        weights = torch.cat([p.flatten() for p in model.parameters()]).tolist()
        histories.append(([(row["loss"], row["norm"], row["rate"]) for row in history], weights))
    assert histories[0] == histories[1]
    model = network()
    other = train(model, some_batches(), losses, TrainingConfig(**{**vars(config), "seed": 4}))
    assert [row["loss"] for row in other] != [loss for loss, *_ in histories[0][0]]  # another dropout


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_bert_overfits_eight_sentences(precision):
    torch.manual_seed(0)
    bert, head = Bert(TINY), nn.Linear(TINY.width, 2)
    model = nn.ModuleDict({"bert": bert, "head": head})
    ids = torch.randint(5, 60, (8, 12))
    labels = torch.tensor([0, 1, 1, 0, 1, 0, 0, 1])

    def loss(model, batch):
        return {"loss": F.cross_entropy(model["head"](model["bert"].pool(model["bert"](ids))).float(), labels)}

    history = train(model, range(60), loss, TrainingConfig(60, 3e-3, precision=precision))
    assert history[0]["loss"] > 0.5
    assert history[-1]["loss"] < 0.05
    assert all(p.dtype == torch.float32 for p in model.parameters())


def test_bfloat16_learns_steps_that_it_would_round_away():
    """1,000 steps of 1e-4 on a weight of 1: plain bfloat16 would stay at 1, its spacing there is 1/128."""
    model = nn.Linear(1, 1, bias=False)
    nn.init.ones_(model.weight)
    config = TrainingConfig(1000, 1e-4, "sgd", weight_decay=0.0, warmup=0.0, clip=1e9, precision="bf16")
    shares = sum(schedule(step, 1000, 0.0) for step in range(1000))
    train(model, range(1000), lambda model, _: {"loss": model.weight.sum().float()}, config)
    assert model.weight.item() == pytest.approx(1 - 1e-4 * shares, rel=1e-4)


def test_accumulation_equals_the_larger_batch():
    ends = []
    for accumulation, batches in ((1, [torch.arange(8.0)] * 3), (2, [torch.arange(4.0), torch.arange(4.0, 8)] * 3)):
        model = nn.Linear(1, 1)
        nn.init.constant_(model.weight, 0.5)
        nn.init.zeros_(model.bias)
        config = TrainingConfig(3, 0.01, accumulation=accumulation)
        train(model, batches, lambda m, x: {"loss": (m(x[:, None]) - 2 * x[:, None]).square().mean()}, config)
        ends.append(torch.cat([p.flatten() for p in model.parameters()]))
    torch.testing.assert_close(*ends)


@pytest.mark.parametrize("clip", [0.1, 1e9])
@pytest.mark.parametrize(("kind", "named"), [("adamw", torch.optim.AdamW), ("sgd", torch.optim.SGD)])
def test_steps_are_those_of_torchs_class(kind, named, clip):
    """In their numbers, and in what is remembered, under the same names; unclipped ones bit for bit."""
    ours, theirs = network(1), network(1)
    weights = dict(theirs.named_parameters())
    groups = [[p for p in weights.values() if (p.ndim > 1) == decayed] for decayed in (True, False)]
    settings = zip(groups, (0.1, 0.0), strict=True)
    inner = named([{"params": group, "weight_decay": decay} for group, decay in settings], lr=0.01, fused=True)
    bounds = {"rtol": 0, "atol": 0} if clip > 1 else {"rtol": 1e-5, "atol": 1e-7}
    with computing_in(ours, "fp32") as originals:
        optimizer = Optimizer(ours.named_parameters(), originals, kind, decay=0.1)
        for number, batch in enumerate(some_batches(10)):
            for model in (ours, theirs):
                F.cross_entropy(model.eval()(batch[0]), batch[1]).backward()
                if number % 2:
                    model[0].bias.grad = None  # a weight without a gradient stays as it is
            norm = optimizer.step(0.01, clip)
            assert norm == pytest.approx(nn.utils.clip_grad_norm_(weights.values(), clip).item(), rel=1e-5)
            inner.step()
            inner.zero_grad()
    for mine, reference in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(mine, reference, **bounds)
    remembered = {
        f"{name}.{kept}": value
        for name, weight in weights.items()
        for kept, value in inner.state.get(weight, {}).items()
        if value is not None
    }
    torch.testing.assert_close(optimizer.state_dict(), remembered, **bounds)


COMPILER = """
import sys, torch
from lmcourse.training.loop import TrainingConfig, train
model = torch.nn.Linear(2, 1)
train(model, [torch.ones(1, 2)] * 3, lambda m, x: {"loss": m(x).sum()}, TrainingConfig(3, 0.1))
print([name for name in ("torch._dynamo", "sympy") if name in sys.modules])
"""


def test_training_loads_neither_the_compiler_nor_its_algebra():
    found = subprocess.run([sys.executable, "-c", COMPILER], capture_output=True, text=True, timeout=120, check=True)
    assert found.stdout.split() == ["[]"]


def test_schedule_rises_then_falls():
    shares = [schedule(step, 100, 0.1) for step in range(100)]
    assert max(shares) == shares[9] == 1.0
    assert shares[0] == pytest.approx(0.1)
    assert shares[-1] == pytest.approx(1 / 90)
    assert shares[:10] == sorted(shares[:10])
    assert shares[9:] == sorted(shares[9:], reverse=True)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_stops_before_a_step_that_is_not_finite(bad):
    model = network()
    seen = []

    def loss(model, batch):
        seen.append(torch.cat([p.detach().flatten() for p in model.parameters()]))
        value = losses(model, batch)["loss"]
        return {"loss": value * bad if len(seen) == 3 else value}

    with pytest.raises(CourseError, match="step 3, batch 3"):
        train(model, some_batches(), loss, TrainingConfig(10, 1e-2))
    assert torch.equal(torch.cat([p.detach().flatten() for p in model.parameters()]), seen[-1])


def test_on_step_ends_the_training():
    seen = []
    history = train(
        network(),
        some_batches(),
        losses,
        TrainingConfig(40, 1e-2),
        lambda row: row["step"] == 5,
        checkpoint=lambda row, state: seen.append(row),  # the last step can be kept, too
    )
    assert len(history) == 5
    assert seen == history


def test_everything_frozen_is_refused():
    with pytest.raises(InputError, match="nothing to train"):
        train(network().requires_grad_(False), some_batches(), losses, TrainingConfig(1, 1e-2))


def test_dropout_shares_and_scale():
    torch.manual_seed(0)
    x = torch.ones(400, 1001)
    dropout = Dropout(0.1).train()
    y = dropout(x)
    share = 26 / 256  # the multiple of 1/256 next to 0.1
    error = 4 * math.sqrt(share * (1 - share) / x.numel())
    assert (y == 0).float().mean().item() == pytest.approx(share, abs=error)
    assert y[y != 0].unique().item() == pytest.approx(1 / (1 - share))
    assert not torch.equal(dropout(x), y)
    by_column = (y == 0).float().mean(0)  # no column of bytes is favoured
    assert by_column.std().item() == pytest.approx(math.sqrt(share * (1 - share) / 400), rel=0.2)
    assert torch.equal(dropout.eval()(x), x)


def test_precision_is_measured_once_and_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("LMCOURSE_CACHE", str(tmp_path))
    first = choose_precision("auto")
    kept = (tmp_path / "precision.json").read_text()
    assert choose_precision("auto") == first in ("fp32", "bf16")
    assert (tmp_path / "precision.json").read_text() == kept
    with pytest.raises(InputError, match="fp16"):
        choose_precision("fp16")


SHAPES = f"""
import ctypes, lmcourse, torch
class Told(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in {FIELDS}]
library = ctypes.CDLL(None)
library.mallinfo2.restype = Told
weight, before = torch.ones(64, 64, dtype=torch.bfloat16), library.mallinfo2().uordblks
for rows in range(1, 1000):
    torch.ones(rows, 64, dtype=torch.bfloat16) @ weight
print((library.mallinfo2().uordblks - before) / 2**20)
"""


@pytest.mark.skipif(glibc() is None, reason="not glibc")
def test_ever_new_shapes_do_not_fill_the_memory():
    """A thousand lengths in bfloat16: about 150 MB of compiled products stay where the caches are bounded, else 530."""
    found = subprocess.run([sys.executable, "-c", SHAPES], capture_output=True, text=True, timeout=300, check=True)
    assert float(found.stdout) < 200


@pytest.mark.skipif(glibc() is None, reason="not glibc")
def test_memory_is_kept_while_training_and_given_back_afterwards():
    """A large block (nobody writes to it) is mapped by itself as usual, not while training, and again afterwards."""

    class Told(ctypes.Structure):
        _fields_: ClassVar = [(name, ctypes.c_size_t) for name in FIELDS]

    library = ctypes.CDLL(None)
    library.mallinfo2.restype, library.malloc.restype, library.free.argtypes = Told, ctypes.c_void_p, [ctypes.c_void_p]

    def mapped(size: int = 1_000_000_000) -> int:  # more than any test before this one has left free in the heap
        before = library.mallinfo2().hblks
        block = library.malloc(size)
        found = library.mallinfo2().hblks - before
        library.free(block)
        return found

    seen = []

    def on_step(row):
        with kept_memory():  # as reading a validation part does
            pass
        seen.append(mapped())

    assert mapped() == 1
    train(network(), some_batches(), losses, TrainingConfig(2, 1e-2), on_step)
    assert seen == [0, 0]
    assert mapped() == 1
    with pytest.raises(CourseError):  # also when it ends badly
        train(
            network(), some_batches(), lambda m, b: {"loss": losses(m, b)["loss"] * math.nan}, TrainingConfig(2, 1e-2)
        )
    assert mapped() == 1


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_no_gradient_is_kept_behind_a_step(precision):
    """Neither on the weights nor on their originals: the next ones would stand beside them."""
    model = network()
    with computing_in(model, precision) as originals:
        optimizer = Optimizer(model.named_parameters(), originals, "adamw", 0.0)
        sum(losses(model, some_batches(1)[0]).values()).backward()
        assert optimizer.step(1e-3, 1.0) > 0
        assert all(tensor.grad is None for pair in originals.items() for tensor in pair)


def test_bfloat16_learns_what_float32_learns():
    """Two layers, 80 steps: the losses differ by less than 3 % on the way, and by less than 0.02 at the end."""
    torch.manual_seed(0)
    ids = torch.randint(5, 60, (64, 16))
    batches = [ids[i % 8 * 8 : i % 8 * 8 + 8] for i in range(80)]

    def loss(model, ids):
        return {"loss": F.cross_entropy(model["head"](model["bert"](ids)).flatten(0, 1).float(), ids.flatten() % 7)}

    histories = []
    for precision in ("fp32", "bf16"):
        torch.manual_seed(1)
        model = nn.ModuleDict({"bert": Bert(TINY), "head": nn.Linear(TINY.width, 7)})
        history = train(model, batches, loss, TrainingConfig(80, 3e-3, precision=precision))
        histories.append([row["loss"] for row in history])
    full, half = map(torch.tensor, histories)
    assert full[-1] < 0.5 * full[0]
    assert ((half - full).abs() / full)[:40].max() < 0.03
    assert (half[-5:].mean() - full[-5:].mean()).abs() < 0.02
