"""Webhooks: what a receiver gets, when it gets it again, and what is never sent."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app.core.errors import PreconditionFailedError
from app.core.pagination import PageRequest
from app.identity.data_keys import PostgresDataKeys
from app.storage.keyfile import KeyEncryptionKeys
from app.storage.keyring import Keyring
from app.storage.sealing import Sealer
from app.webhooks.errors import TooManyWebhooksError, WebhookAddressError, WebhookNotFoundError
from app.webhooks.sending import Outcome, WebhookHttp
from app.webhooks.service import NewWebhook, WebhookService
from tests.review.desk import make_desk
from tests.waiting import wait_for
from tests.webhooks.receiver import Receiver, is_signed, receiving
from workers.maintenance.webhooks import DISABLE_AFTER, WAITS, WebhookSender

OPEN = frozenset({"127.0.0.1"})
START = datetime(2026, 11, 30, 12, tzinfo=UTC)


@dataclass
class Clock:
    time: datetime = START

    def now(self) -> datetime:
        return self.time


class Bench:
    """A desk whose reader has a webhook for decisions on fields."""

    def __init__(self, database, receiver: Receiver) -> None:
        keys = KeyEncryptionKeys(current="k", keys={"k": b"k" * 32})
        sealer = Sealer(keyring=Keyring(keks=keys, repository=PostgresDataKeys(database=database.api)))
        http = WebhookHttp(open_hosts=OPEN)
        self.clock, self.receiver, self.desk = Clock(), receiver, make_desk(database)
        self.hooks = WebhookService(database=database.api, sealer=sealer, http=http, clock=self.clock)
        self.sender = self.make_sender(database, sealer, http)
        self.sealer, self.database = sealer, database
        made = self.hooks.create(self.reader, NewWebhook(receiver.url, ["field.approved", "webhook.test"]))
        self.hook, self.secret = made.webhook, made.secret

    def make_sender(self, database, sealer, http) -> WebhookSender:
        return WebhookSender(database=database.worker, sealer=sealer, http=http, clock=self.clock, draw=lambda: 0.0)

    @property
    def reader(self):
        return self.desk.reader

    def approve(self) -> None:
        """Let Ana approve a field of a new document."""
        self.desk.decide(self.desk.ana, self.desk.task(), "signed", "approve")

    def send(self) -> int:
        return self.sender.send(self.desk.tenant, self.hook.id)

    def wait_for(self, count: int) -> None:
        """Send until the receiver has `count` messages: other transactions of the test's server may still run."""
        wait_for(lambda: self.send() >= 0 and len(self.receiver.messages) >= count, what=f"{count} messages")

    def deliveries(self):
        return self.hooks.list_deliveries(self.reader, self.hook.id, PageRequest(), state=None).items

    def refresh(self):
        self.hook = self.hooks.get_webhook(self.reader, self.hook.id)
        return self.hook


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def bench(shared_database, receiver) -> Bench:
    return Bench(shared_database, receiver)


def test_receiver_gets_a_signed_message_of_ids_once(bench, receiver):
    bench.approve()
    bench.wait_for(1)
    assert bench.send() == 0
    (message,) = receiver.messages
    assert is_signed(message, bench.secret)
    assert message["webhook-timestamp"] == str(int(START.timestamp()))
    assert message["body"]["type"] == "field.approved"
    data = message["body"]["data"]
    assert data["document_id"] == str(bench.desk.documents[0])
    assert {*data} == {"change_id", "document_id", "object_id", "task_id", "key", "revision", "action", "made_by"}
    (delivery,) = bench.deliveries()
    assert (delivery.state, delivery.status, delivery.attempts) == ("sent", 204, 1)


def test_change_of_a_document_that_the_user_may_no_longer_read_is_withheld(bench, receiver):
    bench.approve()
    bench.approve()
    bench.desk.sql("UPDATE documents SET deleted_at = now() WHERE id = :id", id=bench.desk.documents[0])
    bench.wait_for(1)
    assert [each["body"]["data"]["document_id"] for each in receiver.messages] == [str(bench.desk.documents[1])]
    states = bench.desk.sql("SELECT state FROM webhook_deliveries WHERE webhook_id = :id", id=bench.hook.id)
    assert sorted(states) == [("sent",), ("withheld",)]
    assert len(bench.deliveries()) == 1, "its user does not see the withheld one"
    with bench.database.owner.transaction(bench.reader) as session:
        session.execute(text("UPDATE users SET disabled_at = now() WHERE id = :id"), {"id": bench.reader.user_id})
    bench.approve()
    wait_for(
        lambda: (
            bench.send() == 0
            and bench.desk.sql(
                "SELECT 1 FROM webhook_deliveries WHERE webhook_id = :id AND state = 'withheld' OFFSET 1",
                id=bench.hook.id,
            )
        ),
        what="a withheld message of a disabled user",
    )
    assert len(receiver.messages) == 1


def test_deletion_is_sent_to_those_who_could_read_the_document_until_then(bench, receiver):
    bench.approve()
    kept, deleted = bench.desk.publish(), bench.desk.documents[0]
    bench.hook = bench.hooks.create(
        bench.reader, NewWebhook(receiver.url, ["document.deleted", "field.approved"])
    ).webhook
    bench.desk.sql("UPDATE documents SET deleted_at = now() WHERE id = :id", id=deleted)
    bench.wait_for(1)
    (message,) = receiver.messages
    assert message["body"]["type"] == "document.deleted"
    data = message["body"]["data"]
    assert ({*data}, data["document_id"]) == ({"change_id", "document_id", "object_id", "made_by"}, str(deleted))
    assert [delivery.kind for delivery in bench.deliveries()] == ["document.deleted"]
    with bench.database.owner.transaction(bench.reader) as session:
        session.execute(text("UPDATE changes SET readers = '{}' WHERE kind = 'document.deleted'"))
    bench.desk.sql("UPDATE webhook_deliveries SET state = 'waiting' WHERE webhook_id = :id", id=bench.hook.id)
    assert bench.send() == 0
    assert bench.deliveries() == []
    assert kept in bench.desk.documents


def test_failed_message_is_sent_again_with_its_id_at_the_times_of_the_schedule(bench, receiver):
    receiver.statuses = [500] * len(WAITS)
    bench.hooks.test(bench.reader, bench.hook.id)
    bench.wait_for(1)
    for number, seconds in enumerate(WAITS, 1):
        assert bench.send() == 0
        bench.clock.time += timedelta(seconds=seconds - 1)
        assert bench.send() == 0
        assert len(receiver.messages) == number, "not before it is due"
        bench.clock.time += timedelta(seconds=1)
        bench.send()
    assert len(receiver.messages) == len(WAITS) + 1
    assert {*receiver.ids} == {receiver.ids[0]}
    assert bench.deliveries()[0].state == "sent"
    assert bench.refresh().failing_since is None


def test_message_that_fails_ten_times_can_be_replayed(bench, receiver):
    receiver.statuses = [503] * (len(WAITS) + 1)
    bench.hooks.test(bench.reader, bench.hook.id)
    bench.wait_for(1)
    for seconds in WAITS:
        bench.clock.time += timedelta(seconds=seconds)
        bench.send()
    assert (bench.deliveries()[0].state, bench.deliveries()[0].status) == ("failed", 503)
    assert bench.hooks.replay(bench.reader, bench.hook.id, since=START, only_failed=True) == 1
    assert bench.send() == 1
    assert {*receiver.ids} == {receiver.ids[0]}
    assert bench.hooks.replay(bench.reader, bench.hook.id, since=START, only_failed=True) == 0
    assert bench.hooks.replay(bench.reader, bench.hook.id, since=START, only_failed=False) == 1


@pytest.mark.parametrize(("status", "wait", "reason"), [(410, timedelta(0), "gone"), (500, DISABLE_AFTER, "failing")])
def test_webhook_is_disabled_when_its_receiver_is_gone_or_fails_for_days(bench, receiver, status, wait, reason):
    bench.desk.sql("UPDATE webhooks SET failing_since = :since WHERE id = :id", since=START - wait, id=bench.hook.id)
    receiver.statuses = [status]
    bench.hooks.test(bench.reader, bench.hook.id)
    bench.wait_for(1)
    assert bench.refresh().state == "disabled"
    bench.hooks.test(bench.reader, bench.hook.id)
    assert bench.send() == 0
    with bench.database.owner.transaction(bench.reader) as session:
        query = text("SELECT detail FROM audit_events WHERE action = 'webhooks.webhook.disabled' AND object_id = :id")
        (detail,) = session.scalars(query, {"id": str(bench.hook.id)})
    assert detail == {"reason": reason, "status": status}
    bench.hooks.update(bench.reader, bench.hook.id, {"state": "active"}, revision=bench.hook.revision)
    assert bench.send() >= 1


def test_message_of_a_worker_that_died_is_sent_by_another(bench, receiver):
    class Dying:
        def post(self, url, body, headers) -> Outcome:
            WebhookHttp(open_hosts=OPEN).post(url, body, headers)
            raise KeyboardInterrupt

    bench.hooks.test(bench.reader, bench.hook.id)
    dying = bench.make_sender(bench.database, bench.sealer, Dying())
    with suppress(KeyboardInterrupt):
        dying.send(bench.desk.tenant, bench.hook.id)
    assert bench.send() == 1
    assert len(receiver.ids) == 2
    assert receiver.ids[0] == receiver.ids[1]


def test_only_the_holder_of_the_lease_sends(bench, receiver):
    bench.hooks.test(bench.reader, bench.hook.id)
    lease = "UPDATE webhooks SET lease_token = id, lease_until = now() + :wait * interval '1 minute' WHERE id = :id"
    bench.desk.sql(lease, wait=1, id=bench.hook.id)
    assert bench.send() == 0
    bench.desk.sql(lease, wait=-1, id=bench.hook.id)
    assert bench.send() == 1


def test_both_secrets_sign_until_the_former_one_ends(bench, receiver):
    rotated = bench.hooks.rotate(bench.reader, bench.hook.id, overlap=timedelta(hours=1))
    for _ in range(2):
        bench.hooks.test(bench.reader, bench.hook.id)
        bench.send()
        bench.clock.time += timedelta(hours=1)
    during, after = receiver.messages
    assert is_signed(during, bench.secret)
    assert is_signed(during, rotated.secret)
    assert not is_signed(after, bench.secret)
    assert is_signed(after, rotated.secret)


def test_redirects_are_not_followed(bench, receiver):
    receiver.statuses = [302]
    bench.hooks.test(bench.reader, bench.hook.id)
    bench.wait_for(1)
    assert receiver.paths == ["/"]
    assert bench.deliveries()[0].status == 302


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/", "https://10.0.0.1/", "https://[::1]/", "https://169.254.169.254/", "ftp://a.example/",
        "https://user:word@hooks.example.com/", "https://hooks.example.com/#a", "https://", "https://[/",
        "https://hooks.example.com/" + "a" * 500, "https://2130706433/\n",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public_https_are_rejected(url):
    with pytest.raises(WebhookAddressError):
        WebhookHttp().check_address(url)


def test_host_with_a_private_address_gets_no_request(receiver):
    port = receiver.url.rpartition(":")[2]
    assert WebhookHttp().post(f"https://localhost:{port}/", b"{}", {}) == Outcome(None, "address-not-permitted")
    assert receiver.messages == []


def test_users_see_and_change_only_their_own_webhooks(bench):
    for call in (
        lambda: bench.hooks.get_webhook(bench.desk.ana, bench.hook.id),
        lambda: bench.hooks.update(bench.desk.ana, bench.hook.id, {"state": "paused"}, revision=None),
        lambda: bench.hooks.delete(bench.desk.ana, bench.hook.id),
        lambda: bench.hooks.rotate(bench.desk.ana, bench.hook.id, overlap=timedelta(0)),
        lambda: bench.hooks.test(bench.desk.ana, bench.hook.id),
        lambda: bench.hooks.replay(bench.desk.ana, bench.hook.id, since=START, only_failed=False),
        lambda: bench.hooks.list_deliveries(bench.desk.ana, bench.hook.id, PageRequest(), state=None),
    ):
        with pytest.raises(WebhookNotFoundError):
            call()
    assert bench.hooks.list_webhooks(bench.desk.ana) == []


def test_changes_need_the_newest_revision_and_a_user_has_twenty_webhooks_at_most(bench):
    bench.hooks.update(bench.reader, bench.hook.id, {"kinds": []}, revision=1)
    with pytest.raises(PreconditionFailedError):
        bench.hooks.update(bench.reader, bench.hook.id, {"kinds": []}, revision=1)
    for _ in range(19):
        bench.hooks.create(bench.reader, NewWebhook("https://hooks.example.com/"))
    with pytest.raises(TooManyWebhooksError):
        bench.hooks.create(bench.reader, NewWebhook("https://hooks.example.com/"))


def test_relay_calls_a_worker_for_due_messages_and_new_changes(bench):
    def called() -> bool:
        with bench.database.relay.anonymous() as session:
            session.execute(text("SELECT call_webhooks(0, 500)"))
            query = text("SELECT count(*) FROM outbox WHERE topic = 'webhooks.send' AND payload::text LIKE :hook")
            found = session.scalar(query, {"hook": f"%{bench.hook.id}%"})
            session.execute(
                text("DELETE FROM outbox WHERE topic = 'webhooks.send' AND payload::text LIKE :hook"),
                {"hook": f"%{bench.hook.id}%"},
            )
            return bool(found)

    wait_for(lambda: bench.send() == 0 and not called(), what="that nothing is due")
    bench.hooks.test(bench.reader, bench.hook.id)
    bench.desk.sql("UPDATE webhook_deliveries SET due_at = now() WHERE webhook_id = :id", id=bench.hook.id)
    assert called()
    bench.send()
    bench.approve()
    wait_for(called, what="a call for the change")
