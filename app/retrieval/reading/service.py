"""Reads one document: headings with their pages, printed page numbers, and passages with given words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.audit.service import record
from app.core.principal import Principal
from app.db.session import Database
from app.documents.repository import DocumentRepository
from app.retrieval.reading.repository import MOST_PAGES, ReadingRepository, SectionStart

MOST_HITS = 500
"""Hits of one search. A search that finds more says so."""

_MOST_WORDS = 12
_MOST_HEADINGS = 2_000
_LONGEST_HEADING = 300
_AROUND = 60
_PRINTED = re.compile(r"(?:page\s+)?(?:[-–]\s*)?(\d{1,4}|[ivxlc]{1,7}|[A-Z]{1,2}-\d{1,4})(?:\s*[-–])?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the document, the page on which its text begins, and its depth (1 outermost)."""

    title: str
    page: int
    level: int


@dataclass(frozen=True, slots=True)
class Outline:
    """A version's headings, and the page numbers that are printed on its pages, by the pages' own numbers. `is_cut`
    states that only the first headings are listed.
    """

    version_id: UUID
    page_count: int
    headings: tuple[Heading, ...]
    printed: dict[int, str]
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with the words: `text[start:end]` of a page, with the text around it."""

    page: int
    start: int
    end: int
    before: str
    found: str
    after: str


@dataclass(frozen=True, slots=True)
class Hits:
    """The hits in a version, in order. `more` states that there are more than these."""

    version_id: UUID
    items: tuple[Hit, ...]
    more: bool


class ReadingService:
    """Reads one document under the principal's permissions. A document that they may not see counts as absent."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def get_outline(self, principal: Principal, document_id: UUID, version_id: UUID | None) -> Outline:
        """Return the outline of a version, by default of the searchable version.

        Only the searchable version has headings. Raises DocumentNotFoundError, VersionNotFoundError.
        """
        with self._database.transaction(principal, snapshot=True) as session:
            version = DocumentRepository(session).get_version(document_id, version_id)
            repository = ReadingRepository(session)
            sections = repository.list_sections(document_id, version.id)
            edges = repository.list_edges(version.id)
            record(
                session,
                principal,
                "documents.outline.read",
                object_type="document",
                object_id=document_id,
                detail={"version_id": str(version.id)},
            )
        printed = {number: found for number, first, last in edges if (found := printed_number(first, last))}
        headings = headings_of(sections)
        return Outline(version.id, version.page_count or 0, headings, printed, is_cut=len(headings) >= _MOST_HEADINGS)

    def find_passages(self, principal: Principal, document_id: UUID, version_id: UUID | None, words: str) -> Hits:
        """Find a phrase in a version, by default in the searchable version, in any case and over line ends.

        Raises DocumentNotFoundError, VersionNotFoundError.
        """
        parts = words.split()[:_MOST_WORDS]
        with self._database.transaction(principal, snapshot=True) as session:
            version = DocumentRepository(session).get_version(document_id, version_id)
            pages = ReadingRepository(session).list_pages_with(version.id, parts, limit=MOST_PAGES)
            record(
                session,
                principal,
                "documents.page.listed",
                object_type="document",
                object_id=document_id,
                detail={"version_id": str(version.id)},
            )
        found = find_hits(pages, parts)
        return Hits(version.id, tuple(found[:MOST_HITS]), len(found) > MOST_HITS)


def headings_of(sections: Sequence[SectionStart]) -> tuple[Heading, ...]:
    """Return the headings in their order. A heading that only goes on is not listed again."""
    found: list[Heading] = []
    before: tuple[str, ...] = ()
    for section in sections:
        shared = 0
        while shared < min(len(before), len(section.path)) and before[shared] == section.path[shared]:
            shared += 1
        for level in range(shared, len(section.path)):
            title = " ".join(section.path[level].split())[:_LONGEST_HEADING]
            if title:
                found.append(Heading(title, section.page, level + 1))
        before = section.path
        if len(found) >= _MOST_HEADINGS:
            break
    return tuple(found[:_MOST_HEADINGS])


def printed_number(first: str, last: str) -> str | None:
    """Return the page number that is printed at the end of a page, else at its beginning, or None."""
    ends = [line for line in last.splitlines() if line.strip()][-1:]
    begins = [line for line in first.splitlines() if line.strip()][:1]
    for line in (*ends, *begins):
        found = _PRINTED.fullmatch(line.strip())
        if found:
            return found.group(1)
    return None


def find_hits(pages: Sequence[tuple[int, str]], parts: Sequence[str]) -> list[Hit]:
    """Return the places of a phrase in pages, up to one more than MOST_HITS."""
    if not parts:
        return []
    phrase = re.compile(r"\s+".join(map(re.escape, parts)), re.IGNORECASE)
    hits: list[Hit] = []
    for number, text in pages:
        for match in phrase.finditer(text):
            start, end = match.span()
            first, last = max(0, start - _AROUND), end + _AROUND
            before, after = text[first:start], text[end:last]
            if first and " " in before:  # begin and end with whole words
                before = before[before.index(" ") + 1 :]
            if last < len(text) and " " in after:
                after = after[: after.rindex(" ")]
            hits.append(Hit(number, start, end, _line(before), _line(match.group()), _line(after)))
            if len(hits) > MOST_HITS:
                return hits
    return hits


def _line(text: str) -> str:
    return re.sub(r"\s+", " ", text)
