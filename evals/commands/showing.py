"""`footnote eval show` and `compare`: print runs, or write them as Markdown or one HTML file."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.core.errors import NotFoundError
from app.evaluations.comparison import compare_runs
from app.evaluations.records import CaseRecord, RunRecord
from evals.commands.options import REGRESSED, RunsOption, errors_as_messages, open_runs, stderr_console
from evals.reports.markdown import describe_case, describe_comparison, describe_run
from evals.running.baseline import read_baseline
from evals.running.records import RunFolder

LOWEST = 10

HtmlOption = Annotated[
    Path | None, typer.Option("--html", dir_okay=False, help="Write the report as one HTML file to this path.")
]
MarkdownOption = Annotated[
    Path | None, typer.Option("--markdown", dir_okay=False, help="Write the report as Markdown to this path.")
]


class EvalCaseNotFoundError(NotFoundError):
    code = "eval-case-not-found"
    title = "The run has no such case."


def show_run(
    run: Annotated[
        str | None, typer.Argument(help="An id, a folder, `latest`, SUITE, or SUITE~1 (the one before).")
    ] = None,
    case: Annotated[str | None, typer.Option("--case", help="Show this case with its trace.")] = None,
    cases: Annotated[int, typer.Option("--cases", min=0, help="Number of lowest-scored cases to show.")] = LOWEST,
    html: HtmlOption = None,
    markdown: MarkdownOption = None,
    runs: RunsOption = None,
) -> None:
    """Show a run, or list all runs if none is named."""
    folder = open_runs(runs)
    with errors_as_messages():
        if run is None:
            table = Table("run", "suite", "data", "cases", "status", box=None)
            for manifest in folder.list_all():
                name = manifest.conditions.data_name
                table.add_row(manifest.id, manifest.suite, name, str(manifest.n), manifest.status.value)
            Console().print(table)
            return
        record = folder.get(run)
        text = describe_run(record, cases=cases) if case is None else describe_case(_find(record, case))
        _write_outputs(text, markdown)
        if html is not None:
            from evals.reports.html import render_run  # noqa: PLC0415 - plotting libraries are slow to import, so only plots load them

            _write(html, render_run(record))


def compare(
    before: Annotated[str, typer.Argument(help="The run to compare with, or a baseline's file.")],
    after: Annotated[str, typer.Argument(help="The run to compare.")],
    html: HtmlOption = None,
    markdown: MarkdownOption = None,
    runs: RunsOption = None,
) -> None:
    """Compare two runs of a suite, case by case. Exits with 3 if a metric is significantly worse."""
    folder = open_runs(runs)
    with errors_as_messages():
        first, second = (_get(folder, name) for name in (before, after))
        comparison = compare_runs(first, second)
        _write_outputs(describe_comparison(comparison), markdown)
        if html is not None:
            from evals.reports.html import render_comparison  # noqa: PLC0415 - plotting libraries are slow to import, so only plots load them

            _write(html, render_comparison(comparison, first, second))
        if comparison.regressed:
            raise typer.Exit(REGRESSED)


def _get(folder: RunFolder, name: str) -> RunRecord:
    path = Path(name)
    return read_baseline(path).as_record() if path.suffix == ".json" else folder.get(name)


def _find(record: RunRecord, case_id: str) -> CaseRecord:
    for case in record.cases:
        if case.id == case_id:
            return case
    raise EvalCaseNotFoundError(f"{record.manifest.id} has no case {case_id}.")


def _write_outputs(text: str, markdown: Path | None) -> None:
    if markdown is None:
        sys.stdout.write(text)
    else:
        _write(markdown, text)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    stderr_console().print(f"Written: {path}")
