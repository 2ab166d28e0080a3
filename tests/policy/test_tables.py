"""Every table that the api role may read is compared with the oracle, or is listed here with the reason for its
omission.
"""

from app.db.provision import _connect
from tests.policy.read_rows import COMPARED

_READABLE = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND has_any_column_privilege('footnote_api', c.oid, 'SELECT')
"""
NOT_COMPARED = {
    "mention_reads": "own rows only: tests/api/test_desk_pages.py",
    "alembic_version": "the schema's revision, of no tenant",
    "embedding_spaces": "names of models, of no tenant",
    "tenants": "the tenant's own row, for all its users: independent of grants",
    "tenant_keys": "the tenant's own data keys, wrapped, for all its users: independent of grants",
    "api_keys": "one's own, and all by administrators: no grant decides on them",
    "web_sessions": "one's own, and all by administrators: no grant decides on them",
    "idempotency_records": "the user's own; replayed answers are checked over HTTP",
    "identity_providers": "the tenant's sign-in providers, by role or before sign-in: independent of grants",
    "user_identities": "links of users to providers, by role or before sign-in: independent of grants",
    "audit_events": "auditors' alone, by role",
    "audit_chain": "auditors' alone, by role",
    "eval_runs": "engineers' alone, by role",
    "eval_cases": "engineers' alone, by role",
    "schemas": "what to extract, the same for all users of the tenant: nothing of a document",
    "schema_versions": "what to extract, the same for all users of the tenant: nothing of a document",
    "review_policies": "who must agree, the same for all users of the tenant: nothing of a document",
    "review_views": "one's own filters, and those that others share: nothing of a document",
    "issuer_watches": "the user's own: no name, nothing of a document",
    "webhooks": "the user's own: no grant decides on them",
    "webhook_deliveries": "of the user's own webhooks; what is sent and listed is tested in tests/webhooks",
    "policy_history": "for administrators and auditors, by role",
}
"""The tables that are not compared with the oracle, with the reasons."""


def test_every_readable_table_is_compared_or_excepted(postgres, shared_database):
    with _connect(postgres.url("postgres", shared_database.name)) as connection:
        readable = {name for (name,) in connection.execute(_READABLE).fetchall()}
    assert readable == COMPARED | {*NOT_COMPARED}
    assert not COMPARED & {*NOT_COMPARED}
