"""`footnote eval …`: list the suites, run one."""

from pathlib import Path
from typing import Annotated

import platformdirs
import typer
from rich.console import Console
from rich.table import Table

from app.core.errors import FootnoteError
from evals.engine import SuiteContext, Suites
from evals.report import Report, count_cores, digest_folder, find_commit
from evals.suites.retrieval import RetrievalSuite
from evals.suites.robustness import RobustnessSuite

commands = typer.Typer(name="eval", help="Measure on data of your own, offline.", no_args_is_help=True)

FAILED = 1


def build_suites() -> Suites:
    """All suites that there are."""
    return Suites([RetrievalSuite(), RobustnessSuite()])


def default_homes() -> Path:
    """Where evals keep ingested documents between runs: in the user's cache folder."""
    return platformdirs.user_cache_path("footnote") / "evals"


@commands.command("list")
def list_suites() -> None:
    """Say which suites there are."""
    table = Table("suite", "version", "measures", box=None)
    for suite in build_suites().list_all():
        table.add_row(suite.name, suite.version, suite.purpose)
    Console().print(table)


@commands.command("run")
def run_suite(
    suite: Annotated[str, typer.Argument(help="The suite's name.")],
    data: Annotated[Path, typer.Option("--data", exists=True, file_okay=False, help="The folder of data.")],
    json_out: Annotated[Path | None, typer.Option("--json", help="Where to write the report as JSON.")] = None,
    home: Annotated[Path | None, typer.Option("--home", help="Where to keep what was ingested.")] = None,
) -> None:
    """Run a suite on a folder of data."""
    told = Console(stderr=True)
    try:
        chosen = build_suites().get(suite)
        digest = digest_folder(data)
        context = SuiteContext(
            data=data.resolve(),
            data_digest=digest,
            homes=home or default_homes(),
            say=lambda sentence: told.print(sentence, highlight=False),
        )
        result = chosen.run(context)
    except FootnoteError as error:
        told.print(f"[red]{error.code}[/]: {error.detail}", highlight=False)
        raise typer.Exit(FAILED) from error
    report = Report(
        suite=chosen.name,
        suite_version=chosen.version,
        commit=find_commit(),
        data_digest=digest,
        cores=count_cores(),
        metrics=result.metrics,
        cases=tuple(result.cases),
    )
    if json_out is not None:
        report.write(json_out)
    for line in report.lines():
        Console().print(line, highlight=False)
