"""Passages of all documents that contain typed words, and what a deletion of documents ends."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from app.answers.service import PassageSearch
from app.audit.service import record
from app.core.principal import Principal
from app.db.session import Database
from app.documents.filters import DocumentFilters
from app.documents.repository import DocumentRepository
from app.library.repository import LibraryRepository
from app.library.views import Losses
from app.retrieval.filters import SearchFilters
from app.retrieval.passages import Passage

MOST_SEARCHED = 5_000
"""The most documents that a search by a label, a status or a source reads."""


class LibraryService:
    """Reads under the principal's permissions. A document that the principal may not see counts as absent."""

    def __init__(self, *, database: Database, search: PassageSearch) -> None:
        self._database = database
        self._search = search

    def count_losses(self, principal: Principal, document_ids: Collection[UUID]) -> Losses:
        """Count what ends if the documents are deleted, as far as the principal may see it."""
        with self._database.transaction(principal, snapshot=True) as session:
            return LibraryRepository(session).count_losses(document_ids)

    def find_passages(
        self,
        principal: Principal,
        words: str,
        filters: SearchFilters,
        *,
        limit: int,
        among: DocumentFilters | None = None,
    ) -> Sequence[Passage]:
        """Return up to `limit` passages, best first, and record that their documents were read. `among` has filters
        that a search doesn't know, such as a label: the newest 5,000 documents that match them are searched.

        Raises EmbeddingSpaceMissingError, DatabaseUnavailableError.
        """
        query = self._search.prepare(words)
        with self._database.transaction(principal, snapshot=True) as session:
            if among is not None:
                ids = DocumentRepository(session).list_ids(among, limit=MOST_SEARCHED)
                if not ids:
                    return []
                filters = replace(filters, document_ids=tuple(ids))
            found = self._search.search_in(session, query, filters, limit).passages
            for document_id in dict.fromkeys(passage.document_id for passage in found):
                record(session, principal, "documents.text.searched", object_type="document", object_id=document_id)
        return found
