"""The reader at `/documents/{id}/pages/{n}`: a page as it was filed or printed, with a quote marked, words found in the
document, its outline, and the page's tables.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.core.pagination import PageRequest
from app.core.principal import Permission, Principal
from app.documents.service import DocumentService, PageView
from app.http.dependencies import service
from app.retrieval.reading.service import MOST_HITS, Hits, Outline, ReadingService
from app.tables.model import Cell, ListedTable, Table
from app.tables.service import TableService
from app.web.access_pages import AccessDesk

Documents = Annotated[DocumentService, Depends(service(DocumentService))]
Reading = Annotated[ReadingService, Depends(service(ReadingService))]
Tables = Annotated[TableService, Depends(service(TableService))]
Number = Annotated[int, Path(ge=1, le=1_000_000)]
Offset = Annotated[int | None, Query(ge=0, le=100_000_000)]

ZOOMS = (0, 100, 125, 150, 200, 300)
"""Sizes of a page in percent of its size in print; 0 fits an image into the pane, and shows a filing as it is."""

_TABLES_A_PAGE = 50
_ROWS = 400
_COLUMNS = 60
_PIXELS_A_POINT = 96 / 72


@dataclass(frozen=True, slots=True)
class ReaderAddress:
    """The parts of a reader's address. `find` are words to find, `table` is the table shown as a table."""

    document_id: UUID
    version_id: UUID
    start: int | None = None
    end: int | None = None
    find: str = ""
    zoom: int = 0
    table: int | None = None

    def page(self, number: int, *, start: int | None = None, end: int | None = None, at: str = "") -> str:
        """Return the address of another page of the same version."""
        return self._link(number, {"start": start, "end": end, "find": self.find, "zoom": self.zoom or None}, at)

    def zoomed(self, number: int, zoom: int) -> str:
        return self._link(number, {"start": self.start, "end": self.end, "find": self.find, "zoom": zoom or None})

    def with_table(self, number: int, table: int | None) -> str:
        kept = {"start": self.start, "end": self.end, "find": self.find, "zoom": self.zoom or None}
        return self._link(number, {**kept, "table": table}, "as-table" if table else "")

    @property
    def has_quote(self) -> bool:
        return self.start is not None and self.end is not None and self.start < self.end

    def frame(self, number: int) -> str:
        """Return the address of the page as it was filed, with the quote marked. It has no fragment, because browsers
        scroll the pages around a frame to it, too.
        """
        path = f"/v1/documents/{self.document_id}/versions/{self.version_id}/pages/{number}/filed"
        return f"{path}?mark={self.start}-{self.end}" if self.has_quote else path

    def place(self, at: str) -> str:
        """Return the place of the filed page to scroll to: the quote, or else `at`."""
        return "quote" if self.has_quote else at

    def image(self, number: int) -> str:
        dpi = 110 if self.zoom < 125 else 200
        return f"/v1/documents/{self.document_id}/versions/{self.version_id}/pages/{number}/image?dpi={dpi}"

    def _link(self, number: int, query: dict[str, object], place: str = "") -> str:
        parts = {
            "version": self.version_id,
            **{name: value for name, value in query.items() if value not in (None, "")},
        }
        return f"/documents/{self.document_id}/pages/{number}?{urlencode(parts)}" + (f"#{place}" if place else "")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a page with its box in points. `is_quoted` states that the quote has it."""

    text: str
    x: float
    y: float
    width: float
    height: float
    is_quoted: bool


@dataclass(frozen=True, slots=True)
class ShownTable:
    """Rows of a table as people read it; None stands for an empty cell."""

    table: Table
    rows: Sequence[Sequence[Cell | None]] = field(default_factory=tuple)
    is_cut: bool = False


def reader_pages(desk: AccessDesk) -> APIRouter:
    router = APIRouter(prefix="/documents/{document_id}/pages", include_in_schema=False)

    @router.get("")
    def jump_to_page(
        request: Request,
        documents: Documents,
        document_id: UUID,
        number: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
        version: UUID | None = None,
    ) -> Response:
        """Go to the page whose number was entered."""

        def go(principal: Principal) -> Response:
            documents.get_document(principal, document_id)
            query = "" if version is None else "?" + urlencode({"version": version})
            return RedirectResponse(f"/documents/{document_id}/pages/{number}{query}", status_code=303)

        return desk.answer(request, Permission.DOCUMENTS_READ, go)

    @router.get("/{number}")
    def show_page(
        request: Request,
        documents: Documents,
        reading: Reading,
        tables: Tables,
        document_id: UUID,
        number: Number,
        version: UUID | None = None,
        start: Offset = None,
        end: Offset = None,
        find: Annotated[str, Query(max_length=200)] = "",
        zoom: Annotated[int, Query(ge=0, le=300)] = 0,
        table: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
        at: Annotated[str, Query(max_length=12, pattern=r"^(x\d{1,7})?$")] = "",
    ) -> Response:
        def show(principal: Principal) -> Response:
            view = documents.get_page(principal, document_id, version, number)
            outline = reading.get_outline(principal, document_id, view.version_id)
            words = " ".join(find.split())
            hits = reading.find_passages(principal, document_id, view.version_id, words) if words else None
            listed = tables.list_tables(
                principal, document_id, view.version_id, PageRequest(limit=_TABLES_A_PAGE), on_page=number
            ).items
            address = ReaderAddress(
                document_id,
                view.version_id,
                start,
                end,
                words,
                zoom if zoom in ZOOMS else 0,
                table if any(each.number == table for each in listed) else None,
            )
            return desk.show(
                request,
                principal,
                "reader.html",
                document=documents.get_document(principal, document_id).document,
                tab="pages",
                reader=read_page(view, address, outline, hits, listed, at=at),
                shown=None
                if address.table is None
                else lay_out(tables.get_table(principal, document_id, view.version_id, address.table).read()),
            )

        return desk.answer(request, Permission.DOCUMENTS_READ, show)

    return router


@dataclass(frozen=True, slots=True)
class Reader:
    """Everything that the reader shows of a page beside its table."""

    view: PageView
    address: ReaderAddress
    outline: Outline
    hits: Hits | None
    tables: Sequence[ListedTable]
    page_count: int
    at: str = ""

    @property
    def number(self) -> int:
        return self.view.page.number

    @property
    def printed(self) -> str | None:
        return self.outline.printed.get(self.number)

    @property
    def most_hits(self) -> int:
        return MOST_HITS

    @property
    def is_image(self) -> bool:
        return self.view.page.width > 0

    @property
    def width(self) -> int | None:
        """The width of the image in CSS pixels; None if it fits into the pane."""
        zoom = self.address.zoom
        return round(self.view.page.width * _PIXELS_A_POINT * zoom / 100) if zoom else None

    @property
    def parts(self) -> tuple[str, str, str]:
        """The page's text before, in and after the quote."""
        text = self.view.page.text
        start, end = self.address.start or 0, self.address.end or 0
        return (text[:start], text[start:end], text[end:]) if start < end else (text, "", "")

    @property
    def smaller(self) -> int | None:
        at = ZOOMS.index(self.address.zoom)
        return ZOOMS[at - 1] if at else None

    @property
    def larger(self) -> int | None:
        at = ZOOMS.index(self.address.zoom)
        return ZOOMS[at + 1] if at + 1 < len(ZOOMS) else None

    def words(self) -> Sequence[Word]:
        """Return the words of the page with their boxes."""
        start, end = self.address.start or 0, self.address.end or 0
        words, text = self.view.words, self.view.page.text
        return [
            Word(text[first:last], x0, y0, x1 - x0, y1 - y0, first < end and last > start)
            for (first, last), (x0, y0, x1, y1) in zip(words.spans.tolist(), words.boxes.round(2).tolist(), strict=True)
            if x1 > x0 and y1 > y0
        ]


def read_page(
    view: PageView,
    address: ReaderAddress,
    outline: Outline,
    hits: Hits | None,
    listed: Sequence[ListedTable],
    *,
    at: str = "",
) -> Reader:
    return Reader(view, address, outline, hits, listed, outline.page_count, at)


def lay_out(table: Table) -> ShownTable:
    """Return the cells of a table in rows. A cell that covers several places stands in the first one."""
    rows: list[list[Cell | None]] = []
    columns = min(table.columns, _COLUMNS)
    covered: set[tuple[int, int]] = set()
    at = {(cell.row, cell.column): cell for cell in table.cells}
    for row in range(min(table.rows, _ROWS)):
        line: list[Cell | None] = []
        for column in range(columns):
            cell = at.get((row, column))
            if (row, column) in covered:
                continue
            line.append(cell)
            if cell is not None:
                covered |= {
                    (down, right)
                    for down in range(row, min(row + cell.row_span, _ROWS))
                    for right in range(column, min(column + cell.column_span, columns))
                }
        if any(line):
            rows.append(line)
    return ShownTable(table, rows, is_cut=table.rows > _ROWS or table.columns > _COLUMNS)
