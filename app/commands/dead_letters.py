"""`footnote dead-letters`: documents whose last run failed, and their replay."""

from typing import Annotated

import typer
from rich.markup import escape

from app.client.api import ApiClient
from app.commands.calling import calls_api
from app.commands.options import JsonOption, as_plain, console, print_json

dead_letters = typer.Typer(no_args_is_help=True, help="List and replay documents whose processing failed.")

KindOption = Annotated[
    str | None, typer.Option("--kind", help="Only failures with this code, such as processing-memory.")
]


@dead_letters.command("list")
@calls_api
def list_letters(client: ApiClient, *, kind: KindOption = None, as_json: JsonOption = False) -> None:
    """List documents whose last run failed, newest run first."""
    found = list(client.list_dead_letters(kind=kind))
    if as_json:
        print_json({"dead_letters": as_plain(found)})
        return
    for letter in found:
        where = f"step {letter.stage}, attempts {letter.attempts}, failed at {letter.failed_at}"
        console().print(escape(f"{letter.id}  {letter.filename}\n  {letter.reason}\n  {letter.kind}, {where}"))
    if not found:
        console().print("There are no dead letters.")


@dead_letters.command("replay")
@calls_api
def replay(
    client: ApiClient,
    letter: Annotated[str | None, typer.Argument(help="The ID of a dead letter.")] = None,
    *,
    kind: KindOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Replay all that you may edit.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Process failed documents again: one, those of a kind, or all."""
    if [letter is not None, kind is not None, everything].count(True) != 1:
        raise typer.BadParameter("give the ID of a dead letter, --kind or --all")
    if letter is None:
        replayed = client.replay_dead_letters(kind=kind)
        run = None
    else:
        run, replayed = client.replay_dead_letter(letter), 1
    if as_json:
        print_json({"replayed": replayed} if run is None else {"run": run.model_dump(mode="json")})
    elif run is None:
        console().print(f"Replayed: {replayed}. `footnote runs` shows the progress.")
    else:
        console().print(f"Replayed as run {run.id}. `footnote runs` shows the progress.")
