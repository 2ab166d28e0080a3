"""The cache of a principal's access classes is used only until the policy changes."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.access.collections.repository import NewGrant
from app.access.collections.service import AccessService
from app.core.clock import SystemClock
from app.core.principal import Principal, Role
from app.db.provision import _connect
from app.db.session import system_principal
from app.identity.service import TenantAdmin


@dataclass(frozen=True, slots=True)
class SharedCollection:
    """An owner's collection with a grant for a reader."""

    database: object
    owner: Principal
    reader: Principal
    collection: UUID
    grant: UUID

    def visible(self):
        with self.database.api.transaction(self.reader) as session:
            return session.scalar(text("SELECT visible_classes()"))

    def as_owner(self, statement, **values):
        with self.database.owner.transaction(system_principal(self.owner.tenant_id)) as session:
            return session.execute(text(statement), values)

    def cached(self):
        query = "SELECT lists FROM learned_classes WHERE user_id = :reader"
        with self.database.owner.transaction(system_principal(self.owner.tenant_id)) as session:
            return session.scalar(text(query), {"reader": self.reader.user_id})


@pytest.fixture
def shared(module_database):
    admin = TenantAdmin(owner=module_database.owner, clock=SystemClock())
    tenant = admin.create_tenant(slug=f"t-{uuid4().hex}", name="Tenant")
    owner, reader = (
        Principal(tenant, admin.create_user(tenant, email=f"{name}@example.org", name=name, roles={Role.EDITOR})[0])
        for name in ("owner", "reader")
    )
    access = AccessService(database=module_database.api)
    collection = access.create_collection(owner, name="Loans").id
    given = access.create_grant(
        owner,
        NewGrant(
            user_id=reader.user_id, group_id=None, collection_id=collection, document_id=None, level=1, expires_at=None
        ),
    )
    return SharedCollection(module_database, owner, reader, collection, given.id)


def test_cached_classes_are_reused(shared):
    first = shared.visible()
    assert len(first) == 1
    # No policy gives access to class 4711, so the second result comes from the cache.
    shared.as_owner("UPDATE learned_classes SET lists = '4711||' WHERE user_id = :reader", reader=shared.reader.user_id)
    assert shared.visible() == [4711]


def test_concurrent_grant_deletion_invalidates_cache(shared):
    """A second change starts after the deletion and commits before it. The newest history row then belongs to the
    second change, so it does not reveal the deletion.
    """
    withdrawing = shared.database.owner.transaction(system_principal(shared.owner.tenant_id))
    session = withdrawing.__enter__()
    session.execute(text("DELETE FROM grants WHERE id = :id"), {"id": shared.grant})
    shared.as_owner(
        "INSERT INTO labels (id, tenant_id, name, created_at, created_by) VALUES (:id, :tenant, 'later', now(), :id)",
        id=uuid4(),
        tenant=shared.owner.tenant_id,
    )
    assert len(shared.visible()) == 1
    withdrawing.__exit__(None, None, None)
    assert shared.visible() == []


def test_class_added_by_concurrent_transaction_is_visible_after_its_commit(shared):
    making = shared.database.owner.transaction(system_principal(shared.owner.tenant_id))
    session = making.__enter__()
    session.execute(
        text(
            "INSERT INTO access_classes (id, tenant_id, collection_id, said_type) "
            "VALUES (nextval('access_class_ids'), :tenant, :collection, '10-K')"
        ),
        {"tenant": shared.owner.tenant_id, "collection": shared.collection},
    )
    assert len(shared.visible()) == 1
    making.__exit__(None, None, None)
    assert len(shared.visible()) == 2


def test_cache_expires_at_next_grant_expiry(shared):
    shared.as_owner("UPDATE grants SET expires_at = now() + interval '1 hour' WHERE id = :id", id=shared.grant)
    assert len(shared.visible()) == 1
    # The test cannot change the database's clock, so it moves the expiry into the past. It disables the triggers,
    # because they would record a policy change.
    shared.as_owner("ALTER TABLE grants DISABLE TRIGGER USER")
    shared.as_owner("UPDATE grants SET expires_at = now() - interval '1 second' WHERE id = :id", id=shared.grant)
    shared.as_owner("ALTER TABLE grants ENABLE TRIGGER USER")
    assert len(shared.visible()) == 1
    shared.as_owner("UPDATE learned_classes SET valid_until = valid_until - interval '1 hour'")
    assert shared.visible() == []


@pytest.mark.parametrize("table", ["policy_history", "access_classes"])
def test_classes_are_cached_in_a_cluster_younger_than_its_restored_rows(shared, postgres, table):
    """A restored row keeps the transaction id of its old cluster, which may be in the future of the new one."""
    with _connect(postgres.url("postgres", shared.database.name)) as connection:
        connection.execute(f"UPDATE {table} SET made_by = '4000000000' WHERE tenant_id = %s", [shared.owner.tenant_id])
    assert len(shared.visible()) == 1
    shared.as_owner("UPDATE learned_classes SET lists = '4711||' WHERE user_id = :reader", reader=shared.reader.user_id)
    assert shared.visible() == [4711]
    shared.as_owner("DELETE FROM grants WHERE id = :id", id=shared.grant)
    assert shared.visible() == []


def test_cache_of_other_cluster_is_ignored(shared):
    shared.visible()
    shared.as_owner("UPDATE learned_classes SET lists = '4711||', cluster = 1")
    assert shared.visible() != [4711]


@pytest.mark.parametrize("snapshot", [True, False])
def test_classes_are_cached_unless_the_transaction_is_a_snapshot(shared, snapshot):
    with shared.database.api.transaction(shared.reader, snapshot=snapshot):
        pass
    assert (shared.cached() is None) == snapshot
