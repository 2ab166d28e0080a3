"""A pack matches a document's type only if a person stated it. A type that was read from the text gives no access."""

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

READ, STATED = {"document_type": {"by": "document", "page": 1}}, {"document_type": {"by": "editor"}}


class PackTenant:
    """A tenant with an administrator's collection, and a reader with a grant on a pack of type 10-K."""

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
        """Update the document's type as the worker role."""
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
        """Return the documents that, according to their explanations, the reader can read."""
        with self._database.api.transaction(self.admin, snapshot=True) as session:
            moments = MomentReader(session, time=time)
            return {
                each for each in documents if decide(moments.read(user_id=self.reader, document_id=each)).is_visible
            }

    def history(self, document) -> int:
        """Return the number of the document's history rows."""
        with self._database.owner.transaction(system_principal(self.tenant)) as session:
            query = "SELECT count(*) FROM policy_history WHERE kind = 'documents' AND key = :key"
            return session.scalar(text(query), {"key": str(document)})

    def sentence(self, document) -> str:
        with self._database.api.transaction(self.admin, snapshot=True) as session:
            moment = MomentReader(session, time=None).read(user_id=self.reader, document_id=document)
            return explain(moment, decide(moment), person="Reader")

    def history_states(self, document) -> list[dict[str, object]]:
        """Return the states in the document's history rows, oldest first."""
        with self._database.owner.transaction(system_principal(self.tenant)) as session:
            query = "SELECT state FROM policy_history WHERE kind = 'documents' AND key = :key ORDER BY id"
            return list(session.scalars(text(query), {"key": str(document)}))

    def classes(self) -> list[int]:
        with self._database.owner.transaction(system_principal(self.tenant)) as session:
            return list(session.scalars(text("SELECT access_class_id FROM documents ORDER BY id")))

    def readers(self, document) -> list[UUID]:
        with self._database.api.transaction(self.admin) as session:
            return list(session.scalars(text("SELECT user_id FROM list_readers(:id, NULL, 10)"), {"id": document}))


@pytest.fixture
def tenant(shared_database):
    return PackTenant(shared_database)


def test_type_read_from_text_gives_no_access(tenant):
    read, stated = tenant.add("10-K", READ), tenant.add("10-K", STATED)
    assert tenant.visible() == tenant.explained([read, stated]) == {stated}
    assert (tenant.readers(read), tenant.readers(stated)) == ([], [tenant.reader])


@pytest.mark.parametrize(
    ("kind", "sources", "is_mentioned"), [("10-K", READ, True), ("8-K", READ, False), ("10-K", STATED, False)]
)
def test_explanation_mentions_pack_that_matches_unconfirmed_type(tenant, kind, sources, is_mentioned):
    document = tenant.add(kind, sources)
    assert ("its type, which was only read from its text" in tenant.sentence(document)) is is_mentioned


def test_type_confirmed_by_editor_gives_access(tenant):
    document = tenant.add("10-K", READ)
    assert tenant.visible() == set()
    tenant.run("UPDATE documents SET metadata_sources = CAST(:by AS jsonb)", by=json.dumps(STATED))
    assert tenant.visible() == tenant.explained([document]) == {document}


def test_removing_type_removes_access_and_keeps_history(tenant):
    document = tenant.add("10-K", STATED)
    then = datetime.now(UTC)
    tenant.run("UPDATE documents SET document_type = NULL")
    assert tenant.visible() == tenant.explained([document]) == set()
    assert tenant.explained([document], time=then) == {document}


@pytest.mark.parametrize("sources", [None, [], "editor", {"document_type": "editor"}, {"document_type": {"by": None}}])
def test_type_without_editor_as_source_gives_no_access(tenant, sources):
    tenant.add("10-K", sources)
    assert tenant.visible() == set()


def test_stated_type_can_not_be_set_directly(tenant):
    tenant.add("10-K", READ)
    tenant.run("UPDATE documents SET said_type = '10-K'")
    assert tenant.visible() == set()


def test_edit_without_policy_change_adds_no_history(tenant):
    document = tenant.add("10-K", STATED)
    tenant.run("UPDATE documents SET title = 'new', metadata_sources = metadata_sources || '{\"title\": {}}'")
    assert tenant.history(document) == 1


@pytest.mark.parametrize("before", [("10-K", READ), ("10-Q", STATED), (None, STATED)])
def test_worker_can_not_state_type_as_editor(tenant, before):
    document = tenant.add(*before)
    with pytest.raises(IntegrityError, match="only a person can state"):
        tenant.publish(document, "10-K", STATED)
    assert tenant.visible() == set()


def test_worker_keeps_type_stated_by_editor(tenant):
    document = tenant.add("10-K", STATED)
    tenant.publish(document, "10-K", STATED | {"title": {"by": "document"}})
    assert tenant.visible() == {document}
    tenant.publish(document, "10-Q", READ)
    assert tenant.visible() == set()


def test_history_records_type_read_from_text(tenant):
    """An explanation needs the recorded type. It mentions each pack that would contain the document if an editor
    confirmed this type.
    """
    document = tenant.add("10-K", READ)
    tenant.publish(document, "10-Q", READ)
    assert [state["document_type"] for state in tenant.history_states(document)] == ["10-K", "10-Q"]


def test_type_read_from_text_keeps_access_class(tenant):
    """Chunks contain the access class. Because the class stays the same, publishing a document again rewrites no
    chunks.
    """
    tenant.add("10-K", READ)
    before = tenant.classes()
    tenant.run("UPDATE documents SET document_type = '10-Q', metadata_sources = '{}'")
    assert tenant.classes() == before
