"""Formats figures, p-values and verdicts for people."""

from app.evaluations.comparison import Comparison, MetricChange, Verdict


def figure(value: float | None) -> str:
    """Format a figure; "–" if it was not measured."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) >= 2 else f"{value:,.3f}"


def signed(value: float) -> str:
    return f"{value:+,.3f}"


def p_value(change: MetricChange) -> str:
    """Format the p-value, and in brackets the p-value adjusted for the number of metrics."""
    if change.verdict in (Verdict.SAME, Verdict.NOT_JUDGED):
        return "–"
    return f"{change.p_value:.4f} ({change.adjusted_p:.4f})"


def verdict_sentence(comparison: Comparison) -> str:
    """Return a sentence with the verdict on the change between two runs."""
    worse = [change.metric.name for change in comparison.changes if change.verdict is Verdict.WORSE]
    better = [change.metric.name for change in comparison.changes if change.verdict is Verdict.BETTER]
    if worse:
        return f"Worse beyond noise: {', '.join(worse)}."
    if better:
        return f"Better beyond noise: {', '.join(better)}; nothing is worse."
    return "No metric moved beyond noise."
