"""No table that the api role may read is forgotten when what people see is held against the oracle."""

from app.db.provision import _connect
from tests.policy.looking import COMPARED

_READABLE = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND has_any_column_privilege('footnote_api', c.oid, 'SELECT')
"""
NOT_COMPARED = {
    "alembic_version": "the schema's revision, which is no tenant's",
    "embedding_spaces": "names of models, which are no tenant's",
    "tenants": "the tenant's own row, whoever asks: no grant decides on it",
    "tenant_keys": "the tenant's own data keys, wrapped, whoever asks: no grant decides on them",
    "api_keys": "one's own, and all by administrators: no grant decides on them",
    "web_sessions": "one's own, and all by administrators: no grant decides on them",
    "idempotency_records": "one's own alone; what they repeat of answers is asked again over HTTP",
    "identity_providers": "the tenant's ways to sign in, by role or before signing in: no grant decides on them",
    "user_identities": "who signs in by which provider, by role or before signing in: no grant decides on them",
    "audit_events": "auditors' alone, by role",
    "audit_chain": "auditors' alone, by role",
    "eval_runs": "engineers' alone, by role",
    "eval_cases": "engineers' alone, by role",
    "policy_history": "administrators' and auditors' alone, by role",
}
"""Table → why the oracle has nothing to say of it."""


def test_every_table_that_the_api_reads_is_compared_or_said_why_not(postgres, shared_database):
    with _connect(postgres.url("postgres", shared_database.name)) as connection:
        readable = {name for (name,) in connection.execute(_READABLE).fetchall()}
    assert readable == COMPARED | {*NOT_COMPARED}
    assert not COMPARED & {*NOT_COMPARED}
