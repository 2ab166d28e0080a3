"""What the commands share: where runs and homes are kept, how errors end a command."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import platformdirs
import typer
from rich.console import Console
from rich.markup import escape

import evals.suites
from app.client.errors import ApiProblemError
from app.core.errors import FootnoteError
from evals.running.engine import Suites, discover_suites
from evals.running.records import RunFolder

FAILED = 1
REGRESSED = 3
INTERRUPTED = 130

RunsOption = Annotated[
    Path | None, typer.Option("--runs", envvar="FOOTNOTE_EVAL_RUNS", help="Where the runs' records are kept.")
]
HomesOption = Annotated[
    Path | None, typer.Option("--home", envvar="FOOTNOTE_EVAL_HOME", help="Where to keep what was ingested.")
]


def build_suites() -> Suites:
    """All suites that there are."""
    return discover_suites(evals.suites)


def open_runs(runs: Path | None) -> RunFolder:
    """The records of runs: in the user's data folder, unless told otherwise."""
    return RunFolder(runs or platformdirs.user_data_path("footnote") / "eval-runs")


def find_homes(homes: Path | None) -> Path:
    """Where evals keep ingested documents between runs: in the user's cache folder, unless told otherwise."""
    return homes or platformdirs.user_cache_path("footnote") / "evals"


def told() -> Console:
    """For progress and errors."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def sentences() -> Iterator[None]:
    """Turn our errors inside into their code, their sentence and exit code 1."""
    try:
        yield
    except FootnoteError as error:
        tell_error(error)
        raise typer.Exit(FAILED) from error


def tell_error(error: FootnoteError) -> None:
    """Its code and its sentence; of a refusal by the API, the API's own."""
    code = error.problem_code if isinstance(error, ApiProblemError) else error.code
    told().print(f"[red]{escape(code)}[/]: {escape(error.detail)}")
