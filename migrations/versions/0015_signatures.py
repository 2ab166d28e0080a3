"""Vector search that other tenants' rows can't move: signatures a document, and no graph that tenants share.

Each space's graph over all tenants goes; a tenant that has grown large gets one of its own (`app.retrieval.graphs`).
Classes of chunks' vectors are no longer indexed, as no search starts from them.

Revision: 0015, after 0014.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | None = None
depends_on: str | None = None

_TENANT = "tenant_id = (SELECT current_tenant())"
_SHARED_GRAPHS = """
DO $$ DECLARE graph text; BEGIN
    FOR graph IN SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE i.indrelid = 'chunk_embeddings'::regclass AND c.relname LIKE 'hnsw\\_chunk\\_embeddings\\_space\\_%'
    LOOP EXECUTE format('DROP INDEX %I', graph); END LOOP;
END $$
"""
_OWN_GRAPHS = _SHARED_GRAPHS.replace("\\_space\\_", "\\_")
# Whose chunks are many: for the owner, who makes indexes and sees no tenant's rows.
_LARGE_TENANTS = """
CREATE FUNCTION large_tenants(least_chunks bigint) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT i.tenant_id FROM indexed_documents i GROUP BY 1 HAVING sum(i.chunk_count) >= least_chunks ORDER BY 1
$$
"""


def upgrade() -> None:
    op.create_table(
        "chunk_signatures",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("signatures", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["indexed_documents.document_id"],
            name=op.f("fk_chunk_signatures_document_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["space_id"], ["embedding_spaces.id"], name=op.f("fk_chunk_signatures_space_id")),
        sa.PrimaryKeyConstraint("document_id", "space_id", name=op.f("pk_chunk_signatures")),
    )
    op.execute("ALTER TABLE chunk_signatures ALTER signatures SET STORAGE EXTERNAL")  # signs do not compress
    _fill()
    _protect()
    op.execute("CREATE POLICY definer_counts ON indexed_documents FOR SELECT TO footnote_definer USING (true)")
    op.execute("SET LOCAL ROLE footnote_definer")
    op.execute(_LARGE_TENANTS)
    op.execute("REVOKE ALL ON FUNCTION large_tenants(bigint) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION large_tenants(bigint) TO footnote_owner")
    op.execute("RESET ROLE")
    op.execute(_SHARED_GRAPHS)
    op.drop_index(op.f("ix_chunk_embeddings_access_class_id"), "chunk_embeddings")


def _fill() -> None:
    """Signatures of what an installation holds already. Its owner passes over its own rules for it."""
    op.execute("ALTER TABLE chunk_embeddings NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "INSERT INTO chunk_signatures (document_id, space_id, tenant_id, signatures) "
        "SELECT document_id, space_id, tenant_id, "
        "string_agg(substring(bit_send(binary_quantize(embedding)) FROM 5), '' ORDER BY ordinal) "
        "FROM chunk_embeddings GROUP BY document_id, space_id, tenant_id"
    )
    op.execute("ALTER TABLE chunk_embeddings FORCE ROW LEVEL SECURITY")


def _protect() -> None:
    op.execute("ALTER TABLE chunk_signatures ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE chunk_signatures FORCE ROW LEVEL SECURITY")
    op.execute("GRANT SELECT ON chunk_signatures TO footnote_api")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON chunk_signatures TO footnote_worker")
    # Whose document may be found by the principal, its signatures may: a changed class touches no row here.
    op.execute(
        f"CREATE POLICY api_read ON chunk_signatures FOR SELECT TO footnote_api USING ({_TENANT} "
        "AND document_id IN (SELECT i.document_id FROM indexed_documents i))"
    )
    for role in ("worker", "owner"):
        op.execute(
            f"CREATE POLICY {role}_all ON chunk_signatures TO footnote_{role} USING ({_TENANT}) WITH CHECK ({_TENANT})"
        )


def downgrade() -> None:
    op.create_index(op.f("ix_chunk_embeddings_access_class_id"), "chunk_embeddings", ["access_class_id"], unique=False)
    op.execute(_OWN_GRAPHS)
    op.execute(
        "DO $$ DECLARE s record; BEGIN FOR s IN SELECT id, dimensions FROM embedding_spaces "
        "LOOP EXECUTE format('CREATE INDEX hnsw_chunk_embeddings_space_%s ON chunk_embeddings USING hnsw "
        "((embedding::halfvec(%s)) halfvec_ip_ops) WITH (m = 12, ef_construction = 40) WHERE space_id = %s', "
        "s.id, s.dimensions, s.id); END LOOP; END $$"
    )
    op.execute("SET LOCAL ROLE footnote_definer")
    op.execute("DROP FUNCTION large_tenants(bigint)")
    op.execute("RESET ROLE")
    op.execute("DROP POLICY definer_counts ON indexed_documents")
    op.drop_table("chunk_signatures")
