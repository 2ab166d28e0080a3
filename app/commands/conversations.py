"""`footnote conversations`: the history of your questions."""

from typing import Annotated

import typer
from rich.markup import escape

from app.commands.asking import print_turn
from app.commands.options import (
    HomeOption,
    JsonOption,
    KeyOption,
    UrlOption,
    as_plain,
    console,
    open_client,
    print_json,
    report_errors,
)
from app.commands.scopes import describe_scope, find_conversation

conversations = typer.Typer(no_args_is_help=True, help="List, show, rename and delete your conversations.")

Wanted = Annotated[str, typer.Argument(help="The ID of a conversation, or `last`.")]


@conversations.command("list")
def list_conversations(
    *, home: HomeOption = None, url: UrlOption = None, key: KeyOption = None, as_json: JsonOption = False
) -> None:
    """List your conversations, those with the newest question first."""
    with report_errors(as_json=as_json), open_client(home=home, url=url, key=key) as client:
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
def show(
    conversation: Wanted,
    *,
    home: HomeOption = None,
    url: UrlOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the turns of a conversation, as far as you may see them now."""
    with report_errors(as_json=as_json), open_client(home=home, url=url, key=key) as client:
        turns = list(client.list_turns(find_conversation(client, conversation)))
    if as_json:
        print_json({"turns": as_plain(turns)})
        return
    out = console()
    for turn in turns:
        out.print(f"[bold]{escape(turn.question)}[/]")
        print_turn(out, turn)


@conversations.command("rename")
def rename(
    conversation: Wanted,
    title: Annotated[str, typer.Argument(help="The new title, in quotes.")],
    *,
    home: HomeOption = None,
    url: UrlOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Rename a conversation."""
    with report_errors(as_json=as_json), open_client(home=home, url=url, key=key) as client:
        renamed = client.rename_conversation(find_conversation(client, conversation), title)
    print_json(renamed.model_dump(mode="json")) if as_json else console().print(escape(f"Renamed: {renamed.title}"))


@conversations.command("delete")
def delete(
    conversation: Annotated[str, typer.Argument(help="The ID of a conversation.")],
    *,
    home: HomeOption = None,
    url: UrlOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Delete a conversation with its questions, answers and feedback."""
    with report_errors(as_json=as_json), open_client(home=home, url=url, key=key) as client:
        client.delete_conversation(conversation)
    print_json({"deleted": conversation}) if as_json else console().print("Deleted.")
