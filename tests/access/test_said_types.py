"""Packs by type hold documents whose type a person said; what text says of itself opens nothing."""

import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.access.reports.decisions import decide
from app.access.reports.moments import MomentReader
from app.access.reports.wording import explain
from app.core.clock import SystemClock
from app.core.principal import Principal, Role
from app.db.session import system_principal
from app.identity.service import TenantAdmin

READ, SAID = {"document_type": {"by": "document", "page": 1}}, {"document_type": {"by": "editor"}}


class Desk:
    """A tenant with a collection that is its administrator's, and a reader who holds a pack of type 10-K."""

    def __init__(self, database):
        self._database = database
        admin = TenantAdmin(owner=database.owner, clock=SystemClock())
        self.tenant = admin.create_tenant(slug=f"t{uuid4().hex}", name="Tenant")
        keeper, self.reader = (
            admin.create_user(self.tenant, email=f"{uuid4().hex}@example.com", name="User", roles=roles)[0]
            for roles in ([Role.ADMIN], [])
        )
        self.admin = Principal(tenant_id=self.tenant, user_id=keeper, roles=frozenset({Role.ADMIN}))
        self.collection, pack = uuid4(), uuid4()
        common = {"tenant": self.tenant, "by": keeper}
        self.run(
            "INSERT INTO collections (id, tenant_id, access_class_id, name, revision, created_at, created_by) "
            "VALUES (:id, :tenant, nextval('access_class_ids'), 'Filings', 1, now(), :by)",
            id=self.collection, **common,
        )  # fmt: skip
        self.run(
            "INSERT INTO entitlement_packs (id, tenant_id, name, document_types, sources, created_at, created_by) "
            "VALUES (:id, :tenant, 'Annual', '{10-K}', '{}', now(), :by)",
            id=pack, **common,
        )  # fmt: skip
        self.run(
            "INSERT INTO grants (id, tenant_id, user_id, pack_id, level, created_at, created_by) "
            "VALUES (:id, :tenant, :reader, :pack, 1, now(), :by)",
            id=uuid4(), reader=self.reader, pack=pack, **common,
        )  # fmt: skip

    def run(self, statement, **values):
        with self._database.owner.transaction(system_principal(self.tenant)) as session:
            session.execute(text(statement), values)

    def add(self, kind, sources, content=None) -> UUID:
        made = uuid4()
        self.run(
            "INSERT INTO documents (id, tenant_id, collection_id, access_class_id, content_sha256, title, filename, "
            "document_type, metadata_sources, revision, created_at, created_by, updated_at) VALUES (:id, :tenant, "
            ":place, 0, :content, 't', 'f', :kind, CAST(:sources AS jsonb), 1, now(), :tenant, now())",
            id=made, tenant=self.tenant, place=self.collection, content=content or made.hex, kind=kind,
            sources=json.dumps(sources),
        )  # fmt: skip
        return made

    def publish(self, document, kind, sources):
        """As a worker does, with the rights of one."""
        with self._database.worker.transaction(system_principal(self.tenant)) as session:
            session.execute(
                text("UPDATE documents SET document_type = :kind, metadata_sources = :sources WHERE id = :id"),
                {"kind": kind, "sources": Jsonb(sources), "id": document},
            )

    def visible(self) -> set[UUID]:
        reader = Principal(tenant_id=self.tenant, user_id=self.reader)
        with self._database.api.transaction(reader) as session:
            return set(session.scalars(text("SELECT id FROM documents")))

    def explained(self, documents, *, time=None) -> set[UUID]:
        """Those of the documents of which the reader is said to see them."""
        with self._database.api.transaction(self.admin, snapshot=True) as session:
            moments = MomentReader(session, time=time)
            return {
                each for each in documents if decide(moments.read(user_id=self.reader, document_id=each)).is_visible
            }

    def history(self, document) -> int:
        """How many times the history tells of the document."""
        with self._database.owner.transaction(system_principal(self.tenant)) as session:
            kept = "SELECT count(*) FROM policy_history WHERE kind = 'documents' AND key = :key"
            return session.scalar(text(kept), {"key": str(document)})

    def sentence(self, document) -> str:
        with self._database.api.transaction(self.admin, snapshot=True) as session:
            moment = MomentReader(session, time=None).read(user_id=self.reader, document_id=document)
            return explain(moment, decide(moment), person="Reader")

    def kept(self, document) -> list[dict[str, object]]:
        """What the history tells of the document, the oldest first."""
        with self._database.owner.transaction(system_principal(self.tenant)) as session:
            kept = "SELECT state FROM policy_history WHERE kind = 'documents' AND key = :key ORDER BY id"
            return list(session.scalars(text(kept), {"key": str(document)}))

    def classes(self) -> list[int]:
        with self._database.owner.transaction(system_principal(self.tenant)) as session:
            return list(session.scalars(text("SELECT access_class_id FROM documents ORDER BY id")))

    def readers(self, document) -> list[UUID]:
        with self._database.api.transaction(self.admin) as session:
            return list(session.scalars(text("SELECT user_id FROM list_readers(:id, NULL, 10)"), {"id": document}))


@pytest.fixture
def desk(shared_database):
    return Desk(shared_database)


def test_a_type_that_was_read_from_a_document_opens_it_to_nobody(desk):
    read, said = desk.add("10-K", READ), desk.add("10-K", SAID)
    assert desk.visible() == desk.explained([read, said]) == {said}
    assert (desk.readers(read), desk.readers(said)) == ([], [desk.reader])


@pytest.mark.parametrize(
    ("kind", "sources", "is_told"), [("10-K", READ, True), ("8-K", READ, False), ("10-K", SAID, False)]
)
def test_it_is_explained_that_a_type_was_only_read_where_a_pack_would_hold_it(desk, kind, sources, is_told):
    document = desk.add(kind, sources)
    assert ("its type was only read from its text" in desk.sentence(document)) is is_told


def test_a_type_that_an_editor_approves_opens_the_document_though_it_stays_the_same(desk):
    document = desk.add("10-K", READ)
    assert desk.visible() == set()
    desk.run("UPDATE documents SET metadata_sources = CAST(:by AS jsonb)", by=json.dumps(SAID))
    assert desk.visible() == desk.explained([document]) == {document}


def test_a_type_that_an_editor_takes_back_closes_the_document_and_the_past_stays_what_it_was(desk):
    document = desk.add("10-K", SAID)
    then = datetime.now(UTC)
    desk.run("UPDATE documents SET document_type = NULL")
    assert desk.visible() == desk.explained([document]) == set()
    assert desk.explained([document], time=then) == {document}


@pytest.mark.parametrize("sources", [None, [], "editor", {"document_type": "editor"}, {"document_type": {"by": None}}])
def test_what_does_not_say_whose_word_a_type_is_says_no_type(desk, sources):
    desk.add("10-K", sources)
    assert desk.visible() == set()


def test_a_said_type_is_compiled_and_can_not_be_written(desk):
    desk.add("10-K", READ)
    desk.run("UPDATE documents SET said_type = '10-K'")
    assert desk.visible() == set()


def test_an_edit_that_leaves_the_policy_as_it_is_leaves_nothing_in_its_history(desk):
    document = desk.add("10-K", SAID)
    desk.run("UPDATE documents SET title = 'new', metadata_sources = metadata_sources || '{\"title\": {}}'")
    assert desk.history(document) == 1


@pytest.mark.parametrize("before", [("10-K", READ), ("10-Q", SAID), (None, SAID)])
def test_a_worker_says_no_type_in_an_editors_name(desk, before):
    document = desk.add(*before)
    with pytest.raises(IntegrityError, match="only a person can state"):
        desk.publish(document, "10-K", SAID)
    assert desk.visible() == set()


def test_a_worker_carries_over_what_an_editor_said(desk):
    document = desk.add("10-K", SAID)
    desk.publish(document, "10-K", SAID | {"title": {"by": "document"}})
    assert desk.visible() == {document}
    desk.publish(document, "10-Q", READ)
    assert desk.visible() == set()


def test_the_history_keeps_the_type_that_was_only_read(desk):
    """Explanations tell by it that a pack would hold the document if somebody stated its type."""
    document = desk.add("10-K", READ)
    desk.publish(document, "10-Q", READ)
    assert [state["document_type"] for state in desk.kept(document)] == ["10-K", "10-Q"]


def test_a_type_that_was_only_read_changes_no_class(desk):
    """So that no chunk is rewritten when a document is published again."""
    desk.add("10-K", READ)
    before = desk.classes()
    desk.run("UPDATE documents SET document_type = '10-Q', metadata_sources = '{}'")
    assert desk.classes() == before
