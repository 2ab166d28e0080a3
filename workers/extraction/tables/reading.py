"""Reads the tables of a parsed document from its grids. Formats play no part."""

from dataclasses import replace

from app.documents.content.parsed import ParsedDocument
from app.documents.metadata import DocumentMetadata
from app.tables.model import Table
from workers.extraction.metadata import read_metadata
from workers.extraction.tables.building import DocumentContext, build_table
from workers.extraction.tables.grids import read_grids
from workers.extraction.tables.joins import join_grids

TABLES_VERSION = "3"


def read_tables(parsed: ParsedDocument, metadata: DocumentMetadata | None = None) -> tuple[Table, ...]:
    """Return the document's tables in order, with headings, labels, typed values and periods.

    `metadata` is what is known about the document; without it, it is read first.
    """
    if not any(block.grid is not None for page in parsed.pages for block in page.blocks):
        return ()
    document = DocumentContext.of(parsed, metadata if metadata is not None else read_metadata(parsed, ""))
    joined = list(join_grids(read_grids(parsed, document.forms), document.around.furniture, document.forms))
    document = replace(document, style=document.forms.style())
    return tuple(build_table(number, grids, document) for number, grids in enumerate(joined, 1))
