"""Webhooks of a running Footnote: its API, relay and Celery worker, with a receiver on this machine."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import create_engine, text

from app.client.api import ApiClient
from app.client.ingestion import NoProgress, ingest_files
from app.core.principal import Role
from app.db.session import Database, system_principal
from app.stack.founding import open_tenant_admin
from app.stack.supervisor import Stack
from tests.waiting import wait_for
from tests.webhooks.receiver import Receiver, is_signed, receiving

TIME_PASSES = (
    "UPDATE webhook_deliveries SET due_at = now() WHERE state = 'waiting'",
    "UPDATE webhooks SET called_at = now() - interval '1 hour'",
)


@dataclass
class Subscriber:
    """A user of a tenant of her own, with a receiver."""

    url: str
    key: str
    tenant_id: object
    worker: Database
    http: httpx.Client
    receiver: Receiver

    def post(self, path, **body):
        return self.http.post(path, json=body).raise_for_status().json()

    def wait_for(self, count):
        """Wait until the receiver has `count` messages; the times of the schedule pass at once."""

        def has_come():
            for statement in TIME_PASSES:  # each in its own transaction: the sender locks the rows in another order
                with self.worker.transaction(system_principal(self.tenant_id)) as session:
                    session.execute(text(statement))
            return len(self.receiver.messages) >= count

        wait_for(has_come, what=f"message {count}")

    def wait_until(self, hook, state, **wanted):
        """Wait until the newest delivery is as wanted."""

        def is_there():
            (newest, *_) = self.http.get(f"/v1/webhooks/{hook}/deliveries").json()["items"] or [{}]
            return {**wanted, "state": state}.items() <= newest.items()

        wait_for(is_there, what=f"a delivery that is {state}")


@pytest.fixture
def subscriber(running_footnote: Stack) -> Iterator[Subscriber]:
    admin, owner = open_tenant_admin(running_footnote.database_url("owner"))
    tenant = admin.create_tenant(slug=f"hooks-{uuid4().hex}", name="Hooks")
    _, key = admin.create_user(tenant, email="ana@example.org", name="Ana", roles=[Role.EDITOR])
    owner.close()
    engine = create_engine(running_footnote.database_url("worker"))
    headers = {"Authorization": f"Bearer {key}"}
    with (
        receiving() as receiver,
        httpx.Client(base_url=running_footnote.url, headers=headers, timeout=60, trust_env=False) as http,
    ):
        yield Subscriber(running_footnote.url, key, tenant, Database(engine=engine), http, receiver)
    engine.dispose()


def test_published_document_reaches_the_receiver_signed_and_once_by_id(subscriber, tmp_path):
    letter, receiver = tmp_path / "letter.txt", subscriber.receiver
    letter.write_text("The fee is USD 4,000,000.")
    hook = subscriber.post("/v1/webhooks", url=receiver.url, kinds=["document.published"])
    receiver.statuses = [500]
    with ApiClient(url=subscriber.url, key=subscriber.key) as api:
        ingest_files(api, [letter], collection=api.create_collection("Letters").id, watcher=NoProgress())
        (document,) = api.list_documents()
    subscriber.wait_for(2)
    subscriber.wait_until(hook["id"], "sent", attempts=2, status=204)
    failed, sent = receiver.messages
    assert failed["webhook-id"] == sent["webhook-id"]
    assert failed["body"] == sent["body"]
    assert (sent["body"]["type"], sent["body"]["data"]["document_id"]) == ("document.published", str(document.id))
    assert is_signed(failed, hook["secret"])
    assert is_signed(sent, hook["secret"])
    replay = subscriber.post(f"/v1/webhooks/{hook['id']}/replay", since="2026-01-01T00:00:00Z", only_failed=False)
    assert replay == {"replayed": 1}
    subscriber.wait_for(3)
    assert {*receiver.ids} == {sent["webhook-id"]}, "a receiver that keeps the IDs processes the change once"
    rotated = subscriber.post(f"/v1/webhooks/{hook['id']}/rotate", overlap_hours=1)
    subscriber.post(f"/v1/webhooks/{hook['id']}/test")
    subscriber.wait_for(4)
    newest = receiver.messages[-1]
    assert newest["webhook-id"] != sent["webhook-id"]
    assert is_signed(newest, hook["secret"])
    assert is_signed(newest, rotated["secret"])


def test_private_addresses_are_closed_but_for_the_host_of_the_setting(subscriber):
    port = subscriber.receiver.url.rpartition(":")[2]
    for url in (f"http://localhost:{port}/", "https://10.0.0.1/", "https://[::1]/"):
        refused = subscriber.http.post("/v1/webhooks", json={"url": url})
        assert (refused.status_code, refused.json()["code"]) == (422, "webhook-address-invalid")
    hook = subscriber.post("/v1/webhooks", url=f"https://localhost:{port}/", kinds=["document.published"])
    subscriber.post(f"/v1/webhooks/{hook['id']}/test")
    subscriber.wait_until(hook["id"], "waiting", attempts=1, error="address-not-permitted")
    assert subscriber.receiver.messages == []
