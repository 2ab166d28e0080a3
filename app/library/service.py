"""Outlines of documents, passages that contain typed words, and what a deletion ends."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from app.answers.service import PassageSearch
from app.audit.service import record
from app.core.principal import Principal
from app.db.session import Database
from app.documents.repository import DocumentRepository
from app.library.repository import LibraryRepository
from app.library.views import Losses, Outline, OutlineEntry
from app.retrieval.filters import SearchFilters
from app.retrieval.passages import Passage

MOST_PASSAGES = 10_000
"""The most passages of a document whose headings are read."""
MOST_ENTRIES = 1_000
_DEEPEST = 6
_LONGEST = 160


class LibraryService:
    """Reads under the principal's permissions. A document that the principal may not see counts as absent."""

    def __init__(self, *, database: Database, search: PassageSearch) -> None:
        self._database = database
        self._search = search

    def get_outline(self, principal: Principal, document_id: UUID) -> Outline:
        """Return the headings of the searchable version; there are none before it is published.

        Raises DocumentNotFoundError.
        """
        with self._database.transaction(principal, snapshot=True) as session:
            version = DocumentRepository(session).get_version(document_id, None)
            paths = LibraryRepository(session).list_paths(document_id, version.id, limit=MOST_PASSAGES + 1)
            detail = {"version_id": str(version.id)}
            record(
                session,
                principal,
                "documents.outline.read",
                object_type="document",
                object_id=document_id,
                detail=detail,
            )
        entries = read_outline(paths[:MOST_PASSAGES])
        is_cut = len(paths) > MOST_PASSAGES or len(entries) > MOST_ENTRIES
        return Outline(version.id, tuple(entries[:MOST_ENTRIES]), is_cut)

    def count_losses(self, principal: Principal, document_ids: Collection[UUID]) -> Losses:
        """Count what ends if the documents are deleted, as far as the principal may see it."""
        with self._database.transaction(principal, snapshot=True) as session:
            return LibraryRepository(session).count_losses(document_ids)

    def find_passages(
        self, principal: Principal, words: str, filters: SearchFilters, *, limit: int
    ) -> Sequence[Passage]:
        """Return up to `limit` passages, best first, and record that their documents were read.

        Raises EmbeddingSpaceMissingError, DatabaseUnavailableError.
        """
        query = self._search.prepare(words)
        with self._database.transaction(principal, snapshot=True) as session:
            found = self._search.search_in(session, query, filters, limit).passages
            for document_id in dict.fromkeys(passage.document_id for passage in found):
                record(session, principal, "documents.text.searched", object_type="document", object_id=document_id)
        return found


def read_outline(paths: Iterable[tuple[int, Sequence[str]]]) -> list[OutlineEntry]:
    """Return each heading once, where its text begins. `paths` has (page, headings above the passage) in order."""
    entries: list[OutlineEntry] = []
    above: tuple[str, ...] = ()
    for page, found in paths:
        path = tuple(" ".join(str(each).split()) for each in found)
        same = next((at for at, (one, other) in enumerate(zip(above, path, strict=False)) if one != other), None)
        shared = min(len(above), len(path)) if same is None else same
        entries += [
            OutlineEntry(min(depth + 1, _DEEPEST), path[depth][:_LONGEST], page)
            for depth in range(shared, len(path))
            if path[depth]
        ]
        above = path
    return entries
