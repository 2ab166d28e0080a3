"""Reads the facts of a parsed document from its tags and tables."""

from collections.abc import Sequence

from app.documents.content.parsed import ParsedDocument
from app.documents.metadata import DocumentMetadata
from app.facts.model import Fact
from app.facts.statements import About, read_facts
from app.tables.model import Table

FACTS_VERSION = "1"


def read_document_facts(
    _parsed: ParsedDocument, tables: Sequence[Table], metadata: DocumentMetadata
) -> tuple[Fact, ...]:
    """Return the facts of a document. `tables` are its tables."""
    about = About(
        period_end=metadata.period_end,
        fiscal_year=metadata.fiscal_year,
        fiscal_period=metadata.fiscal_period and metadata.fiscal_period.value,
        currency=metadata.currency,
        scale=metadata.scale and metadata.scale.value,
    )
    return read_facts(tables, about)
