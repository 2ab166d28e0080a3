"""SQL of watched issuers. Row-level security limits it to the watches of the session's principal."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from app.db.bulk import insert_row
from app.issuers.watching.errors import MOST_WATCHED
from app.issuers.watching.models import IssuerWatch

MOST_NEW = 500
"""Most new documents that one request reads, of all watched issuers."""

_NEW = text("""
SELECT d.issuer_id, d.id, d.title, d.document_type, v.published_at
FROM documents d JOIN document_versions v ON v.id = d.current_version_id
WHERE d.issuer_id = ANY(:records) AND d.deleted_at IS NULL AND v.published_at > :since
ORDER BY v.published_at DESC, d.id LIMIT :most
""")


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document that became searchable. `record` is `documents.issuer_id`."""

    record: UUID
    id: UUID
    title: str
    document_type: str | None
    published_at: datetime


class WatchRepository:
    """Reads and writes the principal's watches."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list_watches(self) -> Sequence[IssuerWatch]:
        """List the watches, the newest first."""
        query = select(IssuerWatch).order_by(IssuerWatch.made_at.desc(), IssuerWatch.issuer_id).limit(MOST_WATCHED)
        return self._session.scalars(query).all()

    def insert_watch(self, *, tenant_id: UUID, user_id: UUID, issuer_id: UUID, now: datetime) -> None:
        values = {"tenant_id": tenant_id, "user_id": user_id, "issuer_id": issuer_id, "made_at": now, "seen_at": now}
        insert_row(self._session, IssuerWatch, values)

    def delete_watches(self, records: Collection[UUID]) -> None:
        self._session.execute(delete(IssuerWatch).where(IssuerWatch.issuer_id.in_(records)))

    def mark_seen(self, records: Collection[UUID], now: datetime) -> None:
        self._session.execute(update(IssuerWatch).where(IssuerWatch.issuer_id.in_(records)).values(seen_at=now))

    def list_new(self, records: Collection[UUID], since: datetime) -> list[NewDocument]:
        """List documents of these records that became searchable since then, newest first: at most 500."""
        values = {"records": list(records), "since": since, "most": MOST_NEW}
        return [NewDocument(*row) for row in self._session.execute(_NEW, values)]
