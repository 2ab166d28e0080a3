"""A policy change raises the same error for a missing row and for a row that another transaction is deleting."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.access.collections.editing import Subject
from app.access.collections.repository import NewGrant
from app.access.collections.service import AccessService
from app.access.errors import GrantTargetNotFoundError, LabelNotFoundError
from app.access.policy.editing import Place
from app.access.policy.service import PolicyService
from app.core.clock import SystemClock
from app.core.principal import Principal, Role
from app.db.session import system_principal
from app.identity.service import TenantAdmin

DELETE_LABEL = "DELETE FROM labels WHERE id = :id"
DELETE_PACK = "DELETE FROM entitlement_packs WHERE id = :id"
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@pytest.fixture
def admin(shared_database):
    founding = TenantAdmin(owner=shared_database.owner, clock=SystemClock())
    tenant_id = founding.create_tenant(slug=f"t-{uuid4().hex}", name="Tenant")
    user_id, _ = founding.create_user(tenant_id, email="admin@example.com", name="Admin", roles={Role.ADMIN})
    return Principal(tenant_id=tenant_id, user_id=user_id, roles=frozenset({Role.ADMIN}))


@pytest.fixture
def edit(shared_database, admin):
    """Return a function that calls `change` with a policy editor, in one transaction."""
    service = PolicyService(database=shared_database.api)

    def apply(change):
        with service.edit(admin) as editor:
            return change(editor)

    return apply


@pytest.fixture
def run_during(shared_database, admin):
    """Return a function that runs an action while another transaction deletes a row. The action waits for this row."""

    def run(action, statement, row_id):
        with ThreadPoolExecutor(1) as pool:
            with shared_database.owner.transaction(system_principal(admin.tenant_id)) as session:
                session.execute(text(statement), {"id": row_id})
                pending = pool.submit(action)
                while not is_waiting(shared_database):
                    assert not pending.done(), pending.result()
            return pending.result()

    return run


def is_waiting(database):
    with database.owner.anonymous() as session:
        return session.scalar(text(WAITING))


def test_putting_deleted_label_raises_label_not_found(shared_database, admin, edit, run_during):
    collection = AccessService(database=shared_database.api).create_collection(admin, name="Loans")
    label = edit(lambda editor: editor.create_label("wall"))

    def put():
        edit(lambda editor: editor.put_label(Place(collection_id=collection.id), label.id))

    with pytest.raises(LabelNotFoundError):
        run_during(put, DELETE_LABEL, label.id)


def test_creating_clearance_for_deleted_label_raises_label_not_found(admin, edit, run_during):
    label = edit(lambda editor: editor.create_label("wall"))

    def clear():
        edit(lambda editor: editor.create_clearance(label.id, Subject(user_id=admin.user_id)))

    with pytest.raises(LabelNotFoundError):
        run_during(clear, DELETE_LABEL, label.id)


def test_granting_deleted_pack_raises_target_not_found(admin, edit, run_during):
    pack = edit(lambda editor: editor.create_pack("vendor research", document_types=["10-K"], sources=[]))
    grant = NewGrant(
        user_id=admin.user_id,
        group_id=None,
        collection_id=None,
        document_id=None,
        pack_id=pack.id,
        level=1,
        expires_at=None,
    )
    with pytest.raises(GrantTargetNotFoundError):
        run_during(lambda: edit(lambda editor: editor.create_grant(grant)), DELETE_PACK, pack.id)
