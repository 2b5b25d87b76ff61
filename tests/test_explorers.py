"""The explorers without a browser: what is drawn, what is said, what stays when no kernel runs."""

import threading

import ipywidgets
import numpy as np
import pytest
import torch

from lmcourse.applications import recommendation, speech, summary
from lmcourse.data.tokenizer import train_wordpiece
from lmcourse.errors import InputError
from lmcourse.models import sizes
from lmcourse.models.attention import attention_weights
from lmcourse.models.bert import Bert, BertConfig
from lmcourse.models.gpt import Gpt
from lmcourse.models.layers import attention_maps
from lmcourse.widgets import (
    applications,
    architectures,
    attention_map,
    concepts,
    digits_heard,
    landscape,
    mask_toggles,
    model_size,
    softmax,
    top_five,
)
from lmcourse.widgets.explorer import Explorer, LongRun, line, plain

EVIL = "<script>alert(1)</script>"


def controls() -> dict:
    return {
        "word": ipywidgets.Text("a & b", description="word"),
        "kind": ipywidgets.Dropdown(options=[("one", 1), ("two", 2)], description="kind"),
        "depth": ipywidgets.IntSlider(3, 0, 6, description="depth"),
        "whole": ipywidgets.Checkbox(True, description="whole"),
    }


def test_values_from_the_browser_are_drawn_once():
    drawn = []
    explorer = Explorer("Title", controls(), lambda **values: drawn.append(values) or line(str(values)))
    explorer.view.values = explorer.view.values | {"kind": 1, "depth": 5}
    assert drawn[1:] == [{"word": "a & b", "kind": 2, "depth": 5, "whole": True}]
    assert explorer.view.drawn == 1
    explorer.view.values = explorer.view.values | {"depth": 99}  # the control's limit holds
    assert (explorer.controls["depth"].value, explorer.view.values["depth"]) == (6, 6)
    explorer.controls["word"].value = "new"
    assert explorer.view.values["word"] == "new"


def test_without_a_kernel_the_first_drawing_is_there_and_safe():
    explorer = Explorer(f"Title {EVIL}", controls(), lambda word, **_: f"{line(word)}<p>drawn</p>")
    explorer.controls["word"].value = EVIL
    bundle = explorer._repr_mimebundle_()
    assert bundle["text/plain"] == f"Title {EVIL} – {EVIL}"
    assert "kind: one; depth: 3; whole: yes" in bundle["text/html"]
    assert "<p>drawn</p>" in bundle["text/html"]
    assert "<script" not in bundle["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_errors_are_said_and_leave_it_usable():
    def draw(depth, **_):
        if depth == 4:
            raise InputError("too deep", "depth", "less <b>")
        return line(f"{6 // (depth - 5)}")

    explorer = Explorer("Title", controls(), draw)
    for depth, said in ((4, "too deep (depth): less <b>"), (5, "This cannot be shown: ZeroDivisionError"), (6, "6")):
        explorer.controls["depth"].value = depth
        assert plain(explorer.view.value).startswith(said)
    with pytest.raises(ZeroDivisionError):  # an explorer that cannot even begin is a chapter's error
        Explorer("Title", {"depth": ipywidgets.IntSlider(5, description="depth")}, draw)
    with pytest.raises(InputError, match="without a name"):
        Explorer("Title", {"depth": ipywidgets.IntSlider(5)}, draw)


@pytest.mark.parametrize("ends", ["Done after", "Stopped after", "The run has failed: ValueError: no <b> such"])
def test_long_run(ends):
    shown, go_on, seen = threading.Event(), threading.Event(), []

    def work(tell, **values):
        tell(lambda: "<p>half</p>", 3.0)
        shown.set()
        go_on.wait(10)
        seen.append((values["depth"], tell(lambda: "")))
        if ends.startswith("The run"):
            raise ValueError("no\n<b> such")

    explorer = LongRun("Title", controls(), lambda depth, **_: line(f"plan {depth}"), work)
    assert explorer.view.run == {"running": False}
    explorer._pressed(None, {"press": "run"}, [])
    assert shown.wait(10)
    assert explorer.view.run["left"] == 3.0
    assert explorer.view.value == line("The run has begun.") + "<p>half</p>"
    explorer.controls["depth"].value = 5  # drawn when the run has ended
    assert "plan" not in explorer.view.value
    thread = explorer.thread
    explorer._pressed(None, {"press": "run"}, [])  # one at a time
    assert explorer.thread is thread
    if ends.startswith("Stopped"):
        explorer._pressed(None, {"press": "stop"}, [])
    go_on.set()
    thread.join(10)
    assert seen == [(3, ends.startswith("Stopped"))]
    assert plain(explorer.view.value).startswith(ends)
    assert plain(explorer.view.value).endswith("plan 5")
    assert (explorer.view.run, explorer.thread) == ({"running": False}, None)


def test_softmax_explorer_says_what_softmax_does():
    explorer = softmax.softmax_explorer()
    p = torch.tensor([3.0, 2, 1, -1, -2]).softmax(0)
    assert f"“fish” gets {p[1]:.3f}: loss {-p[1].log():.3f} nats" in plain(explorer.view.value)
    explorer.controls["constant"].value = 100  # changes nothing but what a plain exp can bear
    assert f"“fish” gets {p[1]:.3f}" in plain(explorer.view.value)
    assert "Largest logit 103; a plain exp overflows in float32" in plain(explorer.view.value)
    explorer.controls["temperature"].value = 0.1
    explorer.controls["right"].value = 0
    assert "“mice” gets 1.000: loss 0.000 nats" in plain(explorer.view.value)
    explorer.controls["logits"].value = "10000, -1e4 0;0,0"
    assert "“mice” gets 1.000" in plain(explorer.view.value)
    assert "nan" not in explorer.view.value.split("base64")[0]


@pytest.mark.parametrize("typed", ["1, 2", "1, 2, 3, 4, x", "1 2 3 4 nan", "1 2 3 4 1e9", "", EVIL])
def test_softmax_explorer_refuses_what_are_no_logits(typed):
    explorer = softmax.softmax_explorer()
    explorer.controls["logits"].value = typed
    assert "give 5" in plain(explorer.view.value)
    assert EVIL not in explorer.view.value


def test_distribution_is_torchs():
    for temperature in (0.3, 1.0, 4.0):
        z = np.random.default_rng(0).normal(0, 50, 7)
        p, logs = softmax.distribution(z, temperature)
        np.testing.assert_allclose(logs, torch.tensor(z / temperature).log_softmax(0), atol=1e-12)
        np.testing.assert_allclose(p.sum(), 1)


@pytest.mark.parametrize(("share", "converges"), [(0.5, True), (0.97, True), (1.03, False)])
def test_a_walk_converges_below_two_over_the_largest_curvature(share, converges):
    surface = landscape.SURFACES["narrow valley: curvatures 1 and 25"]
    path, losses = landscape.walk(surface, "SGD", share * 2 / 25, 0.9, 2000)
    assert (losses[-1] < 1e-6) == converges
    assert len(path) == len(losses) <= 2001
    assert np.isfinite(path).all()
    assert converges or losses[-1] > landscape.BEYOND


def test_landscape_says_when_it_diverges_and_walks_as_the_rules_do():
    explorer = landscape.landscape()
    assert "take the loss from 26 to" in plain(explorer.view.value)
    explorer.controls["power"].value = 0.5
    assert "it diverges: after" in plain(explorer.view.value)
    surface = landscape.Surface(landscape.bowl(1, 4), (1.0, -1.0), (-2, 2, -2, 2))
    path, _ = landscape.walk(surface, "momentum", 0.1, 0.5, 2)
    np.testing.assert_allclose(path[1], [0.9, -0.6])
    np.testing.assert_allclose(path[2], [0.9 - 0.1 * (0.5 + 0.9), -0.6 + 0.1 * (2.0 + 2.4)])
    path, _ = landscape.walk(surface, "Adam", 0.1, 0.9, 1)
    np.testing.assert_allclose(path[1], [0.9, -0.9], atol=1e-6)


# ---------------------------------------------------------------- attention and its masks (chapter 04b)


@pytest.fixture(scope="module")
def tiny():
    """A BERT of two layers with random weights, and a tokenizer for it."""
    torch.manual_seed(0)
    tok = train_wordpiece(["the cat sat on the mat", "a cat sat and sat"], 100)
    sizes = {"width": 16, "layers": 2, "heads": 2, "ff_width": 32, "max_length": 40, "dropout": 0.0}
    model = Bert(BertConfig(tok.get_vocab_size(), **sizes)).eval()
    for parameter in model.parameters():
        parameter.data += 0.3 * torch.randn_like(parameter)
    return model, tok


def test_attention_maps_are_the_models_own(tiny):
    model, _ = tiny
    ids = torch.tensor([[2, 5, 6, 7, 3], [2, 8, 3, 0, 0]])
    mask = ids > 0
    maps = attention_maps(model.blocks, model.embeddings(ids, None), mask)
    assert [tuple(m.shape) for m in maps] == [(2, 2, 5, 5)] * 2
    assert all(torch.allclose(m.sum(-1), torch.ones(2, 2, 5)) for m in maps)
    assert not maps[1][1, :, :, 3:].any()  # padding gets exactly nothing
    with torch.no_grad():  # weights times values, through the output layer, are what the layer itself gives
        hidden = model.run_blocks(model.embeddings(ids, None), mask, 0, 1)
        layer = model.blocks[1].attention
        value = layer.heads_of(layer.qkv(hidden))[2]
        by_maps = layer.out((maps[1] @ value).transpose(1, 2).flatten(2))
        torch.testing.assert_close(by_maps, layer(hidden, mask))


def test_attention_map_shows_any_sentence(tiny):
    explorer = attention_map.attention_map({"one": tiny, "two": tiny}, "The cat sat.")
    assert plain(explorer.view.value).startswith("Layer 1 of 2, head 1 of 2. ")
    explorer.controls["token"].value = 24  # beyond the last one
    assert "[SEP] at" in plain(explorer.view.value)
    assert (explorer.controls["layer"].max, explorer.controls["head"].max) == (2, 2)
    for typed in ("", EVIL, "$x_1$ costs $5", "这只猫 🙂", "the cat sat " * 30):
        explorer.controls["text"].value = typed
        assert "looks most at" in plain(explorer.view.value)
        assert "<script" not in explorer.view.value
    assert f"[SEP] at {attention_map.MOST}" in plain(explorer.view.value)  # cut, and still a whole input


def test_a_mask_hides_only_before_the_softmax():
    scores = np.random.default_rng(0).normal(size=(5, 5))
    both = mask_toggles.seen("both", 4, 5)
    assert both.tolist() == [[j <= i and j < 4 for j in range(5)] for i in range(5)]
    assert mask_toggles.seen("none", 4, 5).all()
    raised = scores + 2
    early, late, scaled = (
        mask_toggles.masked_weights(scores, both, when)
        for when in (mask_toggles.BEFORE, mask_toggles.AFTER, mask_toggles.SCALED)
    )
    q, k = (torch.tensor(rows)[None, None] for rows in (scores * 5**0.5, np.eye(5)))
    ours = attention_weights(q, k, mask=None)[0, 0]  # q kᵀ/√d with k = 1
    np.testing.assert_allclose(mask_toggles.masked_weights(scores, both | True, mask_toggles.AFTER), ours)
    np.testing.assert_allclose(early, scaled)
    assert early.sum(1) == pytest.approx(1)
    assert (late.sum(1) < 1).all()
    assert mask_toggles.leaked(scores, both, mask_toggles.BEFORE, raised) == 0
    assert mask_toggles.leaked(scores, both, mask_toggles.AFTER, raised) > 0.01


def test_mask_toggles_say_what_leaks():
    scores = np.random.default_rng(0).normal(size=(5, 5))
    explorer = mask_toggles.mask_toggles(scores, ["[CLS]", "a", "[SEP]", "[PAD]", "[PAD]"], 3)
    assert plain(explorer.view.value).endswith("it leaks.")
    for when in (mask_toggles.BEFORE, mask_toggles.SCALED):
        explorer.controls["when"].value = when
        assert plain(explorer.view.value).endswith("moves a weight by up to 0.00.")
    explorer.controls["mask"].value = "none"
    said = plain(explorer.view.value)
    assert said.startswith("Mask: none")
    assert all(words in said for words in ("Padding gets", "Later tokens get", "Nothing is hidden."))


def test_model_sizes_are_those_of_the_module():
    explorer = model_size.model_size_explorer()
    assert "109,482,240" in explorer.view.value  # BERT-base
    assert plain(explorer.view.value).startswith("109 million parameters. Weights in 2 bytes each: 0.219 GB")
    for kind, make in (("BERT", Bert), ("GPT", Gpt)):
        explorer.controls["kind"].value = kind
        for layers, width in ((1, 128), (96, 12288)):
            explorer.controls["layers"].value, explorer.controls["width"].value = layers, width
            with torch.device("meta"):
                module = make(model_size.configuration(kind, layers, width, 30_522))
            assert f"{sum(weight.numel() for weight in module.parameters()):,}" in explorer.view.value
    before = plain(explorer.view.value)
    explorer.controls["number"].value = 800
    assert plain(explorer.view.value) != before
    assert "800 × NVIDIA A100 SXM at 40% of the peak (not run here)" in plain(explorer.view.value)


def test_concepts_say_whether_the_task_is_reached():
    explorer = concepts.concept_explorer()
    assert "Pretraining does not reach the task." in plain(explorer.view.value)
    explorer.controls["into"].value = True
    assert "general knowledge → transfer learning → downstream task" in plain(explorer.view.value)
    explorer.controls["weights"].value = True  # now there is a shorter way
    assert "pretraining → fine-tuning → downstream task" in plain(explorer.view.value)
    for name, concept in concepts.CONCEPTS.items():
        explorer.controls["concept"].value = name
        assert plain(explorer.view.value).startswith(f"{name}: {concept.meaning}")
        called, said = concept.source()
        assert called.startswith(concept.code.replace(":", "."))
        assert said.endswith(".")


def test_architectures_side_by_side():
    explorer = architectures.architecture_explorer()
    said = plain(explorer.view.value)
    assert "1/9.37 of the parameters and 1 times the operations" in said
    assert "1, used 12 times" in explorer.view.value
    explorer.controls["first"].value, explorer.controls["second"].value = "Transformer base", "GPT-3 175B"
    explorer.controls["context"].value = 16
    assert plain(explorer.view.value).startswith("Texts of 16 tokens. Transformer base: 63 million parameters")
    assert "to the left only (causal)" in explorer.view.value
    explorer.controls["context"].value = 2048
    explorer.controls["first"].value = "BERT-base"
    assert "Texts of 2,048 tokens (BERT-base reads 512). BERT-base" in plain(explorer.view.value)
    explorer.controls["first"].value = "GPT-3 175B"  # the same twice: still two columns
    assert explorer.view.value.count("GPT-3 175B (again)") >= 2
    for model in sizes.published():
        explorer.controls["second"].value = model.name
        assert f"{sizes.count(model.config):,}" in explorer.view.value
        assert "cannot be shown" not in explorer.view.value
    vit = next(model for model in sizes.published() if model.name == "ViT-Base")
    assert architectures.seen(vit, 16) == 14**2 + 1  # patches of 16 pixels in 224, and the class token


def test_digits_are_said_and_heard():
    torch.manual_seed(0)
    model = speech.Recogniser(width=16, layers=1).eval()
    explorer = digits_heard.digits_heard_explorer(model)
    assert plain(explorer.view.value).startswith("Said: four zero seven. Heard:")
    explorer.controls["typed"].value = " 1 2"
    said = speech.say((1, 2), speech.Speaker(120, 1.0, 1.0, 0.1), np.random.default_rng([0, 1, 2]))
    heard = speech.recognise(model, [said.picture])[0]
    errors = speech.word_errors((1, 2), heard)
    assert f"a rate of {errors / 2:.2f}" in plain(explorer.view.value)
    explorer.controls["noise"].value = 150
    assert "<figure" in explorer.view.value
    for typed in ("", "1234567", "one", "²", EVIL):
        explorer.controls["typed"].value = typed
        assert "this cannot be said" in plain(explorer.view.value)
        assert EVIL not in explorer.view.value


def test_top_five_are_the_methods_own():
    data = recommendation.shop(0, users=60, items=40, length=8)
    histories = data.events[:, :-1]
    scores = {"popularity": recommendation.by_popularity(histories, 40)}
    explorer = top_five.top_five_explorer(data, scores)
    explorer.controls["user"].value = 7
    place = recommendation.ranks(scores["popularity"], data.events[:, -1], histories)[7]
    assert plain(explorer.view.value).startswith(f"User 7 then took {data.events[7, -1]}: ")
    assert f"popularity {place:.0f}." in plain(explorer.view.value)
    shown = explorer.view.value.rpartition("<table>")[2]
    assert not any(f">{item}: " in shown for item in histories[7])


# ---------------------------------------------------------------- applications (chapter 06c)


def test_applications_are_shown_with_baseline_seeds_and_what_they_lack():
    explorer = applications.application_explorer()
    for choice in explorer.controls["application"].options:
        explorer.controls["application"].value = choice
        said = plain(explorer.view.value)
        entry = summary.applications()[choice.split(": ")[1]]
        assert entry["model"] in said
        assert entry["baseline"] in said
        assert said.endswith(entry["earnest"])
        assert len(summary.figures(entry)["ours"]) >= 3
