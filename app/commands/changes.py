"""`footnote changes`: what happened to the documents that you may read."""

from typing import Annotated

import typer
from rich.markup import escape

from app.client.api import ApiClient
from app.client.changes import ApiChange
from app.commands.calling import calls_api
from app.commands.options import JsonOption, as_plain, console, print_json

_A_REQUEST = 200


@calls_api
def changes(
    client: ApiClient,
    *,
    after: Annotated[
        str | None,
        typer.Option("--after", help="The cursor that an earlier call printed; `now` prints that of the feed's end."),
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help="A kind of change, such as field.approved; may be repeated.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="The most changes to list.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List what happened to the documents that you may read, oldest first, and the cursor to continue with."""
    found: list[ApiChange] = []
    cursor, has_more = after, True
    while has_more and len(found) < limit:
        wanted = {"after": cursor, "kind": kind or None, "limit": min(limit - len(found), _A_REQUEST)}
        feed = client.list_changes({name: value for name, value in wanted.items() if value is not None})
        found += feed.items
        cursor, has_more = feed.cursor, feed.has_more
    if as_json:
        print_json({"changes": as_plain(found), "cursor": cursor, "has_more": has_more})
        return
    for each in found:
        console().print(escape(f"{each.at[:19]}  {each.kind}{_what(each)}\n  document {each.document_id}"))
    if not found:
        console().print("Nothing has changed.")
    more = "There are more. " if has_more else ""
    console().print(escape(f"{more}Continue with --after {cursor}"))


def _what(change: ApiChange) -> str:
    """Return the field of a change with its revision, or the ID of its task."""
    key, revision, task = (change.data.get(name) for name in ("key", "revision", "task_id"))
    if key is not None:
        return f"  {key}, revision {revision}"
    return "" if task is None else f"  {task}"
