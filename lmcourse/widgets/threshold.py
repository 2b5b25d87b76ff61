"""Explorer of chapter 05b: from which probability on should a model say "positive"?"""

from functools import lru_cache
from html import escape

import ipywidgets
import numpy as np

from lmcourse import plots
from lmcourse.evaluation import metrics
from lmcourse.widgets.explorer import Explorer


def threshold_explorer(
    models: dict[str, tuple], false_positive: int = 1, false_negative: int = 1, names=("negative", "positive")
) -> Explorer:
    """Move a threshold and two costs: confusion matrix, place on the precision-recall curve, mean cost of a text.

    `models` maps a name to labels (B,) of 0 and 1 and probabilities (B,) of class 1.
    """
    short_names = [name if len(name) <= 6 else name[:3] for name in names]

    @lru_cache(maxsize=1)
    def frame(model: str, false_positive: int, false_negative: int):
        """What a moving threshold leaves as it is: the two curves, and where everything stands."""
        curve = metrics.precision_recall(*models[model])
        costs = metrics.costs(*models[model], false_positive, false_negative)
        fig, (left, middle, right) = plots.figure(columns=3, height=3.1)
        plots.confusion(left, [[0, 0], [0, 0]], short_names)
        left.set_title("Texts")
        middle.plot(curve["recall"], curve["precision"], drawstyle="steps-post", color=plots.BLUE)
        middle.set(xlabel="recall", ylabel="precision", xlim=(-0.02, 1.02), ylim=(0, 1.02), title="Precision, recall")
        right.plot(np.minimum(costs["threshold"], 1), costs["cost"], drawstyle="steps-pre", color=plots.BLUE)
        right.set(xlabel="threshold", ylabel="mean cost a text", xlim=(0, 1), title="Cost")
        right.set_ylim(bottom=0)
        marks = [ax.plot([], [], "D", color=plots.ORANGE, markersize=8)[0] for ax in (middle, right)]
        fig.get_layout_engine().execute(fig)
        fig.set_layout_engine("none")  # laid out once: that is half of the time of a picture
        return fig, left, marks, costs

    def draw(model: str, percent: int, false_positive: int, false_negative: int) -> str:
        labels, probabilities = map(np.asarray, models[model])
        threshold = percent / 100
        predicted = (probabilities >= threshold).astype(int)
        matrix, figures = metrics.confusion(labels, predicted), metrics.classification(labels, predicted)
        cost = float(np.mean((predicted > labels) * false_positive + (predicted < labels) * false_negative))
        fig, left, (on_curve, on_costs), found = frame(model, false_positive, false_negative)
        left.clear()
        plots.confusion(left, matrix, short_names).set_title("Texts")
        on_curve.set_data([figures["recall"]], [figures["precision"]])
        on_costs.set_data([threshold], [cost])
        cheapest = "never" if np.isinf(found["best"]) else f"from {found['best']:.3f} on"
        told = ", ".join(f"{name} {figures[name]:.3f}" for name in ("accuracy", "precision", "recall", "f1"))
        alt = (
            f"{model}, threshold {threshold:.2f}: {matrix[1, 1]} true positives, {matrix[0, 1]} false positives, "
            f"{matrix[1, 0]} false negatives, {matrix[0, 0]} true negatives; {told}; mean cost {cost:.3f}."
        )
        least = f"the least is {found['cost'].min():.3f} (“{escape(names[1])}” {cheapest})"
        words = f"{told}. Mean cost of a text: <b>{cost:.3f}</b>; {least}."
        return f"<p role='status'>{words}</p>" + plots.html(fig, alt=alt)

    controls = {
        "model": ipywidgets.Dropdown(description="model", options=list(models)),
        "percent": ipywidgets.IntSlider(description="threshold in %", value=50, min=1, max=99),
        "false_positive": ipywidgets.IntSlider(
            description="cost of a false positive", value=false_positive, min=1, max=50
        ),
        "false_negative": ipywidgets.IntSlider(
            description="cost of a false negative", value=false_negative, min=1, max=50
        ),
    }
    return Explorer("From which probability on should it be called positive?", controls, draw)
