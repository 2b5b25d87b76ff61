"""The book's pictures: one look, small functions that draw on an Axes, and one way to show a figure.

Every figure is a light card with rounded corners, also on a dark page: there the ink keeps its full contrast,
which no ink on a transparent ground can have on white and on black alike.
"""

import base64
import html as escaping
import io

import numpy as np

from lmcourse.errors import InputError

# Okabe and Ito's colours (2008), told apart by colour-blind readers too; yellow is left out: too pale on the card.
BLUE, ORANGE, GREEN, PINK, SKY, AMBER = "#0072B2", "#D55E00", "#009E73", "#B8568F", "#56B4E9", "#E69F00"
COLOURS = (BLUE, ORANGE, GREEN, PINK, SKY, AMBER)
MARKERS = ("o", "s", "^", "D", "v", "P")  # colour is never the only difference
LINES = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (6, 1.5, 1, 1.5)), (0, (3, 1)), (0, (6, 1, 1, 1, 1, 1)))
INK, GREY, GRID, CARD = "#22262B", "#6B7280", "#DFE3E8", "#FCFCFA"
WIDTH, HEIGHT, DPI = 7.2, 3.3, 110  # inches, inches, pixels an inch


def style() -> None:
    """Give every later figure the look of the book."""
    import matplotlib

    matplotlib.rcParams.update(
        {
            "figure.facecolor": CARD,
            "axes.facecolor": CARD,
            "savefig.facecolor": CARD,
            "figure.figsize": (WIDTH, HEIGHT),
            "figure.dpi": DPI,
            "figure.constrained_layout.use": True,
            "figure.constrained_layout.w_pad": 0.1,
            "figure.constrained_layout.h_pad": 0.1,
            "font.size": 10,
            "axes.titlesize": 11,
            "axes.titlelocation": "left",
            "axes.titleweight": "bold",
            "axes.prop_cycle": matplotlib.cycler(color=COLOURS),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "axes.axisbelow": True,
            "axes.edgecolor": GREY,
            "axes.labelcolor": INK,
            "grid.color": GRID,
            "text.color": INK,
            "xtick.color": INK,
            "ytick.color": INK,
            "legend.facecolor": CARD,
            "legend.edgecolor": "none",
            "legend.framealpha": 0.85,
            "lines.linewidth": 2,
            "lines.markersize": 5,
        }
    )


def figure(columns: int = 1, rows: int = 1, height: float = HEIGHT):
    """A figure as wide as the page and its Axes: one, or an array; `height` in inches, of one row.

    It is not pyplot's: nothing shows it twice, and a widget's callback may draw it from another thread.
    """
    from matplotlib.figure import Figure

    style()
    fig = Figure(figsize=(WIDTH, height * rows))
    return fig, fig.subplots(rows, columns)


def png(fig) -> bytes:
    """A figure as PNG with a palette of at most 256 colours: a third of the size, and the eye sees no difference."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    fig.set_dpi(DPI)
    canvas, small = FigureCanvasAgg(fig), io.BytesIO()
    canvas.draw()  # straight into memory: `savefig` would lay it out twice and write a PNG that is read again
    pixels = np.asarray(canvas.buffer_rgba())[..., :3]
    Image.fromarray(pixels).quantize(256, dither=Image.Dither.NONE).save(small, format="png", optimize=True)
    return small.getvalue()


def html(fig, alt: str) -> str:
    """A figure as HTML, with text for those who don't see it: what it shows, and what to read off.

    Errors: InputError when that text is missing.
    """
    if not alt.strip():
        raise InputError("a figure needs a text for those who don't see it", "alt", "say what it shows")
    picture = base64.b64encode(png(fig)).decode()
    card = f"max-width:100%;box-sizing:border-box;border-radius:10px;border:1px solid {GRID}"
    alt = escaping.escape(" ".join(alt.split()))
    return f'<figure style="margin:0"><img style="{card}" src="data:image/png;base64,{picture}" alt="{alt}"></figure>'


def show(fig, alt: str) -> None:
    """Show a figure below the cell, with its text; a figure of pyplot's is closed, so that it isn't shown again."""
    import matplotlib.pyplot as plt
    from IPython.display import display

    display({"text/html": html(fig, alt), "text/plain": alt}, raw=True)
    plt.close(fig)


# --- what the chapters draw: the Axes first, and the same Axes back


def curve_with_band(ax, x, y, low=None, high=None, label=None, colour=BLUE):
    """A line through (x, y), in a band from `low` to `high`: a learning curve with its interval."""
    marker = MARKERS[COLOURS.index(colour)] if colour in COLOURS else "o"
    ax.plot(x, y, f"{marker}-", color=colour, label=label)
    if low is not None:
        ax.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0)
    if label:
        ax.legend()
    return ax


def seed_lines(ax, x, runs: dict):
    """For each name a line through the means of its runs (X, S), and every one of its S seeds as a point.

    `x` may be numbers or names of settings. A row of NaN is a setting that was not run.
    """
    for i, (name, scores) in enumerate(runs.items()):
        scores, colour, marker = np.asarray(scores, float), COLOURS[i % len(COLOURS)], MARKERS[i % len(MARKERS)]
        run = ~np.isnan(scores).any(1)
        scores, at = scores[run], [value for value, there in zip(x, run, strict=True) if there]
        for column in scores.T:
            ax.plot(at, column, marker, color=colour, alpha=0.35, markeredgewidth=0)
        ax.plot(at, scores.mean(1), f"{marker}-", color=colour, label=name)
    ax.legend()
    return ax


def bars_with_intervals(ax, names, groups: dict, intervals: dict | None = None, digits: int = 2):
    """Grouped bars: for each of `names` one bar a group, with its interval (low, high) and its figure.

    `groups` maps a group to one value a name, `intervals` a group to one (low, high) a name, or None where unknown.
    """
    positions, width = np.arange(len(names)), 0.8 / len(groups)
    for i, (group, values) in enumerate(groups.items()):
        x = positions + (i - (len(groups) - 1) / 2) * width
        ax.bar(x, values, width * 0.92, color=COLOURS[i % len(COLOURS)], label=group)
        known = (intervals or {}).get(group) or [None] * len(names)
        for at, value, interval in zip(x, values, known, strict=True):
            if interval:
                ax.plot([at, at], interval, color=INK, linewidth=1.3)
            text = f"{value:.{digits}f}"
            ax.annotate(text, (at, max(value, *(interval or ()), 0)), (0, 3), textcoords="offset points", ha="center")
    ax.set_xticks(positions, names)
    ax.grid(axis="x", visible=False)
    ax.margins(y=0.12)
    if min(map(min, groups.values())) >= 0:
        ax.set_ylim(bottom=0)
    if len(groups) > 1:
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=6)  # below: no bar can be under it
    return ax


def points_with_intervals(ax, names, groups: dict, intervals: dict | None = None):
    """For each of `names`, from the top down, one point a group with its interval (low, high): a table as a picture.

    Values and intervals as in `bars_with_intervals`; NaN leaves the place empty.
    """
    rows = np.arange(len(names))[::-1]
    for i, (group, values) in enumerate(groups.items()):
        y = rows + ((len(groups) - 1) / 2 - i) * 0.5 / len(groups)
        colour, marker = COLOURS[i % len(COLOURS)], MARKERS[i % len(MARKERS)]
        known = (intervals or {}).get(group) or [None] * len(names)
        for at, interval in zip(y, known, strict=True):
            if interval:
                ax.plot(interval, [at, at], color=colour, linewidth=2.2, alpha=0.55, solid_capstyle="butt")
        ax.plot(values, y, marker, color=colour, markersize=6, label=group)
    ax.set_yticks(rows, names)
    ax.set_ylim(-0.6, len(names) - 0.4)
    return ax


def ranges(ax, names, spans, marks=None, half: float = 0.0):
    """For each name a bar from low to high and a diamond at its mark: what is implied against what was reported.

    `half` is the half-width of a mark: 0.005 for a figure rounded to two digits.
    """
    y = np.arange(len(names))[::-1]
    for at, (low, high) in zip(y, spans, strict=True):
        label = "implied" if at == 0 else None
        ax.plot([low, high], [at, at], color=BLUE, linewidth=9, solid_capstyle="butt", label=label)
        ax.annotate(f"{low:.4f} to {high:.4f}", ((low + high) / 2, at), (0, 8), textcoords="offset points", ha="center")
    if marks is not None:
        ax.errorbar(marks, y, xerr=half, fmt="D", color=ORANGE, markersize=8, capsize=4, label="reported")
        ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    ax.set_yticks(y, names)
    ax.set_ylim(-0.6, len(names) - 0.3)
    ax.grid(axis="y", visible=False)
    return ax


def confusion(ax, matrix, names):
    """A confusion matrix (C, C): counts, shaded by their share of the true class (the row)."""
    matrix = np.asarray(matrix)
    share = matrix / np.maximum(matrix.sum(1, keepdims=True), 1)
    texts = np.array([f"{count}\n{part:.0%}" for count, part in zip(matrix.flat, share.flat, strict=True)])
    heat_map(ax, share, names, names, texts.reshape(matrix.shape), limits=(0, 1))
    ax.set(xlabel="predicted", ylabel="true")
    return ax


def heat_map(ax, table, rows, columns, texts=None, digits: int = 3, limits=(None, None)):
    """A table (R, C) of figures as shades, each with its figure in it: learning rate × batch size."""
    table = np.asarray(table, float)
    image = ax.imshow(table, cmap="Blues", aspect="auto", vmin=limits[0], vmax=limits[1])
    for (i, j), value in np.ndenumerate(table):
        text = texts[i][j] if texts is not None else "–" if np.isnan(value) else f"{value:.{digits}f}"
        shade = np.array(image.cmap(image.norm(value))[:3])
        dark = not np.isnan(value) and shade**2.2 @ (0.2126, 0.7152, 0.0722) < 0.18  # relative luminance, WCAG 2
        ax.text(j, i, text, ha="center", va="center", color="white" if dark else INK)
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    ax.grid(visible=False)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def _line(colour) -> dict:
    """A colour, and the kind of line that goes with it."""
    return {"color": colour, "linestyle": LINES[COLOURS.index(colour)] if colour in COLOURS else "-"}


def roc(ax, curve: dict, label: str = "model", colour=BLUE):
    """A curve of `metrics.roc`, with its area, above the diagonal of pure guessing."""
    text = f"{label} ({curve['area']:.3f})"
    ax.plot(curve["false_positive_rate"], curve["true_positive_rate"], **_line(colour), label=text)
    ax.plot([0, 1], [0, 1], ":", color=GREY, linewidth=1.5)
    ax.set(xlabel="false positive rate", ylabel="true positive rate (recall)", xlim=(-0.01, 1.01), ylim=(-0.01, 1.01))
    ax.legend(title="area under the curve", loc="lower right")
    return ax


def precision_recall(ax, curve: dict, label: str = "model", colour=BLUE):
    """A curve of `metrics.precision_recall`, with its average precision."""
    text = f"{label} ({curve['average_precision']:.3f})"
    ax.plot(curve["recall"], curve["precision"], drawstyle="steps-post", **_line(colour), label=text)
    ax.set(xlabel="recall", ylabel="precision", xlim=(-0.01, 1.01), ylim=(-0.01, 1.01))
    ax.legend(title="average precision", loc="lower left")
    return ax


def reliability(ax, calibration: dict, label: str = "model", colour=BLUE):
    """What `metrics.calibration` found: on the diagonal a promise is kept; a larger point holds more texts."""
    size = 15 + 200 * calibration["count"] / calibration["count"].sum()
    ax.plot([0, 1], [0, 1], ":", color=GREY, linewidth=1.5)
    ax.plot(calibration["confidence"], calibration["frequency"], color=colour, linewidth=1, alpha=0.6)
    ax.scatter(calibration["confidence"], calibration["frequency"], size, color=colour, alpha=0.85)
    ax.set(xlabel="predicted probability", ylabel="observed frequency", xlim=(-0.04, 1.04), ylim=(-0.04, 1.04))
    ax.set_title(label)  # no legend: a model that is wrong about itself has points in any corner
    return ax


def history(ax, steps, losses, validation=None, window: int = 10):
    """Training loss of every step (pale), its mean over the last `window`, and `validation` as (steps, losses)."""
    steps, losses = np.asarray(steps), np.asarray(losses, float)
    sums = np.cumsum(np.insert(losses, 0, 0.0))
    first = np.maximum(np.arange(len(losses)) - window + 1, 0)
    smooth = (sums[1:] - sums[first]) / (np.arange(len(losses)) - first + 1)
    ax.plot(steps, losses, color=BLUE, alpha=0.25, linewidth=1)
    ax.plot(steps, smooth, color=BLUE, label=f"training, mean of {window} steps")
    if validation is not None:
        ax.plot(*validation, "s-", color=ORANGE, label="validation")
    ax.set(xlabel="step", ylabel="loss (nats)")
    ax.legend()
    return ax


def cost_curve(ax, costs: dict, threshold: float = 0.5):
    """What `metrics.costs` found: cost against threshold, its lowest point, and the `threshold` in use."""
    at, cost = np.minimum(costs["threshold"], 1.0), costs["cost"]
    ax.plot(at, cost, drawstyle="steps-pre", color=BLUE)
    best = cost.argmin()
    ax.plot(at[best], cost[best], "D", color=ORANGE, markersize=8, label=f"cheapest: from {at[best]:.2f} on")
    ax.axvline(threshold, linestyle=":", color=GREY, label=f"threshold {threshold:g}")
    ax.set(xlabel='threshold from which "positive" is said', ylabel="mean cost a text", xlim=(0, 1.01))
    ax.set_ylim(bottom=0)
    ax.legend()
    return ax


def lengths(ax, groups: dict, bins: int = 40, unit: str = "words"):
    """How long the texts of each group are: shares of its texts, with the median as a line."""
    longest = np.quantile(np.concatenate([np.asarray(v) for v in groups.values()]), 0.995)  # a few giants would
    edges = np.linspace(0, longest, bins + 1)  # squeeze all the others into one bar
    for i, (name, values) in enumerate(groups.items()):
        values, colour = np.asarray(values), COLOURS[i % len(COLOURS)]
        weights = np.full(len(values), 1 / len(values))
        text = f"{name} (median {np.median(values):.0f})"
        ax.hist(values, edges, weights=weights, histtype="stepfilled", color=colour, alpha=0.25)
        ax.hist(values, edges, weights=weights, histtype="step", color=colour, linewidth=1.5, label=text)
        ax.axvline(np.median(values), color=colour, linestyle="--", linewidth=1.5)
    ax.set(xlabel=f"length in {unit}", ylabel="share of the texts", xlim=(0, longest))
    ax.set_ylim(top=1.25 * ax.get_ylim()[1])  # room for the legend
    ax.legend()
    return ax
