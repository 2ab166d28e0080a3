"""`footnote key create`, `list`, `rotate` and `revoke`."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Column, Table

from app.client.api import ApiClient
from app.client.models import ApiCreatedKey
from app.commands.calling import calls_api
from app.commands.options import JsonOption, as_plain, console, print_json

keys = typer.Typer(help="Manage API keys.", no_args_is_help=True)
KeyId = Annotated[str, typer.Argument(help="The key's ID, from `footnote key list`.")]


@keys.command("create")
@calls_api
def create_key(
    client: ApiClient,
    *,
    name: Annotated[str, typer.Option("--name", help="What you will use the key for.")] = "command line",
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", help="Limit the key to this permission, such as documents:read. May be repeated."),
    ] = None,
    days: Annotated[int | None, typer.Option("--days", min=1, max=36_500, help="Days until the key expires.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Create an API key for yourself. Its secret is shown only once."""
    expires_at = None if days is None else datetime.now(UTC) + timedelta(days=days)
    created = client.create_key(name, scopes=scope or (), expires_at=expires_at)
    _show(created, as_json=as_json)


@keys.command("list")
@calls_api
def list_keys(client: ApiClient, *, as_json: JsonOption = False) -> None:
    """List your API keys, or all keys of the tenant if you are an administrator."""
    found = list(client.list_keys())
    if as_json:
        print_json({"keys": as_plain(found)})
        return
    short = (Column(name, no_wrap=True) for name in ("Id", "Prefix", "State"))
    table = Table(*short, "Until", "Name", "Scopes", box=None)
    for each in found:
        scopes = "all" if each.scopes is None else " ".join(each.scopes)
        table.add_row(each.id, each.prefix, each.state, (each.expires_at or "")[:10], escape(each.name), scopes)
    console().print(table)


@keys.command("rotate")
@calls_api
def rotate_key(
    client: ApiClient,
    *,
    key_id: KeyId,
    overlap: Annotated[
        int, typer.Option("--overlap", min=0, max=7 * 24 * 3600, help="Seconds during which the old key stays valid.")
    ] = 3600,
    as_json: JsonOption = False,
) -> None:
    """Replace a key with a new one. The new secret is shown only once."""
    created = client.rotate_key(key_id, overlap_seconds=overlap)
    _show(created, as_json=as_json)


@keys.command("revoke")
@calls_api
def revoke_key(client: ApiClient, *, key_id: KeyId, as_json: JsonOption = False) -> None:
    """Revoke a key. The API rejects it from the next request on."""
    client.revoke_key(key_id)
    if as_json:
        print_json({"revoked": key_id})
    else:
        console().print("Revoked.")


def _show(created: ApiCreatedKey, *, as_json: bool) -> None:
    if as_json:
        print_json(created.model_dump(mode="json"))
    else:
        console().print(f"{created.secret}\nStore this key now: it is shown only once. Its ID is {created.id}.")
