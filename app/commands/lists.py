"""`footnote documents`, `footnote runs`, `footnote key create`."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Column, Table

from app.client.models import Document, Run
from app.commands.options import (
    HomeOption,
    JsonOption,
    KeyOption,
    UrlOption,
    as_plain,
    console,
    open_client,
    print_json,
    sentences,
)

keys = typer.Typer(help="Keys for the API.", no_args_is_help=True)


def documents(
    *, home: HomeOption = None, url: UrlOption = None, key: KeyOption = None, as_json: JsonOption = False
) -> None:
    """List the documents that you may see."""
    with sentences(as_json=as_json), open_client(home=home, url=url, key=key) as client:
        found = list(client.list_documents())
    if as_json:
        print_json({"documents": as_plain(found)})
        return
    table = Table(Column("Id", no_wrap=True), "Title", "Issuer", "Type", box=None)
    for document in found:
        table.add_row(
            document.id, escape(document.title), *(_text(document, name) for name in ("issuer", "document_type"))
        )
    console().print(table)


def runs(*, home: HomeOption = None, url: UrlOption = None, key: KeyOption = None, as_json: JsonOption = False) -> None:
    """List ingestion runs, newest first."""
    with sentences(as_json=as_json), open_client(home=home, url=url, key=key) as client:
        found = list(client.list_runs())
    if as_json:
        print_json({"runs": as_plain(found)})
        return
    table = Table(Column("Id", no_wrap=True), "Status", "Stage", "Why", box=None)
    for run in found:
        table.add_row(run.id, run.status, run.stage, escape(run.error.detail) if run.error else "")
    console().print(table)


@keys.callback()
def group() -> None:
    """Keys for the API."""


@keys.command("create")
def create_key(
    *,
    name: Annotated[str, typer.Option("--name", help="What the key is for.")] = "command line",
    home: HomeOption = None,
    url: UrlOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make another key of your own; its secret is shown this once."""
    with sentences(as_json=as_json), open_client(home=home, url=url, key=key) as client:
        created = client.create_key(name)
    if as_json:
        print_json(created.model_dump(mode="json"))
    else:
        console().print(f"{created.secret}\nKeep it: it is shown this once.")


def _text(model: Document | Run, name: str) -> str:
    value = (model.model_extra or {}).get(name)
    return "" if value is None else escape(str(value))
