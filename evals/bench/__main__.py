"""`python -m evals.bench ingest|ask --docs FOLDER --json FILE`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app.core.errors import FootnoteError
from evals.bench.asking import bench_ask
from evals.bench.ingesting import bench_ingest
from evals.bench.setting import BenchSetting
from evals.commands.options import find_homes
from evals.engine import SuiteResult
from evals.report import Report, count_cores, find_commit

VERSION = "1"
FAILED = 1

commands = typer.Typer(name="bench", add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
DocsOption = Annotated[list[Path] | None, typer.Option("--docs", exists=True, help="Files or folders.")]
JsonOption = Annotated[Path | None, typer.Option("--json", help="Where to write the figures as JSON.")]
HomeOption = Annotated[Path | None, typer.Option("--home", help="Where the bench keeps its homes.")]


@commands.command()
def ingest(docs: DocsOption = None, json: JsonOption = None, home: HomeOption = None) -> None:
    """Empty home to all searchable, through the API and real workers; then the same a second time."""
    _run("ingest", docs, json, home)


@commands.command()
def ask(docs: DocsOption = None, json: JsonOption = None, home: HomeOption = None) -> None:
    """Question to sources, four asking at once, on what the ingest bench has loaded (or will load now)."""
    _run("ask", docs, json, home)


def _run(bench: str, docs: Sequence[Path] | None, json: Path | None, home: Path | None) -> None:
    told = Console(stderr=True)
    setting = BenchSetting(homes=find_homes(home) / "bench", say=lambda sentence: told.print(sentence, highlight=False))
    try:
        work = setting.choose(docs)
        result: SuiteResult = bench_ingest(setting, work) if bench == "ingest" else bench_ask(setting, work)
    except FootnoteError as error:
        told.print(f"[red]{error.code}[/]: {error.detail}", highlight=False)
        raise typer.Exit(FAILED) from error
    report = Report(
        suite=bench,
        suite_version=VERSION,
        commit=find_commit(),
        data_digest=work.digest,
        cores=count_cores(),
        metrics=result.metrics,
        cases=tuple(result.cases),
    )
    if json is not None:
        report.write(json)
    for line in report.lines():
        Console().print(line, highlight=False)


if __name__ == "__main__":
    commands()
