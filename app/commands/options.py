"""Options that commands share, and what they come to: which server, which key, how to print."""

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
from app.core.errors import FootnoteError
from app.stack.home import ADMIN_KEY, Home

FAILED = 1

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home", envvar="FOOTNOTE_HOME", help="The folder with all data.", show_default="in the user's data folder"
    ),
]
UrlOption = Annotated[
    str | None,
    typer.Option(
        "--url", envvar="FOOTNOTE_URL", help="Where the API is.", show_default="the one that runs on the home"
    ),
]
KeyOption = Annotated[
    str | None,
    typer.Option("--key", envvar="FOOTNOTE_KEY", help="The API key.", show_default="the home's administrator"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")]


def open_client(*, home: Path | None, url: str | None, key: str | None) -> ApiClient:
    """A client for what the options say; what they leave out comes from the home."""
    place = Home.at(home)
    found = url or place.read_state().get("url") or "http://127.0.0.1:8000"
    return ApiClient(url=str(found), key=key or place.read_secret(ADMIN_KEY))


def console() -> Console:
    """For words: standard output."""
    return Console(highlight=False, soft_wrap=True)


def error_console() -> Console:
    """For progress and errors: standard error."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: object) -> None:
    """One JSON object on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def as_plain(models: Iterable[BaseModel]) -> list[object]:
    return [model.model_dump(mode="json") for model in models]


def describe(error: FootnoteError) -> dict[str, object]:
    """The error for `--json`: code, status, sentence."""
    if isinstance(error, ApiProblemError):
        told: dict[str, object] = {"code": error.problem_code, "status": error.problem_status, "detail": error.detail}
        return told | ({"errors": error.errors} if error.errors else {})
    return {"code": error.code, "status": error.status, "detail": error.detail}


def fail(error: FootnoteError, *, as_json: bool) -> NoReturn:
    """End with code 1 and the error's sentence; no trace."""
    if as_json:
        print_json({"error": describe(error)})
    else:
        error_console().print(f"[bold red]{escape(error.detail)}[/]")
    raise typer.Exit(FAILED)


@contextmanager
def sentences(*, as_json: bool) -> Iterator[None]:
    """Turn our errors inside into their sentence and exit code 1; a reader that goes away ends us quietly."""
    try:
        yield
    except FootnoteError as error:
        fail(error, as_json=as_json)
    except BrokenPipeError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(FAILED) from error
