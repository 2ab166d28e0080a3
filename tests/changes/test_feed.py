"""The change feed: what each reader gets, and in which order, while others write."""

import random
import threading
from contextlib import ExitStack
from uuid import UUID

import pytest
from sqlalchemy import text

from app.access.collections.repository import AccessRepository
from app.changes.service import ChangeService
from app.core.pagination import InvalidCursorError
from app.core.principal import Principal
from app.db.provision import _connect
from app.db.session import system_principal
from app.documents.repository import DocumentRepository
from app.identity.data_keys import PostgresDataKeys
from app.storage.keyfile import KeyEncryptionKeys
from app.storage.keyring import Keyring
from app.storage.sealing import Sealer
from tests.review.desk import ReviewDesk, make_desk
from tests.waiting import wait_for

ADD = text(
    "INSERT INTO changes (tenant_id, kind, document_id, object_id, payload) "
    "VALUES (:tenant, :kind, :document, :document, '{}')"
)
EDIT = text(
    "INSERT INTO issuer_edits (id, document_id, tenant_id, access_class_id, kind, token, made_by, made_at) "
    "SELECT d.id, d.id, d.tenant_id, d.access_class_id, 'rename', d.id, :by, now() FROM documents d "
    "WHERE d.id = :document"
)
WRITERS = 8


def make_feed(database) -> ChangeService:
    keys = KeyEncryptionKeys(current="k", keys={"k": b"k" * 32})
    keyring = Keyring(keks=keys, repository=PostgresDataKeys(database=database.api))
    return ChangeService(database=database.api, sealer=Sealer(keyring=keyring))


@pytest.fixture
def desk(shared_database) -> ReviewDesk:
    return make_desk(shared_database)


@pytest.fixture
def feed(shared_database) -> ChangeService:
    return make_feed(shared_database)


class Reader:
    """Reads the feed on from where it stopped."""

    def __init__(self, feed: ChangeService, principal: Principal, after: str | None = None) -> None:
        self._feed, self._principal, self.cursor = feed, principal, after
        self.seen: list[str] = []
        self.events: list[UUID] = []

    def read(self, limit: int = 3) -> list[str]:
        """Read all that can be read now, and return all kinds that were seen until now."""
        while True:
            found = self._feed.list_changes(self._principal, after=self.cursor, limit=limit)
            self.seen += [each.kind for each in found.items]
            self.events += [each.event_id for each in found.items]
            self.cursor = found.cursor
            if not found.has_more:
                return self.seen

    def wait_for(self, count: int) -> list[str]:
        """Read until `count` changes were seen: other transactions of the test's server may still run."""
        return wait_for(lambda: len(self.read()) >= count and self.seen, what=f"{count} changes")


def add(session, desk: ReviewDesk, document: UUID, kind: str) -> None:
    session.execute(ADD, {"tenant": desk.tenant, "document": document, "kind": kind})


def write(desk: ReviewDesk, document: UUID, *kinds: str) -> None:
    with desk.database.owner.transaction(system_principal(desk.tenant)) as session:
        for kind in kinds:
            add(session, desk, document, kind)


def test_commits_in_reverse_order_are_each_read_once(desk, feed):
    document = desk.publish()
    reader = Reader(feed, desk.ana, feed.get_end(desk.ana).cursor)
    open_writers: list[ExitStack] = []
    kinds = [f"test.{number}" for number in range(4)]
    for kind in kinds:
        stack = ExitStack()
        session = stack.enter_context(desk.database.owner.transaction(system_principal(desk.tenant)))
        add(session, desk, document, kind)
        open_writers.append(stack)
    seen = []
    for stack in reversed(open_writers):
        assert reader.read() == seen, "nothing is listed after a change that may still come before it"
        stack.close()
    assert reader.wait_for(4) == kinds
    again = Reader(feed, desk.ana)
    assert [kind for kind in again.read(limit=1) if kind in kinds] == kinds, "the order stays"


def test_reading_while_eight_writers_commit_skips_and_repeats_nothing(desk, feed):
    document = desk.publish()
    rounds = 6
    first = feed.get_end(desk.ana).cursor
    inserted = threading.Barrier(WRITERS)
    failures: list[BaseException] = []

    def work(writer: int) -> None:
        draw = random.Random(writer)
        try:
            for number in range(rounds):
                with desk.database.owner.transaction(system_principal(desk.tenant)) as session:
                    for part in range(draw.randint(1, 3)):
                        add(session, desk, document, f"test.{writer}-{number}-{part}")
                    inserted.wait(60)  # all have written, none has committed
                    add(session, desk, document, f"test.{writer}-{number}-last")
        except BaseException as error:
            failures.append(error)
            inserted.abort()
            raise

    threads = [threading.Thread(target=work, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    readers = [Reader(feed, each, first) for each in (desk.ana, desk.reader)]
    while any(thread.is_alive() for thread in threads):
        for reader in readers:
            reader.read()
    for thread in threads:
        thread.join()
    assert not failures
    written = {kind for (kind,) in desk.sql("SELECT kind FROM changes WHERE kind LIKE 'test.%'")}
    for reader in readers:
        seen = reader.wait_for(len(written))
        assert len(seen) == len(written)
        assert {*seen} == written
        assert len({*reader.events}) == len(reader.events)
    assert readers[0].events == readers[1].events
    assert Reader(feed, desk.ana, first).read(limit=200) == readers[0].seen


def test_decisions_publications_and_issuer_edits_are_listed(desk, feed):
    reader = Reader(feed, desk.reader, feed.get_end(desk.reader).cursor)
    task = desk.task()
    desk.decide(desk.ana, task, "signed", "approve")
    desk.decide(desk.ana, task, "law", "approve")
    (document,) = desk.documents
    with desk.database.api.transaction(desk.ana) as session:
        session.execute(EDIT, {"document": document, "by": desk.ana.user_id})
    seen = reader.wait_for(7)
    assert seen[0] == "document.published"
    assert seen.count("field.proposed") == 4
    assert seen[5:] == ["field.approved", "document.issuer_edited"], "the blind reading of the law is not listed"
    found = feed.list_changes(desk.reader, after=None, kinds=["field.approved"], limit=5)
    (approved,) = found.items
    assert approved.payload["made_by"] == str(desk.ana.user_id)
    assert approved.object_id == desk.field(task, "signed").row.id


def test_changes_of_documents_that_a_user_may_not_read_are_not_listed(desk, feed):
    stranger = make_desk(desk.database)
    document = desk.publish()
    write(desk, document, "test.hidden")
    assert "test.hidden" in Reader(feed, desk.reader).wait_for(1)
    desk.sql("UPDATE documents SET deleted_at = now() WHERE id = :id", id=document)
    wait_for(lambda: Reader(feed, desk.reader).read() == ["document.deleted"], what="the deletion alone")
    assert Reader(feed, stranger.ana).read() == []


def test_cursors_of_other_tenants_and_changed_ones_are_rejected(desk, feed):
    cursor = feed.get_end(desk.ana).cursor
    stranger = make_desk(desk.database)
    for principal, wrong in ((stranger.ana, cursor), (desk.ana, cursor[:-2] + "AA"), (desk.ana, "é"), (desk.ana, "1")):
        with pytest.raises(InvalidCursorError):
            feed.list_changes(principal, after=wrong, limit=1)


def test_feed_continues_after_a_restore_into_a_new_cluster(database, postgres):
    desk, feed = make_desk(database), make_feed(database)
    document = desk.publish()
    write(desk, document, "test.before")
    reader = Reader(feed, desk.ana)
    assert reader.wait_for(2)[-1] == "test.before"
    with _connect(postgres.url("postgres", database.name)) as connection:
        # As in a dump of another cluster, which had used up more transaction ids.
        connection.execute("UPDATE change_eras SET cluster = 1")
        connection.execute("UPDATE changes SET xid = (xid::text::bigint + 1000000000)::text::xid8")
    assert Reader(feed, desk.ana).read()[-1] == "test.before"
    write(desk, document, "test.after")
    assert reader.wait_for(3)[-1] == "test.after"
    assert Reader(feed, desk.ana).read()[-2:] == ["test.before", "test.after"]


def test_deletion_is_listed_for_those_who_could_read_the_document_until_then(desk, feed):
    document = desk.publish()
    ((grant,),) = desk.sql("SELECT id FROM grants WHERE subject_id = :id", id=desk.cleo.user_id)
    with desk.database.api.transaction(desk.ana) as session:
        assert AccessRepository(session).delete_grant(grant)
    before = {each.user_id: feed.get_end(each).cursor for each in (desk.ana, desk.reader, desk.ben, desk.cleo)}
    with desk.database.api.transaction(desk.ben) as session:
        assert DocumentRepository(session).delete_document(document)
    desk.grant(desk.cleo, 1)  # too late: cleo never knew the document
    for knows in (desk.ana, desk.reader, desk.ben):
        reader = Reader(feed, knows, before[knows.user_id])
        assert reader.wait_for(1) == ["document.deleted"]
        (change,) = feed.list_changes(knows, after=before[knows.user_id], limit=9).items
        assert (change.document_id, change.object_id) == (document, document)
        assert change.payload == {"made_by": str(desk.ben.user_id)}
        assert Reader(feed, knows).read() == ["document.deleted"], "its other changes are gone"
    assert Reader(feed, desk.cleo).read() == []
    with desk.database.owner.transaction(desk.ana) as session:
        session.execute(text("UPDATE users SET disabled_at = now() WHERE id = :id"), {"id": desk.reader.user_id})
    assert Reader(feed, desk.reader).read() == []
