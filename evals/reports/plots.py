"""Draws the plots for which a run has data.

Metrics of different scales never share an axis. Shares (0 to 1), counts and other values have separate plots.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

import numpy as np
from matplotlib.ticker import LogLocator, NullFormatter

from app.evaluations.metrics import Aggregate, MetricSpec
from app.evaluations.records import CaseRecord, CaseTiming, RunRecord
from app.evaluations.wording import figure
from evals.reports.drawing import SERIES, SOFT, Plot, add_legend, colour_of, label, marker_of, name_rows, open_canvas
from evals.scoring.calibration import Calibration

ALL, BEFORE, AFTER = "all", ", before", ", after"
MOST_KINDS = 8
WIDE_SPREAD = 20
"""The axis of times is logarithmic if the longest time exceeds this multiple of the shortest."""

_DEPTH = re.compile(r"(?P<name>(?:.*[_-])?recall)@(?P<depth>[1-9]\d{0,5})")

Points = Sequence[tuple[int, float]]


class Scale(StrEnum):
    SHARE = "shares"
    COUNT = "counts"
    VALUE = "values"


def plot_run(record: RunRecord) -> list[Plot]:
    """Draw the plots for which the run has data."""
    manifest = record.manifest
    found = [
        *plot_kinds(record),
        plot_recall(recall_curves(manifest.figures.items())),
        plot_calibration(Calibration.of(record.cases)),
        plot_latency(record.timings),
        plot_spending(record.cases),
    ]
    return [plot for plot in found if plot is not None]


def plot_kinds(record: RunRecord) -> list[Plot]:
    """Plot each metric by type of question, one plot per scale. If all cases have one type, return no plots."""
    manifest = record.manifest
    if len(manifest.by_kind) < 2:
        return []
    drawn = _commonest(record)
    left_out = len(manifest.by_kind) - len(drawn)
    note = f"The {len(drawn)} commonest of {len(manifest.by_kind)} types; the table has all." if left_out else ""
    plots: list[Plot] = []
    for scale in Scale:
        series = {kind: manifest.by_kind[kind] for kind in drawn}
        if scale is not Scale.COUNT:  # the sum over all cases would dwarf the sums per type
            series = {ALL: manifest.figures, **series}
        metrics = [metric.name for metric in manifest.metrics if scale_of(metric, series.values()) is scale]
        metrics = [name for name in metrics if any(name in figures for figures in series.values())]
        if metrics:
            plots.append(_draw_kinds(scale, metrics, series, note))
    return plots


def plot_recall(curves: Mapping[str, Points]) -> Plot | None:
    """Plot recall against the number of inspected pages."""
    if not curves:
        return None
    with open_canvas("recall", height=3.1) as canvas:
        axes = canvas.axes[0]
        names = list(dict.fromkeys(_without_side(name) for name in curves))
        for name, points in curves.items():
            depths, values = zip(*points, strict=True)
            place, dashed = names.index(_without_side(name)), "--" if name.endswith(BEFORE) else "-"
            axes.plot(depths, values, dashed, marker=marker_of(place), color=colour_of(place), label=label(name))
        axes.set_ylim(-0.03, 1.03)
        axes.set_xticks(sorted({depth for points in curves.values() for depth, _ in points}))
        axes.set_xlabel("k (number of pages)")
        axes.set_ylabel("recall@k")
        add_legend(canvas)
        described = (
            f"{name}: {', '.join(f'{figure(value)} at {depth}' for depth, value in points)}"
            for name, points in curves.items()
        )
        return Plot("recall", "Recall against k", "; ".join(described), canvas.svg())


def plot_calibration(calibration: Calibration) -> Plot | None:
    """Plot confidence against the share of right cases, with the number of cases per point."""
    error = calibration.expected_error
    if error is None:
        return None
    with open_canvas("calibration", height=3.9, rows=(3.0, 1.0)) as canvas:
        axes, below = canvas.axes
        bins = calibration.bins
        axes.plot((0, 1), (0, 1), ":", color=SOFT, label="perfect calibration")
        axes.errorbar(
            [part.confidence for part in bins],
            [part.share for part in bins],
            yerr=[
                [max(0.0, part.share - part.least) for part in bins],
                [max(0.0, part.most - part.share) for part in bins],
            ],
            fmt="o-",
            color=SERIES[0],
            capsize=3,
            label="95 % intervals",
        )
        axes.set_ylabel("share of right cases")
        axes.set_ylim(-0.03, 1.03)
        axes.tick_params(labelbottom=False)
        add_legend(canvas)
        bars = below.bar(
            [part.low for part in bins],
            [part.count for part in bins],
            width=[part.high - part.low for part in bins],
            align="edge",
            color=SERIES[0],
            alpha=0.6,
        )
        below.bar_label(bars, fontsize=8)
        below.margins(y=0.3)
        below.set_ylabel("cases")
        below.set_xlabel("confidence")
        for part in canvas.axes:
            part.set_xlim(-0.03, 1.03)
        described = (
            f"confidence {part.low:.1f} to {part.high:.1f}: {part.right} of {part.count} right, "
            f"mean confidence {figure(part.confidence)}"
            for part in bins
        )
        note = f"{calibration.count} cases; the expected calibration error is {figure(error)}."
        return Plot("calibration", "Calibration", "; ".join(described), canvas.svg(), note)


def plot_latency(timings: Sequence[CaseTiming]) -> Plot | None:
    """Plot the cumulative distribution of times, with one curve for each timed part of a case."""
    times: dict[str, list[float]] = {}
    for timing in timings:
        for name, seconds in (("whole case", timing.seconds), *timing.times.items()):
            if seconds > 0:
                times.setdefault(name, []).append(seconds * 1000)
    if not times:
        return None
    with open_canvas("latency", height=3.1) as canvas:
        axes = canvas.axes[0]
        described: list[str] = []
        for place, (name, values) in enumerate(times.items()):
            half, most = (float(value) for value in np.percentile(values, (50, 95)))
            axes.ecdf(values, color=colour_of(place))
            axes.plot(
                (half, most),
                (0.5, 0.95),
                marker_of(place),
                color=colour_of(place),
                label=f"{label(name)}: {milliseconds(half)} / {milliseconds(most)} ms",
            )
            described.append(
                f"{name}: half within {milliseconds(half)} ms, 95 % within {milliseconds(most)} ms, {len(values)} cases"
            )
        every = [value for values in times.values() for value in values]
        if max(every) > WIDE_SPREAD * min(every):
            axes.set_xscale("log")
            axes.xaxis.set_major_locator(LogLocator(numticks=6))
            axes.xaxis.set_minor_formatter(NullFormatter())
        axes.xaxis.set_major_formatter("{x:,g}")
        axes.set_ylim(0, 1.03)
        axes.set_xlabel("milliseconds")
        axes.set_ylabel("share of cases")
        add_legend(canvas)
        note = "The marks and the figures are the 50th and the 95th percentiles."
        return Plot("latency", "Times per case", "; ".join(described), canvas.svg(), note)


def plot_spending(cases: Sequence[CaseRecord]) -> Plot | None:
    """Plot tokens, and any cost, by type of question."""
    kinds = sorted({case.kind for case in cases if case.tokens_in or case.tokens_out or case.cost_usd})
    if not kinds:
        return None
    of_kind = {kind: [case for case in cases if case.kind == kind] for kind in kinds}
    read = [sum(case.tokens_in for case in of_kind[kind]) for kind in kinds]
    written = [sum(case.tokens_out for case in of_kind[kind]) for kind in kinds]
    cost = [sum(float(case.cost_usd) for case in of_kind[kind]) for kind in kinds]
    names = [kind or "all" for kind in kinds]
    height = 0.9 + 0.35 * len(kinds)
    rows = (1.0, 1.0) if any(cost) else (1.0,)
    with open_canvas("spending", height=height * len(rows) + 0.3, rows=rows) as canvas:
        places = range(len(kinds))
        axes = canvas.axes[0]
        axes.barh(places, read, color=SERIES[0], label="tokens in")
        axes.barh(places, written, left=read, color=SERIES[1], label="tokens out")
        axes.set_xlabel("tokens")
        axes.xaxis.set_major_formatter("{x:,.0f}")
        add_legend(canvas)
        if any(cost):
            canvas.axes[1].barh(places, cost, color=SERIES[2])
            canvas.axes[1].set_xlabel("cost, $")
        for part in canvas.axes:
            name_rows(part, names)
            part.locator_params(axis="x", nbins=5)
        described = (
            f"{name}: {tokens_in:,} tokens in, {tokens_out:,} out, ${dollars:,.4f}"
            for name, tokens_in, tokens_out, dollars in zip(names, read, written, cost, strict=True)
        )
        return Plot("spending", "Tokens and cost", "; ".join(described), canvas.svg())


def recall_curves(figures: Iterable[tuple[str, float | None]]) -> dict[str, Points]:
    """Collect figures named `…recall@k` into one curve per text before `@k`. Curves of one point are left out."""
    curves: dict[str, list[tuple[int, float]]] = {}
    for name, value in figures:
        found = _DEPTH.fullmatch(name)
        if found is not None and value is not None and 0 <= value <= 1:
            curves.setdefault(found["name"], []).append((int(found["depth"]), value))
    return {name: sorted(points) for name, points in curves.items() if len(points) > 1}


def milliseconds(value: float) -> str:
    """Format a time in whole milliseconds, or with two significant digits if it is below ten."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def _commonest(record: RunRecord) -> list[str]:
    """Return the types of question with the most cases, sorted by name."""
    counts = Counter(case.kind for case in record.cases)
    kinds = sorted(record.manifest.by_kind, key=lambda kind: (-counts[kind], kind))
    return sorted(kinds[:MOST_KINDS])


def _draw_kinds(scale: Scale, metrics: Sequence[str], series: Mapping[str, Mapping[str, float]], note: str) -> Plot:
    name = f"kinds-{scale}"
    with open_canvas(name, height=0.9 + len(metrics) * (0.22 + 0.07 * len(series)) + 0.12 * len(series)) as canvas:
        axes = canvas.axes[0]
        for place, (kind, figures) in enumerate(series.items()):
            shift = (place - (len(series) - 1) / 2) * 0.7 / len(series)
            drawn = [(figures[metric], row + shift) for row, metric in enumerate(metrics) if metric in figures]
            if drawn:
                values, rows = zip(*drawn, strict=True)
                axes.plot(values, rows, marker_of(place), color=colour_of(place), markersize=5, label=label(kind))
        name_rows(axes, metrics)
        most = max(value for figures in series.values() for name, value in figures.items() if name in metrics)
        if scale is Scale.SHARE or (scale is Scale.COUNT and most <= 1):
            axes.set_xlim(-0.03, 1.03)
        axes.locator_params(axis="x", nbins=6, integer=scale is Scale.COUNT)
        add_legend(canvas)
        described = (
            f"{kind}: {', '.join(f'{metric} {figure(figures[metric])}' for metric in metrics if metric in figures)}"
            for kind, figures in series.items()
        )
        return Plot(name, f"Metrics by type of question: {scale}", "; ".join(described), canvas.svg(), note)


def _without_side(name: str) -> str:
    return name.removesuffix(BEFORE).removesuffix(AFTER)


def scale_of(metric: MetricSpec, series: Iterable[Mapping[str, float]]) -> Scale:
    """Return the scale of a metric, by its aggregation and its values."""
    if metric.how is Aggregate.SUM:
        return Scale.COUNT
    values = (figures[metric.name] for figures in series if metric.name in figures)
    return Scale.SHARE if all(0 <= value <= 1 for value in values) else Scale.VALUE
