"""Users see only the collections on which they have a grant. The tests use a real database."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from app.access.collections.moving import CollectionEdit
from app.access.collections.repository import NewGrant
from app.access.collections.service import AccessService
from app.access.errors import (
    CollectionExistsError,
    CollectionNotFoundError,
    GrantLifetimeError,
    GrantNotFoundError,
    GrantTargetNotFoundError,
)
from app.core.clock import SystemClock
from app.core.errors import PreconditionFailedError
from app.core.pagination import PageRequest
from app.core.principal import Principal, Role
from app.identity.service import TenantAdmin


@pytest.fixture
def people(shared_database):
    """Two users of one tenant."""
    admin = TenantAdmin(owner=shared_database.owner, clock=SystemClock())
    tenant_id = admin.create_tenant(slug=f"t-{uuid4().hex}", name="Tenant")
    return [
        Principal(
            tenant_id=tenant_id,
            user_id=admin.create_user(tenant_id, email=f"{name}@example.org", name=name, roles={Role.ANALYST})[0],
        )
        for name in ("first", "second")
    ]


@pytest.fixture
def access(shared_database):
    return AccessService(database=shared_database.api)


def grant(subject, *, collection, level=1):
    return NewGrant(
        user_id=subject.user_id, group_id=None, collection_id=collection, document_id=None, level=level, expires_at=None
    )


def test_collection_is_hidden_until_granted(access, people):
    owner, other = people
    made = access.create_collection(owner, name="Loans")
    with pytest.raises(CollectionNotFoundError):
        access.get_collection(other, made.id)
    access.create_grant(owner, grant(other, collection=made.id))
    assert access.get_collection(other, made.id).name == "Loans"


def test_grant_covers_nested_collections(access, people):
    owner, other = people
    outer = access.create_collection(owner, name="Outer")
    inner = access.create_collection(owner, name="Inner", parent_id=outer.id)
    access.create_grant(owner, grant(other, collection=outer.id))
    assert [item.id for item in access.list_collections(other, PageRequest()).items] == [outer.id, inner.id]


def test_deleting_grant_removes_access_at_once(access, people):
    owner, other = people
    made = access.create_collection(owner, name="Loans")
    given = access.create_grant(owner, grant(other, collection=made.id))
    access.delete_grant(owner, given.id)
    assert access.list_collections(other, PageRequest()).items == []


def test_granting_requires_ownership(access, people):
    owner, other = people
    made = access.create_collection(owner, name="Loans")
    given = access.create_grant(owner, grant(other, collection=made.id, level=2))
    with pytest.raises(GrantTargetNotFoundError):
        access.create_grant(other, grant(other, collection=made.id, level=3))
    with pytest.raises(GrantNotFoundError):
        access.delete_grant(other, given.id)


def test_viewer_can_not_rename_collection_or_create_one_in_it(access, people):
    owner, other = people
    made = access.create_collection(owner, name="Loans")
    access.create_grant(owner, grant(other, collection=made.id))
    with pytest.raises(CollectionNotFoundError):
        access.update_collection(other, made.id, CollectionEdit(name="Mine"), revision=1)
    with pytest.raises(CollectionNotFoundError):
        access.create_collection(other, name="Inside", parent_id=made.id)


def test_second_edit_of_same_revision_is_rejected(access, people):
    owner, _ = people
    made = access.create_collection(owner, name="Loans")
    assert access.update_collection(owner, made.id, CollectionEdit(name="Bonds"), revision=1).name == "Bonds"
    with pytest.raises(PreconditionFailedError):
        access.update_collection(owner, made.id, CollectionEdit(name="Notes"), revision=1)


def test_collection_name_is_unique_among_siblings(access, people):
    owner, _ = people
    access.create_collection(owner, name="Loans")
    with pytest.raises(CollectionExistsError):
        access.create_collection(owner, name="Loans")


def test_other_tenants_collection_is_not_found(access, people):
    owner, _ = people
    made = access.create_collection(owner, name="Loans")
    stranger = Principal(tenant_id=uuid4(), user_id=owner.user_id)
    with pytest.raises(CollectionNotFoundError):
        access.get_collection(stranger, made.id)


def test_reusing_hidden_collection_name_does_not_reveal_it(access, people):
    owner, other = people
    outer = access.create_collection(owner, name="Deals")
    access.create_collection(owner, name="Project Falcon", parent_id=outer.id)
    shared = access.create_collection(owner, name="Loans", parent_id=outer.id)
    access.create_grant(owner, grant(other, collection=shared.id, level=2))
    assert (
        access.update_collection(other, shared.id, CollectionEdit(name="Project Falcon"), revision=1).name
        == "Project Falcon"
    )
    with pytest.raises(CollectionExistsError):
        access.create_collection(owner, name="Project Falcon", parent_id=outer.id)


@pytest.mark.parametrize("end", [datetime(9999, 12, 31, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)])
def test_grant_expiry_outside_range_is_rejected(access, people, end):
    owner, other = people
    made = access.create_collection(owner, name="Loans")
    far = replace(grant(other, collection=made.id), expires_at=end)
    with pytest.raises(GrantLifetimeError):
        access.create_grant(owner, far)
