"""`footnote documents` and `footnote runs`."""

from rich.markup import escape
from rich.table import Column, Table

from app.client.api import ApiClient
from app.client.models import ApiDocument, ApiRun
from app.commands.calling import calls_api
from app.commands.options import JsonOption, as_plain, console, print_json


@calls_api
def documents(client: ApiClient, *, as_json: JsonOption = False) -> None:
    """List the documents that you can see."""
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


@calls_api
def runs(client: ApiClient, *, as_json: JsonOption = False) -> None:
    """List ingestion runs, newest first."""
    found = list(client.list_runs())
    names = {} if as_json else {document.id: document.filename for document in client.list_documents()}
    if as_json:
        print_json({"runs": as_plain(found)})
        return
    table = Table(Column("Id", no_wrap=True), Column("File", overflow="fold"), "Status", "Stage", "Error", box=None)
    for run in found:
        name = names.get(run.document_id or "", "")
        table.add_row(run.id, name, run.status, run.stage, escape(run.error.detail) if run.error else "")
    console().print(table)


def _text(model: ApiDocument | ApiRun, name: str) -> str:
    value = (model.model_extra or {}).get(name)
    return "" if value is None else escape(str(value))
