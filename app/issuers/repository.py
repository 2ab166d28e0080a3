"""SQL of issuers. All queries run under row-level security: they read only names of visible documents."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.issuers.names import NameRole, RecordName

MOST_NAMES = 5_000
"""Most names that one look-up reads: those of about 300 records."""

# A record is reached from another by an equal link. Each of a record's links is looked up once, however many documents
# give it: PostgreSQL plans a lateral subquery with OFFSET 0 separately.
_NAMES = """
WITH RECURSIVE reached (id) AS (
    {seed}
    UNION
    SELECT near.issuer_id FROM reached r
    CROSS JOIN LATERAL (SELECT DISTINCT n.link FROM issuer_names n
        WHERE n.issuer_id = r.id AND n.link IS NOT NULL OFFSET 0) own
    CROSS JOIN LATERAL (SELECT DISTINCT n.issuer_id FROM issuer_names n WHERE n.link = own.link OFFSET 0) near
)
SELECT n.issuer_id, n.role, n.kind, n.form, n.text, n.link, count(DISTINCT n.document_id), max(n.made_at)
FROM reached r JOIN issuer_names n ON n.issuer_id = r.id
GROUP BY 1, 2, 3, 4, 5, 6 LIMIT :most
"""
_BY_FORM = text(_NAMES.format(seed="SELECT n.issuer_id FROM issuer_names n WHERE n.form = ANY(:forms)"))
_BY_RECORD = text(_NAMES.format(seed="SELECT unnest(CAST(:records AS uuid[]))"))
_FORMS = text("SELECT DISTINCT issuer_id FROM issuer_names WHERE form = ANY(:forms) AND role <> ALL (:without)")
_WITHOUT = [NameRole.SAME.value, NameRole.APART.value]


class IssuerRepository:
    """Reads the names of issuers that the session's principal may see."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list_by_form(self, forms: Sequence[str]) -> list[RecordName]:
        """List the names of records that have one of the normalised names, and of records that may be the same."""
        return self._list(_BY_FORM, forms=list(forms))

    def list_by_record(self, records: Sequence[UUID]) -> list[RecordName]:
        """List the names of these records, and of records that may be the same."""
        return self._list(_BY_RECORD, records=list(records))

    def list_records(self, forms: Sequence[str]) -> frozenset[UUID]:
        """List the records that have one of the normalised names."""
        found = self._session.scalars(_FORMS, {"forms": list(forms), "without": _WITHOUT})
        return frozenset(found)

    def _list(self, statement: Any, **parameters: Any) -> list[RecordName]:
        rows = self._session.execute(statement, {**parameters, "most": MOST_NAMES})
        return [RecordName(record, NameRole(role), *rest) for record, role, *rest in rows]
