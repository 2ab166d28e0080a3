"""Reads the tables of documents. Every read is audited.

Other features read tables in their own transaction, with `list_tables_on_pages` and `list_tables_of_version`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.pagination import InvalidCursorError, PageOf, PageRequest, encode_cursor
from app.core.principal import Principal
from app.db.session import Database
from app.documents.content.parsed_codec import decode_deleted, decode_marks, decode_words
from app.documents.models import DocumentVersion, Page
from app.documents.pages.images import PageImage, has_images
from app.documents.repository import DocumentRepository
from app.tables.cache import TableCache
from app.tables.codec import StoredTable, Texts, decode_table, decoded_size
from app.tables.errors import TableEncodingError
from app.tables.model import ListedTable, Table
from app.tables.overlay import DrawnPage, draw_overlay
from app.tables.repository import TableRepository

log = structlog.get_logger()

_decoded = TableCache()

_LARGEST_NUMBER = 9
"""Digits of the largest number of a table in a cursor."""

_MOST_BYTES = 2 << 20
_MOST_PAGES = 400
"""Limits of the tables for one question: encoded bytes (about 100,000 cells, which decode in about 2 s), and pages."""


@dataclass(frozen=True, slots=True)
class TableView:
    """A table of a version, which may be read, before its cells are decoded."""

    version: DocumentVersion
    stored: StoredTable
    texts: Texts

    def read(self, rows: range | None = None) -> Table:
        """Return the table, by default with all its cells, or with those of `rows`. Raises TableEncodingError."""
        return decode_table(self.stored, self.texts, rows)

    @property
    def tag(self) -> str:
        """A name of the content, which changes when the version is published again."""
        return f"{_published(self.version)}-{self.stored.listed.number}"


@dataclass(frozen=True, slots=True)
class Overlay:
    """A page of a version with the tables on it, before they are drawn."""

    version: DocumentVersion
    page: Page
    stored: tuple[StoredTable, ...]
    texts: Texts
    dpi: int

    @property
    def tag(self) -> str:
        """A name of the content, which changes when the version is published again."""
        return f"{_published(self.version)}-{self.page.number}-{self.dpi}"

    @property
    def image(self) -> PageImage | None:
        """The image under the overlay; None for files without page images."""
        return PageImage(self.version, self.page.number, self.dpi) if has_images(self.version) else None

    def draw(self, png: bytes | None) -> bytes:
        """Return the overlay as SVG. Raises TableEncodingError, BadEncodingError."""
        page = self.page
        shown = DrawnPage(
            text=page.text,
            width=page.width,
            height=page.height,
            image=png,
            words=decode_words(bytes(page.words)),
            marks=decode_marks(page.marks, len(page.text)),
            deleted=decode_deleted(page.deleted, len(page.text)),
        )
        tables = [decode_table(each, self.texts) for each in self.stored]
        return draw_overlay(shown, page.number, tables, dpi=self.dpi)


def _published(version: DocumentVersion) -> str:
    moment = 0 if version.published_at is None else int(version.published_at.timestamp() * 1_000_000)
    return f"{version.id.hex}-{moment:x}"


class TableService:
    """Reads tables under the principal's permissions. A document that the principal may not see counts as absent."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def list_tables(
        self,
        principal: Principal,
        document_id: UUID,
        version_id: UUID | None,
        page: PageRequest,
        *,
        on_page: int | None = None,
        words: str | None = None,
    ) -> PageOf[ListedTable]:
        """List the tables of a version, by default of the searchable version, in order.

        `on_page` selects the tables on a page, `words` those with these words in their title. Raises
        DocumentNotFoundError, VersionNotFoundError, InvalidCursorError.
        """
        after = _parse_cursor(page)
        with self._database.transaction(principal, snapshot=True) as session:
            version = DocumentRepository(session).get_version(document_id, version_id)
            found = TableRepository(session).list_tables(
                version.id, page=on_page, words=words, after=after, limit=page.limit + 1
            )
            record(
                session,
                principal,
                "tables.table.listed",
                object_type="document",
                object_id=document_id,
                detail={"version_id": str(version.id)},
            )
        items = found[: page.limit]
        more = len(found) > page.limit
        return PageOf(items=items, next_cursor=encode_cursor(str(items[-1].number)) if more else None)

    def get_table(self, principal: Principal, document_id: UUID, version_id: UUID | None, number: int) -> TableView:
        """Return a table of a version, by default of the searchable version.

        Raises DocumentNotFoundError, VersionNotFoundError, TableNotFoundError.
        """
        with self._database.transaction(principal, snapshot=True) as session:
            version = DocumentRepository(session).get_version(document_id, version_id)
            repository = TableRepository(session)
            stored = repository.get_table(version.id, number)
            texts = repository.get_page_texts(version.id, stored.listed.pages)
            record(
                session,
                principal,
                "tables.table.read",
                object_type="document",
                object_id=document_id,
                detail={"version_id": str(version.id), "table": number},
            )
        return TableView(version, stored, texts)

    def get_overlay(
        self, principal: Principal, document_id: UUID, version_id: UUID | None, number: int, *, dpi: int
    ) -> Overlay:
        """Return what an overlay shows of a page of a version, by default of the searchable version.

        Raises DocumentNotFoundError, VersionNotFoundError, PageNotFoundError.
        """
        with self._database.transaction(principal, snapshot=True) as session:
            documents, repository = DocumentRepository(session), TableRepository(session)
            version = documents.get_version(document_id, version_id)
            page = documents.get_page(version.id, number)
            stored = repository.list_stored(version.id, pages=[number])
            texts = repository.get_page_texts(version.id, {each for table in stored for each in table.listed.pages})
            record(
                session,
                principal,
                "tables.overlay.viewed",
                object_type="document",
                object_id=document_id,
                detail={"version_id": str(version.id), "page": number},
            )
        return Overlay(version, page, tuple(stored), texts, dpi)


def list_tables_of_version(session: Session, version_id: UUID) -> list[Table]:
    """List all tables of a version, in order. The caller records the read. Raises TableEncodingError."""
    return _decode(session, version_id, TableRepository(session).list_stored(version_id))


@dataclass(frozen=True, slots=True)
class TablesOfPages:
    """The stored tables on some pages of several versions. They are decoded after the transaction."""

    stored: Sequence[tuple[UUID, StoredTable]]

    def pages(self) -> set[tuple[UUID, int]]:
        """Return the pages whose texts `decode` needs, as (version id, page number)."""
        return {(version_id, page) for version_id, each in self.stored for page in each.listed.pages}

    def decode(self, texts: Mapping[tuple[UUID, int], str]) -> "DecodedTables":
        """Return the tables by (version id, page number), in order, without those that cannot be decoded. A page's
        tables are decoded when they are first asked for.
        """
        return DecodedTables(self.stored, texts)


class DecodedTables(Mapping[tuple[UUID, int], Sequence[Table]]):
    """Tables by (version id, page number). A table on several pages is the same object on each of them."""

    def __init__(self, stored: Sequence[tuple[UUID, StoredTable]], texts: Mapping[tuple[UUID, int], str]) -> None:
        self._texts = texts
        self._tables: dict[tuple[UUID, int], Table | None] = {}
        self._stored: dict[tuple[UUID, int], list[StoredTable]] = {}
        for version_id, each in stored:
            for page in each.listed.pages:
                self._stored.setdefault((version_id, page), []).append(each)

    def __getitem__(self, key: tuple[UUID, int]) -> Sequence[Table]:
        found = [self._decode(key[0], each) for each in self._stored[key]]
        return [table for table in found if table is not None]

    def __iter__(self) -> Iterator[tuple[UUID, int]]:
        return iter(self._stored)

    def __len__(self) -> int:
        return len(self._stored)

    def _decode(self, version_id: UUID, stored: StoredTable) -> Table | None:
        number = stored.listed.number
        if (version_id, number) not in self._tables:
            texts = {
                page: self._texts[(version_id, page)]
                for page in stored.listed.pages
                if (version_id, page) in self._texts
            }
            try:
                self._tables[(version_id, number)] = _decoded.decode(version_id, stored, texts)
            except TableEncodingError as error:
                log.warning("tables.undecodable", version_id=str(version_id), table=number, code=error.code)
                self._tables[(version_id, number)] = None
        return self._tables[(version_id, number)]


def find_tables_of_pages(session: Session, pages: Iterable[tuple[UUID, int]]) -> TablesOfPages:
    """Find the tables on pages, given as (version id, page number), the most important first. The caller records the
    read.

    Their size is limited: of very large tables, those on less important pages are left out.
    """
    ranks = {key: rank for rank, key in enumerate(dict.fromkeys(pages))}
    stored = TableRepository(session).list_stored_at(ranks)
    return TablesOfPages(tuple(_within_limits(stored, ranks)))


def _within_limits(
    stored: Sequence[tuple[UUID, StoredTable]], ranks: Mapping[tuple[UUID, int], int]
) -> Iterator[tuple[UUID, StoredTable]]:
    """Yield the tables in their order, without those that are left out."""
    rank = [min(ranks.get((version, page), len(ranks)) for page in each.listed.pages) for version, each in stored]
    size, pages, kept = 0, 0, set[int]()
    for index in sorted(range(len(stored)), key=rank.__getitem__):
        _, table = stored[index]
        try:
            larger = size + decoded_size(table.data)
        except TableEncodingError:
            continue
        if larger <= _MOST_BYTES and pages + len(table.listed.pages) <= _MOST_PAGES:
            size, pages = larger, pages + len(table.listed.pages)
            kept.add(index)
    yield from (entry for index, entry in enumerate(stored) if index in kept)


def _decode(session: Session, version_id: UUID, stored: Sequence[StoredTable]) -> list[Table]:
    pages = {page for each in stored for page in each.listed.pages}
    texts = TableRepository(session).get_page_texts(version_id, pages) if pages else {}
    return [decode_table(each, texts) for each in stored]


def _parse_cursor(page: PageRequest) -> int:
    after = page.after()
    if after is None:
        return 0
    if not (after.isascii() and after.isdigit() and len(after) <= _LARGEST_NUMBER):
        raise InvalidCursorError
    return int(after)
