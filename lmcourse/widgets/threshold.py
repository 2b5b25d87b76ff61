"""Explorer of chapter 05b: from which probability on should a model say "positive"?"""

from functools import cache
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
    costs = cache(lambda model, fp, fn: metrics.costs(*models[model], fp, fn))
    curve = cache(lambda model: metrics.precision_recall(*models[model]))

    def draw(model: str, percent: int, false_positive: int, false_negative: int) -> str:
        labels, probabilities = map(np.asarray, models[model])
        threshold = percent / 100
        predicted = (probabilities >= threshold).astype(int)
        matrix, figures = metrics.confusion(labels, predicted), metrics.classification(labels, predicted)
        cost = float(np.mean((predicted > labels) * false_positive + (predicted < labels) * false_negative))
        found = costs(model, false_positive, false_negative)
        cheapest = "never" if np.isinf(found["best"]) else f"from {found['best']:.3f} on"
        fig, (left, middle, right) = plots.figure(columns=3, height=3.1)
        plots.confusion(left, matrix, [name[:3] for name in names])
        left.set_title("Texts")
        middle.plot(curve(model)["recall"], curve(model)["precision"], drawstyle="steps-post", color=plots.BLUE)
        middle.plot(figures["recall"], figures["precision"], "D", color=plots.ORANGE, markersize=8)
        middle.set(xlabel="recall", ylabel="precision", xlim=(-0.02, 1.02), ylim=(0, 1.02), title="Precision, recall")
        at = np.minimum(found["threshold"], 1)
        right.plot(at, found["cost"], drawstyle="steps-pre", color=plots.BLUE)
        right.plot(threshold, cost, "D", color=plots.ORANGE, markersize=8)
        right.set(xlabel="threshold", ylabel="mean cost a text", xlim=(0, 1), title="Cost")
        right.set_ylim(bottom=0)
        told = ", ".join(f"{name} {figures[name]:.3f}" for name in ("accuracy", "precision", "recall", "f1"))
        alt = (
            f"{model}, threshold {threshold:.2f}: {matrix[1, 1]} true positives, {matrix[0, 1]} false positives, "
            f"{matrix[1, 0]} false negatives, {matrix[0, 0]} true negatives; {told}; mean cost {cost:.3f}."
        )
        least = f"the least is {found['cost'].min():.3f} (“{escape(names[1])}” {cheapest})"
        words = f"{told}. Mean cost of a text: <b>{cost:.3f}</b>; {least}."
        return plots.html(fig, alt=alt) + f"<p>{words}</p>"

    controls = {
        "model": ipywidgets.Dropdown(description="model", options=list(models)),
        "percent": ipywidgets.IntSlider(description="threshold in %", value=50, min=1, max=99),
        "false_positive": ipywidgets.IntSlider(
            description="cost of a false positive", value=false_positive, min=1, max=20
        ),
        "false_negative": ipywidgets.IntSlider(
            description="cost of a false negative", value=false_negative, min=1, max=20
        ),
    }
    return Explorer("From which probability on should it be called positive?", controls, draw)
