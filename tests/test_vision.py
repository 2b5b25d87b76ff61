"""Digits as patches, boxes on canvases, painting and filling in: closed forms, scikit-learn's figures, properties."""

from collections import Counter

import numpy as np
import pytest
import torch
from sklearn.metrics import accuracy_score, average_precision_score

from lmcourse.applications import boxes, vision
from lmcourse.widgets.boxes_found import boxes_explorer
from lmcourse.widgets.explorer import plain
from lmcourse.widgets.hidden_patches import hidden_explorer


@pytest.fixture(scope="module")
def data():
    return vision.parts(0)


def test_the_tests_of_five_seeds_share_no_image_and_no_part_shares_one():
    seen = Counter()
    for seed in range(5):
        cut = vision.parts(seed)
        assert sum(len(part.labels) for part in cut.values()) == 1797
        assert Counter(cut["test"].labels.tolist()).most_common()[-1][1] > 20
        seen.update(image.tobytes() for image in cut["test"].images)
    images = vision.parts(0, mixed=True)
    everywhere = Counter(image.tobytes() for part in images.values() for image in part.images)
    assert all(times <= everywhere[image] for image, times in seen.items())


def test_patches_are_what_the_convolution_reads(data):
    """The patch layer of `Vit` is one matrix on each patch."""
    images = data["test"].images[:20]
    model = vision.Vit(vision.CONFIG)
    weight, bias = model.patches.weight.flatten(1), model.patches.bias
    ours = torch.from_numpy(vision.patches(images)) @ weight.T + bias
    theirs = model.patches(vision.channels(images)).flatten(2).transpose(1, 2)
    torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=1e-5)
    np.testing.assert_array_equal(vision.joined(vision.patches(images)), images)
    order = vision.orders(20, np.random.default_rng(0))
    back = vision.reordered(vision.reordered(images, order), order.argsort(1))
    np.testing.assert_array_equal(back, images)


def test_an_order_that_is_the_same_for_all_is_nothing_but_other_positions(data):
    """A ViT with its positions in another order says of images in that order what it said before."""
    images, order = data["test"].images[:30], np.random.default_rng(3).permutation(vision.P)
    torch.manual_seed(0)
    model = vision.begin(vision.Vit(vision.CONFIG)).eval()
    with torch.no_grad():
        before = model(vision.channels(images))
        model.positions[:, 1:] = model.positions[:, 1 + torch.from_numpy(order)]
        after = model(vision.channels(vision.reordered(images, order)))
    torch.testing.assert_close(before, after, atol=1e-4, rtol=1e-4)


def test_iou_counts_pixels():
    """Of boxes with whole coordinates: pixels in both by pixels in either."""
    rng = np.random.default_rng(0)
    corners = rng.integers(0, 9, (60, 2))
    found = np.concatenate([corners, corners + rng.integers(1, 9, (60, 2))], 1)
    masks = np.zeros((60, 20, 20), bool)
    for mask, (left, top, right, bottom) in zip(masks, found, strict=True):
        mask[top:bottom, left:right] = True
    both = (masks[:, None] & masks[None]).sum((2, 3))
    either = (masks[:, None] | masks[None]).sum((2, 3))
    np.testing.assert_allclose(boxes.iou(found, found), both / either, atol=1e-12)


def test_what_is_suppressed_overlaps_a_surer_one_that_stays():
    rng = np.random.default_rng(1)
    corners = rng.uniform(0, 12, (40, 2))
    said, scores = np.concatenate([corners, corners + rng.uniform(4, 9, (40, 2))], 1), rng.random(40)
    kept = boxes.suppress(said, scores)
    overlap = boxes.iou(said, said)
    assert all(overlap[i, j] <= 0.5 for i in kept for j in kept if i != j)
    for i in set(range(40)) - set(kept):
        assert any(overlap[i, j] > 0.5 and scores[j] > scores[i] for j in kept)


def test_boxes_are_tight_and_squares_keep_their_distance(data):
    rng = np.random.default_rng(0)
    for gap in (-1, 2):
        for _ in range(100):
            scene = boxes.compose(data["train"], rng, gap)
            assert 1 <= len(scene.labels) <= 3
            left, top, right, bottom = scene.boxes.astype(int).T
            inside = np.zeros(scene.image.shape, bool)
            for k in range(len(left)):
                inside[top[k] : bottom[k], left[k] : right[k]] = True
                assert (scene.image[top[k] : bottom[k], left[k] : right[k]] > boxes.INK).any()
            assert not (scene.image > boxes.INK)[~inside].any()
            if gap == 2:
                assert (boxes.iou(scene.boxes, scene.boxes) > 0).sum() == len(left)


def test_cells_say_the_boxes_that_they_were_told(data):
    rng = np.random.default_rng(2)
    for _ in range(50):
        scene = boxes.compose(data["train"], rng)
        there, box, label = boxes.encode(scene)
        assert there.sum() == len(scene.labels)
        assert box[there].min() >= 0
        assert box[there].max() <= 1
        found = boxes.Found(boxes.decode(box)[there], label[there], np.linspace(1, 0.5, there.sum()))
        assert boxes.hits(found, scene, least=0.99).all()


def test_average_precision_by_hand_and_by_scikit_learn(data):
    """A digit found twice counts once; with every digit found it is scikit-learn's figure of the ranked hits."""
    one = boxes.Scene(np.zeros((24, 24)), np.array([[0, 0, 8, 8], [10, 10, 18, 18]], float), np.array([3, 3]))
    twice = boxes.Found(
        np.array([[0, 0, 8, 8], [0, 0, 8, 9], [10, 10, 18, 18.0]]), np.array([3, 3, 3]), np.array([0.9, 0.8, 0.7])
    )
    assert boxes.hits(twice, one).tolist() == [True, False, True]
    assert boxes.average_precisions([twice], [one]) == {3: pytest.approx((1 + 2 / 3) / 2)}
    assert boxes.average_precisions([twice.above(0.75)], [one]) == {3: pytest.approx(1 / 2)}
    assert boxes.average_precisions([boxes.blind(twice)], [one]) == {3: 0.0}
    assert boxes.mean_average_precision([boxes.blind(twice)], [boxes.blind(one)]) == pytest.approx(5 / 6)
    rng = np.random.default_rng(0)
    truth = [boxes.blind(boxes.compose(data["train"], rng)) for _ in range(60)]
    said = []
    for scene in truth:
        wrong = scene.boxes + 30
        both = np.concatenate([scene.boxes, wrong])
        said.append(boxes.Found(both, np.zeros(len(both), int), rng.random(len(both))))
    right = np.concatenate([boxes.hits(*pair) for pair in zip(said, truth, strict=True)])
    assert right.sum() == sum(len(scene.labels) for scene in truth)
    theirs = average_precision_score(right, np.concatenate([found.scores for found in said]))
    assert boxes.mean_average_precision(said, truth) == pytest.approx(theirs)


def test_connected_ink_is_found_where_digits_stand_apart(data):
    canvases = boxes.scenes(data["test"], 100, 0, gap=2, noise=0.0)
    found = boxes.components(boxes.crop_judge(data["train"]), canvases)
    assert boxes.mean_average_precision(map_blind(found), map_blind(canvases)) > 0.9
    empty = [canvases[0]._replace(image=np.zeros((24, 24), np.float32))]
    assert len(boxes.components(boxes.crop_judge(data["train"].few(3, 0)), empty)[0].scores) == 0


def map_blind(items):
    return [boxes.blind(item) for item in items]


def test_only_hidden_patches_count_and_only_shown_ones_are_read(data):
    images, rng = data["test"].images[:40], np.random.default_rng(0)
    hidden = vision.chosen(40, 12, rng)
    assert (hidden.sum(1) == 12).all()
    torch.manual_seed(0)
    model = vision.Filler().eval()
    changed = vision.joined(
        np.where(hidden[..., None], rng.random((40, 16, 4)).astype(np.float32), vision.patches(images))
    )
    np.testing.assert_array_equal(vision.hide(images, hidden), vision.hide(changed, hidden))
    made = vision.filled(model, images, hidden)
    np.testing.assert_array_equal(vision.patches(made)[~hidden], vision.patches(images)[~hidden])
    loss = vision.filling(model, images, hidden)["hidden"].item()
    assert loss == pytest.approx(vision.hidden_error(made, images, hidden), rel=1e-5)
    assert vision.hidden_error(vision.nearest_filled(images, images, hidden), images, hidden) == 0


def test_a_painter_paints_what_it_holds_possible(data):
    """An untrained GPT is near ln 14 nats; counted pixels are a distribution, and are painted as often as counted."""
    shares = vision.PixelShares.of(data["train"])
    np.testing.assert_allclose(shares.shares.sum(-1), 1)
    painted = vision.to_levels(shares.paint([3] * 4000, 0))
    often = (painted[..., None] == np.arange(vision.LEVELS)).mean(0)
    np.testing.assert_allclose(often, shares.shares[3], atol=0.04)
    model = vision.painter(data["train"], 2, 0)
    images = vision.paint(model, [0, 5, 9], 0)
    assert images.shape == (3, 8, 8)
    assert set(np.unique(vision.to_levels(images))) <= set(range(vision.LEVELS))
    np.testing.assert_array_equal(images, vision.paint(model, [0, 5, 9], 0))
    np.testing.assert_array_equal(vision.from_levels(vision.to_levels(images)), images)
    assert vision.mean_nats(model, data["test"]) < np.log(vision.LEVELS + vision.C) + 0.5


def test_few_are_so_many_of_each(data):
    few = data["train"].few(5, 1)
    assert Counter(few.labels.tolist()) == dict.fromkeys(range(10), 5)
    model = vision.rivals()["nearest neighbour"].fit(vision.flat(few.images), few.labels)
    assert vision.accuracy(model, few) == 1.0
    vit = vision.classifier(few, 2, 0)
    assert vision.accuracy(vit, data["test"]) == accuracy_score(
        data["test"].labels, vision.classes(vit, data["test"].images)
    )


def test_copies_are_told(data):
    real = np.random.default_rng(0).permutation(data["train"].images)[:300]
    assert vision.nearest(real[:20], real).max() == 0
    assert 0.35 < vision.told_apart(real[:150], real[150:]) < 0.65
    neighbours = data["train"].images  # the file goes from hand to hand, and a classifier sees it
    assert vision.told_apart(neighbours[:150], neighbours[150:300]) > 0.65
    assert vision.told_apart(real, 1 - real) > 0.99


def test_explorers_say_what_they_draw(data):
    def nothing(canvases):
        return [boxes.Found(np.zeros((0, 4)), np.zeros(0, int), np.zeros(0)) for _ in canvases]

    def all_right(canvases):
        return [boxes.Found(s.boxes, s.labels, np.linspace(1, 0.9, len(s.labels))) for s in canvases]

    explorer = boxes_explorer(data["test"], {"seer": all_right, "blind man": nothing})
    assert "precision 1.00, recall 1.00" in plain(explorer.view.value)
    explorer.controls["sure"].value = 100
    assert "1 boxes" in plain(explorer.view.value) or "precision 1.00" in plain(explorer.view.value)
    explorer.controls["method"].value = "blind man"
    assert "no precision without a box, recall 0.00" in plain(explorer.view.value)
    torch.manual_seed(0)
    explorer = hidden_explorer(vision.Filler().eval(), data["train"], data["test"])
    assert "12 of 16 patches hidden" in plain(explorer.view.value)
    for many in (1, 16):
        explorer.controls["many"].value = many
        assert f"{many} of 16 patches hidden" in plain(explorer.view.value)
    assert "alt=" in explorer.view.value
