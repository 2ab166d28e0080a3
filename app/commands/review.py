"""`footnote review list`, `open`, `next`, `show`, `decide`, `export` and `learnt`."""

import sys
import textwrap
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Column, Table

from app.client.api import ApiClient
from app.client.review import ApiReviewField, ApiReviewTask
from app.commands.calling import calls_api
from app.commands.options import JsonOption, as_plain, console, print_json

review = typer.Typer(help="Decide on the fields that were read from documents.", no_args_is_help=True)
Task = Annotated[str, typer.Argument(help="The ID of a task.")]
_WIDTH = 80
"""The width of a terminal that lists fit."""

SchemaName = Annotated[str | None, typer.Option("--schema", help="The key of a schema.")]


class GivenAction(StrEnum):
    """What an editor decides."""

    APPROVE = "approve"
    CORRECT = "correct"
    REJECT = "reject"
    ABSENT = "absent"
    UNCLEAR = "unclear"
    SEND_BACK = "send-back"
    UNDO = "undo"


class ExportFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    PARQUET = "parquet"


class ExportLayout(StrEnum):
    GRID = "grid"
    FIELDS = "fields"


@review.command("list")
@calls_api
def list_tasks(
    client: ApiClient,
    *,
    state: Annotated[str | None, typer.Option("--state", help="queued, open, done or failed.")] = "open",
    schema: SchemaName = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only tasks assigned to you or claimed by you.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the tasks of the queue, the riskiest first."""
    filters = {"state": state, "schema": schema, "whose": "mine" if mine else None}
    found = list(client.list_review_tasks({name: value for name, value in filters.items() if value is not None}))
    if as_json:
        print_json({"tasks": as_plain(found)})
        return
    for task in found:
        left = f"{task.fields_open} of {task.fields_total} fields open"
        named = textwrap.shorten(f"{task.schema_.key}: {task.document.title}", _WIDTH - 2, placeholder="…")
        console().print(escape(f"{task.id}  {task.state}, {left}, risk {task.priority:.2f}\n  {named}"))
    if not found:
        console().print("There are no such tasks.")


@review.command("open")
@calls_api
def open_task(
    client: ApiClient,
    document: Annotated[str, typer.Argument(help="The ID of a document.")],
    schema: Annotated[str, typer.Argument(help="The key of a schema.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Open a review task: read the fields of a schema in a document that has none for it."""
    task, is_new = client.open_review_task(document, schema)
    if as_json:
        print_json({"task": task.model_dump(mode="json", by_alias=True), "is_new": is_new})
        return
    said = "Its fields are being read." if is_new else f"The document had this task already: {task.state}."
    console().print(f"{task.id}\n  {said}")


@review.command("next")
@calls_api
def next_task(client: ApiClient, *, schema: SchemaName = None, as_json: JsonOption = False) -> None:
    """Claim the riskiest free task that waits for you, and show its fields."""
    task = client.claim_next_review_task({} if schema is None else {"schema": schema})
    if task is None:
        if as_json:
            print_json({"task": None, "fields": []})
        else:
            console().print("No task waits for you.")
        return
    _print(task, client.list_review_fields(task.id), as_json=as_json)


@review.command("show")
@calls_api
def show_task(
    client: ApiClient,
    task: Task,
    *,
    as_of: Annotated[str | None, typer.Option("--as-of", help="A past moment, such as 2026-03-01T12:00:00Z.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the fields of a task, now or as they were at a past moment."""
    _print(client.get_review_task(task), client.list_review_fields(task, as_of=as_of), as_json=as_json)


@review.command("decide")
@calls_api
def decide(
    client: ApiClient,
    task: Task,
    field: Annotated[str, typer.Argument(help="The key of a field.")],
    action: Annotated[GivenAction, typer.Argument(help="What you decide.")],
    *,
    value: Annotated[str | None, typer.Option("--value", help="For correct: the value, as you would type it.")] = None,
    note: Annotated[str, typer.Option("--note", help="Why. `send-back` needs it.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Decide on a field of a task."""
    if action is GivenAction.CORRECT and value is None:
        raise typer.BadParameter("State the right value with --value.")
    found = next((each for each in client.list_review_fields(task) if each.key == field), None)
    if found is None:
        raise typer.BadParameter(f"The task has no field {field!r}: see `footnote review show {task}`.")
    claim = client.get_review_task(task).claim
    decision: dict[str, object] = {"action": action.value, "note": note}
    if value is not None:
        decision["text"] = value
    if claim is not None and claim.token is not None:
        decision["claim_token"] = claim.token
    made = client.decide_review_field(found, decision)
    if as_json:
        print_json(made.model_dump(mode="json"))
    else:
        console().print(f"{escape(made.key)}: {_status(made)} {escape(_value(made))}")


@review.command("export")
@calls_api
def export(
    client: ApiClient,
    *,
    document: Annotated[str | None, typer.Option("--document", help="The ID of a document.")] = None,
    collection: Annotated[str | None, typer.Option("--collection", help="The ID of a collection.")] = None,
    issuer: Annotated[str | None, typer.Option("--issuer", help="The ID of an issuer.")] = None,
    schema: SchemaName = None,
    only_approved: Annotated[bool, typer.Option("--only-approved", help="Leave out what is not approved.")] = False,
    layout: Annotated[ExportLayout, typer.Option("--layout", help="A row per document, or per field.")] = (
        ExportLayout.GRID
    ),
    file_format: Annotated[ExportFormat, typer.Option("--format", help="The format of the file.")] = ExportFormat.CSV,
    out: Annotated[Path | None, typer.Option("--out", help="The file to write; CSV and JSON are else printed.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Export fields: of a document, a collection, an issuer or a schema, or of all that you may read."""
    chosen = ExportFormat.JSON if as_json else file_format
    if out is None and chosen in (ExportFormat.XLSX, ExportFormat.PARQUET):
        raise typer.BadParameter(f"State where to write the {chosen.value} file with --out.")
    filters = {"document_id": document, "collection_id": collection, "issuer_id": issuer, "schema": schema}
    wanted: dict[str, object] = {name: value for name, value in filters.items() if value is not None}
    wanted |= {"format": chosen.value, "layout": layout.value, "only_approved": only_approved}
    content = client.export_review_fields(wanted)
    if out is None:
        sys.stdout.write(content.decode())
        return
    out.write_bytes(content)
    if not as_json:
        console().print(escape(f"Written to {out}."))


@review.command("learnt")
@calls_api
def learnt(
    client: ApiClient,
    *,
    withdraw: Annotated[
        str | None, typer.Option("--withdraw", help="The ID of a field: what was learnt from it no longer counts.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List what the reader has learnt from corrections, and from which documents; or withdraw it."""
    found = client.list_lessons() if withdraw is None else [client.withdraw_lesson(withdraw)]
    if as_json:
        print_json({"learnt": as_plain(found)})
        return
    for each in found:
        withdrawn = f", withdrawn {each.withdrawn_at[:10]}" if each.withdrawn_at else ""
        named = textwrap.shorten(each.document_title, _WIDTH - 2, placeholder="…")
        console().print(escape(f"{each.field_id}  {each.made_at[:10]}{withdrawn}\n  {named}"))
        for lesson in each.lessons:
            verb = "is" if lesson.is_item else "is not"
            console().print(escape(f"  “{lesson.label}” {verb} {lesson.item_title}"))
    if not found:
        console().print("Nothing was learnt from corrections yet.")


def _print(task: ApiReviewTask, fields: Sequence[ApiReviewField], *, as_json: bool) -> None:
    if as_json:
        print_json({"task": task.model_dump(mode="json", by_alias=True), "fields": as_plain(fields)})
        return
    console().print(f"{escape(task.document.title)} · {escape(task.schema_.title)} · {task.id}")
    if task.error_detail is not None:
        console().print(escape(task.error_detail))
    table = Table("Field", "Status", "Value", Column("Sure", justify="right"), "Page", box=None)
    for each in fields:
        quotes = each.current.evidence if each.current is not None else []
        pages = ", ".join(dict.fromkeys(str(quote.get("page", "")) for quote in quotes))
        table.add_row(escape(each.key), _status(each), escape(_value(each)), f"{each.confidence:.2f}", pages)
    console().print(table)


def _status(field: ApiReviewField) -> str:
    return "read by you" if field.my_reading is not None else field.status


def _value(field: ApiReviewField) -> str:
    shown = field.my_reading or field.current
    if shown is None or shown.answer is None:
        return ""
    return shown.printed if shown.printed is not None else shown.answer
