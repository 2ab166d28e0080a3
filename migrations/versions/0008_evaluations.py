"""Published runs of suites and their cases: seen and written by the tenant's engineers and administrators only.

A run is written once, whole: the API's role can neither change nor delete one, and adds cases only in the transaction
that published their run.

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | None = None
depends_on: str | None = None

_FUNCTION = """
CREATE FUNCTION principal_is_engineer() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM users u WHERE u.tenant_id = current_tenant() AND u.id = current_principal()
        AND u.disabled_at IS NULL AND u.roles && '{engineer,admin}')
$$;
"""

_TENANT = "tenant_id = (SELECT current_tenant())"
_ENGINEER = f"{_TENANT} AND (SELECT principal_is_engineer())"
# table → the rule for what the api role inserts
_INSERTS = {
    "eval_runs": f"{_ENGINEER} AND published_by = (SELECT current_principal())",
    "eval_cases": f"{_ENGINEER} AND EXISTS (SELECT 1 FROM eval_runs r WHERE r.tenant_id = eval_cases.tenant_id "
    "AND r.id = eval_cases.run_id AND r.xmin = pg_current_xact_id()::xid)",
}


def upgrade() -> None:
    op.create_table(
        "eval_runs",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("suite", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("manifest", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_eval_runs_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_eval_runs")),
    )
    op.create_index(
        op.f("ix_eval_runs_tenant_id_started_at_id"), "eval_runs", ["tenant_id", "started_at", "id"], unique=False
    )
    op.create_table(
        "eval_cases",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("measures", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("details", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("trace", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("tokens_in", sa.BigInteger(), nullable=False),
        sa.Column("tokens_out", sa.BigInteger(), nullable=False),
        sa.Column("cost_usd", sa.Numeric(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("times", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "run_id"],
            ["eval_runs.tenant_id", "eval_runs.id"],
            name=op.f("fk_eval_cases_tenant_id_run_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "run_id", "ordinal", name=op.f("pk_eval_cases")),
        sa.UniqueConstraint("tenant_id", "run_id", "case_id", name=op.f("uq_eval_cases_tenant_id_run_id_case_id")),
    )
    op.execute(_FUNCTION)
    op.execute("ALTER FUNCTION principal_is_engineer() OWNER TO footnote_definer")
    op.execute("REVOKE ALL ON FUNCTION principal_is_engineer() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION principal_is_engineer() TO footnote_api")
    for table, rule in _INSERTS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT SELECT, INSERT ON {table} TO footnote_api")
        op.execute(f"CREATE POLICY api_read ON {table} FOR SELECT TO footnote_api USING ({_ENGINEER})")
        op.execute(f"CREATE POLICY api_insert ON {table} FOR INSERT TO footnote_api WITH CHECK ({rule})")
        op.execute(f"CREATE POLICY owner_all ON {table} TO footnote_owner USING ({_TENANT}) WITH CHECK ({_TENANT})")


def downgrade() -> None:
    op.drop_table("eval_cases")
    op.drop_table("eval_runs")
    op.execute("DROP FUNCTION principal_is_engineer()")
