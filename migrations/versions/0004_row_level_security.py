"""Row-level security, forced on every tenant table, and the functions that policies and sign-in stand on.

A transaction says who it is for with `footnote.tenant_id` and `footnote.user_id` (SET LOCAL). Without both,
`current_tenant()`
is null and no tenant's row is seen. What a principal may read is a set of access classes, worked out once a query
(`(SELECT visible_classes())::int[]` is an init plan), from the grants on collections, on those inside them, and on
documents.

Revision: 0004, after 0003.
"""

from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None

_CONTEXT = """
CREATE FUNCTION current_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN NULLIF(current_setting('footnote.user_id', true), '') IS NOT NULL
           THEN NULLIF(current_setting('footnote.tenant_id', true), '')::uuid END
$$;
CREATE FUNCTION current_principal() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT NULLIF(current_setting('footnote.user_id', true), '')::uuid
$$;
"""

# Levels: 1 viewer, 2 editor, 3 owner. Grants on a collection hold for all collections inside it.
_CLASSES = """
CREATE FUNCTION granted_collections(minimum_level int) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH RECURSIVE opened AS (
        SELECT g.collection_id AS id FROM grants g
        WHERE g.tenant_id = current_tenant() AND g.level >= minimum_level AND g.collection_id IS NOT NULL
          AND (g.expires_at IS NULL OR g.expires_at > now())
          AND (g.user_id = current_principal() OR g.group_id IN (
              SELECT m.group_id FROM group_members m
              WHERE m.tenant_id = current_tenant() AND m.user_id = current_principal()))
        UNION
        SELECT c.id FROM collections c JOIN opened ON c.parent_id = opened.id WHERE c.tenant_id = current_tenant()
    )
    SELECT id FROM opened
$$;
CREATE FUNCTION granted_documents(minimum_level int) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT g.document_id FROM grants g
    WHERE g.tenant_id = current_tenant() AND g.level >= minimum_level AND g.document_id IS NOT NULL
      AND (g.expires_at IS NULL OR g.expires_at > now())
      AND (g.user_id = current_principal() OR g.group_id IN (
          SELECT m.group_id FROM group_members m
          WHERE m.tenant_id = current_tenant() AND m.user_id = current_principal()))
$$;
CREATE FUNCTION classes_at(minimum_level int) RETURNS int[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT COALESCE(array_agg(a.id), '{}') FROM access_classes a
    WHERE a.tenant_id = current_tenant()
      AND (a.collection_id IN (SELECT granted_collections(minimum_level))
           OR a.document_id IN (SELECT granted_documents(minimum_level)))
$$;
CREATE FUNCTION visible_classes() RETURNS int[] LANGUAGE sql STABLE AS $$ SELECT classes_at(1) $$;
CREATE FUNCTION editable_classes() RETURNS int[] LANGUAGE sql STABLE AS $$ SELECT classes_at(2) $$;
CREATE FUNCTION owned_classes() RETURNS int[] LANGUAGE sql STABLE AS $$ SELECT classes_at(3) $$;
"""

# Signing in happens before a tenant is known; only the digest's owner can match it, and nothing can be listed.
_SIGN_IN = """
CREATE FUNCTION find_api_key(key_prefix text)
RETURNS TABLE (key_id uuid, tenant_id uuid, user_id uuid, secret_hash bytea, expires_at timestamptz,
               revoked_at timestamptz, user_name text, roles text[], disabled_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.id, k.tenant_id, k.user_id, k.secret_hash, k.expires_at, k.revoked_at, u.name, u.roles, u.disabled_at
    FROM api_keys k JOIN users u ON u.tenant_id = k.tenant_id AND u.id = k.user_id
    WHERE k.prefix = key_prefix
$$;
"""

# The sweeper looks across tenants: it takes back leases that ran out, and calls again for what nobody took. Intervals
# between calls double (to 128 times the first: about as long as a call lives), so that a long backlog is not flooded.
_SWEEP = """
CREATE FUNCTION sweep_stages(wake_again_seconds double precision, batch int)
RETURNS TABLE (expired bigint, woken bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH due AS (
        SELECT s.id, s.status FROM stages s
        WHERE s.status IN ('pending', 'leased') AND s.wake_at <= now()
        ORDER BY s.wake_at LIMIT batch FOR UPDATE SKIP LOCKED
    ), called AS (
        UPDATE stages s SET
            status = 'pending',
            lease_owner = NULL,
            lease_expires_at = NULL,
            available_at = CASE WHEN due.status = 'leased' THEN now() ELSE s.available_at END,
            wakes = CASE WHEN due.status = 'leased' THEN 1 ELSE s.wakes + 1 END,
            wake_at = now() + make_interval(secs => wake_again_seconds *
                CASE WHEN due.status = 'leased' THEN 1 ELSE 2 ^ LEAST(s.wakes + 1, 7) END)
        FROM due WHERE s.id = due.id
        RETURNING s.id, s.tenant_id, s.run_id, s.queue, due.status AS before
    ), sent AS (
        INSERT INTO outbox (tenant_id, topic, payload, created_at, available_at)
        SELECT c.tenant_id, 'jobs.run_stage',
            jsonb_build_object('queue', c.queue, 'trace', r.trace_context,
                'arguments', jsonb_build_object('tenant_id', c.tenant_id, 'stage_id', c.id)),
            now(), now()
        FROM called c JOIN runs r ON r.id = c.run_id
    )
    SELECT count(*) FILTER (WHERE before = 'leased'), count(*) FILTER (WHERE before = 'pending') FROM called
$$;
"""

_APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

_TENANT = "tenant_id = (SELECT current_tenant())"
_VISIBLE = f"{_TENANT} AND access_class_id = ANY ((SELECT visible_classes())::int[])"
_EDITABLE = f"{_TENANT} AND access_class_id = ANY ((SELECT editable_classes())::int[])"
_OF_VISIBLE_DOCUMENT = f"{_TENANT} AND document_id IN (SELECT d.id FROM documents d)"
_OF_EDITABLE_DOCUMENT = (
    f"{_TENANT} AND document_id IN (SELECT d.id FROM documents d "
    "WHERE d.access_class_id = ANY ((SELECT editable_classes())::int[]))"
)
_OWN = f"{_TENANT} AND user_id = (SELECT current_principal())"
_OF_OWN_QUESTION = f"{_TENANT} AND question_id IN (SELECT q.id FROM questions q)"

# table → the api role's rule for reading and for writing (None: it may not).
API_RULES: dict[str, tuple[str | None, str | None]] = {
    "tenants": ("id = (SELECT current_tenant())", None),
    "tenant_keys": (_TENANT, _TENANT),
    "users": (_TENANT, _TENANT),
    "api_keys": (_TENANT, _TENANT),
    "groups": (_TENANT, _TENANT),
    "group_members": (_TENANT, _TENANT),
    # Collections, access classes and grants are written through the functions of the next migration only.
    "collections": (_VISIBLE, None),
    "access_classes": (f"{_TENANT} AND id = ANY ((SELECT visible_classes())::int[])", None),
    "grants": (
        f"{_TENANT} AND (collection_id IN (SELECT granted_collections(3)) OR document_id IN "
        "(SELECT d.id FROM documents d WHERE d.access_class_id = ANY ((SELECT owned_classes())::int[])))",
        None,
    ),
    "documents": (_VISIBLE, _EDITABLE),
    "document_versions": (_OF_VISIBLE_DOCUMENT, _OF_EDITABLE_DOCUMENT),
    "pages": (_OF_VISIBLE_DOCUMENT, None),
    "runs": (_OF_VISIBLE_DOCUMENT, _OF_EDITABLE_DOCUMENT),
    "stages": (
        f"{_TENANT} AND run_id IN (SELECT r.id FROM runs r)",
        f"{_TENANT} AND run_id IN (SELECT r.id FROM runs r)",
    ),
    "stage_outputs": (None, None),
    "outbox": (None, _TENANT),
    "indexed_documents": (_VISIBLE, None),
    "chunks": (_VISIBLE, None),
    "chunk_embeddings": (_VISIBLE, None),
    "term_postings": (_VISIBLE, None),
    "questions": (_OWN, _OWN),
    "answers": (
        # An answer stays readable only while each of its sources is.
        f"{_OF_OWN_QUESTION} AND NOT EXISTS (SELECT 1 FROM answer_sources(answers.question_id) s "
        "WHERE s NOT IN (SELECT d.id FROM documents d))",
        _OF_OWN_QUESTION,
    ),
    "claims": (f"{_TENANT} AND question_id IN (SELECT a.question_id FROM answers a)", _OF_OWN_QUESTION),
    "citations": (f"{_TENANT} AND question_id IN (SELECT a.question_id FROM answers a)", _OF_OWN_QUESTION),
    "audit_events": (None, _TENANT),
    "idempotency_records": (_OWN, _OWN),
}

# The definer must see an answer's citations whole to say whether one of them is hidden from the asker.
_SOURCES = """
CREATE FUNCTION answer_sources(answered uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.document_id FROM citations c WHERE c.tenant_id = current_tenant() AND c.question_id = answered
$$;
"""

_DELETABLE_BY_API = ("group_members", "idempotency_records")
_DEFINER_READS = (
    "users",
    "api_keys",
    "group_members",
    "collections",
    "access_classes",
    "grants",
    "citations",
    "runs",
    "stages",
)
_DEFINER_FUNCTIONS = (
    "granted_collections(int)",
    "granted_documents(int)",
    "classes_at(int)",
    "find_api_key(text)",
    "answer_sources(uuid)",
    "sweep_stages(double precision, int)",
)


def upgrade() -> None:
    for block in (_CONTEXT, _CLASSES, _SIGN_IN, _SOURCES, _SWEEP, _APPEND_ONLY):
        op.execute(block)
    op.execute("GRANT USAGE ON SCHEMA public TO footnote_api, footnote_worker, footnote_relay, footnote_definer")
    op.execute("GRANT SELECT ON alembic_version TO footnote_api, footnote_worker, footnote_relay")
    op.execute("GRANT SELECT ON embedding_spaces TO footnote_api, footnote_worker")
    for table, (read, write) in API_RULES.items():
        _protect(table)
        _allow_api(table, read, write)
        _allow_worker(table)
        _allow_owner(table)
    _allow_relay()
    _allow_definer()


def _protect(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _allow_api(table: str, read: str | None, write: str | None) -> None:
    if read is not None:
        op.execute(f"GRANT SELECT ON {table} TO footnote_api")
        op.execute(f"CREATE POLICY api_read ON {table} FOR SELECT TO footnote_api USING ({read})")
    if write is None:
        return
    op.execute(f"GRANT INSERT ON {table} TO footnote_api")
    op.execute(f"CREATE POLICY api_insert ON {table} FOR INSERT TO footnote_api WITH CHECK ({write})")
    if table not in ("audit_events", "outbox"):
        op.execute(f"GRANT UPDATE ON {table} TO footnote_api")
        op.execute(
            f"CREATE POLICY api_update ON {table} FOR UPDATE TO footnote_api USING ({write}) WITH CHECK ({write})"
        )
    if table in _DELETABLE_BY_API:
        op.execute(f"GRANT DELETE ON {table} TO footnote_api")
        op.execute(f"CREATE POLICY api_delete ON {table} FOR DELETE TO footnote_api USING ({write})")


def _allow_worker(table: str) -> None:
    rights = "SELECT, INSERT" if table == "audit_events" else "SELECT, INSERT, UPDATE, DELETE"
    rule = "id = (SELECT current_tenant())" if table == "tenants" else _TENANT
    op.execute(f"GRANT {rights} ON {table} TO footnote_worker")
    op.execute(f"CREATE POLICY worker_all ON {table} TO footnote_worker USING ({rule}) WITH CHECK ({rule})")


def _allow_owner(table: str) -> None:
    # Tenants are founded by an administrator's command: as the owner, for one tenant at a time, under the same rule.
    rule = "id = (SELECT current_tenant())" if table == "tenants" else _TENANT
    op.execute(f"CREATE POLICY owner_all ON {table} TO footnote_owner USING ({rule}) WITH CHECK ({rule})")


def _allow_relay() -> None:
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON outbox TO footnote_relay")
    op.execute("CREATE POLICY relay_all ON outbox TO footnote_relay USING (true) WITH CHECK (true)")


def _allow_definer() -> None:
    for table in _DEFINER_READS:
        op.execute(f"GRANT SELECT ON {table} TO footnote_definer")
        op.execute(f"CREATE POLICY definer_read ON {table} FOR SELECT TO footnote_definer USING (true)")
    op.execute("GRANT UPDATE ON stages TO footnote_definer")
    op.execute("CREATE POLICY definer_sweep ON stages FOR UPDATE TO footnote_definer USING (true)")
    op.execute("GRANT INSERT ON outbox TO footnote_definer")
    op.execute(
        "CREATE POLICY definer_call ON outbox FOR INSERT TO footnote_definer WITH CHECK (topic = 'jobs.run_stage')"
    )
    for function in _DEFINER_FUNCTIONS:
        op.execute(f"ALTER FUNCTION {function} OWNER TO footnote_definer")
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    op.execute(
        "GRANT EXECUTE ON FUNCTION granted_collections(int), granted_documents(int), classes_at(int) TO footnote_api"
    )
    op.execute("GRANT EXECUTE ON FUNCTION find_api_key(text), answer_sources(uuid) TO footnote_api")
    op.execute("GRANT EXECUTE ON FUNCTION sweep_stages(double precision, int) TO footnote_relay")


def downgrade() -> None:
    op.execute("DROP TRIGGER audit_events_append_only ON audit_events")
    for table in API_RULES:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        op.execute(
            f"DO $$ DECLARE p record; BEGIN FOR p IN SELECT policyname FROM pg_policies WHERE tablename = '{table}' "
            f"LOOP EXECUTE format('DROP POLICY %I ON {table}', p.policyname); END LOOP; END $$"
        )
        op.execute(f"REVOKE ALL ON {table} FROM footnote_api, footnote_worker, footnote_relay, footnote_definer")
    op.execute(
        "DROP FUNCTION find_api_key(text), answer_sources(uuid), refuse_change(), sweep_stages(double precision, int)"
    )
    op.execute("DROP FUNCTION visible_classes(), editable_classes(), owned_classes(), classes_at(int)")
    op.execute("DROP FUNCTION granted_documents(int), granted_collections(int), current_principal(), current_tenant()")
