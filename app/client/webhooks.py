"""The API calls of webhooks, and what they return."""

from collections.abc import Iterator

from pydantic import Field

from app.client.calls import Calls
from app.client.models import Response


class ApiWebhook(Response):
    """A webhook. `secret` is empty, unless it was just created."""

    id: str
    url: str
    kinds: list[str] = Field(default_factory=list)
    state: str = ""
    failing_since: str | None = None
    secret: str = ""


class ApiWebhooks(Response):
    items: list[ApiWebhook] = Field(default_factory=list)


class ApiDelivery(Response):
    id: str
    message_id: str = ""
    kind: str = ""
    state: str = ""
    attempts: int = 0
    status: int | None = None
    error: str | None = None
    created_at: str = ""


class ApiReplayed(Response):
    replayed: int = 0


class WebhookCalls(Calls):
    """The calls of webhooks, for `app.client.api.ApiClient`. Each raises ApiProblemError."""

    def list_webhooks(self) -> list[ApiWebhook]:
        return self._call("GET", "/v1/webhooks", ApiWebhooks).items

    def create_webhook(self, url: str, kinds: list[str]) -> ApiWebhook:
        return self._call("POST", "/v1/webhooks", ApiWebhook, json={"url": url, "kinds": kinds})

    def set_webhook_state(self, webhook_id: str, state: str) -> ApiWebhook:
        """Make a webhook active or paused, whatever its revision."""
        return self._call("PATCH", f"/v1/webhooks/{webhook_id}", ApiWebhook, json={"state": state}, tag="*")

    def delete_webhook(self, webhook_id: str) -> None:
        self._send("DELETE", f"/v1/webhooks/{webhook_id}")

    def rotate_webhook(self, webhook_id: str, overlap_hours: float) -> ApiWebhook:
        body = {"overlap_hours": overlap_hours}
        return self._call("POST", f"/v1/webhooks/{webhook_id}/rotate", ApiWebhook, json=body)

    def test_webhook(self, webhook_id: str) -> ApiDelivery:
        return self._call("POST", f"/v1/webhooks/{webhook_id}/test", ApiDelivery)

    def replay_webhook(self, webhook_id: str, since: str, *, only_failed: bool) -> int:
        """Send deliveries since a moment again (ISO 8601 with an offset)."""
        body = {"since": since, "only_failed": only_failed}
        return self._call("POST", f"/v1/webhooks/{webhook_id}/replay", ApiReplayed, json=body).replayed

    def list_deliveries(self, webhook_id: str, *, state: str | None = None) -> Iterator[ApiDelivery]:
        """List the deliveries of a webhook, newest first."""
        filters = {} if state is None else {"state": state}
        return self._list(f"/v1/webhooks/{webhook_id}/deliveries", ApiDelivery, filters=filters)
