"""Files documents of earlier versions under their issuers: the database writes their names (migrations/sql/0014)."""

from uuid import UUID

from sqlalchemy import text

from app.db.session import Database, system_principal
from app.observability.logging import get_logger

_BATCH = 200

# Setting `issuer_id` lets the triggers compute it, and write the rows of names. A document that is being published is
# left out: publishing files it.
_FILE = text("""
    UPDATE documents SET issuer_id = NULL WHERE id IN (
        SELECT d.id FROM documents d WHERE d.issuer_id IS NULL AND d.issuer_key IS NOT NULL AND d.deleted_at IS NULL
        LIMIT :batch FOR UPDATE SKIP LOCKED)
    RETURNING id
""")


class IssuerFiler:
    """Files one tenant's documents, a batch in each transaction. Any number of filers may run at once, and each may be
    killed at any moment.
    """

    def __init__(self, *, database: Database, batch: int = _BATCH) -> None:
        self._database = database
        self._batch = batch

    def file_documents(self, tenant_id: UUID) -> int:
        """File all documents that have an issuer and are not filed. Return their number.

        Raises UnavailableError when the database is down.
        """
        filed = 0
        while True:
            with self._database.transaction(system_principal(tenant_id)) as session:
                batch = len(session.scalars(_FILE, {"batch": self._batch}).all())
            filed += batch
            if batch < self._batch:
                break
        if filed:
            get_logger(__name__).info("issuers.documents.filed", tenant_id=tenant_id, documents=filed)
        return filed
