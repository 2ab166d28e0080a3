"""Reads the tables of a parsed document from its grids. Formats play no part."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import structlog

from app.core.errors import MISTAKES
from app.documents.content.parsed import ParsedDocument
from app.documents.metadata import DocumentMetadata
from app.tables.model import Table
from workers.extraction.metadata import read_metadata
from workers.extraction.tables.building import DocumentContext, build_table
from workers.extraction.tables.grids import read_grids
from workers.extraction.tables.joins import JoinedGrid, join_grids

TABLES_VERSION = "4"
_log = structlog.get_logger(__name__)


def read_tables(parsed: ParsedDocument, metadata: DocumentMetadata | None = None) -> tuple[Table, ...]:
    """Return the document's tables in order, with headings, labels, typed values and periods.

    `metadata` is what is known about the document; without it, it is read first. A table whose reading fails because of
    a mistake in our own code is left out: it stays text of its page.
    """
    if not any(block.grid is not None for page in parsed.pages for block in page.blocks):
        return ()
    try:
        document = DocumentContext.of(parsed, metadata if metadata is not None else read_metadata(parsed, ""))
    except MISTAKES as error:
        _log.warning("extraction.tables.failed", exc_info=error)
        return ()
    joined = _join(parsed, document)
    document = replace(document, style=document.forms.style())
    return tuple(_build(joined, document))


def _join(parsed: ParsedDocument, document: DocumentContext) -> Sequence[JoinedGrid]:
    """Join the grids that go on over a page. If that fails, each grid is a table."""
    try:
        return list(join_grids(read_grids(parsed, document.forms), document.around.furniture, document.forms))
    except MISTAKES as error:
        _log.warning("extraction.joins.failed", exc_info=error)
    apart: list[JoinedGrid] = []
    for grid in read_grids(parsed, document.forms):
        try:
            apart.append(JoinedGrid.of(grid))
        except MISTAKES as error:
            _log.warning("extraction.table.failed", page=grid.page.number, exc_info=error)
    return apart


def _build(joined: Sequence[JoinedGrid], document: DocumentContext) -> Iterator[Table]:
    number = 1
    for grids in joined:
        try:
            table = build_table(number, grids, document)
        except MISTAKES as error:
            _log.warning("extraction.table.failed", page=grids.grids[0].page.number, exc_info=error)
            continue
        yield table
        number += 1
