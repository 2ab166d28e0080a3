"""Reads the facts of a file as the pipeline does, in this process."""

from pathlib import Path

from app.facts.model import Fact, Measure, Method, Place, StatementKind
from app.facts.proposals import ProposedFact
from app.facts.statement_reader import About, StatementReader
from evals.datasets.item_groups import items_of
from evals.environment.reading import ReadDocument, read_document


def read_facts(path: Path) -> tuple[Fact, ...]:
    """Parse a file and read its facts. Raises the DocumentErrors of `workers.parsing.errors`."""
    return facts_of(read_document(path))


def facts_of(document: ReadDocument) -> tuple[Fact, ...]:
    """Return the facts of a document that was read."""
    metadata = document.metadata
    about = About(
        period_end=metadata.period_end,
        fiscal_year=metadata.fiscal_year,
        fiscal_period=metadata.fiscal_period,
        currency=metadata.currency,
        scale=metadata.scale,
    )
    return tuple(map(_as_fact, StatementReader().read(document.tables, about)))


def _as_fact(read: ProposedFact) -> Fact:
    return Fact(
        label=read.label,
        label_path=(read.label,),
        period=read.period,
        value=read.value,
        measure=Measure(read.measure.value),
        scale=read.scale,
        currency=read.currency,
        method=Method.STATEMENT,
        place=Place(read.page_number, read.char_start, read.char_end),
        confidence=1.0,
        statement=StatementKind(read.statement.value),
        concept=read.line_item,
        item=min(items_of(read.line_item), default=None),
        concept_confidence=1.0,
    )
