"""What is kept of a principal's classes: used while nothing has changed, and never a moment longer."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.access.collections.repository import NewGrant
from app.access.collections.service import AccessService
from app.core.clock import SystemClock
from app.core.principal import Principal, Role
from app.db.session import system_principal
from app.identity.service import TenantAdmin


@dataclass(frozen=True, slots=True)
class Desk:
    """An owner's collection that is granted to a reader."""

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

    def kept(self):
        query = "SELECT lists FROM learned_classes WHERE user_id = :reader"
        with self.database.owner.transaction(system_principal(self.owner.tenant_id)) as session:
            return session.scalar(text(query), {"reader": self.reader.user_id})


@pytest.fixture
def desk(module_database):
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
    return Desk(module_database, owner, reader, collection, given.id)


def test_what_was_worked_out_once_is_used_again(desk):
    first = desk.visible()
    assert len(first) == 1
    # Only a mark that nothing could have worked out shows where the second answer came from.
    desk.as_owner("UPDATE learned_classes SET lists = '4711||' WHERE user_id = :reader", reader=desk.reader.user_id)
    assert desk.visible() == [4711]


def test_a_withdrawal_that_began_before_and_ended_after_it_was_worked_out_is_not_missed(desk):
    """The newest change is another one's by then: only the order in which transactions end tells of it."""
    withdrawing = desk.database.owner.transaction(system_principal(desk.owner.tenant_id))
    session = withdrawing.__enter__()
    session.execute(text("DELETE FROM grants WHERE id = :id"), {"id": desk.grant})
    desk.as_owner(
        "INSERT INTO labels (id, tenant_id, name, created_at, created_by) VALUES (:id, :tenant, 'later', now(), :id)",
        id=uuid4(),
        tenant=desk.owner.tenant_id,
    )
    assert len(desk.visible()) == 1
    withdrawing.__exit__(None, None, None)
    assert desk.visible() == []


def test_a_class_that_was_made_by_a_transaction_under_way_is_seen_once_it_ends(desk):
    making = desk.database.owner.transaction(system_principal(desk.owner.tenant_id))
    session = making.__enter__()
    session.execute(
        text(
            "INSERT INTO access_classes (id, tenant_id, collection_id, said_type) "
            "VALUES (nextval('access_class_ids'), :tenant, :collection, '10-K')"
        ),
        {"tenant": desk.owner.tenant_id, "collection": desk.collection},
    )
    assert len(desk.visible()) == 1
    making.__exit__(None, None, None)
    assert len(desk.visible()) == 2


def test_it_holds_no_longer_than_the_next_expiry(desk):
    desk.as_owner("UPDATE grants SET expires_at = now() + interval '1 hour' WHERE id = :id", id=desk.grant)
    assert len(desk.visible()) == 1
    # The clock can't be turned: the hour is shortened behind the policy's back, as its passing would.
    desk.as_owner("ALTER TABLE grants DISABLE TRIGGER USER")
    desk.as_owner("UPDATE grants SET expires_at = now() - interval '1 second' WHERE id = :id", id=desk.grant)
    desk.as_owner("ALTER TABLE grants ENABLE TRIGGER USER")
    assert len(desk.visible()) == 1
    desk.as_owner("UPDATE learned_classes SET valid_until = valid_until - interval '1 hour'")
    assert desk.visible() == []


def test_what_came_with_a_dump_from_another_cluster_is_not_used(desk):
    desk.visible()
    desk.as_owner("UPDATE learned_classes SET lists = '4711||', cluster = 1")
    assert desk.visible() != [4711]


@pytest.mark.parametrize("snapshot", [True, False])
def test_reading_in_one_snapshot_leaves_nothing_to_wait_for(desk, snapshot):
    with desk.database.api.transaction(desk.reader, snapshot=snapshot):
        pass
    assert (desk.kept() is None) == snapshot
