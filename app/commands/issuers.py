"""`footnote issuers list`, `show`, `watch`, `unwatch`, `watched`, `merge`, `split`, `rename` and `undo`."""

from collections.abc import Mapping
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Column, Table

from app.client.api import ApiClient
from app.client.models import ApiIssuer, ApiIssuerEffect
from app.commands.calling import calls_api
from app.commands.options import JsonOption, as_plain, console, print_json

issuers = typer.Typer(help="List issuers, and correct which documents belong to them.", no_args_is_help=True)
Issuer = Annotated[str, typer.Argument(help="The issuer's ID, a name in any spelling, its CIK or its ticker.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would move, and change nothing.")]
_SHOWN = 20


@issuers.command("list")
@calls_api
def list_issuers(
    client: ApiClient,
    words: Annotated[str | None, typer.Argument(help="Words of a name, or their beginnings.")] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """List the issuers of the documents that you may read."""
    found = list(client.list_issuers(words))
    if as_json:
        print_json({"issuers": as_plain(found)})
        return
    table = Table(Column("Id", no_wrap=True), "Name", "CIK", "Tickers", Column("Documents", justify="right"), box=None)
    for each in found:
        table.add_row(each.id, escape(each.name), each.cik or "", " ".join(each.tickers), str(each.documents))
    console().print(table)


@issuers.command("show")
@calls_api
def show_issuer(client: ApiClient, issuer: Issuer, *, as_json: JsonOption = False) -> None:
    """Show an issuer's names, where each was read, its documents, and the changes by editors."""
    found = client.get_issuer(issuer)
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        _show(found)


@issuers.command("watch")
@calls_api
def watch_issuer(client: ApiClient, issuer: Issuer, *, as_json: JsonOption = False) -> None:
    """Watch an issuer: its new documents stand on your home page and in `footnote issuers watched`."""
    found = client.watch_issuer(issuer)
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        console().print(f"You watch {escape(found.name)}.")


@issuers.command("unwatch")
@calls_api
def unwatch_issuer(client: ApiClient, issuer: Issuer, *, as_json: JsonOption = False) -> None:
    """Stop watching an issuer."""
    client.unwatch_issuer(issuer)
    if as_json:
        print_json({"watched": False})
    else:
        console().print("You no longer watch this issuer.")


@issuers.command("watched")
@calls_api
def list_watched(client: ApiClient, *, as_json: JsonOption = False) -> None:
    """List the issuers that you watch, and their documents that are new since you last opened their page."""
    found = client.list_watched_issuers()
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    out = console()
    for each in found.items:
        out.print(f"{escape(each.name)}: {len(each.new)} new")
        for document in each.new[:_SHOWN]:
            out.print(f"  {document.id} {escape(document.title)}")
    if not found.items:
        out.print("You watch no issuer. To watch one: footnote issuers watch NAME")


@issuers.command("merge")
@calls_api
def merge_issuers(
    client: ApiClient,
    issuer: Issuer,
    into: Annotated[str, typer.Option("--into", help="The issuer that takes the documents.")],
    *,
    dry_run: DryRun = False,
    as_json: JsonOption = False,
) -> None:
    """Merge an issuer into another."""
    change = {"merge_into": client.get_issuer(into).id}
    effect = _change(client, issuer, change, is_trial=dry_run)
    _print(effect, as_json=as_json)


@issuers.command("split")
@calls_api
def split_issuer(
    client: ApiClient,
    issuer: Issuer,
    documents: Annotated[list[str], typer.Argument(help="The IDs of the documents of the other issuer.")],
    *,
    dry_run: DryRun = False,
    as_json: JsonOption = False,
) -> None:
    """Split documents off an issuer: they become an issuer of their own."""
    effect = _change(client, issuer, {"split_off": documents}, is_trial=dry_run)
    _print(effect, as_json=as_json)


@issuers.command("rename")
@calls_api
def rename_issuer(
    client: ApiClient,
    issuer: Issuer,
    name: Annotated[str, typer.Argument(help="The name to show.")],
    *,
    dry_run: DryRun = False,
    as_json: JsonOption = False,
) -> None:
    """Rename an issuer. Its other names remain."""
    effect = _change(client, issuer, {"name": name}, is_trial=dry_run)
    _print(effect, as_json=as_json)


@issuers.command("undo")
@calls_api
def withdraw_edit(
    client: ApiClient,
    edit: Annotated[str, typer.Argument(help="The change's ID, from `footnote issuers show`.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Undo a merger, split or renaming. Later changes remain."""
    effect = client.withdraw_issuer_edit(edit)
    _print(effect, as_json=as_json)


def _change(client: ApiClient, issuer: str, change: Mapping[str, object], *, is_trial: bool) -> ApiIssuerEffect:
    """Change the issuer as it is now, or only preview the change. Raises ApiProblemError."""
    found = client.get_issuer(issuer)
    if is_trial:
        return client.preview_issuer(found.id, change)
    return client.change_issuer(found.id, found.tag, change)


def _print(effect: ApiIssuerEffect, *, as_json: bool) -> None:
    if as_json:
        print_json(effect.model_dump(mode="json"))
        return
    out = console()
    if effect.documents:
        out.print(f"Documents that move: {len(effect.documents)}, with {effect.facts} facts.")
        for document in effect.documents[:_SHOWN]:
            out.print(f"  {document.id} {escape(document.title)}")
    if effect.names:
        out.print(f"Names that move: {escape('; '.join(name.name for name in effect.names[:_SHOWN]))}")
    for issuer in effect.issuers:
        out.print(f"Issuer: {issuer.id} {escape(issuer.name)}")
    if effect.edit_id is not None:
        out.print(f"To undo: footnote issuers undo {effect.edit_id}")


def _show(issuer: ApiIssuer) -> None:
    out = console()
    out.print(f"[bold]{escape(issuer.name)}[/] {issuer.id}")
    titles = {document.id: document.title for document in issuer.listed_documents}
    names = Table("Name", "Role", "Read in", "For example", box=None)
    for name in issuer.names:
        place = name.places[0] if name.places else None
        example = "" if place is None else titles.get(place.document_id, "")
        page = "" if place is None or place.page is None else f", page {place.page}"
        names.add_row(escape(name.name), name.role, ", ".join(name.kinds), escape(f"{example}{page}"))
    out.print(names)
    documents = Table(Column("Document", no_wrap=True), "Title", "Issuer as printed", box=None)
    for document in issuer.listed_documents:
        documents.add_row(document.id, escape(document.title), escape(document.issuer or ""))
    out.print(documents)
    for edit in issuer.edits:
        given = f" “{escape(edit.name)}”" if edit.name else ""
        out.print(f"{edit.made_at[:16]} {edit.kind}{given}: {edit.documents} documents ({edit.id})")
