"""SQL of issuers. All queries run under row-level security: they read only names of visible documents."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db.keyed import run_keyed
from app.issuers.names import NameRole, RecordName

MOST_NAMES = 5_000
"""Most names that one look-up reads: those of about 300 records."""
MOST_RECORDS_OF_ALL = 50_000
"""Most records that a list of issuers counts."""
MOST_NAMES_OF_ALL = 300_000
"""Most names that a list of issuers reads: those of about 50,000 records."""

# A record is reached from another by an equal link. Each of a record's links is looked up once, however many documents
# give it. PostgreSQL plans a lateral subquery with OFFSET 0 separately, so statistics do not change the plan; with
# COALESCE, it looks names up by their record, and not by all links. It expects ten elements of an array, but many more
# rows of the same subquery: it would clear 32 MB for a hash table of them, which takes longer than all the rest.
_NAMES = """
WITH RECURSIVE reached (id) AS (
    {seed}
    UNION
    SELECT near.id FROM reached r
    CROSS JOIN LATERAL unnest(ARRAY(
        SELECT DISTINCT near.issuer_id
        FROM (SELECT DISTINCT n.link FROM issuer_names n
            WHERE n.issuer_id = r.id AND COALESCE(n.link, '') <> '' OFFSET 0) own
        CROSS JOIN LATERAL (SELECT n.issuer_id FROM issuer_names n WHERE n.link = own.link OFFSET 0) near
    )) AS near (id)
)
SELECT n.issuer_id, n.role, n.kind, n.form, n.text, n.link, count(DISTINCT n.document_id), max(n.made_at)
FROM reached r CROSS JOIN LATERAL (SELECT n.* FROM issuer_names n WHERE n.issuer_id = r.id OFFSET 0) n
GROUP BY 1, 2, 3, 4, 5, 6 LIMIT %(most)s
"""
_BY_FORM = _NAMES.format(
    seed="""SELECT unnest(ARRAY(
        SELECT DISTINCT n.issuer_id FROM unnest(%(forms)s::text[]) AS w(form)
        CROSS JOIN LATERAL (SELECT n.issuer_id FROM issuer_names n WHERE n.form = w.form OFFSET 0) n))"""
)
_BY_RECORD = _NAMES.format(seed="SELECT unnest(%(records)s::uuid[])")
_STARTING = text(
    "SELECT DISTINCT issuer_id FROM issuer_names "
    "WHERE role IN ('own', 'weak', 'set') AND starts_with(form, :start) LIMIT :most"
)
_EVERY = text("""
SELECT n.issuer_id, n.role, n.kind, n.form, n.text, n.link, count(DISTINCT n.document_id), max(n.made_at)
FROM issuer_names n WHERE n.role <> 'alias' GROUP BY 1, 2, 3, 4, 5, 6 LIMIT :most
""")
_DOCUMENTS = text("""
SELECT d.id, d.title, d.issuer, d.issuer_id, d.document_type, d.revision, d.access_class_id,
    d.access_class_id = ANY ((SELECT editable_classes())::int[]), COALESCE(v.fact_count, 0),
    d.fiscal_year, d.fiscal_period, d.filing_date, v.id IS NOT NULL
FROM documents d LEFT JOIN document_versions v ON v.id = d.current_version_id
WHERE d.issuer_id = ANY(:records) AND d.deleted_at IS NULL ORDER BY d.id LIMIT :most
""")
_COUNTS = text("""
SELECT d.issuer_id, count(*), count(*) FILTER (WHERE v.fact_count > 0), max(d.filing_date)
FROM documents d LEFT JOIN document_versions v ON v.id = d.current_version_id
WHERE d.issuer_id IS NOT NULL AND d.deleted_at IS NULL GROUP BY 1 LIMIT :most
""")
_COUNTS_OF = text("""
SELECT count(*), count(*) FILTER (WHERE v.fact_count > 0)
FROM documents d LEFT JOIN document_versions v ON v.id = d.current_version_id
WHERE d.issuer_id = ANY(:records) AND d.deleted_at IS NULL
""")
_PLACES = text("""
SELECT role, form, kind, document_id, page, char_start, char_end FROM (
    SELECT n.*,
        row_number() OVER (PARTITION BY n.role, n.form ORDER BY n.confidence DESC, n.page, n.document_id) AS place
    FROM issuer_names n WHERE n.issuer_id = ANY(:records) AND n.kind NOT IN ('derived', 'editor')) placed
WHERE place <= :most ORDER BY role, form, place
""")


@dataclass(frozen=True, slots=True)
class IssuerDocument:
    """A visible document of an issuer: its title, and the issuer as the document prints it.

    `record` is `documents.issuer_id`. `facts` is the number of its facts.
    """

    id: UUID
    title: str
    issuer: str | None
    record: UUID
    document_type: str | None
    revision: int
    access_class_id: int
    is_editable: bool
    facts: int
    fiscal_year: int | None = None
    fiscal_period: str | None = None
    filed: date | None = None
    is_searchable: bool = True


@dataclass(frozen=True, slots=True)
class RecordCount:
    """The number of a record's visible documents, and of those with facts, and the newest filing date."""

    documents: int = 0
    with_facts: int = 0
    newest: date | None = None


@dataclass(frozen=True, slots=True)
class NamePlace:
    """Where a document gives a name: a place of its page, or None if a tag of the file gives it."""

    kind: str
    document_id: UUID
    page: int | None
    char_start: int | None
    char_end: int | None


class IssuerRepository:
    """Reads the names of issuers that the session's principal may see."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list_by_form(self, forms: Sequence[str]) -> list[RecordName]:
        """List the names of records that have one of the normalised names, and of records that may be the same."""
        return self._list_keyed(_BY_FORM, forms=list(forms))

    def list_by_record(self, records: Sequence[UUID]) -> list[RecordName]:
        """List the names of these records, and of records that may be the same."""
        return self._list_keyed(_BY_RECORD, records=list(records))

    def list_records_starting(self, start: str, limit: int) -> frozenset[UUID]:
        """List up to `limit` records whose normalised name starts with a text."""
        return frozenset(self._session.scalars(_STARTING, {"start": start, "most": limit}))

    def list_every(self) -> list[RecordName]:
        """List the names of all records, without aliases."""
        return _record_names(self._session.execute(_EVERY, {"most": MOST_NAMES_OF_ALL}))

    def list_documents(self, records: Iterable[UUID], limit: int) -> list[IssuerDocument]:
        """List up to `limit` documents of these records, by ID."""
        rows = self._session.execute(_DOCUMENTS, {"records": list(records), "most": limit})
        return [IssuerDocument(*row) for row in rows]

    def count_documents(self) -> dict[UUID, RecordCount]:
        """Return record → number of its documents, and of those with facts, and the newest filing date."""
        rows = self._session.execute(_COUNTS, {"most": MOST_RECORDS_OF_ALL})
        return {record: RecordCount(*counted) for record, *counted in rows}

    def count_documents_of(self, records: Iterable[UUID]) -> tuple[int, int]:
        """Return the number of documents of these records, and of those with facts."""
        every, with_facts = self._session.execute(_COUNTS_OF, {"records": list(records)}).one()
        return every, with_facts

    def list_places(self, records: Iterable[UUID], most: int) -> dict[tuple[str, str], list[NamePlace]]:
        """Return (role, normalised name) → up to `most` places, the surest first."""
        found: dict[tuple[str, str], list[NamePlace]] = {}
        for role, form, *place in self._session.execute(_PLACES, {"records": list(records), "most": most}):
            found.setdefault((role, form), []).append(NamePlace(*place))
        return found

    def _list_keyed(self, statement: str, **parameters: Any) -> list[RecordName]:
        return _record_names(run_keyed(self._session, statement, {"most": MOST_NAMES, **parameters}))


def _record_names(rows: Iterable[Sequence[Any]]) -> list[RecordName]:
    return [RecordName(record, NameRole(role), *rest) for record, role, *rest in rows]
