"""The rows of the editors' desk for a published document of a mirrored tenant: a task with one field, its proposal, two
revisions and a comment. The database adds the changes.
"""

import json
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.review.proposals import Proposal, ProposalState, ReadingMethod, encode_proposal
from app.review.values import TextValue

_OF_TENANT = (
    "INSERT INTO schemas (id, tenant_id, key, title, origin, document_types, version, created_by, created_at) "
    "VALUES (:tenant, :tenant, 'deal', 'Deal', 'tenant', '{}', 1, :nobody, now()) ON CONFLICT DO NOTHING"
)
_OF_DOCUMENT = (
    "INSERT INTO review_tasks (id, tenant_id, document_id, version_id, schema_id, schema_version, state, available_at, "
    "called_at, created_by, created_at, changed_at) VALUES (:document, :tenant, :document, :version, :tenant, 1, "
    "'open', now(), now(), :nobody, now(), now())",
    "INSERT INTO proposals (version_id, digest, tenant_id, document_id, data, confidence, created_at) "
    "VALUES (:version, 'd', :tenant, :document, CAST(:read AS jsonb), 0.5, now())",
    "INSERT INTO fields (id, tenant_id, document_id, task_id, key, position, kind, importance, policy, digest, "
    "confidence, failed_checks, risk, changed_at) VALUES (:document, :tenant, :document, :document, 'fee', 0, 'text', "
    "3, 'one', 'd', 0.5, 0, 1.5, now())",
    "INSERT INTO field_revisions (field_id, number, tenant_id, document_id, task_id, action, status, policy, round, "
    "made_by, made_at) VALUES (:document, 0, :tenant, :document, :document, 'propose', 'proposed', 'one', 1, :nobody, "
    "now())",
    "INSERT INTO field_revisions (field_id, number, tenant_id, document_id, task_id, action, status, answer, policy, "
    "round, author, released_by, made_by, made_at) VALUES (:document, 0, :tenant, :document, :document, 'absent', "
    "'absent', 'absent', 'one', 1, :document, :document, :document, now())",
    "INSERT INTO lesson_withdrawals (field_id, revision, tenant_id, document_id, made_by, made_at) "
    "VALUES (:document, 2, :tenant, :document, :document, now())",
    "INSERT INTO field_comments (id, tenant_id, document_id, field_id, round, body, mentions, made_by, made_at) "
    "SELECT :document, :tenant, :document, :document, 1, 'See page 1.', array_agg(u.id), :document, now() FROM users u",
)
_READ = json.dumps(
    encode_proposal(Proposal("fee", ProposalState.FOUND, TextValue("USD 1"), (), ReadingMethod.RULE, 0.5))
)


def ensure_review_rows(session: Session, tenant: UUID, document: UUID, version: UUID) -> None:
    """Write the rows, unless the document has them. The task and the field have the ID of the document."""
    values = {"tenant": tenant, "document": document, "version": version, "nobody": UUID(int=0), "read": _READ}
    if session.scalar(text("SELECT 1 FROM review_tasks WHERE id = :document"), values):
        return
    for statement in (_OF_TENANT, *_OF_DOCUMENT):
        session.execute(text(statement), values)
