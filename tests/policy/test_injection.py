"""SQL in text fields of requests reveals nothing of another tenant. SQL run as the api role reveals nothing either."""

import re
from collections import Counter
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

from app.core.principal import PERMISSIONS, Principal, Role
from app.db.session import system_principal
from tests.policy.governed_tenant import GovernedTenant
from tests.policy.mirrored_tenant import PEOPLE
from tests.policy.page_forms import FORMS, form_requests
from tests.policy.payloads import PAYLOADS, SHARE, RequestMaker
from tests.policy.statements import ALLOWED_FAILURES, STATEMENTS
from tests.policy.tally import Tally

# Paths of operations that would revoke the session that the test uses.
LEFT_OUT = frozenset({"/sign-out", "/session"})
EVERYTHING = tuple(role.value for role in Role if PERMISSIONS[role])
_TABLES = (
    "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' "
    "WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace "
    "AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1"
)


@pytest.fixture(scope="module")
def tenants(module_database, server):
    """Our tenant and another tenant. Our tenant's first user has all permissions."""
    ours, theirs = (GovernedTenant(module_database, Tally(), store=server.store) for _ in range(2))
    for tenant, people in ((ours, (EVERYTHING, *PEOPLE[1:])), (theirs, PEOPLE[:2])):
        tenant.found("one", people)
        admin = next(iter(tenant.world.users))
        tenant.create_collection(admin, None)
        document = tenant.upload(admin, next(iter(tenant.world.parents)))
        tenant.publish(document, "10-K", "client")
        tenant.add_group(admin)
        tenant.add_label(admin)
        tenant.add_pack(admin, frozenset({"10-K"}), frozenset())
        tenant.answer(admin, [document], [document])
    return ours, theirs


@pytest.fixture(scope="module")
def canary(tenants, module_database):
    """Add a random mark to the names, titles and texts of the other tenant, and return the mark."""
    mark = f"canary{uuid4().hex}"
    marked = {
        "tenants": "name", "users": "name", "groups": "name", "labels": "name", "collections": "name",
        "documents": "title", "pages": "text", "chunks": "text", "questions": "text", "claims": "text",
        "citations": "quote", "conversations": "title", "turns": "words", "turn_readings": "question",
        "entitlement_packs": "name", "tables": "title", "facts": "path",
    }  # fmt: skip
    with module_database.owner.transaction(system_principal(tenants[1].world.tenant)) as session:
        for table, column in marked.items():
            changed = session.execute(text(f"UPDATE {table} SET {column} = '{mark} ' || {column}"))
            assert changed.rowcount > 0, table
    return mark


def digests(database, tenant):
    """Return the number of rows and a digest of the rows of each table. Read the tenant's rows as the owner role."""
    query = "SELECT '{0}', count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {0} t"
    with database.owner.transaction(system_principal(tenant)) as session:
        tables = session.scalars(text(_TABLES)).all()
        rows = session.execute(text(" UNION ALL ".join(query.format(table) for table in tables)))
        return {table: found for table, *found in rows}


@pytest.fixture(scope="module")
def untouched(module_database, tenants, canary):
    """Digests of the other tenant's rows before the attacks. No attack may change the rows."""
    return digests(module_database, tenants[1].world.tenant)


@pytest.fixture
def ids(tenants):
    world = tenants[0].world
    *_, victim = world.users
    document = next(iter(world.documents))
    found = {
        "collection_id": next(iter(world.parents)),
        "document_id": document,
        "version_id": tenants[0].versions[document],
        "run_id": tenants[0].runs[document],
        "group_id": next(iter(world.groups)),
        "label_id": next(iter(world.labels)),
        "pack_id": next(iter(world.packs)),
        "question_id": next(iter(world.answers)),
        "conversation_id": next(iter(world.answers)),
        "turn_id": next(iter(world.answers)),
        "user_id": victim,
    }
    return {name: str(each) for name, each in found.items()}


def send(client, request):
    """Send the request and return the response. A server error fails the test, except 502 and 503: the test server has
    no broker and no identity provider.
    """
    answer = client.request(
        request.method,
        request.path,
        params=request.query,
        headers=({"If-Match": "*"} if request.method in ("patch", "delete") else {}) | dict(request.headers),
        json=request.body,
        content=request.content,
        data=request.fields,
        files=None if request.file is None else {"file": request.file},
    )
    where = (request.method, request.template, sorted(request.sent), request)
    assert answer.status_code in (502, 503) or answer.status_code < 500, (where, answer.text)
    assert answer.status_code != 429, where
    return answer


# This test must run first, because the other tests change rights on the collection.
def test_sql_in_uploads_is_not_executed(server, module_database, tenants, canary, untouched, ids):
    ours, theirs = tenants
    client = server.client(ours.keys[next(iter(ours.world.users))])
    maker = RequestMaker(client.get("/openapi.json").json(), ids, LEFT_OUT)
    sent, done = Counter(), set()
    for number, payload in enumerate(PAYLOADS):
        for request in maker.form_requests(number):
            answer = send(client, request)
            assert canary not in answer.text, (request.template, payload)
            sent.update((request.template, name) for name in request.sent)
            if answer.is_success:
                done.update((request.template, name) for name in request.sent)
    assert digests(module_database, theirs.world.tenant) == untouched
    document, version = "/v1/documents", "/v1/documents/{document_id}/versions"
    texts = {(document, name) for name in ("title", "source", "password", "filename")}
    others = {(document, name) for name in ("collection", "document_type")} | {
        (document, "priority"),
        (version, "password"),
        (version, "filename"),
        (version, "priority"),
    }
    assert sent == dict.fromkeys(texts | others, len(PAYLOADS) // SHARE)
    assert texts <= done
    assert (document, "collection") not in done  # no collection has a payload as its name, so no upload succeeds


def test_sql_in_page_forms_is_not_executed(server, module_database, tenants, canary, untouched, ids):
    ours, theirs = tenants
    client = server.running.client()
    client.post("/sign-in", data={"key": ours.keys[next(iter(ours.world.users))]})
    token = re.search(r'name="form_token" value="([^"]+)"', client.get("/access").text)[1]
    sent = Counter()
    for number, payload in enumerate(PAYLOADS):
        for request in form_requests(number, ids, token):
            answer = send(client, request)
            assert canary not in answer.text, (request.method, request.template, payload)
            sent.update((request.method, request.template, name) for name in request.sent)
    assert digests(module_database, theirs.world.tenant) == untouched
    every = {(form.method, form.path, name): len(PAYLOADS) // SHARE for form in FORMS for name in form.fields}
    assert sent == every
    assert client.get("/access").status_code == 200, "still signed in"


def test_sql_in_api_requests_is_not_executed(server, module_database, tenants, canary, untouched, ids, record_property):
    ours, theirs = tenants
    client = server.client(ours.keys[next(iter(ours.world.users))])
    maker = RequestMaker(client.get("/openapi.json").json(), ids, LEFT_OUT)
    asked, accepted = 0, set()
    for number, payload in enumerate(PAYLOADS):
        for request in maker.requests(number):
            answer = send(client, request)
            asked += 1
            assert canary not in answer.text, (request.method, request.template, payload)
            if answer.is_success:
                accepted.add((request.method, request.template))
    assert digests(module_database, theirs.world.tenant) == untouched
    record_property("asked", f"{asked} requests, {len(accepted)} operations done with a payload")
    assert asked > 15 * 50
    assert len(accepted) > 25, sorted(accepted)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_request_with_sql_as_its_key_is_not_authenticated(server, tenants, canary, payload):
    written = payload.replace("\x00", "").encode("ascii", "replace").decode()
    for header in ({"Authorization": f"Bearer {written}"}, {"Cookie": f"footnote_session={written}"}):
        answer = server.running.client(headers=header).get("/v1/documents")
        assert answer.status_code == 401, answer.text
        assert canary not in answer.text


# --- SQL run as the api role ------------------------------------------------------------------------------------------


@pytest.fixture
def named(tenants):
    """Ids for the names in the statements: our tenant and user, and one object of each kind in the other tenant."""
    ours, theirs = (tenant.world for tenant in tenants)
    return {
        "mine": ours.tenant,
        "me": next(iter(ours.users)),
        "tenant": theirs.tenant,
        "user": next(iter(theirs.users)),
        "collection": next(iter(theirs.parents)),
        "document": next(iter(theirs.documents)),
        "group": next(iter(theirs.groups)),
        "label": next(iter(theirs.labels)),
        "grant": next(iter(theirs.grants)),
    }


@pytest.mark.parametrize(("statement", "outcome"), STATEMENTS.items())
def test_sql_as_api_role_has_the_expected_outcome(module_database, canary, untouched, named, statement, outcome):
    try:
        with module_database.api.transaction(Principal(named["mine"], named["me"])) as session:
            tables = session.scalars(text(_TABLES)).all()
            driver = session.connection().connection.driver_connection
            assert run_statement(driver, statement.format(**named)) == outcome
            # With another search path, or with row-level security off, reads must fail and must not return all rows.
            closed = ALLOWED_FAILURES.get(statement, set())
            seen = run_statement(driver, "SELECT public.current_tenant()")
            assert seen in ([(named["mine"],)], [(None,)]) or seen in closed
            assert find_mark_in_tables(driver, tables, canary) <= {0} | closed
    finally:
        module_database.api.engine.dispose()  # otherwise a committed setting would stay on the pooled connection
    assert digests(module_database, named["tenant"]) == untouched


def run_statement(driver, statement):
    try:
        with driver.transaction():
            cursor = driver.execute(statement)
            return cursor.fetchall() if cursor.description else cursor.rowcount
    except psycopg.Error as error:
        return error.sqlstate


def find_mark_in_tables(driver, tables, mark):
    """Return the results of `find_mark` for all tables. If one statement for all tables fails, run one per table."""
    found = find_mark(driver, tables, mark)
    if any(isinstance(each, str) for each in found):
        return set().union(*(find_mark(driver, [table], mark) for table in tables))
    return found


def find_mark(driver, tables, mark):
    """Count the rows with the mark in each table. Return the set of these counts, or the SQLSTATE of an error."""
    count = sql.SQL("SELECT count(*) FROM public.{} t WHERE t::text LIKE %(mark)s")
    query = sql.SQL(" UNION ALL ").join(count.format(sql.Identifier(table)) for table in tables)
    try:
        with driver.transaction():
            return {seen for (seen,) in driver.execute(query, {"mark": f"%{mark}%"}).fetchall()}
    except psycopg.Error as error:
        return {error.sqlstate}


def test_sessions_of_the_api_role_do_not_show_bound_values(module_database, canary, named):
    """PostgreSQL shows a role the statements of the role's other sessions. They must not contain bound values."""
    theirs, ours = (Principal(named[tenant], named[user]) for tenant, user in (("tenant", "user"), ("mine", "me")))
    with module_database.api.transaction(theirs) as session:
        found = session.execute(
            text("SELECT pg_backend_pid() FROM documents WHERE title LIKE :title"), {"title": f"{canary}%"}
        )
        pid = found.scalars().first()
        assert pid is not None
        with module_database.api.transaction(ours) as other:
            shown = other.execute(
                text("SELECT query FROM pg_stat_activity WHERE pid = :pid"), {"pid": pid}
            ).scalar_one()
    assert "FROM documents WHERE title LIKE" in shown
    assert canary not in shown
