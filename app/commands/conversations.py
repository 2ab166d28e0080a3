"""`footnote conversations`: the history of your questions."""

from typing import Annotated

import typer
from rich.markup import escape

from app.client.api import ApiClient
from app.commands.asking import print_turn
from app.commands.calling import calls_api
from app.commands.options import JsonOption, as_plain, console, print_json
from app.commands.scopes import describe_scope, find_conversation

conversations = typer.Typer(no_args_is_help=True, help="List, show, rename and delete your conversations.")

Wanted = Annotated[str, typer.Argument(help="The ID of a conversation, or `last`.")]


@conversations.command("list")
@calls_api
def list_conversations(client: ApiClient, *, as_json: JsonOption = False) -> None:
    """List your conversations, those with the newest question first."""
    found = list(client.list_conversations())
    if as_json:
        print_json({"conversations": as_plain(found)})
        return
    for each in found:
        scope = describe_scope(each.scope)
        console().print(escape(f"{each.id}  {each.title}{f'  ({scope})' if scope else ''}"))
    if not found:
        console().print("There are no conversations.")


@conversations.command("show")
@calls_api
def show(client: ApiClient, conversation: Wanted, *, as_json: JsonOption = False) -> None:
    """Show the turns of a conversation, as far as you may see them now."""
    turns = list(client.list_turns(find_conversation(client, conversation)))
    if as_json:
        print_json({"turns": as_plain(turns)})
        return
    out = console()
    for turn in turns:
        out.print(f"[bold]{escape(turn.question)}[/]")
        print_turn(out, turn)


@conversations.command("rename")
@calls_api
def rename(
    client: ApiClient,
    conversation: Wanted,
    title: Annotated[str, typer.Argument(help="The new title, in quotes.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Rename a conversation."""
    renamed = client.rename_conversation(find_conversation(client, conversation), title)
    print_json(renamed.model_dump(mode="json")) if as_json else console().print(escape(f"Renamed: {renamed.title}"))


@conversations.command("delete")
@calls_api
def delete(
    client: ApiClient,
    conversation: Annotated[str, typer.Argument(help="The ID of a conversation.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Delete a conversation with its questions, answers and feedback."""
    client.delete_conversation(conversation)
    print_json({"deleted": conversation}) if as_json else console().print("Deleted.")
