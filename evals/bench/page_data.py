"""A tenant of 10,000 documents, 1,000 users and 5,000 questions, written straight into the database."""

import random
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from app.core.ids import new_id
from app.db.session import Database, system_principal
from app.documents.issuer_rows import describe_issuer
from app.documents.issuers import normalise_issuer
from app.documents.metadata import DocumentMetadata, DocumentType, FiscalPeriod, NameKind, NameReading
from app.documents.models import Document, DocumentVersion

_BATCH = 100
_TYPES = (DocumentType.FORM_10K, DocumentType.FORM_10Q, DocumentType.FORM_8K, DocumentType.EARNINGS_RELEASE)
_PERIODS = (FiscalPeriod.FY, FiscalPeriod.Q1, FiscalPeriod.Q2, FiscalPeriod.Q3)
_FIRST = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo", "Hazel", "Ivory", "Juniper")
_SECOND = ("Foundry", "Harbour", "Lantern", "Mills", "Packaging", "Quarry", "Rail", "Shipping", "Textiles", "Works")

_USERS_SQL = """
INSERT INTO users (id, tenant_id, email, name, roles, created_at)
SELECT gen_random_uuid(), :tenant, 'person' || i || '@example.org', 'Person ' || i, '{analyst}', now()
FROM generate_series(1, :users) i
"""
_GROUPS_SQL = """
INSERT INTO groups (id, tenant_id, name, created_at)
SELECT gen_random_uuid(), :tenant, 'Group ' || i, now() FROM generate_series(1, :groups) i
"""
_MEMBERS_SQL = """
INSERT INTO group_members (tenant_id, user_id, group_id)
SELECT :tenant, u.id, g.id
FROM (SELECT id, row_number() OVER (ORDER BY email) AS place FROM users) u
JOIN (SELECT id, row_number() OVER (ORDER BY name) - 1 AS place FROM groups) g ON g.place = u.place % :groups
"""
_COLLECTIONS_SQL = """
INSERT INTO collections (id, tenant_id, access_class_id, name, revision, created_at, created_by)
SELECT gen_random_uuid(), :tenant, nextval('access_class_ids'), 'Collection ' || i, 1, now(), :me
FROM generate_series(1, :collections) i
"""
_CLASSES_SQL = """
INSERT INTO access_classes (id, tenant_id, collection_id, said_type)
SELECT access_class_id, tenant_id, id, NULL FROM collections
"""
_GRANTS_SQL = """
INSERT INTO grants (id, tenant_id, user_id, group_id, collection_id, level, created_at, created_by)
SELECT gen_random_uuid(), :tenant, :me, NULL::uuid, c.id, 3, now(), :me FROM collections c
UNION ALL
SELECT gen_random_uuid(), :tenant, NULL, g.id, c.id, 1, now(), :me
FROM (SELECT id, row_number() OVER (ORDER BY name) AS place FROM groups) g
JOIN (SELECT id, row_number() OVER (ORDER BY name) AS place FROM collections) c
    ON c.place BETWEEN g.place AND g.place + 9
"""
_LABELS_SQL = """
INSERT INTO labels (id, tenant_id, name, created_at, created_by)
SELECT gen_random_uuid(), :tenant, 'Project ' || i, now(), :me FROM generate_series(1, :labels) i
"""
_CLEARANCES_SQL = """
INSERT INTO clearances (id, tenant_id, label_id, user_id, created_at, created_by)
SELECT gen_random_uuid(), :tenant, id, :me, now(), :me FROM labels
"""
_LABELLED_SQL = """
INSERT INTO collection_labels (tenant_id, collection_id, label_id)
SELECT :tenant, c.id, l.id FROM labels l
JOIN (SELECT id, row_number() OVER (ORDER BY name) AS place FROM collections) c ON c.place <= 2
"""
_RUNS_SQL = """
INSERT INTO runs (id, tenant_id, document_id, version_id, status, stage, error_code, error_detail, created_at,
    created_by, started_at, finished_at)
SELECT gen_random_uuid(), tenant_id, document_id, id, CASE status WHEN 'failed' THEN 'failed' ELSE 'ready' END,
    CASE status WHEN 'failed' THEN 'parse' ELSE 'publish' END, CASE status WHEN 'failed' THEN 'pdf-damaged' END,
    CASE status WHEN 'failed' THEN 'The PDF is damaged.' END, created_at, created_by, created_at, created_at
FROM document_versions WHERE tenant_id = :tenant
"""
_QUESTIONS_SQL = """
INSERT INTO questions (id, tenant_id, user_id, text, filters, understanding, asked_at)
SELECT gen_random_uuid(), :tenant, CASE WHEN i <= :own THEN :me ELSE u.id END,
    'What were net sales of issuer ' || i || '?', '{}', '{}', now() - i * interval '1 minute'
FROM generate_series(1, :questions) i
JOIN (SELECT id, row_number() OVER (ORDER BY email) - 1 AS place FROM users) u ON u.place = i % :users
"""
_ANSWERS_SQL = """
INSERT INTO answers (question_id, tenant_id, outcome, writer, tokens_in, tokens_out, cost_usd, duration_ms, answered_at)
SELECT id, :tenant, 'answered', 'extractive', 0, 0, 0, 40, asked_at FROM questions
"""
_CLAIMS_SQL = """
INSERT INTO claims (question_id, ordinal, tenant_id, text) SELECT id, 1, :tenant, 'Net sales were $1.' FROM questions
"""
_CITATIONS_SQL = """
INSERT INTO citations (question_id, claim_ordinal, ordinal, tenant_id, document_id, version_id, page_number, char_start,
    char_end, quote)
SELECT q.id, 1, 1, :tenant, d.id, d.current_version_id, 1, 0, 9, 'Net sales'
FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM questions) q
JOIN (SELECT id, current_version_id, row_number() OVER (ORDER BY id) AS place FROM documents
    WHERE current_version_id IS NOT NULL) d ON d.place = q.place
"""
_CONVERSATIONS_SQL = """
INSERT INTO conversations (id, tenant_id, user_id, title, scope, created_at, changed_at)
SELECT id, :tenant, user_id, text, '{}', asked_at, asked_at FROM questions
"""
_TURNS_SQL = """
INSERT INTO turns (id, tenant_id, conversation_id, question_id, words, scope, asked_at)
SELECT id, :tenant, id, id, text, '{}', asked_at FROM questions
"""
_BEFORE = (
    _USERS_SQL, _GROUPS_SQL, _MEMBERS_SQL, _COLLECTIONS_SQL, _CLASSES_SQL, _GRANTS_SQL, _LABELS_SQL, _CLEARANCES_SQL,
    _LABELLED_SQL,
)  # fmt: skip
_AFTER = (
    _RUNS_SQL, _QUESTIONS_SQL, _ANSWERS_SQL, _CLAIMS_SQL, _CITATIONS_SQL, _CONVERSATIONS_SQL, _TURNS_SQL, "ANALYZE",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Size:
    """How much is written. `own` questions are of the user who is measured, the others of other users."""

    documents: int = 10_000
    users: int = 1_000
    questions: int = 5_000
    own: int = 500
    issuers: int = 400
    collections: int = 40
    groups: int = 50
    labels: int = 3


def write_tenant(
    database: Database, tenant_id: UUID, user_id: UUID, notify: Callable[[str], None], size: Size = Size()
) -> None:
    """Write the rows of a tenant that has one user, `user_id`, who becomes the owner of all collections.

    `database` connects as the owner of the schema.
    """
    given = {"tenant": tenant_id, "me": user_id} | asdict(size)

    def run(statements: tuple[str, ...]) -> None:
        with database.transaction(system_principal(tenant_id)) as session:
            for statement in statements:
                session.execute(text(statement), {name: given[name] for name in given if f":{name}" in statement})

    notify(f"Writing {size.users} users with their groups and grants")
    run(_BEFORE)
    with database.transaction(system_principal(tenant_id)) as session:
        collections = list(session.scalars(text("SELECT id FROM collections ORDER BY name")))
    notify(f"Writing {size.documents} documents")
    draw = random.Random(7)  # noqa: S311  a random choice, not a secret
    for first in range(0, size.documents, _BATCH):
        with database.transaction(system_principal(tenant_id)) as session:
            numbers_of = range(first, min(first + _BATCH, size.documents))
            _write_documents(session, tenant_id, user_id, collections, numbers_of, draw, size)
    notify(f"Writing {size.questions} questions with their answers")
    run(_AFTER)


def _write_documents(
    session: Session,
    tenant_id: UUID,
    user_id: UUID,
    collections: list[UUID],
    numbers: range,
    draw: random.Random,
    size: Size,
) -> None:
    documents, versions = [], []
    for number in numbers:
        issuer = number % size.issuers
        place = issuer // len(_FIRST)
        name = f"{_FIRST[issuer % len(_FIRST)]} {_SECOND[place % len(_SECOND)]} {place} Corporation"
        kind, year = _TYPES[number % len(_TYPES)], 2012 + number // size.issuers % 14
        period = FiscalPeriod.FY if kind is DocumentType.FORM_10K else draw.choice(_PERIODS)
        read = DocumentMetadata(
            title=f"{name} {kind} {period} {year}",
            issuer=name,
            names=(NameReading(name, NameKind.COVER, 1, 0, len(name), 0.95),),
        )
        status = "failed" if number % 100 == 0 else "processing" if number % 100 == 1 else "ready"
        document, version = new_id(), new_id()
        added = datetime.now(UTC) - timedelta(minutes=size.documents - number)
        made = {"tenant_id": tenant_id, "content_sha256": f"{number:064x}", "created_at": added, "created_by": user_id}
        documents.append(
            {
                **made, "id": document, "collection_id": draw.choice(collections), "access_class_id": 0,
                "current_version_id": version if status == "ready" else None, "title": read.title,
                "filename": f"filing-{number}.html", "issuer": name, "issuer_key": normalise_issuer(name),
                "issuer_aliases": describe_issuer(read), "document_type": kind, "fiscal_year": year,
                "fiscal_period": period, "filing_date": date(year + 1, 1 + number % 12, 1 + number % 28),
                "revision": 1, "updated_at": added,
            }
        )  # fmt: skip
        versions.append(
            {
                **made, "id": version, "document_id": document, "number": 1, "status": status,
                "size_bytes": 400_000 + number, "media_type": "text/html", "page_count": 90, "table_count": 0,
                "fact_count": 1, "published_at": added if status == "ready" else None,
            }
        )  # fmt: skip
    session.execute(insert(Document), documents)
    session.execute(insert(DocumentVersion), versions)
