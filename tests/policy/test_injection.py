"""Injected SQL: through every text of every route, and run at will as the api role. Nothing of another tenant shows."""

from contextlib import suppress
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

from app.core.principal import PERMISSIONS, Principal, Role
from app.db.session import system_principal
from tests.policy.estate import PEOPLE
from tests.policy.payloads import PAYLOADS, RequestMaker
from tests.policy.rights import RuledEstate
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
    found = {}
    with database.owner.transaction(system_principal(tenant)) as session:
        for table in session.scalars(text(_TABLES)).all():
            found[table] = session.execute(
                text(f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t")
            ).one()
    return found


@pytest.fixture
def maker(server, estates):
    world = estates[0].world
    chief, *_, victim = world.users
    document = next(iter(world.documents))
    ids = {
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
    document = server.client(estates[0].keys[chief]).get("/openapi.json").json()
    return RequestMaker(document, {name: str(each) for name, each in ids.items()}, LEFT_OUT)


def test_no_text_in_a_request_is_run_or_shows_another_tenant(
    server, module_database, estates, canary, maker, record_property
):
    ours, theirs = estates
    client = server.client(ours.keys[next(iter(ours.world.users))])
    before = digests(module_database, theirs.world.tenant)
    asked, accepted = 0, set()
    for number, payload in enumerate(PAYLOADS):
        for request in maker.requests(number):
            answer = client.request(
                request.method,
                request.path,
                params=request.query,
                headers=({"If-Match": "*"} if request.method in ("patch", "delete") else {}) | dict(request.headers),
                json=request.body,
                content=request.content,
            )
            asked += 1
            where = (request.method, request.template, payload)
            # Without a broker and without others' servers some say that they can't be reached.
            assert answer.status_code < 500 or answer.json().get("code") != "internal", (where, answer.text)
            assert answer.status_code in (502, 503) or answer.status_code < 500, (where, answer.text)
            assert canary not in answer.text, where
            if answer.is_success:
                accepted.add((request.method, request.template))
    assert digests(module_database, theirs.world.tenant) == before
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

AT_WILL = (
    "SELECT set_config('footnote.who', '{tenant}|{user}|' || transaction_stamp() || '#', true)",
    "SELECT set_config('footnote.tenant_id', '{tenant}', true), set_config('footnote.user_id', '{user}', true)",
    "SELECT set_config('footnote.classes', '9999999.9999999|1,2,3,4,5,6|1,2,3|1,2,3#', true)",
    "SELECT enter('{tenant}', '{user}', extract(epoch FROM now())::bigint, '')",
    "SELECT enter('{tenant}', '{user}', extract(epoch FROM now())::bigint, NULL)",
    "SELECT enter(NULL, NULL, NULL, NULL)",
    "SET ROLE footnote_owner",
    "SET ROLE footnote_worker",
    "SET ROLE footnote_definer",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION footnote_owner",
    "SET LOCAL SESSION AUTHORIZATION DEFAULT",
    "SET row_security = off",
    "SET session_replication_role = replica",
    "SET search_path = pg_temp, public",
    "SET search_path = pg_catalog",
    "CREATE TEMP TABLE users (id uuid)",
    "CREATE TABLE public.users2 AS SELECT * FROM documents",
    "CREATE FUNCTION public.current_tenant(int) RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'",
    "CREATE FUNCTION pg_temp.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz'",
    "CREATE OR REPLACE FUNCTION current_tenant() RETURNS uuid LANGUAGE sql AS $$ SELECT '{tenant}'::uuid $$",
    "CREATE OPERATOR public.= (FUNCTION = uuid_ne, LEFTARG = uuid, RIGHTARG = uuid)",
    "CREATE SCHEMA footnote_api",
    "CREATE EXTENSION dblink",
    "CREATE EXTENSION postgres_fdw",
    "SELECT dblink('dbname=postgres', 'SELECT 1')",
    "CREATE LANGUAGE plpython3u",
    "DO $$ BEGIN EXECUTE 'SET ROLE footnote_owner'; END $$",
    "ALTER TABLE documents DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE documents NO FORCE ROW LEVEL SECURITY",
    "ALTER ROLE footnote_api BYPASSRLS",
    "GRANT footnote_owner TO footnote_api",
    "DROP POLICY api_read ON documents",
    "CREATE POLICY all_read ON documents USING (true)",
    "CREATE VIEW everything AS SELECT * FROM documents",
    "COPY documents TO PROGRAM 'cat'",
    "COPY documents TO '/tmp/documents'",
    "COPY users FROM PROGRAM 'id'",
    "SELECT lo_import('/etc/passwd')",
    "SELECT pg_read_file('postgresql.auto.conf')",
    "SELECT pg_ls_dir('.')",
    "SELECT rolpassword FROM pg_authid",
    "SELECT passwd FROM pg_shadow WHERE passwd IS NOT NULL",
    "SELECT * FROM context_keys",
    "SELECT * FROM learned_classes",
    "SELECT most_common_vals FROM pg_statistic",
    "SELECT query FROM pg_stat_activity WHERE usename <> 'footnote_api' AND query NOT LIKE '<%'",
    "SELECT * FROM pg_stats WHERE tablename = 'documents' AND most_common_vals::text LIKE '%canary%'",
    "SELECT class_lists('{tenant}', '{user}')",
    "SELECT * FROM classes_of('{tenant}', '{user}')",
    "SELECT kept_lists('{tenant}', '{user}')",
    "SELECT policy_position('{tenant}')",
    "SELECT ensure_class('{tenant}', '{collection}', NULL, NULL, '{{}}', NULL)",
    "SELECT learn_after('{user}', NULL)",
    "SELECT move_document('{document}', '{collection}')",
    "SELECT delete_document('{document}')",
    "SELECT create_grant(gen_random_uuid(), '{me}', NULL, '{collection}', NULL, NULL, 3, NULL)",
    "SELECT create_collection(gen_random_uuid(), '{collection}', 'mine', gen_random_uuid())",
    "INSERT INTO group_members (tenant_id, group_id, user_id) SELECT '{tenant}', '{group}', '{me}'",
    "INSERT INTO group_members (tenant_id, group_id, user_id) SELECT '{mine}', '{group}', '{me}'",
    "INSERT INTO exclusions (id, tenant_id, document_id, user_id, created_at, created_by) "
    "VALUES (gen_random_uuid(), '{mine}', '{document}', '{me}', now(), '{me}')",
    "INSERT INTO document_labels (tenant_id, document_id, label_id) VALUES ('{mine}', '{document}', '{label}')",
    "UPDATE documents SET tenant_id = '{mine}'",
    "UPDATE documents SET access_class_id = 1",
    "UPDATE documents SET title = 'taken' WHERE tenant_id = '{tenant}'",
    "DELETE FROM documents WHERE tenant_id = '{tenant}'",
    "TRUNCATE documents",
    "LOCK TABLE documents IN ACCESS EXCLUSIVE MODE",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'footnote_owner'",
    "SELECT current_setting('footnote.who') FROM users WHERE tenant_id = '{tenant}'",
)
# Those that may be said, and change nothing of what is seen.
HARMLESS_WHEN_DONE = ("SELECT", "SET", "UPDATE documents SET title", "DELETE FROM documents")


@pytest.mark.parametrize("statement", AT_WILL)
def test_no_statement_of_the_api_role_shows_another_tenant(module_database, estates, canary, statement):
    ours, theirs = estates
    me = next(iter(ours.world.users))
    named = {
        "mine": ours.world.tenant,
        "me": me,
        "tenant": theirs.world.tenant,
        "user": next(iter(theirs.world.users)),
        "collection": next(iter(theirs.world.parents)),
        "document": next(iter(theirs.world.documents)),
        "group": next(iter(theirs.world.groups)),
        "label": next(iter(theirs.world.labels)),
    }
    before = digests(module_database, theirs.world.tenant)
    with suppress(_UndoneError), module_database.api.transaction(Principal(ours.world.tenant, me)) as session:
        _run(session, statement.format(**named), canary)
        raise _UndoneError  # and whatever was set is set no more
    assert digests(module_database, theirs.world.tenant) == before


class _UndoneError(Exception):
    pass


def _run(session, statement, canary):
    """The statement, and after it a look at every table, in the transaction that was entered as ours."""
    tables = session.scalars(text(_TABLES)).all()
    driver = session.connection().connection.driver_connection
    try:
        with driver.transaction():
            cursor = driver.execute(statement)
            shown = cursor.fetchall() if cursor.description else []
            assert canary not in str(shown)
            assert statement.startswith(HARMLESS_WHEN_DONE), f"it was done: {shown}"
    except psycopg.Error:
        pass
    for table in tables:
        look = sql.SQL("SELECT count(*) FROM public.{} t WHERE t::text LIKE %s").format(sql.Identifier(table))
        try:
            with driver.transaction():
                ((seen,),) = driver.execute(look, [f"%{canary}%"]).fetchall()
        except psycopg.Error:
            continue  # nothing can be said any more
        assert seen == 0, table
