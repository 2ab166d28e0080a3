"""Reading runs: under row-level security, in pages, and over HTTP."""

from types import SimpleNamespace
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import event

from app.core.clock import SystemClock
from app.core.ids import new_id
from app.core.pagination import InvalidCursorError, PageRequest
from app.core.principal import Principal, Role
from app.http.dependencies import authenticate
from app.http.limits import RateLimits
from app.http.problems import add_problem_handlers
from app.jobs import endpoints
from app.jobs.errors import RunNotFoundError
from app.jobs.service import RunService
from app.jobs.states import RunStatus
from workers.parsing.errors import PdfDamagedError


@pytest.fixture
def readers(ledger):
    """Return two users of the tenant: one with access to the collection, one without."""
    people = [Principal(tenant_id=ledger.tenant, user_id=new_id(), roles=frozenset({Role.ANALYST})) for _ in range(2)]
    for person in people:
        ledger.sql(
            "INSERT INTO users (id, tenant_id, email, name, roles, created_at) "
            "VALUES (:id, :tenant, :email, 'x', '{analyst}', now())",
            id=person.user_id, tenant=ledger.tenant, email=str(person.user_id),
        )  # fmt: skip
    ledger.sql(
        "INSERT INTO grants (id, tenant_id, user_id, collection_id, level, created_at, created_by) "
        "VALUES (:id, :tenant, :user, :collection, 1, now(), :tenant)",
        id=uuid4(), tenant=ledger.tenant, user=people[0].user_id, collection=ledger.collection,
    )  # fmt: skip
    return SimpleNamespace(allowed=people[0], refused=people[1])


@pytest.fixture
def runs(ledger):
    return RunService(database=ledger.database.api, clock=SystemClock())


@pytest.fixture
def client(ledger, runs, readers):
    """Return a client of the endpoints, for a caller with access to the collection."""
    application = FastAPI()
    application.state.services = {RunService: runs}
    application.state.caller = readers.allowed
    application.state.authenticator = SimpleNamespace(authenticate=lambda _key: application.state.caller)
    application.state.denials = SimpleNamespace(record=lambda _denial: None)
    application.state.rate_limits = RateLimits(
        per_minute={"requests": 1_000_000, "refusals": 1_000_000}, broker_url="amqp://127.0.0.1:9"
    )
    application.include_router(endpoints.router)
    add_problem_handlers(application)
    application.dependency_overrides[_dependency_of(endpoints.CurrentPrincipal)] = lambda: application.state.caller
    headers = {"Authorization": "Bearer the caller's"}
    with TestClient(application, raise_server_exceptions=False, headers=headers) as opened:
        opened.application = application
        yield opened


def _dependency_of(annotated):
    return annotated.__metadata__[0].dependency or authenticate


def test_run_of_a_hidden_document_is_not_found(ledger, runs, readers):
    run = ledger.start()
    assert runs.get_run(readers.allowed, run).status is RunStatus.QUEUED
    with pytest.raises(RunNotFoundError):
        runs.get_run(readers.refused, run)
    assert runs.list_runs(readers.refused, PageRequest()).items == []
    other_tenant = Principal(tenant_id=new_id(), user_id=readers.allowed.user_id)
    with pytest.raises(RunNotFoundError):
        runs.get_run(other_tenant, run)


def test_run_whose_grant_ends_while_it_is_read_is_not_found(ledger, runs, readers):
    run = ledger.start()
    engine = ledger.database.api.engine

    @event.listens_for(engine, "after_cursor_execute")
    def withdraw(_connection, _cursor, statement, *_more):
        if "FROM runs" in statement:
            ledger.sql("DELETE FROM grants WHERE user_id = :user", user=readers.allowed.user_id)

    try:
        with pytest.raises(RunNotFoundError):
            runs.get_run(readers.allowed, run)
    finally:
        event.remove(engine, "after_cursor_execute", withdraw)


def test_runs_are_listed_newest_first_without_gaps_or_repeats(ledger, runs, readers):
    made = [ledger.start() for _ in range(5)]
    seen, cursor = [], None
    while True:
        page = runs.list_runs(readers.allowed, PageRequest(limit=2, cursor=cursor))
        seen += [run.id for run in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == made[::-1]


def test_lists_are_filtered_by_document_and_status(ledger, runs, readers):
    failed, queued = ledger.start(), ledger.start()
    ledger.leases.fail(ledger.claim(ledger.stage(failed, "validate")), PdfDamagedError())
    found = runs.list_runs(readers.allowed, PageRequest(), status=RunStatus.FAILED)
    assert [run.id for run in found.items] == [failed]
    document = runs.get_run(readers.allowed, queued).document_id
    found = runs.list_runs(readers.allowed, PageRequest(), document_id=document)
    assert [run.id for run in found.items] == [queued]


def test_list_of_some_ids_has_only_visible_runs(client, ledger, readers):
    wanted, _other = ledger.start(), ledger.start()
    ids = [str(wanted), str(uuid4())]
    listed = client.get("/v1/runs", params={"id": ids}).json()["items"]
    assert [run["id"] for run in listed] == [str(wanted)]
    client.application.state.caller = readers.refused
    assert client.get("/v1/runs", params={"id": ids}).json()["items"] == []


def test_list_of_too_many_ids_is_rejected(client):
    ids = [str(uuid4()) for _ in range(101)]
    assert client.get("/v1/runs", params={"id": ids[:100]}).json()["items"] == []
    assert client.get("/v1/runs", params={"id": ids}).status_code == 422


def test_cursor_of_another_list_is_rejected(runs, readers):
    with pytest.raises(InvalidCursorError):
        runs.list_runs(readers.allowed, PageRequest(cursor="WyJrIiwgIngiXQ"))


def test_failed_run_returns_its_reason(client, ledger):
    run = ledger.start()
    ledger.leases.fail(ledger.claim(ledger.stage(run, "validate")), PdfDamagedError())
    body = client.get(f"/v1/runs/{run}").json()
    assert body["error"] == {"code": "pdf-damaged", "detail": PdfDamagedError.title}
    assert [stage["status"] for stage in body["stages"]] == ["failed", *["waiting"] * 5]


def test_unknown_run_returns_404_with_a_code(client):
    response = client.get(f"/v1/runs/{uuid4()}")
    assert (response.status_code, response.json()["code"]) == (404, "run-not-found")
