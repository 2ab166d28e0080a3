"""A refused request is logged with its caller, object and operation. Absent and forbidden objects are logged alike."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from app.audit.denials import DENIED, DenialLog
from app.core.errors import Claimed
from app.core.principal import Principal, Role
from app.core.request import RequestOrigin, use_origin
from app.db.session import SYSTEM_USER_ID, Database, build_engine
from app.http.denials import Denial


def denials(server, tenant_id):
    """Return (actor, key, type of the object, id of the object, detail, client) of each denial, oldest first."""
    query = text(
        "SELECT actor_id, key_id, object_type, object_id, detail, client FROM audit_events WHERE action = :action "
        "ORDER BY id"
    )
    with server.database.owner.transaction(Principal(tenant_id=tenant_id, user_id=SYSTEM_USER_ID)) as session:
        return [tuple(row) for row in session.execute(query, {"action": DENIED})]


def test_absent_and_forbidden_objects_are_logged_alike(server, editor, stranger):
    theirs = stranger.upload(stranger.collection())["document"]["id"]
    own = editor.upload(editor.collection())["document"]["id"]
    colleague = server.user(editor.tenant_id)
    absent = str(uuid4())
    for document in (own, theirs, absent):
        assert colleague.http.get(f"/v1/documents/{document}").status_code == 404
        assert colleague.http.get(f"/v1/documents/{document}/file").status_code == 404
    logged = denials(server, editor.tenant_id)
    assert [(actor, kind, each) for actor, _, kind, each, _, _ in logged] == [
        (colleague.id, "document", document) for document in (own, own, theirs, theirs, absent, absent)
    ]
    details = [detail for *_, detail, _ in logged]
    assert details[::2] == 3 * [
        {"status": 404, "code": "document-not-found", "method": "GET", "route": "/v1/documents/{document_id}"}
    ]
    assert details[1] == details[3] == details[5]
    assert {client for *_, client in logged} == {"127.0.0.1"}
    assert denials(server, stranger.tenant_id) == [], "the document's tenant must not see the event"


def test_call_without_permission_is_logged(server, analyst):
    refused = analyst.http.post("/v1/users", json={})
    assert (refused.status_code, refused.json()["code"]) == (403, "permission-required")
    ((actor, _, kind, operation, detail, _),) = denials(server, analyst.tenant_id)
    assert (actor, kind, operation) == (analyst.id, "operation", "POST /v1/users")
    assert (detail["status"], detail["code"]) == (403, "permission-required")


def test_refused_key_is_logged_by_prefix_without_secret(server, editor):
    made = editor.http.post("/v1/keys", json={"name": "notebook"}).json()
    prefix, secret = made["secret"].split("_", 2)[1:]
    wrong = f"fn_{prefix}_{'x' * 43}"
    assert server.client(headers={"Authorization": f"Bearer {wrong}"}).get("/v1/me").status_code == 401
    assert editor.http.delete(f"/v1/keys/{made['id']}").status_code == 204
    revoked = server.client(headers={"Authorization": f"Bearer {made['secret']}"}).get("/v1/me")
    assert revoked.json()["code"] == "key-revoked"
    unknown = f"fn_{'0' * 12}_{'x' * 43}"
    assert server.client(headers={"Authorization": f"Bearer {unknown}"}).get("/v1/me").status_code == 401
    logged = denials(server, editor.tenant_id)
    assert [(actor, str(key), detail["code"]) for actor, key, _, _, detail, _ in logged] == [
        (SYSTEM_USER_ID, made["id"], "key-unknown"),  # a prefix without its secret does not identify the user
        (editor.id, made["id"], "key-revoked"),
    ]
    assert {(detail["user_id"], detail["key_prefix"]) for *_, detail, _ in logged} == {(str(editor.id), prefix)}
    assert secret not in str(logged)
    assert wrong not in str(logged)


def test_refused_scim_requests_are_logged(server, admin, analyst):
    absent = str(uuid4())
    assert admin.http.get(f"/scim/v2/Users/{absent}").status_code == 404
    assert analyst.http.get(f"/scim/v2/Users/{absent}").status_code == 403
    assert [(actor, detail["status"]) for actor, _, _, _, detail, _ in denials(server, admin.tenant_id)] == [
        (admin.id, 404),
        (analyst.id, 403),
    ]


def test_denial_names_objects_from_query_and_body(server, editor, analyst):
    absent, foreign = str(uuid4()), editor.upload(editor.collection())["document"]["id"]
    for document in (absent, foreign):
        asked = {"document": document, "principal": str(analyst.id)}
        assert analyst.http.get("/v1/access/explain", params=asked).status_code == 403
        body = {"user_id": str(analyst.id), "document_id": document}
        assert analyst.http.post("/v1/grants", json=body).status_code == 404
        assert analyst.http.post("/v1/exclusions", json=body).status_code == 404
    logged = [(kind, each, detail["route"]) for _, _, kind, each, detail, _ in denials(server, analyst.tenant_id)]
    assert logged == [
        ("document", document, route)
        for document in (absent, foreign)
        for route in ("/v1/access/explain", "/v1/grants", "/v1/exclusions")
    ]


def test_denied_explanation_page_names_the_document(server, admin):
    page = server.client()
    page.post("/sign-in", data={"key": admin.key}, headers={"Origin": server.url})
    absent = str(uuid4())
    asked = {"document": absent, "person": str(admin.id)}
    assert page.get("/access/explain", params=asked).status_code == 200
    assert [(kind, each, detail["status"]) for _, _, kind, each, detail, _ in denials(server, admin.tenant_id)] == [
        ("document", absent, 404)
    ]


def test_invalid_requests_are_not_denials(server, editor):
    assert editor.http.get("/v1/documents/not-an-id").status_code == 422
    assert editor.http.get("/v1/nothing-here").status_code == 404
    assert denials(server, editor.tenant_id) == []


def test_denied_evaluation_page_is_logged(server, analyst):
    page = server.client()
    signed = page.post("/sign-in", data={"key": analyst.key}, headers={"Origin": server.url})
    assert signed.status_code in (200, 303), signed.text
    assert page.get("/evaluations/some-run").status_code == 404
    assert [(detail["status"], detail["route"]) for *_, detail, _ in denials(server, analyst.tenant_id)] == [
        (404, "/evaluations/{run_id}")
    ]


@pytest.fixture
def asked(server, analyst):
    return Denial(
        principal=Principal(analyst.tenant_id, analyst.id, roles=frozenset({Role.ANALYST})),
        claimed=None,
        status=404,
        code="document-not-found",
        method="GET",
        route="/v1/documents/{document_id}",
        object_type="document",
        object_id="x",
    )


def test_denials_over_the_rate_are_logged_as_one_event_with_a_count(server, analyst, asked):
    now = [0.0]
    log = DenialLog(database=server.database.api, per_minute=3, monotonic=lambda: now[0])
    for _ in range(10):
        log.record(asked)
    assert len(denials(server, analyst.tenant_id)) == 3
    now[0] = 61.0
    log.record(asked)
    logged = denials(server, analyst.tenant_id)
    assert [detail.get("count") for *_, detail, _ in logged] == [None, None, None, 7, None]
    for _ in range(4):
        log.record(asked)
    log.close()
    assert [detail.get("count") for *_, detail, _ in denials(server, analyst.tenant_id)[5:]] == [None, None, 2]


def test_aggregated_denials_keep_request_context(server, analyst, stranger, asked):
    now = [0.0]
    log = DenialLog(database=server.database.api, per_minute=1, monotonic=lambda: now[0])
    with use_origin(RequestOrigin("first", "192.0.2.1")):
        log.record(asked)
    for request_id in ("second", "third"):
        with use_origin(RequestOrigin(request_id, "192.0.2.1")):
            log.record(asked)
    now[0] = 61.0
    elsewhere = replace(asked, principal=Principal(stranger.tenant_id, stranger.id))
    with use_origin(RequestOrigin("another", "198.51.100.7")):
        log.record(elsewhere)
        assert len(denials(server, analyst.tenant_id)) == 1, (
            "a request of another tenant must not write this tenant's events"
        )
        log.close()
    query = text("SELECT request_id, client, detail ->> 'count' FROM audit_events WHERE action = :action ORDER BY id")
    owner = Principal(tenant_id=analyst.tenant_id, user_id=SYSTEM_USER_ID)
    with server.database.owner.transaction(owner) as session:
        logged = [tuple(row) for row in session.execute(query, {"action": DENIED})]
    assert logged == [("first", "192.0.2.1", None), ("second", "192.0.2.1", "2")]


def test_aggregated_denials_of_several_clients_name_no_client(server, analyst, asked):
    log = DenialLog(database=server.database.api, per_minute=0)
    for number in (1, 2):
        with use_origin(RequestOrigin(str(number), f"192.0.2.{number}")):
            log.record(asked)
    log.close()
    ((*_, detail, client),) = denials(server, analyst.tenant_id)
    assert (detail["count"], client) == (2, None)


def test_denials_of_unverified_keys_are_counted_per_key(server, editor, asked):
    keys = [editor.http.post("/v1/keys", json={"name": name}).json() for name in ("one", "two")]
    log = DenialLog(database=server.database.api, per_minute=1)
    for key in keys:
        claimed = Claimed(
            tenant_id=editor.tenant_id,
            user_id=editor.id,
            key_id=UUID(key["id"]),
            key_prefix=key["secret"].split("_")[1],
            proven=False,
        )
        for _ in range(3):
            log.record(replace(asked, principal=None, claimed=claimed, status=401, code="key-unknown"))
    log.close()
    logged = denials(server, editor.tenant_id)
    assert [(str(key), detail.get("count")) for _, key, *_, detail, _ in logged] == [
        (keys[0]["id"], None),
        (keys[1]["id"], None),
        (keys[0]["id"], 2),
        (keys[1]["id"], 2),
    ]
    assert [(kind, each) for _, _, kind, each, *_ in logged[2:]] == [("key", key["id"]) for key in keys]


def test_denial_that_cannot_be_stored_is_reported_in_the_service_log(asked):
    url = "postgresql+psycopg://nobody:none@127.0.0.1:9/none"
    engine = build_engine(url, pool_size=1, statement_timeout_ms=1_000, application_name="test")
    with capture_logs() as logged:
        DenialLog(database=Database(engine=engine)).record(asked)
    assert [(line["event"], line["code"]) for line in logged] == [("audit.denial.lost", "database-unavailable")]
