"""Runs and comparisons in Markdown, for a terminal or a pull request."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from app.evaluations.comparison import Comparison, Flip, Verdict
from app.evaluations.records import CaseRecord, RunManifest, RunRecord
from app.evaluations.traces import Dropped, Trace
from app.evaluations.wording import difference_of, figure, figure_of, interval_of, p_value, verdict_sentence
from evals.running.gate import Judgement

SHOWN_FLIPS = 20
TRACED_FLIPS = 10
TRACED_RANKS = 5
_SIGNS = {Verdict.WORSE: "▼ worse", Verdict.BETTER: "▲ better"}


def describe_run(record: RunRecord, *, cases: int = 0) -> str:
    """Describe a run: its conditions, its figures over all cases and by kind, and its `cases` lowest-scored cases."""
    manifest = record.manifest
    kinds = sorted(manifest.by_kind)
    rows = [
        [metric.name, figure_of(manifest.figures.get(metric.name), metric)]
        + [figure_of(manifest.by_kind[kind].get(metric.name), metric) for kind in kinds]
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
    """Describe one case: its score, the reason, and its whole trace."""
    trace = Trace.of(case)
    parts = [f"# {case.id}", f"{case.reason} (score {figure(case.score)})"]
    if trace.question:
        parts.append(f"> {_line(trace.question)}")
    parts.append(table(["measure", "value"], [[name, figure(value)] for name, value in case.measures.items()]))
    if trace.retrieved:
        rows = [
            [str(item.rank), item.place, "yes" if item.is_evidence else "", item.kind, item.heading]
            for item in trace.retrieved
        ]
        parts += ["## Retrieved", table(["rank", "page", "evidence", "kind", "heading"], rows)]
    if trace.claims:
        parts += ["## Answer", "\n".join(_claim_lines(trace))]
    if trace.dropped:
        lines = [f"- {_line(item.text)}\n  - dropped: {_line(item.reason)}" for item in trace.dropped]
        parts += ["## Dropped", "\n".join(lines)]
    rest = {**case.details, **trace.rest}
    if rest:
        rows = [[name, value if isinstance(value, str) else as_json(value)] for name, value in rest.items()]
        parts += ["## Other details", table(["name", "value"], rows)]
    return "\n\n".join(parts) + "\n"


def describe_comparison(comparison: Comparison) -> str:
    """Describe two runs side by side: each metric with its interval and p-value, and the cases whose score changed."""
    rows = [
        [
            change.metric.name,
            figure_of(change.before, change.metric),
            figure_of(change.after, change.metric),
            difference_of(change),
            interval_of(change),
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
        parts += [part for flip in shown[:TRACED_FLIPS] for part in _side_by_side(flip)]
    return "\n\n".join(parts) + "\n"


def describe_judgement(judgement: Judgement) -> str:
    """Describe a run in comparison with its baseline."""
    text = describe_comparison(judgement.comparison)
    if judgement.newly_unscored:
        text += f"\n**{judgement.newly_unscored} cases that the baseline scored were not scored.**\n"
    if judgement.lost:
        text += (
            f"\n**Worse: {len(judgement.lost)} could not be measured: {', '.join(judgement.lost[:SHOWN_FLIPS])}.**\n"
        )
    return text


def conditions_of(manifest: RunManifest) -> list[str]:
    """Return the run's conditions in short lines."""
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
    """Return a Markdown table. Each cell becomes one line, and bars in it are escaped."""
    lines = ["| " + " | ".join(map(_cell, head)) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(map(_cell, row)) + " |" for row in rows]
    return "\n".join(lines)


def as_json(value: object) -> str:
    """Format a stored value as JSON."""
    return json.dumps(value, ensure_ascii=False)


def _claim_lines(trace: Trace) -> Iterator[str]:
    for claim in trace.claims:
        yield f"- {_line(claim.text)}"
        yield from (f'  - {quoted.place}: "{_line(quoted.quote)}"' for quoted in claim.citations)


def _side_by_side(flip: Flip) -> list[str]:
    """Return the first ranks and the sentences of both runs. Return [] for a baseline, because it has no traces."""
    before, after = Trace.of(flip.before), Trace.of(flip.after)
    if before.empty or after.empty:
        return []
    rows = [
        [str(rank), _place_at(before, rank), _place_at(after, rank)]
        for rank in range(1, 1 + min(TRACED_RANKS, max(len(before.retrieved), len(after.retrieved))))
    ]
    rows += [
        ["said", first.text if first else "", second.text if second else ""]
        for first, second in zip_longest(before.claims, after.claims)
    ]
    rows += [["dropped", _why(first), _why(second)] for first, second in zip_longest(before.dropped, after.dropped)]
    return [
        f"## {flip.after.id}",
        *([f"> {_line(after.question)}"] if after.question else []),
        table(["", "before", "after"], rows),
    ]


def _place_at(trace: Trace, rank: int) -> str:
    found = next((item for item in trace.retrieved if item.rank == rank), None)
    return "" if found is None else f"{found.place}{' (evidence)' if found.is_evidence else ''}"


def _why(dropped: Dropped | None) -> str:
    return "" if dropped is None else f"{dropped.text} ({dropped.reason})"


def _flip_row(flip: Flip) -> list[str]:
    before, after = flip.before, flip.after
    return [after.id, figure(before.score), figure(after.score), before.reason, after.reason]


def _count(record: RunRecord, kind: str) -> int:
    return sum(case.kind == kind for case in record.cases)


def _line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _line(text).replace("|", "\\|")
