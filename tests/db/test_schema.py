"""The migrated schema matches the models, and every table with tenant data has forced row-level security."""

import re
from collections import Counter
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.clock import SystemClock
from app.core.principal import Principal
from app.db.migrate import check_models_match, get_revisions
from app.db.session import system_principal

# Tables that belong to no tenant.
SHARED_TABLES = {"alembic_version", "embedding_spaces"}
# Internal functions: only other functions of footnote_definer may call them.
INNER_FUNCTIONS = {
    "readers_of",
    "append_audit_link",
    "check_depth",
    "class_lists",
    "classes_of",
    "context_body",
    "context_mac",
    "current_era",
    "ensure_class",
    "kept_lists",
    "labels_around",
    "learn_after",
    "learn_classes",
    "link_waiting_of",
    "next_expiry",
    "people_within",
    "policy_position",
}
DEFINED = """
SELECT p.proname, pg_get_userbyid(p.proowner),
    ARRAY(SELECT c FROM unnest(p.proconfig) c WHERE c LIKE 'search_path=%'),
    p.proacl IS NULL OR EXISTS (SELECT 1 FROM aclexplode(p.proacl) a WHERE a.grantee = 0),
    EXISTS (SELECT 1 FROM pg_roles r WHERE r.rolname IN
        ('footnote_api', 'footnote_worker', 'footnote_relay') AND has_function_privilege(r.oid, p.oid, 'EXECUTE'))
    OR EXISTS (SELECT 1 FROM aclexplode(p.proacl) a WHERE a.grantee = 'footnote_owner'::regrole)
FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
"""


SQL = Path(__file__).resolve().parents[2] / "migrations" / "sql"
CREATED = re.compile(r"^CREATE (?:OR REPLACE )?(?:UNLOGGED )?(FUNCTION|TABLE) (\w+\(?)", re.MULTILINE)


LATER = re.compile(r"\d{4}_")
"""Matches the file of a later revision, which may replace a function of the baseline."""


def test_baseline_creates_each_table_and_function_once():
    baseline = [path for path in SQL.rglob("*.sql") if not LATER.match(path.name)]
    created = [found for path in baseline for found in CREATED.findall(path.read_text(encoding="utf-8"))]
    assert len(created) > 100
    assert [what for what, times in Counter(created).items() if times > 1] == []


def test_models_and_migrations_agree(module_database):
    check_models_match(module_database.urls["owner"])
    current, head = get_revisions(module_database.urls["owner"])
    assert current == head


def test_every_tenant_table_forces_row_level_security(module_database):
    with module_database.owner.anonymous() as session:
        rows = session.execute(
            text(
                "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relkind IN ('r', 'p') "
                "AND relnamespace = 'public'::regnamespace"
            )
        ).all()
    unprotected = {name for name, enabled, forced in rows if not (enabled and forced)}
    assert unprotected == SHARED_TABLES


def test_no_footnote_role_can_bypass_row_level_security(module_database):
    with module_database.api.anonymous() as session:
        roles = session.execute(
            text("SELECT rolname FROM pg_roles WHERE rolname LIKE 'footnote\\_%' AND (rolbypassrls OR rolsuper)")
        ).all()
        owned = session.execute(
            text(
                "SELECT c.relname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner "
                "WHERE r.rolname IN ('footnote_api', 'footnote_worker', 'footnote_relay')"
            )
        ).all()
    assert roles == []
    assert owned == []


def test_functions_that_bypass_row_level_security_are_safe_to_call(module_database):
    """footnote_definer owns them, their search path is fixed, and only roles of Footnote may call them."""
    with module_database.owner.anonymous() as session:
        functions = session.execute(text(DEFINED)).all()
    assert {name for name, owner, *_ in functions if owner != "footnote_definer"} == set()
    assert {name for name, _, path, _, _ in functions if path != ["search_path=public, pg_temp"]} == set()
    assert {name for name, _, _, is_open, _ in functions if is_open} == set()
    assert {name for name, *_, called_by_ours in functions if not called_by_ours} == INNER_FUNCTIONS


def test_no_policy_reads_all_documents_for_each_row(module_database):
    """`NOT IN (SELECT …)` reads all rows of the tenant, where `NOT EXISTS` looks up one by its key."""
    with module_database.owner.anonymous() as session:
        listing = session.scalars(
            text("SELECT tablename || '.' || policyname FROM pg_policies WHERE qual ~ 'NOT \\([a-z_.]+ IN \\( SELECT'")
        ).all()
        looking_up = session.scalar(text("SELECT count(*) FROM pg_policies WHERE qual ~ 'NOT \\(EXISTS \\( SELECT'"))
    assert listing == []
    assert looking_up >= 4, "the pattern fits how PostgreSQL prints policies"


@pytest.mark.parametrize("role", ["api", "worker", "relay", "owner"])
def test_session_without_principal_sees_no_rows(database, role):
    tenant = uuid4()
    with database.owner.transaction(system_principal(tenant)) as session:
        session.execute(
            text("INSERT INTO tenants VALUES (:id, 'one', 'One', :now)"), {"id": tenant, "now": SystemClock().now()}
        )
    with getattr(database, role).anonymous() as session:
        readable = session.scalars(
            text(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' "
                "AND has_table_privilege(current_user, table_name::regclass, 'SELECT')"
            )
        ).all()
        seen = {
            table
            for table in readable
            if table not in SHARED_TABLES and session.scalar(text(f"SELECT count(*) FROM {table}"))
        }
    assert seen == set()


def test_tenant_sees_only_its_own_row(database):
    ours, theirs = uuid4(), uuid4()
    for tenant, slug in ((ours, "ours"), (theirs, "theirs")):
        with database.owner.transaction(system_principal(tenant)) as session:
            session.execute(
                text("INSERT INTO tenants VALUES (:id, :slug, :slug, :now)"),
                {"id": tenant, "slug": slug, "now": SystemClock().now()},
            )
    with database.api.transaction(Principal(tenant_id=ours, user_id=uuid4())) as session:
        assert session.scalars(text("SELECT slug FROM tenants")).all() == ["ours"]


@pytest.mark.parametrize("statement", ["UPDATE audit_events SET action = 'x'", "DELETE FROM audit_events"])
def test_audit_log_cannot_be_changed_even_by_its_owner(database, statement):
    with (
        pytest.raises(DBAPIError, match="append-only"),
        database.owner.transaction(system_principal(uuid4())) as session,
    ):
        session.execute(text(statement))
