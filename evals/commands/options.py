"""Options and error handling that the commands share."""

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
    Path | None, typer.Option("--runs", envvar="FOOTNOTE_EVAL_RUNS", help="Folder of the stored runs.")
]
HomesOption = Annotated[
    Path | None, typer.Option("--home", envvar="FOOTNOTE_EVAL_HOME", help="Folder of the ingested documents.")
]


def build_suites() -> Suites:
    """Return all suites."""
    return discover_suites(evals.suites)


def open_runs(runs: Path | None) -> RunFolder:
    """Open the folder of stored runs. The default folder is inside the user's data folder."""
    return RunFolder(runs or platformdirs.user_data_path("footnote") / "eval-runs")


def find_homes(homes: Path | None) -> Path:
    """Return the folder of homes. A home contains the data of one Footnote. The default is in the user's cache."""
    return homes or platformdirs.user_cache_path("footnote") / "evals"


def stderr_console() -> Console:
    """Return the console for progress and errors."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def errors_as_messages() -> Iterator[None]:
    """Catch a FootnoteError, print its code and message, and exit with 1."""
    try:
        yield
    except FootnoteError as error:
        print_error(error)
        raise typer.Exit(FAILED) from error


def print_error(error: FootnoteError) -> None:
    """Print the error's code and message. If the API rejected a request, print the API's code and message."""
    code = error.problem_code if isinstance(error, ApiProblemError) else error.code
    stderr_console().print(f"[red]{escape(code)}[/]: {escape(error.detail)}")
