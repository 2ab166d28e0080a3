"""`footnote access import` and `footnote access explain`: an administrator's commands, over the API."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from app.access.changes.files import parse_changes
from app.access.errors import ChangesUnreadableError
from app.client.errors import ApiProblemError
from app.commands.options import (
    HomeOption,
    JsonOption,
    KeyOption,
    UrlOption,
    console,
    error_console,
    open_client,
    print_json,
    sentences,
)

access = typer.Typer(help="Who may see what.", no_args_is_help=True)


@access.callback()
def group() -> None:
    """Who may see what."""


@access.command("import")
def import_changes(
    *,
    file: Annotated[Path, typer.Argument(help="A .csv or .json file of changes.", exists=True, dir_okay=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what they would open and close, only.")] = False,
    home: HomeOption = None,
    url: UrlOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a file's changes of access, all or none of them."""
    with sentences(as_json=as_json), open_client(home=home, url=url, key=key) as client:
        changes = read_changes(file)
        try:
            done = client.preview_changes(changes) if dry_run else client.import_changes(changes)
        except ApiProblemError as error:
            for wrong in [] if as_json else error.errors:
                error_console().print(escape(f"{wrong.get('where')}: {wrong.get('message')}"))
            raise
    if as_json:
        print_json(done)
    else:
        console().print(escape(done["sentence"] if dry_run else f"All {done['made']} made."))


@access.command("explain")
def explain_access(
    *,
    document: Annotated[str, typer.Argument(help="A document's id.")],
    principal: Annotated[str, typer.Argument(help="A user's id or e-mail address.")],
    at: Annotated[str | None, typer.Option("--at", help="A past moment, such as 2026-01-31T12:00:00Z.")] = None,
    home: HomeOption = None,
    url: UrlOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say why somebody may see a document, or may not."""
    with sentences(as_json=as_json), open_client(home=home, url=url, key=key) as client:
        told = client.explain_access(document, principal, time=at)
    if as_json:
        print_json(told)
    else:
        console().print(escape(told["sentence"]))


def read_changes(file: Path) -> list[dict[str, Any]]:
    """The changes of a file. Raises ChangesUnreadableError."""
    try:
        return parse_changes(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise ChangesUnreadableError from error
