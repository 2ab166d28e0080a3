"""SQL of reading one version of a document. Row-level security decides what is seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.documents.models import Page
from app.retrieval.models import Chunk

MOST_PAGES = 5_000
_MOST_CHUNKS = 50_000
_EDGE = 120


@dataclass(frozen=True, slots=True)
class SectionStart:
    """A chunk's page, and the headings above its text, outermost first."""

    page: int
    path: tuple[str, ...]


class ReadingRepository:
    """Reads what the session's principal may see of one version."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list_sections(self, document_id: UUID, version_id: UUID) -> list[SectionStart]:
        """List the headings of a searchable version's chunks, in their order."""
        query = (
            select(Chunk.page_number, Chunk.section_path)
            .where(Chunk.document_id == document_id, Chunk.version_id == version_id)
            .order_by(Chunk.ordinal)
            .limit(_MOST_CHUNKS)
        )
        return [SectionStart(page, tuple(path)) for page, path in self._session.execute(query)]

    def list_edges(self, version_id: UUID) -> list[tuple[int, str, str]]:
        """List the number of each page, and the beginning and the end of its text."""
        query = (
            select(Page.number, func.left(Page.text, _EDGE), func.right(Page.text, _EDGE))
            .where(Page.version_id == version_id)
            .order_by(Page.number)
            .limit(MOST_PAGES)
        )
        return [(number, first, last) for number, first, last in self._session.execute(query)]

    def list_pages_with(self, version_id: UUID, words: Sequence[str], *, limit: int) -> list[tuple[int, str]]:
        """List the number and text of pages with all these words, in any case."""
        query = select(Page.number, Page.text).where(Page.version_id == version_id)
        for word in words:
            query = query.where(Page.text.icontains(word, autoescape=True))
        return [(number, text) for number, text in self._session.execute(query.order_by(Page.number).limit(limit))]
