"""Provisioning: what an identity provider keeps here of users and groups, and a revision of each for ETags.

A user who was deleted by its provider stays as a row, for the audit, and gives its address free for whoever comes next.
Revisions are moved by triggers, whoever makes the change; a group's also by who is in it.

Revision: 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | None = None
depends_on: str | None = None

_ADMIN = "tenant_id = (SELECT current_tenant()) AND (SELECT principal_is_admin())"

# The statement's rows, not each row: a thousand members put in at once move their group once.
_FUNCTIONS = """
CREATE FUNCTION keep_revision() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    NEW.revision := OLD.revision + 1;
    NEW.updated_at := now();
    RETURN NEW;
END
$$;
CREATE FUNCTION move_group_revision() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE groups g SET revision = g.revision + 1
        FROM (SELECT DISTINCT c.tenant_id, c.group_id FROM changed c) moved
        WHERE g.tenant_id = moved.tenant_id AND g.id = moved.group_id;
    RETURN NULL;
END
$$;
"""
_TRIGGER_FUNCTIONS = ("keep_revision()", "move_group_revision()")
_REVISED = ("users", "groups")
_MEMBERSHIPS = ("group_members", "group_nestings")


def upgrade() -> None:
    for table in _REVISED:
        op.add_column(table, sa.Column("external_id", sa.Text(), nullable=True))
        op.add_column(table, sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False))
        op.add_column(
            table, sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
        )
    op.add_column("users", sa.Column("user_name", sa.Text(), nullable=True))
    op.add_column("users", sa.Column("profile", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("users", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_unique_constraint(op.f("uq_groups_tenant_id_external_id"), "groups", ["tenant_id", "external_id"])
    op.drop_constraint(op.f("uq_users_tenant_id_email"), "users", type_="unique")
    _make_unique("uq_users_tenant_id_email", "email", "deleted_at IS NULL")
    _make_unique("uq_users_tenant_id_external_id", "external_id", "deleted_at IS NULL")
    _make_unique("uq_users_tenant_id_user_name", sa.text("lower(user_name)"), "deleted_at IS NULL")
    op.create_index("ix_users_tenant_id_login", "users", ["tenant_id", sa.text("lower(COALESCE(user_name, email))")])
    op.execute("GRANT UPDATE (email, external_id, user_name, profile, deleted_at) ON users TO footnote_api")
    op.execute("GRANT UPDATE (name, external_id) ON groups TO footnote_api")
    op.execute(f"CREATE POLICY api_update ON groups FOR UPDATE TO footnote_api USING ({_ADMIN}) WITH CHECK ({_ADMIN})")
    _watch()


def _make_unique(name: str, column: str | sa.TextClause, where: str) -> None:
    op.create_index(name, "users", ["tenant_id", column], unique=True, postgresql_where=sa.text(where))


def _watch() -> None:
    op.execute(_FUNCTIONS)
    op.execute("GRANT SELECT, UPDATE (revision, updated_at) ON groups TO footnote_definer")
    # It moves revisions of groups that rows name which were just written under their own rules.
    op.execute("CREATE POLICY definer_revise ON groups TO footnote_definer USING (true) WITH CHECK (true)")
    for function in _TRIGGER_FUNCTIONS:
        op.execute(f"ALTER FUNCTION {function} OWNER TO footnote_definer")
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO footnote_owner")
    for table in _REVISED:
        op.execute(
            f"CREATE TRIGGER keep_revision BEFORE UPDATE ON {table} FOR EACH ROW "
            "WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION keep_revision()"
        )
    for table in _MEMBERSHIPS:
        for event, rows in (("INSERT", "NEW"), ("DELETE", "OLD")):
            op.execute(
                f"CREATE TRIGGER move_revision_{event.lower()} AFTER {event} ON {table} "
                f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION move_group_revision()"
            )


def downgrade() -> None:
    for table in _MEMBERSHIPS:
        for event in ("insert", "delete"):
            op.execute(f"DROP TRIGGER move_revision_{event} ON {table}")
    for table in _REVISED:
        op.execute(f"DROP TRIGGER keep_revision ON {table}")
    for function in _TRIGGER_FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP POLICY definer_revise ON groups")
    op.execute("DROP POLICY api_update ON groups")
    op.execute("REVOKE UPDATE (name, external_id) ON groups FROM footnote_api")
    op.execute("REVOKE UPDATE (email) ON users FROM footnote_api")
    for name in ("login", "user_name", "external_id"):
        op.drop_index(f"{'ix' if name == 'login' else 'uq'}_users_tenant_id_{name}", "users")
    op.drop_index("uq_users_tenant_id_email", "users")
    # Users who were deleted keep their addresses, but must give them free for the rule that was before.
    op.execute("ALTER TABLE users NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE users SET email = id || ' ' || email WHERE deleted_at IS NOT NULL")
    op.execute("ALTER TABLE users FORCE ROW LEVEL SECURITY")
    op.create_unique_constraint(op.f("uq_users_tenant_id_email"), "users", ["tenant_id", "email"])
    for column in ("deleted_at", "profile", "user_name"):
        op.drop_column("users", column)
    op.drop_constraint(op.f("uq_groups_tenant_id_external_id"), "groups", type_="unique")
    for table in _REVISED:
        for column in ("updated_at", "revision", "external_id"):
            op.drop_column(table, column)
    op.execute("REVOKE SELECT ON groups FROM footnote_definer")
