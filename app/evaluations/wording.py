"""Formats figures, p-values and verdicts for people."""

from app.evaluations.comparison import Comparison, MetricChange, Verdict
from app.evaluations.metrics import MetricSpec

NOTHING_TO_COMPARE = (
    "These two runs share nothing to compare: no metric was measured in both of them for the same cases."
)


def figure(value: float | None) -> str:
    """Format a figure; "–" if it was not measured."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) >= 2 else f"{value:,.3f}"


def figure_of(value: float | None, metric: MetricSpec) -> str:
    """Format a metric's figure: a count as a whole number, a rate with three places."""
    if value is not None and metric.is_count and float(value).is_integer():
        return f"{value:,.0f}"
    return figure(value)


def signed(value: float) -> str:
    return f"{value:+,.3f}"


def difference_of(change: MetricChange) -> str:
    """Format a difference: that of counts as a whole number; "–" if one of the runs did not measure the metric."""
    if not change.is_in_both:
        return "–"
    is_whole = change.metric.is_count and float(change.difference).is_integer()
    return f"{change.difference:+,.0f}" if is_whole else signed(change.difference)


def interval_of(change: MetricChange) -> str:
    """Format the interval of a difference; "–" for counts, and for metrics that one of the runs did not measure."""
    if change.low is None or change.high is None or not change.is_in_both:
        return "–"
    return f"{signed(change.low)} to {signed(change.high)}"


def p_value(change: MetricChange) -> str:
    """Format the p-value, and in brackets the p-value adjusted for the number of metrics."""
    if change.verdict in (Verdict.SAME, Verdict.NOT_JUDGED):
        return "–"
    return f"{change.p_value:.4f} ({change.adjusted_p:.4f})"


def verdict_sentence(comparison: Comparison) -> str:
    """Return a sentence with the verdict on the change between two runs."""
    if comparison.is_empty:
        return NOTHING_TO_COMPARE
    worse = [change.metric.name for change in comparison.changes if change.verdict is Verdict.WORSE]
    better = [change.metric.name for change in comparison.changes if change.verdict is Verdict.BETTER]
    if worse:
        return f"Worse beyond noise: {', '.join(worse)}."
    if better:
        return f"Better beyond noise: {', '.join(better)}; nothing is worse."
    return "No metric moved beyond noise."
