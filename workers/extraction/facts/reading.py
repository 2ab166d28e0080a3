"""Reads the facts of a parsed document from its tags and tables."""

from collections.abc import Sequence

from app.documents.content.parsed import ParsedDocument
from app.documents.metadata import DocumentMetadata
from app.facts.items.model import ItemModel
from app.facts.model import Fact
from app.facts.statements import About, read_facts
from app.facts.statements.fiscal import FiscalYears
from app.tables.model import Table
from workers.extraction.facts.repeated import resolve_repeated
from workers.extraction.facts.tagged import TagReader, in_order, with_others, without_cells
from workers.extraction.periods import find_year_end

FACTS_VERSION = "1"


def read_document_facts(
    parsed: ParsedDocument, tables: Sequence[Table], metadata: DocumentMetadata, model: ItemModel | None = None
) -> tuple[Fact, ...]:
    """Return the facts of a document. `tables` are its tables. Tagged figures win over what their cells say.

    `model` places the rows of statements; the default is the shipped one.
    """
    about = About(
        period_end=metadata.period_end,
        fiscal_year=metadata.fiscal_year,
        fiscal_period=metadata.fiscal_period and metadata.fiscal_period.value,
        currency=metadata.currency,
        scale=metadata.scale and metadata.scale.value,
        year_end=find_year_end(parsed.properties),
    )
    read = read_facts(tables, about, model)
    if not parsed.tags:
        return read
    years = FiscalYears.of(about, (tag.period for tag in parsed.tags if not tag.dimensions))
    tagged = TagReader(parsed.tags, tables, read, years).facts()
    return in_order([*with_others(resolve_repeated(tagged)), *without_cells(read, tagged)])
