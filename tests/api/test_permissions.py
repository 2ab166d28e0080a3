"""Roles are sets of permissions. Each operation declares a permission, and calls without it are refused."""

import pytest
from fastapi import APIRouter

from app.core.principal import PERMISSIONS, Permission, Principal, Role
from app.http.routing import UndeclaredRouteError, api_router, check_declared, needs

PUBLIC = {"/livez", "/readyz", "/problems/{code}"}


def test_operation_that_declares_no_permission_is_rejected():
    router = api_router(prefix="/v1", tag="x")
    with pytest.raises(UndeclaredRouteError, match="declares no permission"):
        router.get("/open")(lambda: None)
    with pytest.raises(ValueError, match="not a valid Permission"):
        router.get("/open", openapi_extra={"x-permission": "everything"})(lambda: None)


def test_operation_without_authentication_prevents_the_start():
    router = APIRouter(prefix="/v1")
    router.get("/open", openapi_extra=needs(Permission.DOCUMENTS_READ))(lambda: None)
    with pytest.raises(UndeclaredRouteError, match="/v1/open"):
        check_declared([router])


def test_openapi_document_states_the_permission_of_each_operation(server):
    document = server.client().get("/openapi.json").json()
    known = {*Permission, "signed-in"}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if path not in PUBLIC:
                assert operation["x-permission"] in known, (
                    f"declare a permission for {method} {path}, or add it to PUBLIC"
                )
                refused = operation["responses"].get("403", {}).get("content", {})
                examples = refused.get("application/problem+json", {}).get("examples", {})
                assert ("permission-required" in examples) == (operation["x-permission"] != "signed-in")


def test_call_without_permission_is_refused_before_its_body_is_read(analyst):
    refused = analyst.http.post("/v1/users", content=b"{", headers={"Content-Type": "application/json"})
    assert (refused.status_code, refused.json()["code"]) == (403, "permission-required")
    assert refused.json()["permission"] == "users:manage"
    assert "'users:manage'" in refused.json()["detail"]


def test_no_role_both_changes_rights_and_reads_the_audit_log():
    changing = {Permission.USERS_MANAGE, Permission.GROUPS_MANAGE, Permission.KEYS_MANAGE, Permission.ACCESS_MANAGE}
    for role, allowed in PERMISSIONS.items():
        assert Permission.AUDIT_READ not in allowed or not changing & allowed, role
    assert Permission.AUDIT_READ in PERMISSIONS[Role.AUDITOR]


def test_roles_add_permissions_and_scopes_remove_them(editor):
    both = Principal(editor.tenant_id, editor.id, roles=frozenset({Role.ANALYST, Role.AUDITOR}))
    assert both.may(Permission.DOCUMENTS_WRITE)
    assert both.may(Permission.AUDIT_READ)
    scopes = frozenset({Permission.DOCUMENTS_READ, Permission.USERS_MANAGE})
    narrow = Principal(editor.tenant_id, editor.id, roles=both.roles, scopes=scopes)
    assert narrow.permissions == {Permission.DOCUMENTS_READ}
