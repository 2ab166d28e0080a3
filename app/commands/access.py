"""`footnote access import` and `footnote access explain`: commands for administrators, through the API."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from app.access.changes.files import parse_changes
from app.access.errors import ChangesUnreadableError
from app.client.api import ApiClient
from app.client.errors import ApiProblemError
from app.commands.calling import calls_api
from app.commands.options import JsonOption, console, error_console, print_json

access = typer.Typer(help="Import and explain access to documents.", no_args_is_help=True)


@access.command("import")
@calls_api
def import_changes(
    client: ApiClient,
    *,
    file: Annotated[Path, typer.Argument(help="A .csv or .json file of access changes.", exists=True, dir_okay=False)],
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Show the access that the changes would grant and revoke, but do not apply them."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Apply the access changes in a file: either all of them or none."""
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
        console().print(escape(done["sentence"] if dry_run else f"Changes applied: {done['made']}."))


@access.command("explain")
@calls_api
def explain_access(
    client: ApiClient,
    *,
    document: Annotated[str, typer.Argument(help="The document's ID.")],
    principal: Annotated[str, typer.Argument(help="The user's ID or e-mail address.")],
    at: Annotated[
        str | None, typer.Option("--at", help="Explain access at this past time, such as 2026-01-31T12:00:00Z.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Explain why a user can or cannot see a document."""
    explanation = client.explain_access(document, principal, time=at)
    if as_json:
        print_json(explanation)
    else:
        console().print(escape(explanation["sentence"]))


def read_changes(file: Path) -> list[dict[str, Any]]:
    """Return the changes in a file. Raises ChangesUnreadableError."""
    try:
        return parse_changes(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise ChangesUnreadableError from error
