"""`footnote review list`, `next`, `show` and `decide`."""

from collections.abc import Sequence
from enum import StrEnum
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
    table = Table(
        Column("Task", no_wrap=True), "Document", "Schema", "State", Column("Open", justify="right"), "Risk", box=None
    )
    for task in found:
        left = f"{task.fields_open} of {task.fields_total}"
        title, schema_key = escape(task.document.title), escape(task.schema_.key)
        table.add_row(task.id, title, schema_key, task.state, left, f"{task.priority:.2f}")
    console().print(table)


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
