"""Moves, and creations of collections, wait for a concurrent move and see its result."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.access.collections.editing import Subject
from app.access.collections.moving import CollectionEdit, Mover
from app.access.collections.repository import NewGrant
from app.access.collections.service import AccessService
from app.access.errors import (
    CollectionNotFoundError,
    CollectionTooDeepError,
    GrantTargetNotFoundError,
    MoveLeavesBarrierError,
)
from app.access.policy.editing import Place
from app.access.policy.service import PolicyService
from app.core.clock import SystemClock
from app.core.principal import Permission, Principal, Role
from app.db.session import system_principal
from app.identity.service import TenantAdmin

DOCUMENT = """
INSERT INTO documents (id, tenant_id, collection_id, access_class_id, content_sha256, title, filename, revision,
    created_at, created_by, updated_at)
VALUES (:id, :tenant, :collection, 0, :id, 'x', 'x', 1, now(), :by, now())
"""


@pytest.fixture
def access(shared_database):
    return AccessService(database=shared_database.api)


@pytest.fixture
def people(shared_database):
    """An administrator, an analyst and an auditor of one tenant."""
    owner = TenantAdmin(owner=shared_database.owner, clock=SystemClock())
    tenant_id = owner.create_tenant(slug=f"t-{uuid4().hex}", name="Tenant")
    return [
        Principal(
            tenant_id=tenant_id,
            user_id=owner.create_user(tenant_id, email=f"{uuid4().hex}@example.org", name=role, roles={role})[0],
            roles=frozenset({role}),
        )
        for role in (Role.ADMIN, Role.ANALYST, Role.AUDITOR)
    ]


@contextmanager
def waited_for(database, work):
    """Run the block in a transaction, then start `work` in a thread. Commit once `work` waits for a lock."""
    with ThreadPoolExecutor(1) as pool:
        with database.api.transaction(work.principal) as session:
            yield session
            asked = pool.submit(work)
            while not waits(database):
                assert not asked.done(), asked.result()
        work.asked = asked


def waits(database):
    with database.owner.anonymous() as session:
        return session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))


class Work:
    """A function to run in another thread. `principal` opens the transaction that blocks the function."""

    def __init__(self, principal, call):
        self.principal, self._call, self.asked = principal, call, None

    def __call__(self):
        return self._call()


def viewer(person, collection, level=1):
    return NewGrant(
        user_id=person.user_id, group_id=None, collection_id=collection, document_id=None, level=level, expires_at=None
    )


def make_document(database, person, collection):
    document = uuid4()
    with database.owner.transaction(system_principal(person.tenant_id)) as session:
        values = {"id": document, "tenant": person.tenant_id, "collection": collection, "by": person.user_id}
        session.execute(text(DOCUMENT), values)
    return document


def build_wall(database, admin, collection, cleared):
    with PolicyService(database=database.api).edit(admin) as editor:
        label = editor.create_label("wall")
        for person in cleared:
            editor.create_clearance(label.id, Subject(user_id=person.user_id))
        editor.put_label(Place(collection_id=collection), label.id)


def test_collection_created_during_move_ignores_grants_of_old_parent(shared_database, access, people):
    _, owner, reader = people
    before, after = (access.create_collection(owner, name=name) for name in ("Before", "After"))
    moved = access.create_collection(owner, name="Moved", parent_id=before.id)
    access.create_grant(owner, viewer(reader, before.id))
    work = Work(owner, lambda: access.create_collection(owner, name="Made", parent_id=moved.id))
    with waited_for(shared_database, work) as session:
        edit = CollectionEdit(moves=True, parent_id=after.id)
        Mover(session, owner).edit_collection(moved.id, edit, revision=None)
    made = work.asked.result()
    with pytest.raises(CollectionNotFoundError):
        access.get_collection(reader, made.id)
    access.create_grant(owner, viewer(reader, after.id))
    assert access.get_collection(reader, made.id).parent_id == moved.id


def test_document_moved_into_labelled_collection_can_not_be_moved_out_at_once(shared_database, access, people):
    admin, owner, _ = people
    here, behind, out = (access.create_collection(owner, name=name) for name in ("Here", "Behind", "Out"))
    access.create_grant(owner, viewer(admin, here.id, level=3))
    access.create_grant(owner, viewer(admin, behind.id, level=2))
    build_wall(shared_database, admin, behind.id, cleared=[admin, owner])
    document = make_document(shared_database, owner, here.id)

    def move_out():
        with shared_database.api.transaction(owner) as session:
            Mover(session, owner).move_document(document, out.id)

    work = Work(admin, move_out)
    with waited_for(shared_database, work) as session:
        Mover(session, admin).move_document(document, behind.id)
    with pytest.raises(MoveLeavesBarrierError):
        work.asked.result()


def test_collections_nest_at_most_fifty_levels(access, people):
    _, owner, _ = people
    place = None
    for number in range(50):
        place = access.create_collection(owner, name=f"Level {number}", parent_id=place and place.id)
    with pytest.raises(CollectionTooDeepError):
        access.create_collection(owner, name="One more", parent_id=place.id)
    beside = access.create_collection(owner, name="Beside")
    with pytest.raises(CollectionTooDeepError):
        access.update_collection(owner, beside.id, CollectionEdit(moves=True, parent_id=place.id), revision=None)


def test_scoped_key_of_administrator_can_not_manage_access(shared_database, access, people):
    admin, owner, reader = people
    walled, out = (access.create_collection(owner, name=name) for name in ("Walled", "Out"))
    for place in (walled, out):
        access.create_grant(owner, viewer(admin, place.id, level=3))
    hidden = access.create_collection(owner, name="Not the administrator's")
    build_wall(shared_database, admin, walled.id, cleared=[admin])
    document = make_document(shared_database, owner, walled.id)
    scopes = frozenset({Permission.GRANTS_WRITE, Permission.DOCUMENTS_WRITE})
    narrowed = Principal(tenant_id=admin.tenant_id, user_id=admin.user_id, roles=admin.roles, scopes=scopes)
    with pytest.raises(GrantTargetNotFoundError):
        access.create_grant(narrowed, viewer(reader, hidden.id))
    with pytest.raises(MoveLeavesBarrierError), shared_database.api.transaction(narrowed) as session:
        Mover(session, narrowed).move_document(document, out.id)
    access.create_grant(admin, viewer(reader, hidden.id))
    with shared_database.api.transaction(admin) as session:
        Mover(session, admin).move_document(document, out.id)
