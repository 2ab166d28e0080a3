"""The commands `footnote eval list` and `footnote eval run`."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from app.core.errors import FootnoteError
from app.evaluations.records import EvalRunStatus, RunRecord, Selection
from app.settings import Settings
from evals.commands.options import (
    FAILED,
    INTERRUPTED,
    HomesOption,
    RunsOption,
    build_suites,
    errors_as_messages,
    find_homes,
    open_runs,
    print_error,
    stderr_console,
)
from evals.datasets.files import rewrite
from evals.environment.stacks import Stacks
from evals.reports.report import Report
from evals.running.engine import Suite
from evals.running.progress import RunProgress
from evals.running.runner import Runner, RunRequest


def list_suites() -> None:
    """List the suites."""
    table = Table("suite", "version", "measures", box=None)
    for suite in build_suites().list_all():
        table.add_row(suite.name, suite.version, suite.purpose)
    Console().print(table)


def run_suites(
    suites: Annotated[list[str], typer.Argument(metavar="SUITE…", help="The suites' names.")],
    data: Annotated[
        Path | None,
        typer.Option("--data", exists=True, file_okay=False, help="The folder of data, unless the suite has its own."),
    ] = None,
    only: Annotated[str | None, typer.Option("--only", metavar="KIND", help="Only cases of this kind.")] = None,
    sample: Annotated[int | None, typer.Option("--sample", min=1, help="Number of cases, drawn with the seed.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the sample.")] = 0,
    repeat: Annotated[int, typer.Option("--repeat", min=1, max=100, help="Number of times to score each case.")] = 1,
    json_out: Annotated[Path | None, typer.Option("--json", help="Where to write the report as JSON.")] = None,
    live: Annotated[bool, typer.Option("--live", help="Call the models, and record their responses.")] = False,
    checks: Annotated[
        bool, typer.Option("--checks", help="facts: check that totals of annual reports add up.")
    ] = False,
    left_out: Annotated[
        bool,
        typer.Option(
            "--left-out",
            help="facts, extraction: read with what is learnt without the filing's company, or the document.",
        ),
    ] = False,
    plain: Annotated[bool, typer.Option("--plain", help="metadata: hide the tags of inline XBRL.")] = False,
    resume: Annotated[str | None, typer.Option("--resume", metavar="RUN", help="Resume this run.")] = None,
    home: HomesOption = None,
    runs: RunsOption = None,
) -> None:
    """Run suites on a folder of data. Ctrl-C interrupts a run and keeps its completed cases; --resume continues it."""
    options = tuple(name for name, on in (("checks", checks), ("left-out", left_out), ("plain", plain)) if on)
    selection = Selection(only=only, sample=sample, seed=seed, repeat=repeat, options=options)
    homes = find_homes(home)
    with errors_as_messages():
        chosen = [build_suites().get(name) for name in dict.fromkeys(suites)]
        requests = [
            (suite, RunRequest(data=data or _write_own(suite, homes), selection=selection, live=live, resume=resume))
            for suite in chosen
        ]

    def report_path(suite: str) -> Path | None:
        return json_out if json_out is None or len(chosen) == 1 else _beside(json_out, suite)

    with Stacks(notify=notify) as stacks:
        runner = build_runner(stacks, homes=homes, runs=runs)
        failed = [
            suite.name for suite, request in requests if not _run(runner, suite, request, report_path(suite.name))
        ]
    if failed:
        raise typer.Exit(FAILED)


def _write_own(suite: Suite[Any], homes: Path) -> Path:
    """Write the suite's own data next to the homes. Raises DataMissingError if the suite has none."""
    return rewrite(homes / suite.name, suite.write_own)


def _run(runner: Runner, suite: Suite[Any], request: RunRequest, out: Path | None) -> bool:
    """Run one suite and print its result. On an error, print the error and return False, so that other suites run."""
    try:
        with RunProgress(stderr_console()) as progress:
            record = runner.run(suite, request, progress)
    except FootnoteError as error:
        print_error(error)
        return False
    print_record(record)
    if out is not None:
        Report.of(record).write(out)
    if record.manifest.status is EvalRunStatus.INTERRUPTED:
        stderr_console().print(f"Interrupted: continue with --resume {record.manifest.id}")
        raise typer.Exit(INTERRUPTED)
    return True


def notify(sentence: str) -> None:
    stderr_console().print(sentence)


def build_runner(stacks: Stacks, *, homes: Path, runs: Path | None) -> Runner:
    """Build a runner with settings from the environment. It records model responses next to the homes."""
    return Runner(
        runs=open_runs(runs),
        homes=homes,
        cassettes=homes / "cassettes",
        stacks=stacks,
        settings=Settings(),
        notify=notify,
    )


def print_record(record: RunRecord) -> None:
    """Print the run's metrics, one per line."""
    console, manifest = Console(highlight=False), record.manifest
    console.print(f"{manifest.suite} on {manifest.conditions.data_name}")
    for line in Report.of(record).lines():
        console.print(line)
    unscored = f", {manifest.unscored} unscored" if manifest.unscored else ""
    console.print(f"{manifest.n} cases{unscored}; the run is {manifest.id}")


def _beside(path: Path, suite: str) -> Path:
    """Return the path of one suite's report if several suites run, for example `out.retrieval.json` for `out.json`."""
    return path.with_suffix(f".{suite}{path.suffix}")
