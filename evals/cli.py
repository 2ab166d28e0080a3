"""`footnote eval …`: list the suites, run some, look at runs."""

from pathlib import Path
from typing import Annotated

import platformdirs
import typer
from rich.console import Console
from rich.table import Table

import evals.suites
from app.core.errors import FootnoteError
from app.evaluations.records import RunRecord, RunStatus, Selection
from app.settings import Settings
from evals.engine import Suites, discover_suites
from evals.progress import RunProgress
from evals.records import RunFolder
from evals.report import Report
from evals.runner import Runner, RunRequest

commands = typer.Typer(name="eval", help="Measure on data of your own, offline.", no_args_is_help=True)

FAILED = 1
INTERRUPTED = 130

RunsOption = Annotated[
    Path | None, typer.Option("--runs", envvar="FOOTNOTE_EVAL_RUNS", help="Where the runs' records are kept.")
]


def build_suites() -> Suites:
    """All suites that there are."""
    return discover_suites(evals.suites)


def default_homes() -> Path:
    """Where evals keep ingested documents between runs: in the user's cache folder."""
    return platformdirs.user_cache_path("footnote") / "evals"


def default_runs() -> Path:
    """Where the records of runs are kept: in the user's data folder."""
    return platformdirs.user_data_path("footnote") / "eval-runs"


@commands.command("list")
def list_suites() -> None:
    """Say which suites there are."""
    table = Table("suite", "version", "measures", box=None)
    for suite in build_suites().list_all():
        table.add_row(suite.name, suite.version, suite.purpose)
    Console().print(table)


@commands.command("run")
def run_suites(
    suites: Annotated[list[str], typer.Argument(metavar="SUITE…", help="The suites' names.")],
    data: Annotated[Path, typer.Option("--data", exists=True, file_okay=False, help="The folder of data.")],
    only: Annotated[str | None, typer.Option("--only", metavar="KIND", help="Only cases of this kind.")] = None,
    sample: Annotated[int | None, typer.Option("--sample", min=1, help="So many cases, drawn with the seed.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="For the sample.")] = 0,
    repeat: Annotated[int, typer.Option("--repeat", min=1, max=100, help="Score each case so often.")] = 1,
    json_out: Annotated[Path | None, typer.Option("--json", help="Where to write the report as JSON.")] = None,
    live: Annotated[bool, typer.Option("--live", help="Call the models, and record what they say.")] = False,
    resume: Annotated[str | None, typer.Option("--resume", metavar="RUN", help="Go on with this run.")] = None,
    home: Annotated[Path | None, typer.Option("--home", help="Where to keep what was ingested.")] = None,
    runs: RunsOption = None,
) -> None:
    """Run suites on a folder of data. Ctrl-C keeps what is done; --resume goes on from there."""
    told = Console(stderr=True)
    homes = home or default_homes()
    runner = Runner(
        runs=RunFolder(runs or default_runs()),
        homes=homes,
        cassettes=homes / "cassettes",
        settings=Settings(),
        say=lambda sentence: told.print(sentence, highlight=False),
    )
    request = RunRequest(
        data=data,
        selection=Selection(only=only, sample=sample, seed=seed, repeat=repeat),
        live=live,
        resume=resume,
    )
    try:
        chosen = [build_suites().get(name) for name in dict.fromkeys(suites)]
        for suite in chosen:
            with RunProgress(told) as progress:
                record = runner.run(suite, request, progress)
            _tell(record)
            if json_out is not None:
                Report.of(record).write(json_out if len(chosen) == 1 else _beside(json_out, suite.name))
            if record.manifest.status is RunStatus.INTERRUPTED:
                told.print(f"Interrupted: go on with --resume {record.manifest.id}", highlight=False)
                raise typer.Exit(INTERRUPTED)
    except FootnoteError as error:
        told.print(f"[red]{error.code}[/]: {error.detail}", highlight=False)
        raise typer.Exit(FAILED) from error


def _beside(path: Path, suite: str) -> Path:
    """Where the report of one of several suites goes: `out.json` → `out.retrieval.json`."""
    return path.with_suffix(f".{suite}{path.suffix}")


def _tell(record: RunRecord) -> None:
    console, manifest = Console(), record.manifest
    for line in Report.of(record).lines():
        console.print(line, highlight=False)
    unscored = f", {manifest.unscored} unscored" if manifest.unscored else ""
    console.print(f"{manifest.n} cases{unscored}; the run is {manifest.id}", highlight=False)
