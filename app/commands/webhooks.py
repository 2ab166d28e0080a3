"""`footnote webhooks`: addresses that get the changes of your documents."""

from datetime import datetime
from itertools import islice
from typing import Annotated

import typer
from rich.markup import escape

from app.client.api import ApiClient
from app.client.webhooks import ApiWebhook
from app.commands.calling import calls_api
from app.commands.options import JsonOption, as_plain, console, print_json

webhooks = typer.Typer(no_args_is_help=True, help="Create, test, replay and delete your webhooks.")

Wanted = Annotated[str, typer.Argument(help="The ID of a webhook.")]
_SHOWN = 50


@webhooks.command("list")
@calls_api
def list_webhooks(client: ApiClient, *, as_json: JsonOption = False) -> None:
    """List your webhooks."""
    found = client.list_webhooks()
    if as_json:
        print_json({"webhooks": as_plain(found)})
        return
    for hook in found:
        failing = f", failing since {hook.failing_since}" if hook.failing_since else ""
        kinds = ", ".join(hook.kinds) or "all changes"
        console().print(escape(f"{hook.id}  {hook.url}\n  {hook.state}{failing}, {kinds}"))
    if not found:
        console().print("There are no webhooks.")


@webhooks.command("create")
@calls_api
def create(
    client: ApiClient,
    address: Annotated[str, typer.Argument(help="An https URL at a public address.")],
    *,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            "--kind",
            help="A kind of change, such as field.approved; may be repeated. Without it, all changes are sent.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Create a webhook for the changes from now on. Its secret is shown only now."""
    _print_secret(client.create_webhook(address, kind or []), as_json=as_json)


@webhooks.command("rotate")
@calls_api
def rotate(
    client: ApiClient,
    webhook: Wanted,
    *,
    overlap_hours: Annotated[float, typer.Option(help="How long the former secret also signs.")] = 24,
    as_json: JsonOption = False,
) -> None:
    """Create a new secret, which is shown only now."""
    _print_secret(client.rotate_webhook(webhook, overlap_hours), as_json=as_json)


@webhooks.command("pause")
@calls_api
def pause(client: ApiClient, webhook: Wanted, *, as_json: JsonOption = False) -> None:
    """Stop sending. What changes meanwhile is sent after `start`."""
    _print_state(client.set_webhook_state(webhook, "paused"), as_json=as_json)


@webhooks.command("start")
@calls_api
def start(client: ApiClient, webhook: Wanted, *, as_json: JsonOption = False) -> None:
    """Start a webhook that was paused or disabled."""
    _print_state(client.set_webhook_state(webhook, "active"), as_json=as_json)


@webhooks.command("delete")
@calls_api
def delete(client: ApiClient, webhook: Wanted, *, as_json: JsonOption = False) -> None:
    """Delete a webhook and its deliveries."""
    client.delete_webhook(webhook)
    if as_json:
        print_json({"deleted": webhook})
    else:
        console().print("Deleted.")


@webhooks.command("test")
@calls_api
def test(client: ApiClient, webhook: Wanted, *, as_json: JsonOption = False) -> None:
    """Send a test message."""
    delivery = client.test_webhook(webhook)
    if as_json:
        print_json({"delivery": delivery.model_dump(mode="json")})
    else:
        console().print(f"Queued as {delivery.message_id}. `footnote webhooks deliveries` shows whether it was sent.")


@webhooks.command("deliveries")
@calls_api
def deliveries(
    client: ApiClient,
    webhook: Wanted,
    *,
    state: Annotated[str | None, typer.Option("--state", help="waiting, sent, failed or withheld.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List the newest 50 deliveries of a webhook."""
    found = list(islice(client.list_deliveries(webhook, state=state), _SHOWN))
    if as_json:
        print_json({"deliveries": as_plain(found)})
        return
    for each in found:
        outcome = each.status or each.error or "not tried yet"
        shown = f"{each.message_id}  {each.created_at}  {each.kind}  {each.state}  attempts {each.attempts}: {outcome}"
        console().print(escape(shown))
    if not found:
        console().print("There are no deliveries.")


@webhooks.command("replay")
@calls_api
def replay(
    client: ApiClient,
    webhook: Wanted,
    *,
    since: Annotated[datetime, typer.Option("--since", help="Deliveries since this day or moment.")],
    everything: Annotated[bool, typer.Option("--all", help="Also what was sent, not only what failed.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Send deliveries again, with the same IDs."""
    count = client.replay_webhook(webhook, since.astimezone().isoformat(), only_failed=not everything)
    if as_json:
        print_json({"replayed": count})
    else:
        console().print(f"Replayed: {count}.")


def _print_secret(hook: ApiWebhook, *, as_json: bool) -> None:
    if as_json:
        print_json({"webhook": hook.model_dump(mode="json")})
    else:
        console().print(escape(f"{hook.id}\nSecret, shown only now: {hook.secret}"))


def _print_state(hook: ApiWebhook, *, as_json: bool) -> None:
    if as_json:
        print_json({"webhook": hook.model_dump(mode="json")})
    else:
        console().print(escape(f"{hook.id}: {hook.state}"))
