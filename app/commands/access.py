"""`footnote access import` and `footnote access explain`: an administrator's commands, over the API."""

import csv
import io
import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

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
from app.core.errors import InvalidInputError

access = typer.Typer(help="Who may see what.", no_args_is_help=True)


class ChangesUnreadableError(InvalidInputError):
    code = "changes-unreadable"
    title = "The file is neither JSON (a list of changes) nor CSV with a line of column names: see docs/access.md."


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
    """The changes of a file; empty cells of CSV are left out. Raises ChangesUnreadableError."""
    try:
        content = file.read_text(encoding="utf-8-sig")
        if file.suffix.lower() == ".csv":
            return _read_csv(content)
        found = json.loads(content)
    except (ValueError, csv.Error) as error:
        raise ChangesUnreadableError from error
    changes = found.get("changes") if isinstance(found, dict) else found
    if not isinstance(changes, list):
        raise ChangesUnreadableError
    return changes


def _read_csv(content: str) -> list[dict[str, Any]]:
    rows = csv.DictReader(io.StringIO(content, newline=""), strict=True)
    if "change" not in (rows.fieldnames or ()):
        raise ChangesUnreadableError
    read = []
    for number, row in enumerate(rows, start=1):
        if None in row:
            raise ChangesUnreadableError(f"Change {number} has more cells than there are columns.")
        read.append({name: cell.strip() for name, cell in row.items() if cell is not None and cell.strip()})
    return read
