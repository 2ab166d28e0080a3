"""The plots of a comparison: forest plots of the differences, and recall against k before and after."""

from collections.abc import Mapping, Sequence

from app.evaluations.comparison import Comparison, MetricChange, Verdict
from app.evaluations.metrics import Better
from app.evaluations.wording import difference_of, interval_of
from evals.reports.drawing import BAD, GOOD, INK, SOFT, Plot, add_legend, name_rows, open_canvas
from evals.reports.plots import AFTER, BEFORE, Points, Scale, plot_recall, recall_curves, scale_of

_VERDICTS: Mapping[Verdict, tuple[str, str]] = {
    Verdict.WORSE: (BAD, "v"),
    Verdict.BETTER: (GOOD, "^"),
    Verdict.NOISE: (INK, "o"),
    Verdict.SAME: (SOFT, "o"),
    Verdict.NOT_JUDGED: (SOFT, "D"),
}


def plot_comparison(comparison: Comparison) -> list[Plot]:
    """Plot the differences with their intervals, and recall against k before and after."""
    old = recall_curves((change.metric.name, change.before) for change in comparison.changes)
    new = recall_curves((change.metric.name, change.after) for change in comparison.changes)
    curves: dict[str, Points] = {}
    for name in dict.fromkeys([*old, *new]):
        curves |= {f"{name}{BEFORE}": old[name]} if name in old else {}
        curves |= {f"{name}{AFTER}": new[name]} if name in new else {}
    recall = plot_recall(curves)
    return [*plot_differences(comparison.changes), *([] if recall is None else [recall])]


def plot_differences(changes: Sequence[MetricChange]) -> list[Plot]:
    """Draw one forest plot per scale. It shows the difference of each metric with its interval."""
    plots: list[Plot] = []
    for scale in Scale:
        chosen = [change for change in changes if change.before is not None and change.after is not None]
        chosen = [change for change in chosen if _change_scale(change) is scale]
        if chosen:
            plots.append(_draw_differences(scale, chosen))
    return plots


def _draw_differences(scale: Scale, changes: Sequence[MetricChange]) -> Plot:
    name = f"differences-{scale}"
    with open_canvas(name, height=0.9 + 0.27 * len(changes)) as canvas:
        axes = canvas.axes[0]
        axes.axvline(0, color=INK, linewidth=0.8)
        for verdict, (colour, marker) in _VERDICTS.items():
            drawn = [(row, change) for row, change in enumerate(changes) if change.verdict is verdict]
            if drawn:
                axes.errorbar(
                    [change.difference for _, change in drawn],
                    [row for row, _ in drawn],
                    # A bootstrap interval may exclude the difference, but error bars must not be negative.
                    xerr=[
                        [max(0.0, change.difference - _low(change)) for _, change in drawn],
                        [max(0.0, _high(change) - change.difference) for _, change in drawn],
                    ],
                    fmt=marker,
                    color=colour,
                    capsize=3,
                    markersize=5,
                    label=verdict.value,
                )
        name_rows(axes, [_metric_label(change) for change in changes])
        axes.margins(x=0.08)
        if all(_low(change) == _high(change) == 0 for change in changes):
            axes.set_xlim(-1.03, 1.03)
        axes.locator_params(axis="x", nbins=6, integer=scale is Scale.COUNT)
        intervals = "" if scale is Scale.COUNT else ", with 95 % intervals"
        axes.set_xlabel(f"after − before{intervals}")
        add_legend(canvas)
        described = (
            f"{change.metric.name} {difference_of(change)}{_bracketed(change)}, {change.verdict.value}"
            for change in changes
        )
        return Plot(name, f"Differences: {scale}", "; ".join(described), canvas.svg())


def _low(change: MetricChange) -> float:
    return change.difference if change.low is None else change.low


def _high(change: MetricChange) -> float:
    return change.difference if change.high is None else change.high


def _bracketed(change: MetricChange) -> str:
    return "" if change.low is None else f" ({interval_of(change)})"


def _metric_label(change: MetricChange) -> str:
    return f"{change.metric.name} ↓" if change.metric.better is Better.LOWER else change.metric.name


def _change_scale(change: MetricChange) -> Scale:
    sides = ({change.metric.name: value} for value in (change.before, change.after) if value is not None)
    return scale_of(change.metric, sides)
