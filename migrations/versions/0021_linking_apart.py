"""Each tenant's waiting audit events are linked by themselves, so that nobody waits for another tenant's chain, and
whoever exports waits for whoever is linking: what is linked just then is in the export. The function that linked all
tenants' events stays for relays of before, and links nothing; 0024 takes it.

Revision: 0021, after 0020.
"""

from pathlib import Path

from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).resolve().parents[1] / "sql"
_FORMER = "CREATE FUNCTION link_waiting_of(a_tenant uuid)"


def upgrade() -> None:
    op.execute("SET LOCAL ROLE footnote_definer")
    op.execute((_SQL / "0021" / "linking.sql").read_text(encoding="utf-8"))
    for function, caller in {
        "make_audit_head()": "footnote_owner",  # whoever makes a trigger must be allowed to call its function
        "link_waiting_unless_held(uuid)": "footnote_relay",
        "list_waiting_tenants()": "footnote_relay",
    }.items():
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {caller}")
    op.execute("RESET ROLE")
    # The trigger first, which lets nobody else found a tenant meanwhile: none is left without.
    op.execute("CREATE TRIGGER make_audit_head AFTER INSERT ON tenants FOR EACH ROW EXECUTE FUNCTION make_audit_head()")
    op.execute("SET LOCAL ROLE footnote_definer")
    op.execute("INSERT INTO audit_heads (tenant_id) SELECT id FROM list_audited_tenants() ON CONFLICT DO NOTHING")
    op.execute("RESET ROLE")


def downgrade() -> None:
    op.execute("DROP TRIGGER make_audit_head ON tenants")
    op.execute("SET LOCAL ROLE footnote_definer")
    for function in ("list_waiting_tenants()", "link_waiting_unless_held(uuid)", "make_audit_head()"):
        op.execute(f"DROP FUNCTION {function}")
    chain = (_SQL / "0011" / "chain.sql").read_text(encoding="utf-8")
    body = chain[chain.index(_FORMER) :]
    op.execute(body[: body.index("$$;") + 3].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))
    op.execute("RESET ROLE")
