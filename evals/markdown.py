"""Runs and comparisons in Markdown: for a terminal and for the description of a change."""

from collections.abc import Iterable, Sequence

from app.evaluations.comparison import Comparison, Flip, MetricChange, Verdict
from app.evaluations.records import CaseRecord, RunManifest, RunRecord

SHOWN_FLIPS = 20
_SIGNS = {Verdict.WORSE: "▼ worse", Verdict.BETTER: "▲ better"}


def describe_run(record: RunRecord, *, cases: int = 0) -> str:
    """One run: what ran on what, its figures over all cases and by kind, and its `cases` lowest-scored cases."""
    manifest = record.manifest
    kinds = sorted(manifest.by_kind)
    rows = [
        [metric.name, figure(manifest.figures.get(metric.name))]
        + [figure(manifest.by_kind[kind].get(metric.name)) for kind in kinds]
        for metric in manifest.metrics
    ]
    parts = [
        f"# {manifest.suite} {manifest.suite_version}",
        "\n".join(f"- {line}" for line in conditions_of(manifest)),
        table(["metric", f"all ({manifest.n})", *(f"{kind} ({_count(record, kind)})" for kind in kinds)], rows),
    ]
    lowest = sorted(record.cases, key=lambda case: (case.score is not None, case.score or 0.0))[:cases]
    if lowest:
        parts.append(
            table(["case", "score", "reason"], [[case.id, figure(case.score), case.reason] for case in lowest])
        )
    return "\n\n".join(parts) + "\n"


def describe_case(case: CaseRecord) -> str:
    """One case: how it was scored, and why."""
    measures = table(["measure", "value"], [[name, figure(value)] for name, value in case.measures.items()])
    return f"# {case.id}\n\n{case.reason} (score {figure(case.score)})\n\n{measures}\n"


def describe_comparison(comparison: Comparison) -> str:
    """Two runs side by side: each metric with its interval and p-value, and the cases that flipped."""
    rows = [
        [
            change.metric.name,
            figure(change.before),
            figure(change.after),
            signed(change.difference),
            f"{signed(change.low)} to {signed(change.high)}",
            p_value(change),
            _SIGNS.get(change.verdict, change.verdict.value),
        ]
        for change in comparison.changes
    ]
    parts = [
        f"# {comparison.suite}: {comparison.before} → {comparison.after}",
        f"{comparison.paired} cases in both: {comparison.wins} better, {comparison.losses} worse, {comparison.ties} "
        f"the same. {verdict_sentence(comparison)}",
        table(["metric", "before", "after", "difference", "95 % interval", "p (adjusted)", ""], rows),
        *(f"**{warning}**" for warning in comparison.warnings),
    ]
    if comparison.flips:
        shown = comparison.flips[:SHOWN_FLIPS]
        parts.append(
            table(
                ["case", "before", "after", "why before", "why after"],
                [_flip_row(flip) for flip in shown],
            )
        )
        if len(comparison.flips) > len(shown):
            parts.append(f"… and {len(comparison.flips) - len(shown)} more.")
    return "\n\n".join(parts) + "\n"


def verdict_sentence(comparison: Comparison) -> str:
    """What two runs say about the change between them."""
    worse = [change.metric.name for change in comparison.changes if change.verdict is Verdict.WORSE]
    better = [change.metric.name for change in comparison.changes if change.verdict is Verdict.BETTER]
    if worse:
        return f"Worse beyond noise: {', '.join(worse)}."
    if better:
        return f"Better beyond noise: {', '.join(better)}; nothing is worse."
    return "No metric moved beyond noise."


def conditions_of(manifest: RunManifest) -> list[str]:
    """What ran on what, in short lines."""
    conditions = manifest.conditions
    lines = [
        f"run {manifest.id}, {manifest.status.value}, started {manifest.started_at:%Y-%m-%d %H:%M} UTC",
        f"data {conditions.data_name} ({conditions.data_digest[:12]}), {manifest.n} cases"
        + (f", {manifest.unscored} unscored" if manifest.unscored else ""),
        f"commit {conditions.commit[:12]}{' with changes' if conditions.dirty else ''}",
        f"{manifest.wall_seconds:.1f} s, {manifest.cpu_seconds:.1f} s of processor, {conditions.cores} cores",
    ]
    if conditions.embedding_space:
        lines.append(f"embeddings {conditions.embedding_space}")
    if conditions.model:
        lines.append(
            f"model {conditions.model}, {manifest.tokens_in} tokens in, {manifest.tokens_out} out, ${manifest.cost_usd}"
        )
    return lines


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; cells are made one line, and bars in them escaped."""
    lines = ["| " + " | ".join(map(_cell, head)) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(map(_cell, row)) + " |" for row in rows]
    return "\n".join(lines)


def figure(value: float | None) -> str:
    """A figure as people read it; "–" for what was not measured."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) >= 2 else f"{value:,.3f}"


def signed(value: float) -> str:
    return f"{value:+,.3f}"


def p_value(change: MetricChange) -> str:
    """The p-value, and in brackets the one adjusted for the number of metrics."""
    if change.verdict in (Verdict.SAME, Verdict.TOLD):
        return "–"
    return f"{change.p_value:.4f} ({change.adjusted_p:.4f})"


def _flip_row(flip: Flip) -> list[str]:
    before, after = flip.before, flip.after
    return [after.id, figure(before.score), figure(after.score), before.reason, after.reason]


def _count(record: RunRecord, kind: str) -> int:
    return sum(case.kind == kind for case in record.cases)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
