"""Renders a run or a comparison as one HTML file, which loads no other file and runs no script.

Texts of cases come from documents and models, so they are always escaped. The same record renders to the same bytes.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.evaluations.comparison import Comparison, Flip, Verdict
from app.evaluations.records import RunManifest, RunRecord
from app.evaluations.traces import Trace
from app.evaluations.wording import (
    difference_of,
    figure,
    figure_of,
    interval_of,
    p_value,
    signed,
    verdict_sentence,
)
from evals.reports.comparison_plots import plot_comparison
from evals.reports.plots import milliseconds, plot_run
from evals.scoring.calibration import Calibration

TRACED_CASES = 200
TRACED_FLIPS = 200
ONE_LINE = 100
_TEMPLATES = Path(__file__).parent / "templates"
_SIGNS = {Verdict.WORSE: "▼ worse", Verdict.BETTER: "▲ better"}


def render_run(record: RunRecord) -> str:
    """Render a run: its figures and plots, its cost, and its cases with traces, the lowest-scored first."""
    manifest = record.manifest
    lowest = sorted(record.cases, key=lambda case: (case.score is not None, case.score or 0.0))[:TRACED_CASES]
    return _render(
        "run.html",
        {
            "manifest": manifest,
            "conditions": _conditions(manifest),
            "counts": {kind: sum(case.kind == kind for case in record.cases) for kind in manifest.by_kind},
            "plots": plot_run(record),
            "missing_plots": _missing_plots(record),
            "times": {
                "whole case" if name == "case" else name: [milliseconds(seconds * 1000) for seconds in percentiles]
                for name, percentiles in manifest.times.items()
            },
            "spending": _spending(record),
            "cases": [(case, Trace.of(case)) for case in lowest],
            "not_shown": len(record.cases) - len(lowest),
        },
    )


def render_comparison(comparison: Comparison, before: RunRecord, after: RunRecord) -> str:
    """Render two runs: the differences with their intervals, and both traces of each case whose score changed."""
    flips = _outermost(comparison.flips)
    return _render(
        "comparison.html",
        {
            "comparison": comparison,
            "sentence": verdict_sentence(comparison),
            "signs": _SIGNS,
            "sides": [("before", before.manifest), ("after", after.manifest)],
            "differing": _differing(before.manifest, after.manifest),
            "plots": plot_comparison(comparison),
            "flips": [(flip, Trace.of(flip.before), Trace.of(flip.after)) for flip in flips],
            "not_shown": len(comparison.flips) - len(flips),
        },
    )


def _render(template: str, values: Mapping[str, object]) -> str:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "difference_of": difference_of,
        "figure": figure,
        "figure_of": figure_of,
        "interval_of": interval_of,
        "signed": signed,
        "p_value": p_value,
        "as_text": _as_text,
    }
    return environment.get_template(template).render(values) + "\n"


def _conditions(manifest: RunManifest) -> dict[str, str]:
    """Return the run's conditions by name, without empty ones."""
    conditions, selection = manifest.conditions, manifest.selection
    chosen = [
        f"{manifest.n:,}",
        *([f"{manifest.unscored:,} unscored"] if manifest.unscored else []),
        *([f"only {selection.only}"] if selection.only else []),
        *([f"a sample of {selection.sample:,} (seed {selection.seed})"] if selection.sample else []),
        *([f"each {selection.repeat} times"] if selection.repeat > 1 else []),
        *selection.options,
    ]
    rows = {
        "status": manifest.status.value,
        "started": f"{manifest.started_at:%Y-%m-%d %H:%M} UTC",
        "commit": f"{conditions.commit[:12]}{' with changes' if conditions.dirty else ''}",
        "data": f"{conditions.data_name} ({conditions.data_digest[:12]})",
        "cases": ", ".join(chosen),
        "settings": conditions.settings_digest[:12],
        "embeddings": conditions.embedding_space,
        "model": conditions.model or "none",
        "parameters": ", ".join(f"{name} {value}" for name, value in conditions.parameters.items()),
        "prompts": ", ".join(f"{name} {digest[:12]}" for name, digest in conditions.prompts.items()),
        "took": f"{manifest.wall_seconds:,.1f} s, {manifest.cpu_seconds:,.1f} s of processor, {conditions.cores} cores",
    }
    return {name: value for name, value in rows.items() if value}


def _differing(before: RunManifest, after: RunManifest) -> list[tuple[str, str, str]]:
    """Return the conditions that differ between the runs."""
    first, second = _conditions(before), _conditions(after)
    names = dict.fromkeys([*first, *second])
    rows = [(name, first.get(name, "–"), second.get(name, "–")) for name in names]
    return [row for row in rows if row[1] != row[2]]


def _missing_plots(record: RunRecord) -> list[str]:
    """Return a sentence for each plot that cannot be drawn because data is missing."""
    sentences: list[str] = []
    if len(record.manifest.by_kind) < 2:
        sentences.append("Metrics are not drawn by type of question: all cases are of one type.")
    if Calibration.of(record.cases).expected_error is None:
        sentences.append("Calibration can't be drawn: no case has both a confidence from 0 to 1 and a grade.")
    if not record.timings:
        sentences.append("Times can't be drawn: none were stored.")
    return sentences


def _spending(record: RunRecord) -> list[tuple[str, str, str]]:
    """Return rows of (unit, total, amount per case), or [] if nothing was spent."""
    manifest, count = record.manifest, len(record.cases)
    if not (manifest.tokens_in or manifest.tokens_out or manifest.cost_usd) or not count:
        return []
    return [
        ("tokens in", f"{manifest.tokens_in:,}", f"{manifest.tokens_in / count:,.1f}"),
        ("tokens out", f"{manifest.tokens_out:,}", f"{manifest.tokens_out / count:,.1f}"),
        ("cost", f"${manifest.cost_usd:,f}", f"${manifest.cost_usd / count:,.6f}"),
    ]


def _outermost(flips: Sequence[Flip]) -> list[Flip]:
    """Return all flips if they are few, otherwise the greatest losses and gains. `flips` is sorted by change."""
    if len(flips) <= TRACED_FLIPS:
        return list(flips)
    return [*flips[: TRACED_FLIPS // 2], *flips[-TRACED_FLIPS // 2 :]]


def _as_text(value: object) -> str:
    """Return a text unchanged and any other value as JSON, on one line if it is short."""
    if isinstance(value, str):
        return value
    line = json.dumps(value, ensure_ascii=False)
    return line if len(line) <= ONE_LINE else json.dumps(value, ensure_ascii=False, indent=1)
