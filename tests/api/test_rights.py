"""SQL statements of the api role that the database refuses."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from app.core.principal import Principal
from app.db.session import RightsChangedError

FORBIDDEN = {
    "read a key's digest": "SELECT secret_hash FROM api_keys",
    "become an administrator": "UPDATE users SET roles = '{admin}' WHERE id = :me",
    "grant a collection of another user": "INSERT INTO grants (id, tenant_id, user_id, collection_id, level, "
    "created_at, created_by) VALUES (:new, :tenant, :me, :collection, 3, now(), :me)",
    "move a document to another class": "UPDATE documents SET access_class_id = 1",
    "restore a deleted document": "UPDATE documents SET deleted_at = NULL",
    "create a key for another user": "INSERT INTO api_keys (id, tenant_id, user_id, name, prefix, secret_hash, "
    "created_at) VALUES (:new, :tenant, :other, 'x', :new, 'x', now())",
    "create a user": "INSERT INTO users (id, tenant_id, email, name, roles, created_at) VALUES (:new, :tenant, 'a@b', "
    "'x', '{admin}', now())",
    "create a group": "INSERT INTO groups (id, tenant_id, name, created_at) VALUES (:new, :tenant, 'x', now())",
    "write the audit log in another's name": "INSERT INTO audit_events (id, tenant_id, at, actor_id, action, "
    "object_type, object_id, detail) VALUES (:new, :tenant, now(), :other, 'x', 'x', 'x', '{}')",
    "finish a run": "UPDATE runs SET status = 'ready'",
    "change a tenant's data key": "UPDATE tenant_keys SET wrapped_key = 'x'",
}


@pytest.mark.parametrize("attempt", FORBIDDEN)
def test_database_refuses_forbidden_statements_of_an_analyst(server, editor, analyst, attempt):
    values = {
        "me": analyst.id,
        "other": editor.id,
        "tenant": analyst.tenant_id,
        "new": uuid4(),
        "collection": editor.collection()["id"],
    }
    principal = Principal(tenant_id=analyst.tenant_id, user_id=analyst.id)
    statement = text(FORBIDDEN[attempt])
    used = {name: value for name, value in values.items() if f":{name}" in FORBIDDEN[attempt]}
    try:
        with server.database.api.transaction(principal) as session:
            # An UPDATE of rows that the principal may not change raises no error, but it changes no row.
            assert session.execute(statement, used).rowcount == 0
    except RightsChangedError as refused:
        assert refused.__cause__.orig.sqlstate == "42501"  # insufficient_privilege, PostgreSQL appendix A


def test_read_is_logged_with_its_request(server, editor):
    document = editor.upload(editor.collection())["document"]
    answer = editor.http.get(f"/v1/documents/{document['id']}")
    query = text("SELECT action, request_id, key_id FROM audit_events WHERE object_id = :id ORDER BY id")
    principal = Principal(tenant_id=editor.tenant_id, user_id=editor.id)
    with server.database.owner.transaction(principal) as session:
        rows = session.execute(query, {"id": document["id"]}).all()
    assert [row.action for row in rows] == ["documents.version.uploaded", "documents.document.read"]
    assert rows[1].request_id == answer.headers["x-request-id"]
    assert all(row.key_id is not None for row in rows)
