"""Injected SQL: through every text of every route, and run at will as the api role. Nothing of another tenant shows."""

import re
from collections import Counter
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

from app.core.principal import PERMISSIONS, Principal, Role
from app.db.session import system_principal
from tests.policy.estate import PEOPLE
from tests.policy.forms import FORMS, form_requests
from tests.policy.payloads import PAYLOADS, RequestMaker
from tests.policy.rights import RuledEstate
from tests.policy.statements import AT_WILL, CLOSED
from tests.policy.tally import Tally

# They end the session or the key that asks.
LEFT_OUT = frozenset({"/sign-out", "/session"})
EVERYTHING = tuple(role.value for role in Role if PERMISSIONS[role])
_TABLES = (
    "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' "
    "WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace "
    "AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1"
)


@pytest.fixture(scope="module")
def estates(module_database, server):
    """Ours, whose first user may everything, and another tenant's, all whose texts are marked."""
    ours, theirs = (RuledEstate(module_database, Tally(), store=server.store) for _ in range(2))
    for estate, people in ((ours, (EVERYTHING, *PEOPLE[1:])), (theirs, PEOPLE[:2])):
        estate.found("one", people)
        chief = next(iter(estate.world.users))
        estate.create_collection(chief, None)
        document = estate.upload(chief, next(iter(estate.world.parents)))
        estate.publish(document, "10-K", "client")
        estate.add_group(chief)
        estate.add_label(chief)
        estate.add_pack(chief, frozenset({"10-K"}), frozenset())
        estate.answer(chief, [document], [document])
    return ours, theirs


@pytest.fixture(scope="module")
def canary(estates, module_database):
    """The mark: in names, titles, texts and addresses of the other tenant."""
    mark = f"canary{uuid4().hex}"
    marked = {
        "tenants": "name", "users": "name", "groups": "name", "labels": "name", "collections": "name",
        "documents": "title", "pages": "text", "chunks": "text", "questions": "text", "claims": "text",
        "citations": "quote", "entitlement_packs": "name",
    }  # fmt: skip
    with module_database.owner.transaction(system_principal(estates[1].world.tenant)) as session:
        for table, column in marked.items():
            changed = session.execute(text(f"UPDATE {table} SET {column} = '{mark} ' || {column}"))
            assert changed.rowcount > 0, table
    return mark


def digests(database, tenant):
    """table → (rows, a digest of them all), as the tenant's owner sees it."""
    query = "SELECT '{0}', count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {0} t"
    with database.owner.transaction(system_principal(tenant)) as session:
        tables = session.scalars(text(_TABLES)).all()
        rows = session.execute(text(" UNION ALL ".join(query.format(table) for table in tables)))
        return {table: found for table, *found in rows}


@pytest.fixture(scope="module")
def untouched(module_database, estates, canary):
    """The other tenant's rows, which stay what they are whatever is tried."""
    return digests(module_database, estates[1].world.tenant)


@pytest.fixture
def ids(estates):
    world = estates[0].world
    *_, victim = world.users
    document = next(iter(world.documents))
    found = {
        "collection_id": next(iter(world.parents)),
        "document_id": document,
        "version_id": estates[0].versions[document],
        "run_id": estates[0].runs[document],
        "group_id": next(iter(world.groups)),
        "label_id": next(iter(world.labels)),
        "pack_id": next(iter(world.packs)),
        "question_id": next(iter(world.answers)),
        "user_id": victim,
    }
    return {name: str(each) for name, each in found.items()}


def send(client, request):
    """Its answer: no failure of ours, though without a broker and others' servers some say that these don't answer."""
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


# Before the others, which change who may do what with the collection.
def test_no_text_in_an_upload_is_run_or_shows_another_tenant(server, module_database, estates, canary, untouched, ids):
    ours, theirs = estates
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
        (version, "password"),
        (version, "filename"),
    }
    assert sent == dict.fromkeys(texts | others, len(PAYLOADS))
    assert texts <= done
    assert (document, "collection") not in done  # none has a payload's name


def test_no_text_in_a_form_of_the_pages_is_run_or_shows_another_tenant(
    server, module_database, estates, canary, untouched, ids
):
    ours, theirs = estates
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
    assert sent == {(form.method, form.path, name): len(PAYLOADS) for form in FORMS for name in form.fields}
    assert client.get("/access").status_code == 200, "still signed in"


def test_no_text_in_a_request_is_run_or_shows_another_tenant(
    server, module_database, estates, canary, untouched, ids, record_property
):
    ours, theirs = estates
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
def test_no_key_made_of_sql_lets_anybody_in(server, estates, canary, payload):
    written = payload.replace("\x00", "").encode("ascii", "replace").decode()
    for header in ({"Authorization": f"Bearer {written}"}, {"Cookie": f"footnote_session={written}"}):
        answer = server.running.client(headers=header).get("/v1/documents")
        assert answer.status_code == 401, answer.text
        assert canary not in answer.text


# --- SQL at will ----------------------------------------------------------------------------------------------------


@pytest.fixture
def named(estates):
    """What statements name: ours, and of the other tenant one of each."""
    ours, theirs = (estate.world for estate in estates)
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


@pytest.mark.parametrize(("statement", "outcome"), AT_WILL.items())
def test_a_statement_of_the_api_role_comes_to_what_it_must_and_shows_no_other_tenant(
    module_database, canary, untouched, named, statement, outcome
):
    try:
        with module_database.api.transaction(Principal(named["mine"], named["me"])) as session:
            tables = session.scalars(text(_TABLES)).all()
            driver = session.connection().connection.driver_connection
            assert come_to(driver, statement.format(**named)) == outcome
            # A search path without ours, or no row-level security: then nothing is told, rather than everything.
            closed = CLOSED.get(statement, set())
            seen = come_to(driver, "SELECT public.current_tenant()")
            assert seen in ([(named["mine"],)], [(None,)]) or seen in closed
            assert look_at_all(driver, tables, canary) <= {0} | closed
    finally:
        module_database.api.engine.dispose()  # what was committed may be set for the connection
    assert digests(module_database, named["tenant"]) == untouched


def come_to(driver, statement):
    try:
        with driver.transaction():
            cursor = driver.execute(statement)
            return cursor.fetchall() if cursor.description else cursor.rowcount
    except psycopg.Error as error:
        return error.sqlstate


def look_at_all(driver, tables, mark):
    """Return what `look` finds over all tables: in one statement if the server runs it, else table by table."""
    found = look(driver, tables, mark)
    if any(isinstance(each, str) for each in found):
        return set().union(*(look(driver, [table], mark) for table in tables))
    return found


def look(driver, tables, mark):
    """Return how many rows of a table have the mark, of each table, or the SQLSTATE of the refusal."""
    count = sql.SQL("SELECT count(*) FROM public.{} t WHERE t::text LIKE %(mark)s")
    query = sql.SQL(" UNION ALL ").join(count.format(sql.Identifier(table)) for table in tables)
    try:
        with driver.transaction():
            return {seen for (seen,) in driver.execute(query, {"mark": f"%{mark}%"}).fetchall()}
    except psycopg.Error as error:
        return {error.sqlstate}


def test_a_session_shows_its_statement_to_others_of_the_api_role_but_no_value_of_it(module_database, canary, named):
    """PostgreSQL shows a role what its own sessions say: values must not be in the text."""
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
