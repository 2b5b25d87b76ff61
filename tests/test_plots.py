"""Figures: each function draws on the Axes given and returns it, can be read by all, and is small."""

import io
import itertools
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from lmcourse import plots
from lmcourse.errors import InputError
from lmcourse.evaluation import metrics

pytestmark = pytest.mark.filterwarnings("error")
RNG = np.random.default_rng(0)
Y = RNG.integers(0, 2, 200)
S = np.clip(0.5 * Y + 0.6 * RNG.random(200), 0, 1)
DRAWN = {
    "curve_with_band": lambda ax: plots.curve_with_band(ax, [1, 2], [3, 4], [2, 3], [4, 5], "a", plots.ORANGE),
    "seed_lines": lambda ax: plots.seed_lines(
        ax, ["none", "2", "4"], {"a": RNG.random((3, 5)), "b": RNG.random((3, 2))}
    ),
    "bars_with_intervals": lambda ax: plots.bars_with_intervals(
        ax, ["accuracy", "recall"], {"a": [0.5, 0.6], "b": [0, 0.8]}, {"a": [(0.4, 0.6), None]}
    ),
    "points_with_intervals": lambda ax: plots.points_with_intervals(
        ax, ["TF-IDF", "VADER"], {"a": [0.5, 0.6], "b": [np.nan, 0.8]}, {"a": [(0.4, 0.6), None]}
    ),
    "ranges": lambda ax: plots.ranges(ax, ["validation", "test"], [(0.1, 0.2), (0.3, 0.4)], [0.5, 0.35], 0.005),
    "confusion": lambda ax: plots.confusion(ax, metrics.confusion(Y, S > 0.5), ["no", "yes"]),
    "heat_map": lambda ax: plots.heat_map(ax, [[0.1, 0.9], [np.nan, 0.5]], ["1e-5", "5e-5"], [8, 16]),
    "roc": lambda ax: plots.roc(ax, metrics.roc(Y, S)),
    "precision_recall": lambda ax: plots.precision_recall(ax, metrics.precision_recall(Y, S)),
    "reliability": lambda ax: plots.reliability(ax, metrics.calibration(Y, S)),
    "history": lambda ax: plots.history(ax, range(30), RNG.random(30), ([10, 20], [0.6, 0.5])),
    "cost_curve": lambda ax: plots.cost_curve(ax, metrics.costs(Y, S, 5, 1)),
    "lengths": lambda ax: plots.lengths(ax, {"a": RNG.integers(1, 50, 100), "b": [3, 4, 900]}),
}


@pytest.mark.parametrize("name", DRAWN)
def test_draws_on_the_axes_given(name):
    fig, ax = plots.figure()
    assert DRAWN[name](ax) is ax
    assert ax.has_data()
    data = plots.png(fig)
    picture = Image.open(io.BytesIO(data))
    assert (picture.format, picture.mode) == ("PNG", "P")
    assert len(data) < 40_000  # 25 of them leave room in a chapter's megabyte
    corner = picture.convert("RGB").getpixel((1, 1))
    assert np.abs(np.subtract(corner, rgb(plots.CARD))).max() <= 3  # opaque and light: readable on a dark page


def test_what_is_drawn_is_what_was_given():
    _, (left, right) = plots.figure(2)
    plots.confusion(left, [[8, 2], [1, 9]], ["no", "yes"])
    assert [text.get_text() for text in left.texts] == ["8\n80%", "2\n20%", "1\n10%", "9\n90%"]
    plots.history(right, range(4), [4.0, 2.0, 3.0, 5.0], window=2)
    assert right.lines[1].get_ydata() == pytest.approx([4, 3, 2.5, 4])
    _, (left, right) = plots.figure(2)
    plots.seed_lines(left, [0, 1, 2], {"a": [[0.1, 0.3], [np.nan, np.nan], [0.5, 0.7]]})
    assert left.lines[-1].get_xydata() == pytest.approx(np.array([[0, 0.2], [2, 0.6]]))
    plots.bars_with_intervals(right, ["x"], {"a": [0.5], "b": [0.7]}, {"b": [(0.6, 0.8)]})
    assert [bar.get_height() for bar in right.patches] == [0.5, 0.7]
    assert list(right.lines[0].get_ydata()) == [0.6, 0.8]


class Tags(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_html_has_the_text_escaped_and_one_picture():
    fig, ax = plots.figure()
    ax.plot([0, 1])
    alt = 'Loss "falls" <img src=x onerror=alert(1)>\n & stays'
    (_, _), (tag, attributes) = Tags(plots.html(fig, alt)).found
    assert tag == "img"
    assert attributes["alt"] == 'Loss "falls" <img src=x onerror=alert(1)> & stays'
    assert attributes["src"].startswith("data:image/png;base64,")
    with pytest.raises(InputError):
        plots.html(fig, " ")


def test_show_gives_html_and_the_text_and_closes_pyplots_figure(monkeypatch):
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append((data, raw)))
    fig, ax = plt.subplots()
    ax.plot([0, 1])
    plots.show(fig, "A line that rises.")
    (data, raw), *more = shown
    assert raw
    assert not more
    assert data["text/plain"] == "A line that rises."
    assert data["text/html"].startswith("<figure")
    assert not plt.fignum_exists(fig.number)


def rgb(colour):
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def linear(colour):
    c = np.array(rgb(colour)) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(a, b):
    low, high = sorted(linear(colour) @ (0.2126, 0.7152, 0.0722) + 0.05 for colour in (a, b))
    return high / low


def lab(light):
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ np.clip(
        light, 0, 1
    )
    f = np.cbrt(xyz / (0.9505, 1, 1.089))
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB
SEEN_BY = {
    "full colour vision": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


@pytest.mark.parametrize("eye", SEEN_BY)
def test_colours_can_be_told_apart(eye):
    """A distance of 2.3 in CIELAB is just noticeable; ours are six times that and more."""
    seen = [lab(SEEN_BY[eye] @ linear(colour)) for colour in plots.COLOURS]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > 14


def test_ink_and_colours_stand_out_from_the_card():
    assert contrast(plots.INK, plots.CARD) > 7
    assert contrast(plots.GREY, plots.CARD) > 4.5
    assert all(contrast(colour, plots.CARD) > 3 for colour in plots.COLOURS[:4])  # WCAG 2.2, 1.4.11
