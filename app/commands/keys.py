"""`footnote key create`, `list`, `rotate` and `revoke`."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Column, Table

from app.client.models import ApiCreatedKey
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

keys = typer.Typer(help="Manage API keys.", no_args_is_help=True)
KeyId = Annotated[str, typer.Argument(help="The key's ID, from `footnote key list`.")]


@keys.callback()
def group() -> None:
    """Manage API keys."""


@keys.command("create")
def create_key(
    *,
    name: Annotated[str, typer.Option("--name", help="What you will use the key for.")] = "command line",
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", help="Limit the key to this permission, such as documents:read. May be repeated."),
    ] = None,
    days: Annotated[int | None, typer.Option("--days", min=1, max=36_500, help="Days until the key expires.")] = None,
    home: HomeOption = None,
    url: UrlOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Create an API key for yourself. Its secret is shown only once."""
    expires_at = None if days is None else datetime.now(UTC) + timedelta(days=days)
    with report_errors(as_json=as_json), open_client(home=home, url=url, key=key) as client:
        created = client.create_key(name, scopes=scope or (), expires_at=expires_at)
    _show(created, as_json=as_json)


@keys.command("list")
def list_keys(
    *, home: HomeOption = None, url: UrlOption = None, key: KeyOption = None, as_json: JsonOption = False
) -> None:
    """List your API keys, or all keys of the tenant if you are an administrator."""
    with report_errors(as_json=as_json), open_client(home=home, url=url, key=key) as client:
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
def rotate_key(
    *,
    key_id: KeyId,
    overlap: Annotated[
        int, typer.Option("--overlap", min=0, max=7 * 24 * 3600, help="Seconds during which the old key stays valid.")
    ] = 3600,
    home: HomeOption = None,
    url: UrlOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Replace a key with a new one. The new secret is shown only once."""
    with report_errors(as_json=as_json), open_client(home=home, url=url, key=key) as client:
        created = client.rotate_key(key_id, overlap_seconds=overlap)
    _show(created, as_json=as_json)


@keys.command("revoke")
def revoke_key(
    *,
    key_id: KeyId,
    home: HomeOption = None,
    url: UrlOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Revoke a key. The API rejects it from the next request on."""
    with report_errors(as_json=as_json), open_client(home=home, url=url, key=key) as client:
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
