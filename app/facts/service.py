"""Read proposed facts. Each request reads them from the tables again; they are not stored yet."""

from collections.abc import Sequence
from uuid import UUID

from app.audit.service import record
from app.core.principal import Principal
from app.db.session import Database
from app.documents.errors import DocumentNotFoundError
from app.facts.proposals import ProposedFact
from app.facts.repository import FactRepository
from app.facts.statement_reader import About, StatementReader
from app.tables.service import list_tables_of_version


class FactService:
    """Reads facts under the principal's permissions. A document that the principal may not see counts as absent."""

    def __init__(self, *, database: Database, reader: StatementReader | None = None) -> None:
        self._database = database
        self._reader = reader or StatementReader()

    def list_proposed(self, principal: Principal, document_id: UUID) -> Sequence[ProposedFact]:
        """List the facts in the primary statements of the searchable version, in statement order.

        Raises DocumentNotFoundError, also if no version is searchable yet.
        """
        with self._database.transaction(principal, snapshot=True) as session:
            repository = FactRepository(session)
            document = repository.find_searchable(document_id)
            if document is None or document.current_version_id is None:
                raise DocumentNotFoundError
            tables = list_tables_of_version(session, document.current_version_id)
            about = About(
                period_end=document.period_end,
                fiscal_year=document.fiscal_year,
                fiscal_period=document.fiscal_period,
                currency=document.currency,
                scale=document.scale,
            )
            record(
                session,
                principal,
                "facts.proposed.read",
                object_type="document",
                object_id=document_id,
                detail={"version_id": str(document.current_version_id)},
            )
        return self._reader.read(tables, about)
