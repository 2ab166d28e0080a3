"""What `footnote webhooks` sends and prints."""

import json

import httpx
import pytest
from typer.testing import CliRunner

from app.cli import build_cli
from app.client.api import ApiClient

HOOK = {"id": "w1", "url": "https://hooks.example.com/", "kinds": [], "state": "active", "secret": "whsec_QQ=="}
DELIVERY = {"id": "d1", "message_id": "msg_d1", "kind": "webhook.test", "state": "waiting", "attempts": 0}
ANSWERS = {
    ("GET", "/v1/webhooks"): {"items": [HOOK]},
    ("POST", "/v1/webhooks"): HOOK,
    ("PATCH", "/v1/webhooks/w1"): {**HOOK, "state": "paused"},
    ("DELETE", "/v1/webhooks/w1"): {},
    ("POST", "/v1/webhooks/w1/rotate"): HOOK,
    ("POST", "/v1/webhooks/w1/test"): DELIVERY,
    ("POST", "/v1/webhooks/w1/replay"): {"replayed": 3},
    ("GET", "/v1/webhooks/w1/deliveries"): {"items": [DELIVERY], "next_cursor": None},
}


@pytest.mark.parametrize(
    ("words", "printed", "sent"),
    [
        (["list"], "all changes", None),
        (["create", HOOK["url"], "--kind", "field.approved"], "whsec_QQ==", {"kinds": ["field.approved"]}),
        (["rotate", "w1", "--overlap-hours", "2"], "whsec_QQ==", {"overlap_hours": 2.0}),
        (["pause", "w1"], "w1: paused", {"state": "paused"}),
        (["delete", "w1"], "Deleted.", None),
        (["test", "w1"], "Queued as msg_d1", None),
        (["deliveries", "w1"], "not tried yet", None),
        (["replay", "w1", "--since", "2026-11-01", "--all"], "Replayed: 3.", {"only_failed": False}),
    ],
)
def test_commands_call_the_api_and_print_the_result(monkeypatch: pytest.MonkeyPatch, words, printed, sent) -> None:
    bodies = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content) if request.content else {})
        return httpx.Response(200, json=ANSWERS[request.method, request.url.path])

    def open_client(**_: object) -> ApiClient:
        return ApiClient(url="http://footnote.example", key="k", transport=httpx.MockTransport(answer))

    monkeypatch.setattr("app.commands.calling.open_client", open_client)
    called = ["webhooks", *words]
    shown = CliRunner().invoke(build_cli(called), called)
    assert printed in shown.stdout, shown
    assert bodies[0] == {**bodies[0], **(sent or {})}
