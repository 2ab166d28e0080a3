"""A request fails with the same error for a missing row and for a row that another transaction is deleting."""

from uuid import uuid4

import pytest

from app.core.principal import Role
from app.identity.errors import TenantNotFoundError
from tests.api.scim_calls import new_group, operations
from tests.identity.races import run_during

DELETE_GROUP = "DELETE FROM groups WHERE id = :id"
DELETE_PROVIDER = "DELETE FROM identity_providers WHERE id = :id"


def create_group(tenant):
    answer = tenant.http.post("/v1/groups", json={"name": f"desk {uuid4()}"})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def test_nesting_deleted_group_returns_404(tenant):
    outer, inner = create_group(tenant), create_group(tenant)
    path = f"/v1/groups/{outer}/groups/{inner}"
    during = run_during(tenant, lambda: tenant.http.put(path), DELETE_GROUP, inner)
    after = tenant.http.put(path)
    assert [(each.status_code, each.json()["code"]) for each in (during, after)] == [(404, "group-not-found")] * 2


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_provisioning_deleted_member_returns_invalid_value(tenant, method):
    group, member = create_group(tenant), create_group(tenant)
    members = [{"value": member, "type": "Group"}]
    body = new_group(members=members)
    if method == "PATCH":
        body = operations({"op": "add", "path": "members", "value": members})
    path = "/scim/v2/Groups" if method == "POST" else f"/scim/v2/Groups/{group}"

    def provision():
        return tenant.http.request(method, path, json=body)

    during = run_during(tenant, provision, DELETE_GROUP, member)
    after = provision()
    assert [(each.status_code, each.json()["scimType"]) for each in (during, after)] == [(400, "invalidValue")] * 2


def test_linking_to_deleted_provider_returns_404(tenant):
    ana = tenant.person("ana@example.com")
    staff = tenant.provide("https://login.example.com")

    def link():
        path = f"/v1/identity-providers/{staff['id']}/links/{ana.id}"
        return tenant.http.put(path, json={"subject": "ana"})

    during = run_during(tenant, link, DELETE_PROVIDER, staff["id"])
    codes = [(each.status_code, each.json()["code"]) for each in (during, link())]
    assert codes == [(404, "identity-link-not-found")] * 2


def test_creating_user_in_missing_tenant_raises_tenant_not_found(site):
    with pytest.raises(TenantNotFoundError):
        site.admin.create_user(uuid4(), email="ana@example.com", name="Ana", roles=[Role.ANALYST])
