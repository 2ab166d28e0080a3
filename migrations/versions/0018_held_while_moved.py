"""Moves and new collections wait for each other, and a narrowed key is no administrator of access there.

What was checked before a wait is checked after it; what is inside stays few levels deep; drafted claims of which it is
not known what they were drafted from are shown to nobody; no end of a right lies before 1970, which can't be read back;
functions that pass over row-level security are closed to all roles but ours.

Revision: 0018, after 0017.
"""

from pathlib import Path

from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql" / "0018"
_TENANT = "tenant_id = (SELECT current_tenant())"
_MANAGES = "(SELECT principal_manages_access())"
_OWNED_DOCUMENTS = (
    "document_id IN (SELECT d.id FROM documents d WHERE d.access_class_id = ANY ((SELECT owned_classes())::int[]))"
)
_OWNED_COLLECTIONS = (
    "collection_id IN (SELECT c.id FROM collections c WHERE c.access_class_id = ANY ((SELECT owned_classes())::int[]))"
)
_LABEL_KNOWN = "label_id IN (SELECT l.id FROM labels l)"
# table → the api role's rules for inserting and deleting
_RULES = {
    "labels": (_MANAGES, _MANAGES),
    "clearances": (_MANAGES, _MANAGES),
    "entitlement_packs": (_MANAGES, _MANAGES),
    "collection_labels": (f"{_LABEL_KNOWN} AND ({_MANAGES} OR {_OWNED_COLLECTIONS})", _MANAGES),
    "document_labels": (f"{_LABEL_KNOWN} AND ({_MANAGES} OR {_OWNED_DOCUMENTS})", _MANAGES),
    "exclusions": 2 * (f"({_MANAGES} OR {_OWNED_DOCUMENTS})",),
}
# Functions that pass over row-level security are for the roles of ours, not for whoever else has one in the cluster.
_FOR_OURS_ONLY = """
DO $$ DECLARE f regprocedure; BEGIN
    FOR f IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
        AND EXISTS (SELECT 1 FROM aclexplode(p.proacl) a WHERE a.grantee = 0)
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
        EXECUTE format(
            'GRANT EXECUTE ON FUNCTION %s TO footnote_api, footnote_worker, footnote_relay, footnote_owner', f);
    END LOOP;
END $$
"""
_FOR_API = ("enter(uuid, uuid, bigint, text, text)", "principal_manages_access()", "hold_collections(uuid)")
_INNER = ("check_depth(uuid, uuid)",)


def upgrade() -> None:
    op.execute("SET LOCAL ROLE footnote_definer")
    for name in ("closing", "managing"):
        op.execute((_SQL / f"{name}.sql").read_text(encoding="utf-8"))
    for function in (*_FOR_API, *_INNER):
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    for function in _FOR_API:
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO footnote_api")
    op.execute(
        "GRANT EXECUTE ON FUNCTION enter(uuid, uuid, bigint, text, text) "
        "TO footnote_owner, footnote_worker, footnote_relay"
    )
    op.execute(_FOR_OURS_ONLY)
    op.execute("DROP FUNCTION ensure_document_class(uuid)")  # triggers keep classes since 0010
    op.execute("RESET ROLE")
    for table, (inserting, deleting) in _RULES.items():
        op.execute(f"ALTER POLICY api_insert ON {table} WITH CHECK ({_TENANT} AND {inserting})")
        op.execute(f"ALTER POLICY api_delete ON {table} USING ({_TENANT} AND {deleting})")
    op.execute(
        f"ALTER POLICY api_read ON claims USING ({_TENANT} AND EXISTS (SELECT 1 FROM answers a "
        "WHERE a.question_id = claims.question_id AND (claims.dropped_reason IS NULL OR a.drafted_from <> '{}' "
        "AND NOT EXISTS (SELECT 1 FROM unnest(a.drafted_from) s(id) "
        "WHERE s.id NOT IN (SELECT d.id FROM documents d)))))"
    )
    for table in ("grants", "clearances", "exclusions"):
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_expires_at "
            "CHECK (expires_at >= '1970-01-01 00:00Z') NOT VALID"
        )


def downgrade() -> None:
    raise RuntimeError(
        "Revision 0018 can't be taken back: narrowed keys would manage access again. Restore a backup instead."
    )
