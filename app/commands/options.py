"""Options shared by the commands: the server, the API key and the output format."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape

from app.client.api import ApiClient
from app.client.errors import ApiProblemError
from app.client.retries import RETRY_SECONDS
from app.core.errors import FootnoteError
from app.stack.home import ADMIN_KEY, Home

FAILED = 1

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home", envvar="FOOTNOTE_HOME", help="The folder with Footnote's data.", show_default="the user's data folder"
    ),
]
UrlOption = Annotated[
    str | None,
    typer.Option("--url", envvar="FOOTNOTE_URL", help="The API's URL.", show_default="the API running on the home"),
]
KeyOption = Annotated[
    str | None,
    typer.Option("--key", envvar="FOOTNOTE_KEY", help="The API key.", show_default="the home's administrator key"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def open_client(
    *, home: Path | None, url: str | None, key: str | None, retry_seconds: float = RETRY_SECONDS
) -> ApiClient:
    """Return an API client. Without the options, it uses the home's server and key. It reports outages on stderr."""
    place = Home.at(home)
    found = url or place.read_state().get("url") or "http://127.0.0.1:8000"
    return ApiClient(
        url=str(found),
        key=key or place.read_secret(ADMIN_KEY),
        retry_seconds=retry_seconds,
        notify=lambda notice: error_console().print(f"[yellow]{escape(notice)} …[/]"),
    )


def console() -> Console:
    """Return the console for results: standard output."""
    return Console(highlight=False, soft_wrap=True)


def error_console() -> Console:
    """Return the console for progress and errors: standard error."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: object) -> None:
    """Print a value as JSON to standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def as_plain(models: Iterable[BaseModel]) -> list[object]:
    return [model.model_dump(mode="json") for model in models]


def describe(error: FootnoteError) -> dict[str, object]:
    """Return the error for `--json`: its code, HTTP status and message."""
    if isinstance(error, ApiProblemError):
        problem: dict[str, object] = {
            "code": error.problem_code,
            "status": error.problem_status,
            "detail": error.detail,
        }
        return problem | ({"errors": error.errors} if error.errors else {})
    return {"code": error.code, "status": error.status, "detail": error.detail}


def fail(error: FootnoteError, *, as_json: bool) -> NoReturn:
    """Print the error's message and code without a traceback, and exit with 1."""
    if as_json:
        print_json({"error": describe(error)})
    else:
        gap = "\n" if "\n" in error.detail else " "  # a message that ends with lines of a log
        error_console().print(f"[bold red]{escape(error.detail)}[/]{gap}({describe(error)['code']})")
    raise typer.Exit(FAILED)


@contextmanager
def report_errors(*, as_json: bool) -> Iterator[None]:
    """Report any FootnoteError of the block and exit with 1. If the output pipe is closed, exit with 1 silently."""
    try:
        yield
    except FootnoteError as error:
        fail(error, as_json=as_json)
    except BrokenPipeError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(FAILED) from error
